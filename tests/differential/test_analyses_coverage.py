"""`coverage` finds the lines and branches that coverage.py finds, and its reports can be made from what is found."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from bytescope.analyses.coverage_universe import possible
from tests.support.processes import run_python

from .coverage_pair import SUBJECTS, report

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage.py is not installed"),
]


def measured(how: str, subject: str, folder: Path) -> dict[str, dict[str, Any]]:
    data = folder / f"data-{how}"
    words = ("-m", "tests.differential.coverage_pair", how, subject, data)
    done = run_python(*words, cwd=folder, COVERAGE_CORE="ctrace")
    assert done.returncode == 0, done.stderr
    files = SUBJECTS[subject][1]
    found = report(str(data), files)
    assert len(found) == len(files)
    return found


@pytest.mark.parametrize("subject", SUBJECTS)
def test_same_lines_and_branches_as_coverage_py(tmp_path: Path, subject: str) -> None:
    theirs, ours = measured("coverage.py", subject, tmp_path), measured("bytescope", subject, tmp_path)
    assert ours == theirs
    for entry in ours.values():
        assert all(len(entry[kind]) > 10 for kind in ("executed_lines", "executed_branches"))
    assert any(entry["missing_branches"] for entry in ours.values())


def test_the_branches_that_there_are_are_those_of_coverage_py(tmp_path: Path) -> None:
    for file, entry in measured("coverage.py", "json", tmp_path).items():
        theirs = {tuple(arc) for arc in entry["executed_branches"] + entry["missing_branches"]}
        if Path(file).stem != "encoder":  # which has conditions of several lines, whose inner branches we count, too
            assert possible(file).branches == theirs


def test_reports_of_coverage_py_from_our_data(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("def f(n):\n    if n:\n        return 1\n    return 2\nf(1)\n")

    def run(*words: str) -> str:
        done = run_python("-m", *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    run("bytescope", "coverage", "--branch", "--output", ".coverage", "program.py")
    assert "program.py       5      1      2      1    71%   4" in run("coverage", "report", "-m")
    run("coverage", "html")
    assert "program.py" in (tmp_path / "htmlcov" / "index.html").read_text(encoding="utf-8")
    run("coverage", "xml")
    assert 'condition-coverage="50% (1/2)" missing-branches="4"' in (tmp_path / "coverage.xml").read_text("utf-8")
    run("coverage", "lcov")
    assert "DA:3,1" in (tmp_path / "coverage.lcov").read_text("utf-8")
