"""Results of `bytescope run` survive whatever the program does to the process, and mistakes replace no file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import run_python

pytestmark = pytest.mark.process

HOSTILE = """
import builtins, sys
class Stream:
    def write(self, text): raise KeyError("the program's own")
    def flush(self): raise KeyError("the program's own")
print("ran")
sys.path[:] = []
sys.setrecursionlimit(40)
for name in ("len", "open", "sorted", "isinstance", "print", "enumerate", "str"):
    setattr(builtins, name, None)
sys.stdout = sys.stderr = Stream()
"""

NAMES = "json tempfile inspect random re ast code coverage dataclasses pathlib sqlite3 click string reprlib".split()
"""Modules that reports need, or might."""

ANALYSES = """
import bytescope
class Lines(bytescope.Analysis):
    def line(self, site): pass
class Begins(Lines):
    def begin(self): raise ValueError("begin fails")
class Ends(Lines):
    def end(self): raise ValueError("end fails")
class Made(Lines):
    def __init__(self): raise RuntimeError("no instance")
class Leaves(Lines):
    def __init__(self): raise SystemExit("bye")
"""


def bytescope(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run_python("-m", "bytescope", *words, cwd=folder, **variables)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["run", "--stats"], "instructions of "),
        (["coverage", "--branch", "--condition"], "hostile.py"),
        (["coverage", "--engine", "interpreter", "--output", "json:out"], ""),
        (["trace", "--output", "json:out"], ""),
        (["profile", "--engine", "interpreter"], "hostile.py"),
    ],
)
def test_a_hostile_end_of_the_program_loses_no_result(tmp_path: Path, words: list[str], shown: str) -> None:
    (tmp_path / "hostile.py").write_text(HOSTILE, encoding="utf-8")
    before = run_python("-c", "import runpy, sys; print(*sys.modules)").stdout.split()  # which `python -m` needs itself
    for name in set(NAMES).difference(before):
        (tmp_path / f"{name}.py").write_text(f"raise RuntimeError('the {name} of the program')", encoding="utf-8")
    done = bytescope(tmp_path, *words, "hostile.py")
    assert done.stdout == "ran\n"
    assert "Traceback" not in done.stderr and "the program" not in done.stderr
    assert shown in done.stderr
    if "--output" in words:
        assert json.loads((tmp_path / "out").read_text(encoding="utf-8"))


STOPPED = {
    "a stream around the old one": """
import sys
class Tee:
    def __init__(self, file): self.file = file
    def write(self, text): return self.file.write(text)
    def flush(self): self.file.flush()
sys.stdout = Tee(sys.stdout)
print("ran")
while True: pass
""",
    "streams that loop": """
import atexit, sys
print("ran")
atexit.register(lambda: print("exit handler"))
class Stream:
    def write(self, text):
        while True: pass
    flush = write
sys.stdout = sys.stderr = Stream()
while True: pass
""",
    "an excepthook": "import sys\nprint('ran')\nsys.excepthook = lambda *error: print('hook')\nwhile True: pass\n",
}


@pytest.mark.parametrize("what", STOPPED)
def test_a_stopped_run_reports_and_ends_with_124(tmp_path: Path, what: str) -> None:
    (tmp_path / "stopped.py").write_text(STOPPED[what], encoding="utf-8")
    done = bytescope(tmp_path, "coverage", "--max-instructions", "9_000", "--output", "json:out", "stopped.py")
    assert done.returncode == 124
    assert done.stdout == "ran\n"
    assert done.stderr.endswith("bytescope.BudgetExceeded: more than 9,000 guest instructions\n")
    assert json.loads((tmp_path / "out").read_text(encoding="utf-8"))["files"]


@pytest.mark.parametrize(
    ("words", "program", "message"),
    [
        (["mine:Begins"], "program.py", "bytescope: Begins failed on begin: ValueError: begin fails"),
        (["mine:Made"], "program.py", "bytescope run: mine:Made: RuntimeError: no instance"),
        (["mine:Leaves"], "program.py", "bytescope run: mine:Leaves: SystemExit: bye"),
        (["mine:Nothing"], "program.py", "bytescope run: module 'mine' has no 'Nothing'"),
        (["zero:A"], "program.py", "bytescope run: cannot import 'zero': ZeroDivisionError: division by zero"),
        (["leaves:A"], "program.py", "bytescope run: cannot import 'leaves': SystemExit: 7"),
        (["wrong:A"], "program.py", "bytescope run: cannot import 'wrong': SyntaxError: invalid syntax"),
        ([":"], "program.py", "bytescope run: there is no analysis ':'"),
        (["mine:Lines"], "wrong.py", '  File "{folder}/wrong.py", line 1'),
    ],
)
def test_what_never_starts_gives_one_error_and_replaces_no_file(
    tmp_path: Path, words: list[str], program: str, message: str
) -> None:
    texts = {"mine": ANALYSES, "zero": "1 / 0", "leaves": "raise SystemExit(7)", "wrong": "x = = 1"}
    for name, text in {**texts, "program": "print('ran')"}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    kept = tmp_path / "kept.json"
    kept.write_text("kept", encoding="utf-8")
    analyses = [word for name in words for word in ("--analysis", name)]
    done = bytescope(tmp_path, "run", "--analysis", "coverage", "--output", "kept.json", *analyses, program)
    assert done.stderr.startswith(message.format(folder=tmp_path))
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.returncode in (1, 2)
    assert kept.read_text(encoding="utf-8") == "kept"


def test_an_analysis_that_fails_in_the_end_leaves_the_reports_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(ANALYSES, encoding="utf-8")
    (tmp_path / "program.py").write_text("print('ran')", encoding="utf-8")
    words = ("run", "--analysis", "coverage", "--output", "out.json", "--analysis", "mine:Ends", "program.py")
    done = bytescope(tmp_path, *words)
    assert (done.stdout, done.returncode) == ("ran\n", 1)
    assert done.stderr == "bytescope: Ends failed on end: ValueError: end fails\n"
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["files"]
