"""Interrupts at chosen instructions: an exception is raised there, as if a signal handler had raised it.

A point is a code object and an offset in it. The host's monitoring finds the points that an action comes to, and raises
at one of them; where there is none (CPython 3.11), a trace function does.
"""

from __future__ import annotations

import dis
import sys
import types
from collections.abc import Callable
from functools import cache

_monitoring = getattr(sys, "monitoring", None)
_TOOL = 5

Point = tuple[types.CodeType, int]


class Interrupt(KeyboardInterrupt):
    """What is raised."""


def points(action: Callable[[], object], wanted: Callable[[types.CodeType], bool]) -> list[Point]:
    """Return the points in wanted code that an action comes to, in the order in which it does first."""
    found: dict[Point, None] = {}

    def note(code: types.CodeType, offset: int) -> object:
        if wanted(code):
            found[code, offset] = None
        return None if _monitoring is None else _monitoring.DISABLE

    _before_instructions(note, action)
    return list(found)


@cache
def where_the_host_looks(code: types.CodeType) -> frozenset[int]:
    """Return the offsets in a code object where the host looks for signals: at its start, after calls, in loops."""
    found = set()
    before = "RESUME"
    for instruction in dis.get_instructions(code):
        if before.startswith(("RESUME", "CALL", "JUMP_BACKWARD", "COPY_FREE_VARS")) or instruction.is_jump_target:
            found.add(instruction.offset)
        before = instruction.opname
    return frozenset(found)


def begins_quietly(code: types.CodeType, offset: int) -> bool:
    """Return True if an instruction is the first behind a RESUME at which the host does not look for signals."""
    return offset >= 2 and code.co_code[offset - 2 : offset] == bytes((dis.opmap["RESUME"], 2))


def interrupt(point: Point, action: Callable[[], object]) -> bool:
    """Call a function, raise `Interrupt` in it when control comes to a point first, and return True if it does.

    Raises:
        Interrupt: unless the function has caught it.
    """
    struck: list[bool] = []

    def strike(code: types.CodeType, offset: int) -> None:
        if not struck and code is point[0] and offset == point[1]:
            struck.append(True)
            raise Interrupt

    _before_instructions(strike, action, point[0])
    return bool(struck)


def _before_instructions(
    call: Callable[[types.CodeType, int], object], action: Callable[[], object], code: types.CodeType | None = None
) -> None:
    """Call a function during an action before each instruction: those of a code object, or all."""
    if _monitoring is None:
        _traced(call, action, code)
        return
    event = _monitoring.events.INSTRUCTION
    _monitoring.use_tool_id(_TOOL, "interrupts")
    _monitoring.register_callback(_TOOL, event, call)
    if code is None:
        _monitoring.set_events(_TOOL, event)
    else:
        _monitoring.set_local_events(_TOOL, code, event)
    try:
        action()
    finally:
        _monitoring.set_events(_TOOL, 0)
        if code is not None:
            _monitoring.set_local_events(_TOOL, code, 0)
        _monitoring.register_callback(_TOOL, event, None)
        _monitoring.free_tool_id(_TOOL)
        _monitoring.restart_events()


def _traced(
    call: Callable[[types.CodeType, int], object], action: Callable[[], object], code: types.CodeType | None
) -> None:
    def trace(frame: types.FrameType, event: str, argument: object) -> object:
        if event == "call":
            if code is not None and frame.f_code is not code:
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        elif event == "opcode":
            call(frame.f_code, frame.f_lasti)
        return trace

    set_trace, before = sys.settrace, sys.gettrace()
    set_trace(trace)
    try:
        action()
    finally:
        set_trace(before)
