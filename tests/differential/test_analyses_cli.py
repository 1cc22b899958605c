"""The analyses on the command line: outputs, exit status, and mistakes that are found before anything runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import run_python

pytestmark = [pytest.mark.any_host, pytest.mark.process]

PROGRAM = "import sys\nprint('started')\nfor i in range(3):\n    if i > 1:\n        sys.exit(i)\n"

BROKEN = """
import bytescope
class Broken(bytescope.Analysis):
    def compare(self, site, op, left, right, result):
        raise LookupError("lost")
class Mistaken(bytescope.Analysis):
    def compares(self, site, op, left, right, result): ...
"""


engines = pytest.mark.parametrize("engine", ["woven", "interpreter"])


def bytescope(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder that has a program and broken analyses."""
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "broken.py").write_text(BROKEN, encoding="utf-8")
    return run_python("-m", "bytescope", *words, cwd=folder)


@pytest.mark.parametrize("name", ["calls", "comparisons", "coverage", "profile", "trace"])
def test_sub_commands(tmp_path: Path, name: str) -> None:
    results = []
    for options in ([], ["--engine", "interpreter"]):
        done = bytescope(tmp_path, name, *options, "--output", "out.json", "program.py")
        assert (done.stdout, done.stderr, done.returncode) == ("started\n", "", 2)
        results.append(json.loads((tmp_path / "out.json").read_text(encoding="utf-8")))
        assert results[-1]
    for result in results:
        for event in result.get("events", ()):
            event.pop("time", None)  # of a trace
    assert results[0] == results[1]
    done = bytescope(tmp_path, name, "program.py")
    assert done.stderr.startswith(f"\n--- {name}\n")


@engines
def test_history(tmp_path: Path, engine: str) -> None:
    done = bytescope(tmp_path, "history", "--engine", engine, "--target", "i", "program.py")
    assert "i in *: 3 values" in done.stderr


@engines
def test_filters(tmp_path: Path, engine: str) -> None:
    words = f"trace --engine {engine} --level line --lines 3-4 --events line program.py"
    trace = bytescope(tmp_path, *words.split()).stderr
    assert [line.split()[0] for line in trace.splitlines()[2:]] == ["<module>:3", "<module>:4"] * 3
    for other in ("--functions", "--files"):
        words = f"trace --engine {engine} {other} other program.py"
        said, _, report = bytescope(tmp_path, *words.split()).stderr.partition("\n")
        assert said.startswith("bytescope: Trace: no code was observed") and f"{other[2:]}=('other',)" in said
        assert report == "\n--- trace\n\n"


def test_profile_diff(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        bytescope(tmp_path, "profile", "--output", name, "program.py")
    done = bytescope(tmp_path, "profile", "--diff", "a.json", "b.json")
    assert done.stdout.endswith("no function differs\n")
    assert "is no result of profile" in bytescope(tmp_path, "profile", "--diff", "a.json", "program.py").stderr


def test_several_analyses_with_options_and_outputs(tmp_path: Path) -> None:
    words = "--analysis coverage --analysis-option branch=yes --output c.lcov --output json:c.txt --analysis calls"
    done = bytescope(tmp_path, "run", *words.split(), "--output", "c.dot", "program.py")
    assert done.stderr == ""
    assert (tmp_path / "c.lcov").read_text(encoding="utf-8").startswith("TN:\nSF:")
    assert "branches" in (tmp_path / "c.txt").read_text(encoding="utf-8")
    assert (tmp_path / "c.dot").read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--analysis nope", "there is no analysis 'nope'"),
        ("--analysis broken:Mistaken", "did you mean compare?"),
        ("--analysis broken:Missing", "has no 'Missing'"),
        ("--analysis calls --analysis-option depth=3", "no option 'depth'"),
        ("--analysis calls --output pdf:x", "no format 'pdf'"),
        ("--analysis calls --output no/such/folder/x", "cannot write"),
        ("--analysis calls --include [x", "not closed"),
        ("--analysis-option x=1", "comes behind"),
        ("--include json", "needs an --analysis"),
        ("--analysis calls --lines 3-x", "--lines must be"),
        ("--analysis calls --lines 9-3", "is after last line"),
        ("--analysis calls --events nothing", "no event matches 'nothing'"),
        ("--analysis calls --output .", "is a folder"),
        ("--analysis calls --engine other", "unknown engine 'other'"),
        ("--analysis coverage --output data:/dev/null", "can only be a file"),
    ],
)
def test_mistakes_are_found_before_the_program_starts(tmp_path: Path, words: str, message: str) -> None:
    done = bytescope(tmp_path, "run", *words.split(), "program.py")
    assert done.stdout == ""
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--engine woven", "--engine needs an --analysis"),
        ("--analysis calls --engine woven --max-depth 0", "and --max-depth is about it"),
    ],
)
def test_engines_that_cannot_be_had(tmp_path: Path, words: str, message: str) -> None:
    done = bytescope(tmp_path, "run", *words.split(), "program.py")
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.splitlines()[0].endswith(message)


@engines
def test_an_analysis_that_fails_ends_the_program(tmp_path: Path, engine: str) -> None:
    done = bytescope(tmp_path, "run", "--engine", engine, "--analysis", "broken:Broken", "program.py")
    assert done.returncode == 1
    assert done.stdout == "started\n"
    lines = done.stderr.splitlines()
    assert "LookupError: lost" in lines
    assert lines[-1].startswith("bytescope.AnalysisError: Broken failed on compare at ")
    assert sum(line.startswith("Traceback") for line in lines) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to be had")
def test_a_full_disk(tmp_path: Path) -> None:
    done = bytescope(tmp_path, "calls", "--output", "/dev/full", "-c", "1")
    assert "cannot write /dev/full: No space left on device" in done.stderr
    assert done.returncode == 1


@engines
def test_the_compiler_warns_of_a_program_once(tmp_path: Path, engine: str) -> None:
    """An analysis that looks at the source again does not say again what the compiler says of it."""
    (tmp_path / "warned.py").write_text("x = 'a'\nif x is 'a' and x:\n    print(1)\n", encoding="utf-8")
    words = ["--analysis", "coverage", "--analysis-option", "condition=true"]
    done = bytescope(tmp_path, "run", *words, "--engine", engine, "warned.py")
    assert done.stderr.count('SyntaxWarning: "is" with') == 1
