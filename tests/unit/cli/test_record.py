"""`bytescope run --record`: the program as otherwise, and a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bytescope.recording import Recording
from tests.support.processes import run_python

pytestmark = pytest.mark.process

PROGRAM = "import sys\ndef f(n):\n    return n * 2\nprint(f(int(sys.argv[1])))\n"


def test_a_script_is_recorded(tmp_path: Path) -> None:
    script, file = tmp_path / "script.py", tmp_path / "run.bscope"
    script.write_text(PROGRAM)
    done = run_python("-m", "bytescope", "run", "--record", str(file), str(script), "21")
    assert done.stdout == "42\n"
    recording = Recording.load(file)
    assert done.stderr == f"recorded {recording.steps} steps in {file}\n"
    assert done.returncode == 0
    step = recording.find("n == 21")
    assert step is not None and recording.at(step).frames[0].code.name == "f"
    assert recording.tape.sources[str(script)] == PROGRAM
    assert [each.name for each in tmp_path.iterdir() if each.suffix not in (".py", ".bscope")] == []


@pytest.mark.parametrize(
    ("ending", "status"),
    [("raise ValueError('x')", 1), ("import sys; sys.exit(3)", 3), ("while True: pass", 124)],
)
def test_however_it_ends(ending: str, status: int, tmp_path: Path) -> None:
    file = tmp_path / "run.bscope"
    options = ["--max-instructions", "5000", "--record", str(file)]
    done = run_python("-m", "bytescope", "run", *options, "-c", ending)
    assert done.returncode == status
    assert Recording.load(file).steps > 1


@pytest.mark.parametrize(("file", "reason"), [(".", "it is a folder"), ("no/run.bscope", "there is no such folder")])
def test_files_that_cannot_be_written(file: str, reason: str, tmp_path: Path) -> None:
    done = run_python("-m", "bytescope", "run", "--record", file, "-c", "print(1)", cwd=tmp_path)
    assert done.stdout == ""
    assert f"bytescope run: --record {file}: {reason}\n" in done.stderr
    assert done.returncode == 2
