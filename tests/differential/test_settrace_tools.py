"""Tools built on `sys.settrace` see the lines of guests: coverage's Python tracer, pdb, doctest, trace."""

from __future__ import annotations

import bdb
import importlib.util
import json
import pdb
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import run_python

pytestmark = pytest.mark.process

PROGRAM = '''"""A program with something of everything that has lines of its own."""
import contextlib


def collatz(n):
    """The steps to one.

    >>> collatz(6)
    [6, 3, 10, 5, 16, 8, 4, 2, 1]
    >>> collatz(0)
    Traceback (most recent call last):
        ...
    ValueError: 0
    >>> collatz(1)
    1
    """
    if n < 1:
        raise ValueError(n)
    steps = [n]
    while n > 1:
        n = (
            n // 2
            if n % 2 == 0
            else 3 * n + 1
        )
        steps.append(n)
    return steps


def never():
    return [
        x
        for x in range(3)
    ]


def numbers(limit):
    for n in range(limit):
        if n % 3 == 2:
            continue
        yield n
    else:
        yield "end"


class Shape:
    sides = 0

    @property
    def name(self):
        match self.sides:
            case 0: return "round"
            case 3 | 4:
                return "few"
            case _:
                return "many"


def attempt(value):
    try:
        with contextlib.suppress(KeyError):
            {}[value]
            return "never"
        return 1 / value
    except ZeroDivisionError:
        return "zero"
    finally:
        done = True
        assert done


def main():
    total = 0
    for n in numbers(5):
        if n == "end": continue
        total += len(collatz(n + 1))
    shape = Shape()
    for shape.sides in 0, 4:
        total += len(shape.name)
    print(total, attempt(0), attempt(2), sum(x for x in range(3) if x))


if __name__ == "__main__":
    main()
'''

MACHINE = ("-m", "bytescope", "run")


def run(folder: Path, *words: str, given: str = "", status: int = 0, **variables: str) -> str:
    (folder / "program.py").write_text(PROGRAM)
    done = run_python(*words, cwd=folder, stdin=given, **variables)
    assert done.returncode == status, done.stderr + done.stdout
    return done.stdout


WOVEN = (*MACHINE, "--analysis", "calls", "--output", "/dev/null")


def covered(folder: Path, *engine: str, core: str = "pytrace") -> dict[str, Any]:
    run(folder, *engine, "-m", "coverage", "run", "--branch", "program.py", COVERAGE_CORE=core)
    run(folder, "-m", "coverage", "json", "-q", "-o", "report.json")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())["files"]["program.py"]
    return {key: value for key, value in report.items() if key.endswith(("_lines", "_branches"))}


@pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage.py is not installed")
def test_the_python_tracer_of_coverage(tmp_path: Path) -> None:
    found = covered(tmp_path, *MACHINE)
    assert found == covered(tmp_path)
    assert len(found["executed_lines"]) > 40 and len(found["missing_lines"]) > 2
    assert len(found["executed_branches"]) > 10 and len(found["missing_branches"]) > 2


@pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage.py is not installed")
@pytest.mark.skipif(not hasattr(getattr(sys, "monitoring", None), "events"), reason="there is no sys.monitoring")
@pytest.mark.parametrize("engine", [MACHINE, WOVEN], ids=["interpreter", "woven"])
def test_coverage_by_monitoring(tmp_path: Path, engine: tuple[str, ...]) -> None:
    branches = hasattr(sys.monitoring.events, "BRANCH_LEFT")
    words = ("-m", "coverage", "run", *["--branch"] * branches, "program.py")
    reports = []
    for words_before in ((), engine):
        run(tmp_path, *words_before, *words, COVERAGE_CORE="sysmon")
        run(tmp_path, "-m", "coverage", "json", "-q", "-o", "report.json")
        report = json.loads((tmp_path / "report.json").read_text())["files"]
        kinds = ("_lines", "_branches")
        reports.append({file: {key: each[key] for key in each if key.endswith(kinds)} for file, each in report.items()})
    assert reports[0] == reports[1]
    assert len(reports[0]["program.py"]["executed_lines"]) > 40


@pytest.mark.skipif(
    hasattr(bdb.Bdb, "set_stepinstr") and not hasattr(pdb, "set_default_backend"),
    reason="pdb steps on through opcodes and exit handlers there",
)
@pytest.mark.parametrize("engine", [MACHINE, WOVEN], ids=["interpreter", "woven"])
def test_pdb_past_the_end_of_the_program(tmp_path: Path, engine: tuple[str, ...]) -> None:
    (tmp_path / "ending.py").write_text("import pdb\npdb.set_trace()\nx = 1\n")
    done = [
        run_python(*words, "ending.py", cwd=tmp_path, stdin="n\nn\nn\nw\nn\nc\n")  # and not q: it is another's status
        for words in ((), engine)
    ]
    assert done[0].stdout == done[1].stdout
    assert done[0].stdout.count("ending.py(") >= 2


