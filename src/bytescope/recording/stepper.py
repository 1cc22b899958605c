"""The stepper: a position in a recording that moves in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import Tape

if TYPE_CHECKING:
    from bytescope.recording.recording import Recording

__all__ = ["Breakpoint", "Stepper", "Stop"]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the stepper has stopped, and why.

    step: the step; reason: "step", "return" (in the caller), "breakpoint", "begin" or "end" (of the recording);
    breakpoint: the one that it has stopped at, or None.
    """

    step: int
    reason: str
    breakpoint: Breakpoint | None = None


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A place or an event to stop at; what is None is not asked for.

    line, file: a line, of files whose names end so; function: a glob over qualified names, to stop where one begins;
    exception: a glob over names of exceptions, to stop at the instruction that one comes up at, in the frame where it
    is raised; condition: an expression over the frame's values that must be true as well, and is not where it cannot be
    evaluated on what is recorded (`Recording.evaluate` says why).
    """

    line: int | None = None
    file: str | None = None
    function: str | None = None
    exception: str | None = None
    condition: str | None = None


class Stepper:
    """A position in a recording, before an instruction is executed.

    Each move returns a `Stop`. With `back` a move goes to where the same move forward could have come from.

    Args:
        recording: the recording.
        step: where to begin.
        breakpoints: where `run` stops.

    Raises:
        IndexError: if there is no such step.
    """

    def __init__(self, recording: Recording, step: int = 0, breakpoints: Iterable[Breakpoint] = ()) -> None:
        self.recording = recording
        self.breakpoints = list(breakpoints)
        self._tape: Tape = recording.tape
        self._index = recording.index
        self._cursor = Cursor(self._tape)
        self._cursor.go(step)

    # --- where it is

    @property
    def step(self) -> int:
        """Return the step whose instruction is executed next; the number of steps at the end."""
        return self._cursor.step

    @property
    def frames(self) -> list[Frame]:
        """Return the frames on the stack, the innermost first; none at the end."""
        return self._cursor.frames

    @property
    def cursor(self) -> Cursor:
        """Return the state here."""
        return self._cursor

    @property
    def line(self) -> int | None:
        """Return the line here, None where there is none."""
        frames = self.frames
        return frames[0].line if frames else None

    # --- moves

    def go(self, step: int) -> Stop:
        """Go to a step.

        Raises:
            IndexError: if there is no such step.
        """
        self._cursor.go(step)
        return self._stop("step")

    def instruction(self, back: bool = False) -> Stop:
        """Go to the next instruction, of whatever frame."""
        return self._first(self._steps(back), lambda step: True)

    def into(self, back: bool = False) -> Stop:
        """Go to the next line, of whatever frame."""
        return self._first(self._steps(back), self._index.begins_line)

    def over(self, back: bool = False) -> Stop:
        """Go to the next line of this frame; what it calls, or awaits, is passed over. At its end: into its caller."""
        if self.step >= len(self._tape):
            return self.into(back) if back else self._stop("end")
        number = self._tape.frame(self.step).number
        following = self._index.previous_of if back else self._index.next_of
        step = following(number, self.step)
        while step is not None:
            if self._index.begins_line(step):
                return self.go(step)
            step = following(number, step)
        return self.out(back)

    def out(self, back: bool = False) -> Stop:
        """Go to where the caller goes on, or with `back`, to where it has called; to the end if there is no caller."""
        if self.step < len(self._tape):
            number = self._tape.frame(self.step).number
            parent = self._index.parent(number, self.step)
            if parent is not None:
                step = (self._index.previous_of if back else self._index.next_of)(parent, self.step)
                if step is not None:
                    self._cursor.go(step)
                    return self._stop("return")
        self._cursor.go(0 if back else len(self._tape))
        return self._stop("begin" if back else "end")

    def run(self, back: bool = False) -> Stop:
        """Go to the next breakpoint, or to the end.

        Raises:
            ValueError: if the condition of a breakpoint is no expression.
        """
        for step in self._steps(back):
            for each in self.breakpoints:
                if self._reached(each, step):
                    self._cursor.go(step)
                    if each.condition is None or self.recording.holds(each.condition, self._cursor):
                        return self._stop("breakpoint", each)
        self._cursor.go(0 if back else len(self._tape))
        return self._stop("begin" if back else "end")

    # --- how

    def _steps(self, back: bool) -> range:
        return range(self.step - 1, -1, -1) if back else range(self.step + 1, len(self._tape))

    def _first(self, steps: Iterable[int], wanted: Callable[[int], bool]) -> Stop:
        back = isinstance(steps, range) and steps.step < 0
        for step in steps:
            if wanted(step):
                return self.go(step)
        self._cursor.go(0 if back else len(self._tape))
        return self._stop("begin" if back else "end")

    def _stop(self, reason: str, breakpoint: Breakpoint | None = None) -> Stop:
        return Stop(self.step, reason, breakpoint)

    def _reached(self, each: Breakpoint, step: int) -> bool:
        tape = self._tape
        code = tape.code(step)
        if each.file is not None and not code.file.endswith(each.file):
            return False
        if each.line is not None and (tape.instruction(step).line != each.line or not self._index.begins_line(step)):
            return False
        if each.function is not None and not (
            fnmatchcase(code.name, each.function) and self._index.previous_of(tape.frame(step).number, step) is None
        ):
            return False
        return each.exception is None or any(
            fnmatchcase(error.kind, each.exception) for error in self.recording.raised(step)
        )
