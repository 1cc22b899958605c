"""`bytescope cache` and `--no-cache`."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("click")

from click.testing import CliRunner

from bytescope.cli.commands import commands
from bytescope.weave.cache.store import Store
from tests.support.processes import run_python

pytestmark = pytest.mark.any_host


def said(*words: str) -> str:
    result = CliRunner().invoke(commands, ["cache", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_info_and_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYTESCOPE_CACHE", str(tmp_path))
    assert said("info").startswith(f"{tmp_path / 'woven'}\n0 entries, 0.0 MB; at most 256.0 MB")
    store = Store(str(tmp_path / "woven"))
    store.write("ab", bytes(2**20))
    assert "1 entry, 1.0 MB" in said("info")
    assert said("clear") == "removed 1 entry, 1.0 MB\n"
    assert store.read("ab") is None
    assert said("clear") == "removed 0 entries, 0.0 MB\n"


def test_a_cache_that_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYTESCOPE_CACHE", "0")
    assert "BYTESCOPE_CACHE switches it off" in said("info") + said("clear")


SOURCE = "def f(a, b):\n" + "    if a < b:\n        a += b\n" * 20 + "    return a\nprint(f(1, 2))\n"


@pytest.mark.process
def test_runs_use_it_unless_told_otherwise(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SOURCE)
    variables = {"BYTESCOPE_CACHE": str(tmp_path / "cache"), "BYTESCOPE_DEBUG": "0"}
    outputs = []
    for option, entries in (["--no-cache"], 0), ([], 2), ([], 2), (["--no-cache"], 2):
        done = run_python("-m", "bytescope", "coverage", *option, program, **variables)
        assert not done.returncode, done.stderr
        outputs.append((done.stdout, done.stderr))
        assert Store(str(tmp_path / "cache" / "woven")).info().entries == entries
    assert len(set(outputs)) == 1
    assert outputs[0][0] == "3\n"
