"""Counting the guest instructions executed by kind."""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.startup.stdlib_lite import Protocol


class Counted(Protocol):
    """A program whose instructions are counted."""

    instructions: list[Instruction]


class Tally:
    """Execution counts of each instruction of each program."""

    def __init__(self) -> None:
        self.counts: dict[Counted, list[int]] = {}

    def of(self, program: Counted) -> list[int]:
        """Return the counters of a program, one for each instruction; whoever executes one adds to it."""
        found = self.counts.get(program)
        if found is None:
            found = self.counts[program] = [0] * len(program.instructions)
        return found

    def by_kind(self) -> dict[str, int]:
        """Return how many instructions of each kind were executed, the most frequent kind first."""
        total: dict[str, int] = {}
        for program, counts in list(self.counts.items()):
            for instruction, count in zip(program.instructions, counts, strict=True):
                if count:
                    total[instruction.op] = total.get(instruction.op, 0) + count
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))
