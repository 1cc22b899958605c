"""Stops: where a move ends, and which of the breakpoints on its way a range of steps stops at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bytescope.recording.breakpoints import Breakpoint, Search
from bytescope.recording.expressions import NotRecorded, filled, holds
from bytescope.recording.hits import Hits
from bytescope.recording.index import Raise
from bytescope.recording.returned import Returned
from bytescope.recording.state import Cursor, Frame

if TYPE_CHECKING:
    from bytescope.recording.recording import Recording

__all__ = ["Message", "Stop", "Stops"]


@dataclass(frozen=True, slots=True)
class Message:
    """Message of a breakpoint: a logpoint's text, or the reason why its condition or text could not be evaluated.

    step, line, file: where; text: what; breakpoint: whose; failed: whether it is an error.
    """

    step: int
    line: int | None
    file: str
    text: str
    breakpoint: Breakpoint
    failed: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop of the stepper: its step and its reason.

    step: the step; reason: "step", "return" (in the caller), "breakpoint", "begin" or "end" (of the recording), "pause"
    or "input" (a running program waits for it); breakpoint: the one that it has stopped at, or None; raised: the
    exception that comes up here, if that is why; returned: the calls on the line that has been executed, after a move
    forwards.
    """

    step: int
    reason: str
    breakpoint: Breakpoint | None = None
    raised: Raise | None = None
    returned: tuple[Returned, ...] = ()


class Stops:
    """The stops at breakpoints of one stepper.

    Args:
        recording: the recording.
        tell: takes each message.
    """

    def __init__(self, recording: Recording, tell: Callable[[Message], object]) -> None:
        self._recording = recording
        self._tape = recording.tape
        self._say = tell
        self._searches: dict[Breakpoint, Search] = {}
        self._hits: dict[Breakpoint, tuple[Search, Hits]] = {}
        self._told: set[tuple[int, Breakpoint, bool]] = set()
        self._other: tuple[Cursor, int] | None = None

    def begin(self) -> None:
        """Begin a move: logpoints speak again, and of errors each is told once."""
        self._told = {each for each in self._told if each[2]}

    def first(
        self,
        breakpoints: Iterable[Breakpoint],
        begin: int,
        end: int,
        only: int | None,
        since: int | None = None,
        back: bool = False,
    ) -> tuple[Any, ...] | None:
        """Return the first stop at a breakpoint in a range of steps: step, reason, breakpoint and exception.

        Args:
            breakpoints: those that count.
            begin: the first step of the range.
            end: the step after it.
            only: owner number of the frame that counts, None if all do.
            back: whether the range goes backwards.
            since: where the running program has gone on, if the range is its next step: what is known only when a
                step has been executed has not been looked for there.
        """
        best: tuple[Any, ...] | None = None
        for each in breakpoints:
            search = self._search(each)
            first = begin
            if since is not None and search.hindsight:
                first = since if search.late else max(begin - 1, since)
            for step in search.steps(first, end, back):
                if only is not None and self._tape.frame(step).number != only:
                    continue
                if self._holds(each, step):
                    raised = next(iter(search.raises(step, step + 1)), None) if search.hindsight else None
                    best, end = (step, "breakpoint", each, raised), step
                    break
        return best

    @property
    def cursor(self) -> Cursor:
        """A cursor beside the stepper's own: also moved by the program's thread, while this one waits."""
        if self._other is None or self._other[1] != self._tape.forgotten:
            self._other = Cursor(self._tape), self._tape.forgotten
        return self._other[0]

    def _search(self, breakpoint: Breakpoint) -> Search:
        found = self._searches.get(breakpoint)
        if found is None or found.index is not self._recording.index:
            found = self._searches[breakpoint] = Search(breakpoint, self._recording.index)
        return found

    def _holds(self, breakpoint: Breakpoint, step: int) -> bool:
        """Return True if a breakpoint is to stop: its condition is true, and it is no logpoint."""
        if breakpoint.condition is None and breakpoint.log is None and breakpoint.hits is None:
            return True
        cursor = self.cursor
        cursor.go(step)
        frame = cursor.frames[0]
        try:
            if breakpoint.condition is not None and not holds(breakpoint.condition, frame):
                return False
            if breakpoint.hits is not None and not self._hits_of(breakpoint).wants(step, cursor):
                return False
            if breakpoint.log is not None:
                self._tell(breakpoint, frame, filled(breakpoint.log, frame), False)
        except NotRecorded as error:
            text = f"condition {breakpoint.condition!r}" if breakpoint.condition is not None else breakpoint.log
            self._tell(breakpoint, frame, f"{text}: {error}", True)
            return False
        return breakpoint.log is None

    def _hits_of(self, breakpoint: Breakpoint) -> Hits:
        search = self._search(breakpoint)
        found = self._hits.get(breakpoint)
        if found is None or found[0] is not search:
            found = self._hits[breakpoint] = search, Hits(search)
        return found[1]

    def _tell(self, breakpoint: Breakpoint, frame: Frame, text: str, failed: bool) -> None:
        key = self._tape.forgotten + frame.cursor.step, breakpoint, failed
        if key in self._told:
            return
        self._told.add(key)
        message = Message(frame.cursor.step, frame.line, frame.code.file, text, breakpoint, failed)
        self._say(message)
