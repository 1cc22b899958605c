"""Counting the guest instructions executed by kind."""

from __future__ import annotations

from bytescope.machine.program import Program


class Tally:
    """How often each instruction of each program was executed."""

    def __init__(self) -> None:
        self.counts: dict[Program, list[int]] = {}

    def of(self, program: Program) -> list[int]:
        """The counters of a program, one for each instruction; whoever executes one adds to it."""
        found = self.counts.get(program)
        if found is None:
            found = self.counts[program] = [0] * len(program.instructions)
        return found

    def by_kind(self) -> dict[str, int]:
        """How many instructions of each kind were executed, the most frequent kind first."""
        total: dict[str, int] = {}
        for program, counts in list(self.counts.items()):
            for instruction, count in zip(program.instructions, counts, strict=True):
                if count:
                    total[instruction.op] = total.get(instruction.op, 0) + count
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    def by_function(self) -> dict[Program, int]:
        """How many instructions of each program were executed, the busiest program first."""
        total = {program: sum(counts) for program, counts in list(self.counts.items())}
        return dict(sorted(total.items(), key=lambda item: -item[1]))
