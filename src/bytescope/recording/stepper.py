"""The stepper: a position in a recording that moves in both directions, and on with a program that still runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bytescope.recording.breakpoints import Breakpoint, Place
from bytescope.recording.expressions import NotRecorded, evaluate
from bytescope.recording.lines import line_for
from bytescope.recording.returned import Returned, returned_since
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.stops import Message, Stop, Stops
from bytescope.recording.tape import Object, Tape

if TYPE_CHECKING:
    from bytescope.recording.frontier import Frontier
    from bytescope.recording.recording import Recording

__all__ = ["Message", "Stepper", "Stop"]

Target = tuple[int, str] | None
"""A step to stop at and the reason, None if there is none."""


class Stepper:
    """A position in a recording, before an instruction is executed.

    Each move returns a `Stop`. With `back` a move goes to where the same move forward could have come from. A move
    stops at a breakpoint on its way. At the end of a recording whose program is still running, a move forward has the
    program go on.

    Args:
        recording: the recording.
        step: where to begin.
        breakpoints: where to stop.
        frontier: the program that is being recorded, if it still runs.

    Attributes:
        breakpoints: a list, to be changed at will.
        messages: what logpoints have to say, and which conditions could not be evaluated; to be emptied at will.

    Raises:
        IndexError: if there is no such step.
    """

    def __init__(
        self,
        recording: Recording,
        step: int = 0,
        breakpoints: Iterable[Breakpoint] = (),
        frontier: Frontier | None = None,
    ) -> None:
        self.recording = recording
        self.breakpoints = list(breakpoints)
        self.messages: list[Message] = []
        self.frontier = frontier
        self._tape: Tape = recording.tape
        self._cursor = Cursor(self._tape)
        self._cursor.go(step)
        self._stops = Stops(recording, lambda message: self.messages.append(message))

    @classmethod
    def live(cls, frontier: Frontier, timeout: float = -1) -> Stepper:
        """Wait until a program waits, or has ended, and return a stepper that stands there.

        Args:
            frontier: the program's.
            timeout: how many seconds to wait at most; -1 for as long as it takes.

        Raises:
            TimeoutError: if it takes longer.
            RuntimeError: if the program has ended before it was recorded.
        """
        if not frontier.wait(timeout):
            raise TimeoutError(f"the program did not begin to wait within {timeout} seconds")
        steps = frontier.recording.steps
        return cls(frontier.recording, max(steps - 1, 0) if frontier.runs else steps, frontier=frontier)

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

    @property
    def is_live(self) -> bool:
        """Return True if the program waits right here, so that it can be changed, and anything be evaluated."""
        return self._runs and self.step == len(self._tape) - 1

    @property
    def _runs(self) -> bool:
        return self.frontier is not None and self.frontier.runs

    # --- moves

    def go(self, step: int) -> Stop:
        """Go to a step.

        Raises:
            IndexError: if there is no such step.
        """
        self._cursor.go(step)
        return Stop(step, "step")

    def instruction(self, back: bool = False) -> Stop:
        """Go to the next instruction, of whatever frame."""
        return self._move(back, lambda start: self._first(start, back, lambda step: True))

    def into(self, back: bool = False) -> Stop:
        """Go to the next line, of whatever frame, in whatever thread."""
        return self._move(back, lambda start: self._first(start, back, self.recording.index.begins_line))

    def over(self, back: bool = False) -> Stop:
        """Go to the next line of this frame; what it calls, or awaits, is passed over. At its end: into its caller."""
        if self.step >= len(self._tape):
            return self.into(back) if back else Stop(self.step, "end")
        number = self._tape.frame(self.step).number
        return self._move(back, lambda start: self._over(number, start, back))

    def line_in_thread(self, back: bool = False) -> Stop:
        """Go to the next line of this thread, of whatever frame."""
        if self.step >= len(self._tape):
            return self.into(back)
        thread, tape, index = self._tape.frame(self.step).thread, self._tape, self.recording.index
        return self._move(
            back,
            lambda start: self._first(
                start, back, lambda step: tape.frame(step).thread == thread and index.begins_line(step)
            ),
        )

    def out(self, back: bool = False) -> Stop:
        """Go to where the caller goes on, or with `back`, to where it has called; to the end if there is no caller."""
        if self.step >= len(self._tape):
            return self.go(0) if back else Stop(self.step, "end")
        number = self._tape.frame(self.step).number
        return self._move(back, lambda start: self._out(number, start, back))

    def run(self, back: bool = False, frame: bool = False, until: Callable[[int], bool] | None = None) -> Stop:
        """Go to the next breakpoint, or to the end.

        Args:
            back: whether to go to the previous one.
            frame: whether only breakpoints in this very frame count.
            until: a further condition to stop at, of the number of a step.

        Raises:
            ValueError: if the condition of a breakpoint is no expression.
        """
        only = self._tape.frame(self.step).number if frame and self.step < len(self._tape) else None
        if until is None:
            return self._move(back, lambda start: None, only)
        return self._move(back, lambda start: self._first(start, back, until), only)

    def to_raise(self, text: str | None = None, frame: int = 0) -> Stop:
        """Go back to where an exception has come up.

        Args:
            text: an expression for it, such as "error", "error.__cause__", "error.__context__" or
                "group.exceptions[0]"; None: the one that arrived in the frame last.
            frame: the frame to evaluate that in.

        Raises:
            ValueError: if that is no expression.
            NotRecorded: if there is no such exception, or its raise is not in the recording.
        """
        here = self.frames[frame] if self.frames else None
        if text is None:
            found = self.recording.index.arrived(here.number, self.step) if here else None
        else:
            value = evaluate(text, here) if here else None
            found = self.recording.index.raise_of(value, self.step) if type(value) is Object else None
        if found is None:
            raise NotRecorded(f"no raise of {text or 'an exception'} is recorded before this step")
        self._cursor.go(found.step)
        return Stop(found.step, "step", None, found)

    def post_mortem(self) -> Stop:
        """Go to where the last exception has come up that nothing has caught.

        Raises:
            NotRecorded: if there is none.
        """
        if not self.recording.index.uncaught:
            raise NotRecorded("no exception has ended the program or a thread")
        found = self.recording.index.uncaught[-1]
        self._cursor.go(found.step)
        return Stop(found.step, "step", None, found)

    # --- questions

    def line_of(self, line: int, file: str | None = None) -> int | None:
        """Return the line at which a breakpoint on a line stops: the next one with code, None if there is none."""
        if self._runs:
            self.recording.read_sources()
        return line_for(self._tape, line, file)

    def place(self, text: str, frame: int = 0) -> Place:
        """Return what a name, an attribute or an item means here, to stop where it is written to.

        See `Recording.place`.
        """
        return self.recording.place(text, self.step, frame)

    def evaluate(self, text: str, frame: int = 0) -> Any:
        """Evaluate an expression: where the program waits, any; in the past, what `Recording.evaluate` understands.

        What an expression changes where the program waits is changed for good, and noted as the user's doing.

        Args:
            text: the expression.
            frame: which frame of the stack, the innermost is 0.

        Returns:
            An atom, a string, an `Object` or a `Text`.

        Raises:
            ValueError: if it is no expression.
            NotRecorded: if it cannot be evaluated in the past.
            EvaluationFailed: if it raises an exception; the program goes on all the same.
        """
        if self.is_live:
            assert self.frontier is not None
            try:
                return self.frontier.evaluate(text, self.frames[frame])
            finally:
                self._cursor.go(self.step)
        return evaluate(text, self.frames[frame])

    def set(self, target: str, text: str, frame: int = 0) -> Any:
        """Set a variable, attribute or item to the value of an expression, where the program waits.

        Args:
            target: "total", "self.total" or "seen[0]"; a name is set where it lives: local, in a cell, or global.
            text: the expression.
            frame: which frame of the stack, the innermost is 0.

        Returns:
            The new value, as `evaluate` returns it.

        Raises:
            ValueError: if the texts are no target and no expression.
            NotRecorded: if the stepper is in the past, which cannot be changed.
            EvaluationFailed: if it raises an exception.
        """
        if not self.is_live:
            raise NotRecorded(f"{target} cannot be set here: only where the program waits, which is the last step")
        assert self.frontier is not None
        try:
            return self.frontier.set(target, text, self.frames[frame])
        finally:
            self._cursor.go(self.step)

    def resume(self) -> Stop:
        """Go on with the move that a pause has ended."""
        return self._resumed()

    def feed(self, text: str) -> Stop:
        """Give a program that waits for input a text - a line with its end, "" for the end of the input - and go on.

        Returns:
            Where the move that had stopped for input now ends.

        Raises:
            NotRecorded: if the program does not wait for input.
        """
        if self.frontier is None or not self.frontier.wants_input:
            raise NotRecorded("the program does not wait for input")
        self.frontier.feed(text)
        return self._after_wait() or self._resumed()

    def born(self, text: str, frame: int = 0) -> Stop:
        """Go to the step at which an object was made, or first seen.

        Args:
            text: an expression for it.
            frame: the frame to evaluate that in.

        Raises:
            ValueError: if that is no expression.
            NotRecorded: if it is no object, or older than what is kept of the recording.
        """
        return self.go(self.recording.born(text, self.step, frame))

    def close(self) -> None:
        """End the program if it still runs; the recording stays."""
        if self.frontier is not None:
            self.frontier.close()

    # --- how moves are made

    def _move(self, back: bool, find: Callable[[int], Target], only: int | None = None) -> Stop:
        """Go to what is found or to a breakpoint on the way; have the program go on if there is none yet."""
        start = self.step
        self._stops.begin()
        self._resumed: Callable[[], Stop] = lambda: self._move_from(start, back, find, only)
        return self._resumed()

    def _move_from(
        self, start: int, back: bool, find: Callable[[int], Target], only: int | None, latest: int | None = None
    ) -> Stop:
        tape = self._tape
        began, forgotten = start + tape.forgotten, tape.forgotten
        checked = start if latest is None else max(latest - forgotten, 0)
        while True:
            target = find(start)
            end = (-1 if back else len(tape)) if target is None else target[0] + (-1 if back else 1)
            stopped = self._stops.first(self.breakpoints, checked - 1 if back else checked + 1, end, only, back=back)
            if stopped is not None:
                return self._arrive(start, back, *stopped)
            if target is not None:
                return self._arrive(start, back, *target)
            if back or not self._runs:
                self._cursor.go(0 if back else len(tape))
                return Stop(self.step, "begin" if back else "end", returned=self._returned(start, back))
            assert self.frontier is not None
            latest = tape.forgotten + max(checked, len(tape) - 2)
            self.frontier.go_on(lambda step: self._is_reached(step, began, latest, find, only))  # noqa: B023
            start, checked = max(began - tape.forgotten, 0), max(latest - tape.forgotten, 0)
            if tape.forgotten != forgotten:
                forgotten = tape.forgotten
                self._cursor = Cursor(tape)
            stop = self._after_wait()
            if stop is not None and (stop.reason == "input" or find(start) is None):
                seen = tape.forgotten + max(start, len(tape) - 3)
                self._resumed = lambda: self._move_from(max(began - tape.forgotten, 0), back, find, only, seen)  # noqa: B023
                return stop

    def _after_wait(self) -> Stop | None:
        """Return the stop, at the last step, if the program has been paused or waits for input."""
        assert self.frontier is not None
        why = self.frontier.why
        if why not in ("pause", "input"):
            return None
        self._cursor.go(len(self._tape) - 1)
        return Stop(self.step, why)

    def _is_reached(self, step: int, began: int, latest: int, find: Callable[[int], Target], only: int | None) -> bool:
        """Return True if the program, about to execute a step, is to wait. Runs in its thread.

        Where the move began, and up to where breakpoints have been looked for, is counted with what is forgotten.
        """
        self._tape.settle()
        forgotten = self._tape.forgotten
        if find(max(began - forgotten, 0)) is not None:
            return True
        since = max(latest - forgotten, -1) + 1
        return self._stops.first(self.breakpoints, step, step + 1, only, since) is not None

    def _arrive(self, start: int, back: bool, step: int, reason: str, *more: Any) -> Stop:
        self._cursor.go(step)
        breakpoint, raised = more or (None, None)
        return Stop(step, reason, breakpoint, raised, self._returned(start, back))

    def _returned(self, start: int, back: bool) -> tuple[Returned, ...]:
        return () if back else returned_since(self.recording.index, self._stops.cursor, start, self.step)

    def _first(self, start: int, back: bool, wanted: Callable[[int], bool]) -> Target:
        for step in range(start - 1, -1, -1) if back else range(start + 1, len(self._tape)):
            if wanted(step):
                return step, "step"
        return None

    def _over(self, number: int, start: int, back: bool) -> Target:
        index = self.recording.index
        following = index.previous_of if back else index.next_of
        step = following(number, start)
        while step is not None:
            if index.comes_to_line(step):
                return step, "step"
            step = following(number, step)
        if not back and self._runs and not index.has_ended(number):
            return None
        return self._out(number, start, back)

    def _out(self, number: int, start: int, back: bool) -> Target:
        index = self.recording.index
        parent = index.parent(number, start)
        if parent is None:
            return None
        step = (index.previous_of if back else index.next_of)(parent, start)
        return None if step is None else (step, "return")
