"""Line starts: the instructions at which control reaches a line."""

from __future__ import annotations

from bytescope.code.instruction import Lowered
from bytescope.flow.verify import Verified
from bytescope.flow.worklist import Worklist
from bytescope.isa.table import INSTRUCTIONS

_NOWHERE = frozenset({0})
_GOES_ON = frozenset({"SEND"})
"""Instructions that stand for the loop behind them: control goes on at their target alone."""


def line_starts(lowered: Lowered, verified: Verified, start: int) -> tuple[dict[int, int], frozenset[int]]:
    """Return where control reaches a line from another one, or again by a backward jump.

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
    origins = _Origins(lowered, verified, lines)
    origins.reach(0, _NOWHERE)
    origins.run()
    came, again = origins.states, origins.again
    starts = {
        index: line for index, line in enumerate(lines) if line is not None and came[index] and came[index] - {line}
    }
    starts = {index: line for index, line in starts.items() if instructions[index].op != "RESUME"}
    return starts, frozenset(index for index in again if index not in starts and lines[index] is not None)


class _Origins(Worklist):
    """Finds out from which lines control comes to each instruction."""

    def __init__(self, lowered: Lowered, verified: Verified, lines: list[int | None]) -> None:
        super().__init__(len(lines))
        self.instructions, self.handlers, self.lines = lowered.instructions, verified.handlers, lines
        self.again: set[int] = set()

    def join(self, index: int, known: frozenset[int], other: frozenset[int]) -> frozenset[int]:
        return known | other

    def step(self, index: int, state: frozenset[int]) -> frozenset[int] | None:
        line = self.lines[index]
        leaving = state if line is None else frozenset({line})
        instruction = self.instructions[index]
        row = INSTRUCTIONS[instruction.op]
        handler = self.handlers[index]
        if handler is not None and row.raises:
            self.reach(handler.target, leaving)
        target = instruction.target
        if target is not None and target <= index:
            self.again.add(target)
            if self.lines[target] is None:
                self.reach(target, _NOWHERE)
        elif target is not None:
            self.reach(target, leaving)
        return leaving if row.falls_through and instruction.op not in _GOES_ON else None
