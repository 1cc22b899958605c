"""A program is unlinked when its resident code object goes, but never in the middle of being linked."""

from typing import Any

import pytest

import bytescope.machine.program
from bytescope.machine.resident import program_of, resident


def test_code_goes_while_its_program_is_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [resident(compile("x = 1", "gone.py", "exec"))]
    program = program_of(codes[0])
    assert program is not None
    with_counters = bytescope.machine.program.with_counters

    def collecting(*args: Any) -> Any:
        codes.clear()  # as a collection of garbage may do at any time
        return with_counters(*args)

    monkeypatch.setattr(bytescope.machine.program, "with_counters", collecting)
    monkeypatch.setattr(bytescope.machine.program.Program, "threshold", 100)
    assert program.link()
    assert program.ops is None
