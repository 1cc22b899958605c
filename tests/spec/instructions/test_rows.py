"""Every instruction means on the machine what it means to CPython.

The programs are in `programs/`, a section for each row of the table: `# --- ROW` or `# --- ROW__detail`,
followed, in brackets, by the oldest version that has the row if not every one has. What comes out of a call is printed
by `attempt(function, *arguments)`.
"""

from __future__ import annotations

import contextlib
import gc
import io
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.lower import lower
from tests.support import observe

from .test_tables import ROWS

HEADING = re.compile(r"^# --- (\w+)(?: \[(.*)\])?\n", re.MULTILINE)


class Program:
    """A section of a file in `programs/`."""

    def __init__(self, file: str, name: str, conditions: str | None, source: str) -> None:
        self.id = f"{file}-{name}"
        self.row = name.partition("__")[0]
        self.mode = "single" if conditions == "single" else "exec"
        version = re.fullmatch(r"3\.(\d+)\+", conditions or "")
        self.runs_here = version is None or sys.version_info[:2] >= (3, int(version[1]))
        self.source = source

    def compiled(self) -> types.CodeType:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # about what is bound to fail, and is meant to
            return compile(self.source, f"{self.id}.py", self.mode, dont_inherit=True)


def programs() -> Iterator[Program]:
    for path in sorted(Path(__file__).with_name("programs").glob("*.py")):
        _, *parts = HEADING.split(path.read_text(encoding="utf-8"))
        for name, conditions, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            yield Program(path.stem, name, conditions, source.strip() + "\n")


PROGRAMS = [program for program in programs() if program.runs_here]


def lowered(code: types.CodeType) -> Iterator[Instruction]:
    yield from lower(code).instructions
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from lowered(const)


def attempt(function: Callable[..., Any], *arguments: Any) -> None:
    try:
        print("->", observe.value(function(*arguments)))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", "" if error.__context__ is None else repr(error.__context__))


def outcome(program: Program, run: Callable[[types.CodeType, dict[str, Any]], object]) -> dict[str, Any]:
    """All that can be seen of a run."""
    module = types.ModuleType("__main__")
    module.__dict__["attempt"] = attempt
    output = io.StringIO()
    raised = None
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run(program.compiled(), module.__dict__)
        except BaseException as error:
            observe.drop_harness(error, f"{program.id}.py")
            raised = observe.exception(error)
        variables = observe.namespace(module.__dict__)
        module.__dict__.clear()
        gc.collect()
    return {"output": observe.text(output.getvalue()).splitlines(), "raised": raised, "variables": variables}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.id)
def test_same_as_cpython(program: Program) -> None:
    vm = bytescope.VM()
    expected = outcome(program, lambda code, variables: exec(code, variables))
    actual = outcome(program, lambda code, variables: vm.run_code(code, variables))
    assert actual == expected
    assert expected["raised"] is None, "a program deals with its exceptions"
    assert vm.instructions > 0


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_program(row: str) -> None:
    meant = [program for program in PROGRAMS if program.row == row]
    assert meant, f"no program for {row}"
    for program in meant:
        assert row in {instruction.op for instruction in lowered(program.compiled())}, program.id