@pytest.mark.parametrize("engine", [MACHINE, WOVEN], ids=["interpreter", "woven"])
@pytest.mark.parametrize("name", ["settrace", "setprofile"])
def test_a_program_that_ends_while_it_is_traced(tmp_path: Path, engine: tuple[str, ...], name: str) -> None:
    (tmp_path / "traced.py").write_text(f"import sys\nsys.{name}(lambda *told: None)\nprint('end')\n")
    assert run(tmp_path, *engine, "traced.py") == "end\n"


@pytest.mark.parametrize("engine", [MACHINE, WOVEN], ids=["interpreter", "woven"])
@pytest.mark.parametrize("name", ["settrace", "setprofile"])
@pytest.mark.parametrize("last", ["sys.exit(4)", "raise Odd(5)", "f()"])
def test_what_ends_a_traced_program_arrives(tmp_path: Path, engine: tuple[str, ...], name: str, last: str) -> None:
    text = f"""
import sys
file = __file__
class Odd(Exception): pass
def tracer(frame, event, argument):
    if frame.f_code.co_filename == file and not event.startswith("c_"):
        print(event, frame.f_lineno)
    return tracer
def f():
    try: raise Odd(6)
    finally: print("finally")
sys._getframe().f_trace = tracer
sys.{name}(tracer)
{last}
"""
    (tmp_path / "failing.py").write_text(text)
    expected, found = [run_python(*words, "failing.py", cwd=tmp_path) for words in ((), engine)]
    assert (found.stdout, found.stderr, found.returncode) == (expected.stdout, expected.stderr, expected.returncode)
    assert expected.returncode in (1, 4)


@pytest.mark.parametrize("engine", [MACHINE, WOVEN], ids=["interpreter", "woven"])
@pytest.mark.parametrize("program", ["import sys\nsys.exit(5)\n", "x = 1\n", "1 / 0\n"], ids=["exits", "ends", "fails"])
def test_a_prompt_after_the_program(tmp_path: Path, engine: tuple[str, ...], program: str) -> None:
    (tmp_path / "before.py").write_text(program)
    prompts = [run_python("-i", *words, "before.py", cwd=tmp_path, stdin="print(6 * 7)\n") for words in ((), engine)]
    assert (prompts[1].stdout, prompts[1].stderr) == (prompts[0].stdout, prompts[0].stderr)
    assert prompts[1].returncode == prompts[0].returncode
    assert "42" in prompts[0].stdout


def test_pdb(tmp_path: Path) -> None:
    commands = "break collatz\ncontinue\nwhere\nargs\nnext\nnext\nnext\nnext\nstep\np n\nclear 1\nreturn\nstep\nwhere\n"
    commands += "tbreak attempt\ncontinue\n" + "next\n" * 8 + "up\np total\ndown\nuntil\ncontinue\nquit\n"
    session = run(tmp_path, *MACHINE, "-m", "pdb", "program.py", given=commands)
    assert session == run(tmp_path, "-m", "pdb", "program.py", given=commands)
    assert session.count("program.py(") > 15


def test_pdb_called_by_the_program(tmp_path: Path) -> None:
    (tmp_path / "called.py").write_text(
        "def inner(x):\n    y = x + 1\n    breakpoint()\n\n"
        "def outer():\n    inner(1)\n    inner(2)\n\nouter()\nprint('end')\n"
    )
    commands = "where\nnext\nlist\nnext\nnext\nup\nwhere\ncontinue\nreturn\nstep\nnext\ncontinue\n"
    session = run(tmp_path, *MACHINE, "called.py", given=commands)
    assert session == run(tmp_path, "called.py", given=commands)
    assert "called.py(7)outer()" in session and session.endswith("end\n")


def test_pdb_called_in_the_middle_of_a_line(tmp_path: Path) -> None:
    (tmp_path / "called.py").write_text(
        "def inner(x):\n    y = x + 1\n    import pdb; pdb.set_trace(); y += 1\n    return y\n\n"
        "def outer():\n    inner(1)\n    with open(__file__): inner(2)\n\nouter()\nprint('end')\n"
    )
    commands = "where\nnext\nlist\nup\nstep\nstep\ncontinue\nwhere\ncontinue\n"
    session = run(tmp_path, *MACHINE, "called.py", given=commands)
    assert session == run(tmp_path, "called.py", given=commands)
    assert "called.py(8)outer()" in session and session.endswith("end\n")


def test_doctest(tmp_path: Path) -> None:
    wanted = run(tmp_path, "-m", "doctest", "-v", "program.py", status=1)
    assert run(tmp_path, *MACHINE, "-m", "doctest", "-v", "program.py", status=1) == wanted
    assert "2 passed" in wanted and "1 failed" in wanted


def test_the_trace_module(tmp_path: Path) -> None:
    words = ("-m", "trace", "--trace", "--ignore-dir", str(Path(json.__file__).parents[1]), "program.py")
    wanted = run(tmp_path, *words)
    assert run(tmp_path, *MACHINE, *words) == wanted
    assert len(wanted.splitlines()) > 100
