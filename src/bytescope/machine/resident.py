"""Resident code objects: made once for each guest code object, and recognised again."""

from __future__ import annotations

import gc
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
        program.guarded = Program.observer is not None
        program.resident = Trampoline(code, program, program.sites, program.guarded).build(drive)
        known = _cache[id(code)] = (program.resident, code)
    return known[0]


def guard(programs: list[Program]) -> None:
    """Have the machine see every exception in activations of these programs that begin from now on."""
    replaced = {}
    for program in programs:
        old = program.resident
        program.guarded = True
        program.resident = Trampoline(program.code, program, program.sites, True).build(drive)
        _cache[id(program.code)] = (program.resident, program.code)
        replaced[id(old)] = (old, program.resident)
    for function in gc.get_referrers(*(old for old, _ in replaced.values())):
        if type(function) is types.FunctionType and id(function.__code__) in replaced:
            function.__code__ = replaced[id(function.__code__)][1]


calls.set_converter(resident)


def convert(function: types.FunctionType) -> None:
    """Make an existing function a guest function, in place."""
    function.__code__ = resident(function.__code__)


def is_guest(function: Any) -> bool:
    """Whether a function, method or code object is executed by the machine."""
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", function)
    return type(code) is types.CodeType and program_of(code) is not None
