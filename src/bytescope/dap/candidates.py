"""Candidates: the steps that breakpoints are about, looked up once and passed in order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bytescope.dap.breakpoints import Breakpoint
from bytescope.recording import Recording

__all__ = ["Candidates"]


@dataclass
class Candidates:
    """The steps that breakpoints are about, in order.

    recording: the recording; breakpoints: the breakpoints; check: called now and then, to give up; report: called with
    what cannot be evaluated.
    """

    recording: Recording
    breakpoints: list[Breakpoint]
    check: Callable[[], None]
    report: Callable[[str], None]

    @cached_property
    def _of(self) -> dict[int, list[Breakpoint]]:
        found: dict[int, list[Breakpoint]] = {}
        for each in self.breakpoints:
            self.check()
            for step in dict.fromkeys(each.steps(self.recording)):
                found.setdefault(step, []).append(each)
        return found

    @cached_property
    def _steps(self) -> list[int]:
        return sorted(self._of)

    def after(self, step: int, end: int) -> Iterator[tuple[int, list[Breakpoint]]]:
        """Yield the steps after a step and before an end, with their breakpoints."""
        steps = self._steps
        for at in range(bisect_left(steps, step + 1), bisect_left(steps, end)):
            self.check()
            yield steps[at], self._of[steps[at]]

    def before(self, step: int, end: int) -> Iterator[tuple[int, list[Breakpoint]]]:
        """Yield the steps before a step and after an end, the last one first, with their breakpoints."""
        steps = self._steps
        for at in range(bisect_left(steps, step) - 1, bisect_left(steps, end + 1) - 1, -1):
            self.check()
            yield steps[at], self._of[steps[at]]

    def hits(self, each: Breakpoint, step: int) -> int:
        """Return how often the condition of a breakpoint has been true at its steps until a step, which counts."""
        known = self._hits.get(each.number)
        if known is None:
            known = self._hits[each.number] = self._all_hits(each)
        return bisect_left(known, step + 1)

    @cached_property
    def _hits(self) -> dict[int, list[int]]:
        return {}

    def _all_hits(self, each: Breakpoint) -> list[int]:
        cursor = self.recording.at(0)
        found = []
        for step in [step for step in self._steps if each in self._of[step]]:
            self.check()
            cursor.go(step)
            if each.true(cursor.frames[0], self.report):
                found.append(step)
        return found
