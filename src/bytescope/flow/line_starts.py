"""Where execution comes to a line."""

from __future__ import annotations

from bytescope.code.instruction import Lowered
from bytescope.flow.verify import Verified
from bytescope.isa.table import INSTRUCTIONS

_NOWHERE = frozenset({0})
_GOES_ON = frozenset({"SEND"})
"""Instructions that stand for the loop behind them: control goes on at their target alone."""


def line_starts(lowered: Lowered, verified: Verified, start: int) -> tuple[dict[int, int], frozenset[int]]:
    """Where control comes to a line from another one, or again by a jump backwards.

    An instruction without a line belongs to the line that was executed before it. Where control may come from the same
    line or, by a way other than a jump backwards, from another, it counts as coming from another.

    Args:
        lowered: the code object.
        verified: what the verifier found.
        start: the instruction at which the frame begins.

    Returns:
        The instructions that control comes to from another line, with their lines; and those that begin a line only
        for who jumps back to them.
    """
    instructions = lowered.instructions
    lines = [each.position[0] if each.position and index > start else None for index, each in enumerate(instructions)]
    came: list[frozenset[int]] = [frozenset()] * len(instructions)
    again: set[int] = set()
    pending: list[int] = []

    def arrive(index: int, origins: frozenset[int]) -> None:
        if not origins <= came[index]:
            came[index] = came[index] | origins
            pending.append(index)

    arrive(0, _NOWHERE)
    while pending:
        index = pending.pop()
        line = lines[index]
        leaving = came[index] if line is None else frozenset({line})
        instruction = instructions[index]
        handler = verified.handlers[index]
        if handler is not None and INSTRUCTIONS[instruction.op].raises:
            arrive(handler.target, leaving)
        target = instruction.target
        if target is not None and target <= index:
            again.add(target)
            if lines[target] is None:
                arrive(target, _NOWHERE)
        elif target is not None:
            arrive(target, leaving)
        if INSTRUCTIONS[instruction.op].falls_through and instruction.op not in _GOES_ON:
            arrive(index + 1, leaving)
    starts = {index: line for index, line in enumerate(lines) if line is not None and came[index] - {line}}
    starts = {index: line for index, line in starts.items() if instructions[index].op != "RESUME"}
    return starts, frozenset(index for index in again if index not in starts and lines[index] is not None)
