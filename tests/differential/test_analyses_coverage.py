"""`coverage` finds the lines and arcs that coverage.py finds, in the standard library's `json`."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from .harness import environment

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage.py is not installed"),
]


def measured(how: str, folder: str) -> dict[str, set[tuple[int, int]]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.differential.coverage_pair", how],
        env=environment(1, folder) | {"COVERAGE_CORE": "ctrace"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return {file: {tuple(arc) for arc in arcs} for file, arcs in json.loads(done.stdout).items()}


def test_same_arcs_as_coverage_py(tmp_path) -> None:
    theirs, ours = measured("coverage.py", str(tmp_path)), measured("bytescope", str(tmp_path))
    assert ours == theirs
    assert all(len(arcs) > 50 for arcs in ours.values())
