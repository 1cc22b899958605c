"""Resident code objects: made once for each guest code object, and recognised again."""

from __future__ import annotations

import types
from typing import Any

from bytescope.machine import calls
from bytescope.machine.engine import drive
from bytescope.machine.program import Program
from bytescope.machine.trampoline import Trampoline

_cache: dict[int, tuple[types.CodeType, types.CodeType]] = {}
"""Id of a guest code object to its resident one, and itself, to be kept alive with it."""


def program_of(code: types.CodeType) -> Program | None:
    """The program that a resident code object belongs to, or None if the code object is not resident."""
    for value in reversed(code.co_consts):
        if type(value) is Program:
            return value
    return None


def resident(code: types.CodeType) -> types.CodeType:
    """The resident code object of a guest code object (itself, if it is resident already).

    Raises:
        InvalidBytecode: if the code object is malformed.
    """
    if program_of(code) is not None:
        return code
    known = _cache.get(id(code))
    if known is None:
        program = Program(code)
        program.resident = Trampoline(code, program, program.sites).build(drive)
        known = _cache[id(code)] = (program.resident, code)
    return known[0]


calls.set_converter(resident)


def convert(function: types.FunctionType) -> None:
    """Make an existing function a guest function, in place."""
    function.__code__ = resident(function.__code__)


def is_guest(function: Any) -> bool:
    """Whether a function, method or code object is executed by the machine."""
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", function)
    return type(code) is types.CodeType and program_of(code) is not None
