"""Breakpoints: where `Stepper.run` stops, and which steps of a recording they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from bytescope.recording.index import Index, Raise
from bytescope.recording.lines import begins_pass, line_for, matches, sites
from bytescope.recording.tape import ABSENT, ENTRY, SIZE

__all__ = ["LENGTH", "Breakpoint", "Place", "Search"]

LENGTH = "length"
"""In the place of a slot: the number of items."""


@dataclass(frozen=True, slots=True)
class Place:
    """Location that a data breakpoint watches: see `Recording.place`.

    owner: owner number of a frame, cell, namespace or object; slot: the slot, None for all, or `LENGTH`; name: as it
    was asked for.
    """

    owner: int
    slot: Any
    name: str = ""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A place or an event to stop at; what is None is not asked for.

    line, file: a line, of files with this name or one that ends so, or of a text of `Tape.sources`. On a line without
    code it is the next line that has some (`Stepper.line_of`); a statement of several lines stops once a pass;
    function: a glob over qualified names, to stop where one begins; offset: an instruction, by its offset in bytes, of
    the functions or lines named; exception: a glob over names of exceptions, to stop at the instruction that one comes
    up at, not where it passes; uncaught: only exceptions that nothing catches; unhandled: only those that no
    recorded code catches; write: a place, to stop at the
    instructions that write to it, from `Recording.place`; condition: an expression over the frame's values that must be
    true as well: where it cannot be evaluated the stepper does not stop, and says so in `Stepper.messages`; log: a text
    with expressions in braces that is added to `Stepper.messages`, instead of stopping.
    """

    line: int | None = None
    file: str | None = None
    function: str | None = None
    exception: str | None = None
    condition: str | None = None
    uncaught: bool = False
    write: Place | None = None
    offset: int | None = None
    log: str | None = None
    hits: str | None = None
    unhandled: bool = False


def _changes_length(log: list[Any], place: int) -> bool:
    return log[place + 1] is SIZE or log[place + 2] is ABSENT or log[place + 3] is ABSENT


class Search:
    """The steps that a breakpoint means, without its condition.

    Args:
        breakpoint: the breakpoint.
        index: the index of the recording, which may grow.
    """

    def __init__(self, breakpoint: Breakpoint, index: Index) -> None:
        self.breakpoint, self.index, self.tape = breakpoint, index, index.tape
        self._sites: dict[int, frozenset[int] | None] = {}
        self._line: int | None = None
        self._known = -1
        self.late = breakpoint.uncaught or breakpoint.unhandled
        """True if a hit is known only some steps later."""
        self.hindsight = self.late or breakpoint.exception is not None or breakpoint.write is not None
        """True if a hit is known only once the step has been executed, or later."""

    def steps(self, begin: int, end: int, back: bool = False) -> Iterable[int]:
        """Yield the steps in a range.

        Args:
            begin: the first one.
            end: the one after the range.
            back: whether the range goes backwards.
        """
        low, high = (end + 1, begin + 1) if back else (begin, end)
        if self.hindsight:
            found = sorted(set(self._with_hindsight(low, high)))
            yield from reversed(found) if back else found
            return
        for step in range(begin, end, -1 if back else 1):
            if self._at(step):
                yield step

    def _with_hindsight(self, low: int, high: int) -> Iterable[int]:
        each = self.breakpoint
        found = (
            self._written(low, high) if each.write is not None else (raised.step for raised in self.raises(low, high))
        )
        return (step for step in found if low <= step < high and self._at(step))

    def raises(self, low: int, high: int) -> Iterable[Raise]:
        """Yield the exceptions that are meant and come up in a range of steps."""
        each = self.breakpoint
        index = self.index
        for found in index.unhandled if each.unhandled else index.uncaught if each.uncaught else index.raises:
            if low <= found.step < high and fnmatchcase(found.exception.kind, each.exception or "*"):
                yield found

    def _written(self, low: int, high: int) -> Iterable[int]:
        tape, place = self.tape, self.breakpoint.write
        assert place is not None
        log, owner, slot = tape.log, place.owner, place.slot
        for at in range(tape.place(low), tape.place(high), ENTRY):
            if log[at] != owner:
                continue
            if slot is None or log[at + 1] == slot or (slot is LENGTH and _changes_length(log, at)):
                yield tape.step_of(at)

    def _at(self, step: int) -> bool:
        """Return True if a step is at the line, function or instruction that is meant."""
        tape, each = self.tape, self.breakpoint
        frame, index = tape.frame(step), tape.index(step)
        if each.line is not None and self._known != len(tape.codes):
            self._known = len(tape.codes)
            line = line_for(tape, each.line, each.file)
            if line != self._line:
                self._sites.clear()
            self._line = line
        if frame.code in self._sites:
            known = self._sites[frame.code]
        else:
            known = self._sites[frame.code] = self._sites_of(frame.code)
        if known is not None and index not in known:
            return False
        if each.line is not None and each.offset is None and not self.hindsight:
            line = tape.codes[frame.code].starts.get(index)
            return line is not None and begins_pass(self.index, step, line)
        if each.function is not None and each.offset is None and not self.hindsight:
            return self.index.previous_of(frame.number, step) is None
        return True

    def _sites_of(self, number: int) -> frozenset[int] | None:
        """Return the instructions of a code object that are meant; None for all of them."""
        code, each = self.tape.codes[number], self.breakpoint
        if not matches(code.text_name, each.file) or not (
            each.function is None or fnmatchcase(code.name, each.function)
        ):
            return frozenset()
        if each.offset is not None:
            found = frozenset(
                at for at, instruction in enumerate(code.instructions) if instruction.offset == each.offset
            )
            return found if each.line is None else found & self._of_line(number)
        if each.line is None:
            return None
        return self._of_line(number)

    def _of_line(self, number: int) -> frozenset[int]:
        line = self._line
        return frozenset() if line is None else sites(self.tape, self.tape.codes[number], line)
