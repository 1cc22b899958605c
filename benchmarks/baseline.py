"""Compare results with stored ones, by ratio to CPython: absolute times of two days or two machines say nothing.

`pyperf compare_to` compares such absolute times.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .results import Ratio, Results


@dataclass(frozen=True)
class Change:
    """How one program's ratio on one engine differs from the stored one."""

    program: str
    engine: str
    before: Ratio
    after: Ratio
    tolerance: float

    @property
    def slower(self) -> bool:
        """Beyond the tolerance, and not by chance: the best pair of today is worse than the worst of then."""
        return self.after.middle > self.before.middle * (1 + self.tolerance) and self.after.low > self.before.high

    @property
    def faster(self) -> bool:
        return self.after.middle < self.before.middle / (1 + self.tolerance) and self.after.high < self.before.low

    def __str__(self) -> str:
        verdict = "SLOWER" if self.slower else "faster" if self.faster else "as before"
        change = self.after.middle / self.before.middle - 1
        return f"{self.program:<24} {self.engine:<13} {self.before}x -> {self.after}x  {change:+.0%}  {verdict}"


def compare(before: Results, after: Results, tolerance: float) -> Iterator[Change]:
    """The change of every program and engine that is in both.

    Args:
        before: the stored results.
        after: the new ones.
        tolerance: by what part a ratio may grow, for instance 0.1.
    """
    for program in after.timings:
        for engine in after.engines:
            old, new = before.ratio(program, engine), after.ratio(program, engine)
            if old is not None and new is not None:
                yield Change(program, engine, old, new, tolerance)
