"""`coverage` finds the lines and branches that coverage.py finds, and its reports can be made from what is found."""

from __future__ import annotations

import importlib.util
import zipfile
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


def measured(how: str, subject: str, folder: Path, *flags: str) -> dict[str, dict[str, Any]]:
    data = folder / f"data-{how}"
    words = (*flags, "-m", "tests.differential.coverage_pair", how, subject, data)
    done = run_python(*words, cwd=folder, COVERAGE_CORE="ctrace", BYTESCOPE_CACHE="0")
    assert done.returncode == 0, done.stderr
    files = SUBJECTS[subject][1]
    found = report(str(data), files)
    assert len(found) == len(files)
    return found


@pytest.mark.parametrize(
    ("subject", "how", "flags"),
    [
        *[(subject, "woven", ()) for subject in SUBJECTS],
        ("forms", "interpreter", ()),
        ("forms", "woven", ("-O",)),
    ],
)
def test_same_lines_and_branches_as_coverage_py(tmp_path: Path, subject: str, how: str, flags: tuple[str, ...]) -> None:
    theirs, ours = (measured(each, subject, tmp_path, *flags) for each in ("coverage.py", how))
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


PLACES = {
    "main.py": """
import os, sys, tempfile
sys.path[:0] = ["linked", "packed.zip"]
import both, empty, packed
exec(compile(open("relative.py").read(), "relative.py", "exec"))
exec(compile("x = 1\\n" * 9, "<nowhere>", "exec"))
os.chdir(tempfile.gettempdir())
both.later()
""",
    "real/both.py": "def later():\n    return 1\ndef never(): return 2\n",
    "real/empty.py": "",
    "relative.py": "if 0:\n    x = 1\ny = 1\nif y: z = 1\n",
    "packing/packed.py": "def f(): return 1\nx = 1\n",
    "never.py": "def f():\n    return 1\n",
    "package/__init__.py": "x = 1\n",
    "plain/never.py": "x = 1\n",
}


def places(folder: Path) -> None:
    for name, text in PLACES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "linked").symlink_to(folder / "real", target_is_directory=True)
    with zipfile.ZipFile(folder / "packed.zip", "w") as file:
        file.write(folder / "packing" / "packed.py", "packed.py")


@pytest.mark.parametrize("source", [None, "."])
def test_same_files_as_coverage_py_wherever_they_are(tmp_path: Path, source: str | None) -> None:
    places(tmp_path)
    options = ["--branch", *(["--source", source] if source else [])]
    found = []
    for words in (
        ["coverage", "run", "--data-file", "theirs", *options],
        ["bytescope", "coverage", *options, "--output", "data:ours", "--engine", "interpreter"],
    ):
        done = run_python("-m", *words, "main.py", cwd=tmp_path, COVERAGE_CORE="ctrace", BYTESCOPE_CACHE="0")
        assert done.returncode == 0, done.stderr
        data = "theirs" if not found else "ours"
        done = run_python("-m", "coverage", "report", "-m", "--data-file", data, cwd=tmp_path)
        assert done.returncode == 0, done.stderr + done.stdout
        found.append(done.stdout)
    assert found[1] == found[0]
    for name in ("both.py", "empty.py", "relative.py", "packed.py", *(["never.py"] if source else [])):
        assert name in found[0]
