"""Values that calls have returned, to be shown after a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bytescope.machine.handler_namespace import NULL
from bytescope.recording.index import Index
from bytescope.recording.state import Cursor
from bytescope.recording.tape import ENTRY, RETURNED, Object

__all__ = ["Returned", "returned_since"]

_MOST = 100
"""Instructions of a frame that are examined, at most: a line has fewer, unless it loops."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A call that has returned: the step of the call, the name of what was called, and the value."""

    step: int
    name: str
    value: Any


def returned_since(index: Index, cursor: Cursor, begin: int, end: int) -> tuple[Returned, ...]:
    """Return the calls that a frame has made in a range of steps, and its own value if it has returned in it.

    Args:
        index: the index of the tape.
        cursor: a cursor, which is moved.
        begin: a step of the frame.
        end: the step after the range.
    """
    tape = index.tape
    if not begin < min(end, len(tape)):
        return ()
    number = tape.frame(begin).number
    found = []
    step: int | None = begin
    for _ in range(_MOST):
        if step is None or step >= end:
            break
        following = index.next_of(number, step)
        if following is not None and following > end:  # the call goes on
            break
        instruction = tape.instruction(step)
        if instruction.op.startswith("CALL"):
            slot = tape.code(step).first_operand + instruction.depth - instruction.operands
            value = _last(index, number, slot, step, end if following is None else following)
            if value is not None:
                cursor.go(step)
                slots = cursor.slots(number)
                callee = slots.get(slot + 1 if slots.get(slot) is NULL else slot)
                found.append(Returned(step, _name(callee), *value))
        step = following
    place = index.end_of(number)
    if place is not None and tape.log[place + 1] == RETURNED and place < tape.place(end):
        found.append(Returned(tape.step_of(place), tape.code(begin).name, tape.log[place + 3]))
    return tuple(found)


def _last(index: Index, number: int, slot: int, begin: int, end: int) -> tuple[Any] | None:
    """Return the last value written to a slot in a range of steps."""
    tape, log = index.tape, index.tape.log
    for place in range(tape.place(end) - ENTRY, tape.place(begin) - 1, -ENTRY):
        if log[place] == number and log[place + 1] == slot:
            return (log[place + 3],)
    return None


def _name(callee: Any) -> str:
    if type(callee) is not Object:
        return "?"
    function = (callee.initial or {}).get("__func__")
    if type(function) is str:
        return function
    return callee.label or (function.label if type(function) is Object else "") or callee.kind
