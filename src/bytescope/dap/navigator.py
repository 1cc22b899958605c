"""The position in the recording, and its moves: forwards and backwards, up to breakpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bytescope.dap.breakpoints import Breakpoint, uncaught
from bytescope.dap.candidates import Candidates
from bytescope.recording import Object, Recording, Stepper

__all__ = ["Arrival", "Navigator"]


@dataclass(frozen=True)
class Arrival:
    """Where a move has led to.

    reason: as in a `stopped` event, or "end" if the program has ended; breakpoints: those that it has stopped at;
    text: what the user should know besides.
    """

    reason: str
    breakpoints: tuple[Breakpoint, ...] = ()
    text: str = ""


class Navigator:
    """A position in a recording of at least one step.

    Args:
        recording: the recording.
        check: called now and then during long moves, to give up.
        report: called with what breakpoints cannot evaluate.
        write: called with what logpoints write.
    """

    def __init__(
        self,
        recording: Recording,
        check: Callable[[], None],
        report: Callable[[str], None],
        write: Callable[[str], None],
    ) -> None:
        self.recording = recording
        self.stepper = Stepper(recording)
        self.origin = 0
        """The step that the last move began at."""
        self._check, self._report, self._write = check, report, write
        self.set_breakpoints([])

    @property
    def step(self) -> int:
        """Return the step whose instruction is executed next."""
        return self.stepper.step

    @property
    def last(self) -> int:
        """Return the last step."""
        return self.recording.steps - 1

    @cached_property
    def _uncaught(self) -> set[int]:
        return {error.number for error in uncaught(self.recording)}

    def is_uncaught(self, error: Object) -> bool:
        """Return True if nothing has caught an exception."""
        return error.number in self._uncaught

    def set_breakpoints(self, breakpoints: list[Breakpoint]) -> None:
        """Have these breakpoints instead of those before."""
        self._candidates = Candidates(self.recording, breakpoints, self._check, self._report)

    # --- moves

    def begin(self) -> Arrival:
        """Go to where the first line begins; from there, to the first step."""
        steps = range(self.recording.steps)
        first = next((step for step in steps if self.recording.index.begins_line(step)), 0)
        return self._go(0 if self.step == first else first, "entry", "the beginning of the recording")

    def run(self, back: bool = False, first: bool = False) -> Arrival:
        """Go to the next breakpoint.

        Args:
            back: whether to go backwards.
            first: whether the step at hand counts as well.
        """
        found = self._passed(self.step - first, -1 if back else self.last + 1, back)
        if found is not None:
            return found
        return self.begin() if back else self.end()

    def end(self) -> Arrival:
        """Go to the last step, as the program has ended."""
        return self._go(self.last, "end", "the end of the recording")

    def move(self, name: str, back: bool = False) -> Arrival:
        """Make a move of the stepper, but stop at breakpoints on the way.

        Args:
            name: "into", "over", "out" or "instruction".
            back: whether to go backwards.
        """
        before = self.step
        if before == self.last and not back:
            return self.end()
        stop = getattr(self.stepper, name)(back=back)
        target = self.stepper.step
        self.stepper.go(before)
        found = self._passed(before, target - 1 if back else min(target, self.last) + 1, back)
        if found is not None:
            return found
        if stop.reason == "end":
            return self.end()
        if stop.reason == "begin":
            return self.begin()
        return self._go(target, "step")

    def go(self, step: int) -> Arrival:
        """Go to a step."""
        return self._go(step, "goto")

    # --- how

    def _go(self, step: int, reason: str, text: str = "", breakpoints: tuple[Breakpoint, ...] = ()) -> Arrival:
        self.origin = self.step
        self.stepper.go(step)
        return Arrival(reason, breakpoints, text)

    def _passed(self, start: int, end: int, back: bool) -> Arrival | None:
        """Return the arrival at the first breakpoint on the way from a step to another, None if none stops."""
        candidates = self._candidates
        cursor = self.recording.at(self.step)
        for step, breakpoints in candidates.before(start, end) if back else candidates.after(start, end):
            cursor.go(step)
            stopping = []
            for each in breakpoints:
                if each.stops(cursor, lambda each=each, step=step: candidates.hits(each, step), self._report):  # type: ignore[misc]
                    if each.message:
                        self._write(each.written(cursor.frames[0], self._report) + "\n")
                    else:
                        stopping.append(each)
            if stopping:
                return self._go(step, stopping[0].reason, "", tuple(stopping))
        return None
