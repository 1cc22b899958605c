"""Where execution comes to a line."""

from __future__ import annotations

from bytescope.code.instruction import Lowered
from bytescope.isa.table import INSTRUCTIONS
from bytescope.isa.verify import Verified

_NOWHERE = frozenset({0})


def line_starts(lowered: Lowered, verified: Verified, start: int) -> dict[int, int]:
    """The instructions at which control may come to a line from another one, or by a jump backwards; with their lines.

    An instruction without a line belongs to the line that was executed before it. Where control may come from the same
    line or from another, it counts as coming from another.

    Args:
        lowered: the code object.
        verified: what the verifier found.
        start: the instruction at which the frame begins.
    """
    instructions = lowered.instructions
    lines = [each.position[0] if each.position and index > start else None for index, each in enumerate(instructions)]
    came: list[frozenset[int]] = [frozenset()] * len(instructions)
    pending: list[int] = []

    def arrive(index: int, origins: frozenset[int]) -> None:
        if not origins <= came[index]:
            came[index] = came[index] | origins
            pending.append(index)

    arrive(0, _NOWHERE)
    while pending:
        index = pending.pop()
        if verified.depths[index] < 0:
            continue
        line = lines[index]
        leaving = came[index] if line is None else frozenset({line})
        instruction = instructions[index]
        handler = verified.handlers[index]
        if handler is not None:
            arrive(handler.target, leaving)
        target = instruction.target
        if target is not None:
            arrive(target, _NOWHERE if target <= index else leaving)
        if INSTRUCTIONS[instruction.op].falls_through and index + 1 < len(instructions):
            arrive(index + 1, leaving)
    return {
        index: line
        for index, line in enumerate(lines)
        if line is not None and verified.depths[index] >= 0 and came[index] - {line} and instructions[index].op != "RESUME"
    }
