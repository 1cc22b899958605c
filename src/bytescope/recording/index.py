"""Index of a tape: the steps of each frame, and where lines begin."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

from bytescope.recording.tape import ENTRY, PARENT, ROW, Tape

__all__ = ["Index"]


class Index:
    """What is looked up on a tape: made when it is first needed, in one pass over the tape.

    Args:
        tape: the tape, complete.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape

    @cached_property
    def of_frame(self) -> Mapping[int, Sequence[int]]:
        """Return the steps of each frame by its owner number, in order."""
        found: dict[int, array[int]] = {}
        for step, number in enumerate(self.tape.rows[0::ROW]):
            steps = found.get(number)
            if steps is None:
                steps = found[number] = array("I")
            steps.append(step)
        return found

    @cached_property
    def _parents(self) -> dict[int, list[tuple[int, int | None]]]:
        """By frame: (place in the log, number of the frame that called or resumed it from there on)."""
        found: dict[int, list[tuple[int, int | None]]] = {}
        log = self.tape.log
        for number, slots in self.tape.base.items():
            if PARENT in slots:
                found[number] = [(-1, slots[PARENT])]
        for position, slot in enumerate(log[1::ENTRY]):
            if slot == PARENT:
                place = position * ENTRY
                found.setdefault(log[place], []).append((place, log[place + 3]))
        return found

    def parent(self, number: int, step: int) -> int | None:
        """Return the frame that has called or resumed a frame at a step, None if none that is recorded has."""
        changes = self._parents.get(number, [])
        at = bisect_left(changes, (self.tape.place(step) + 1, -1)) - 1
        return changes[at][1] if at >= 0 else None

    def next_of(self, number: int, step: int) -> int | None:
        """Return the next step of a frame after a step, None if it has none."""
        steps = self.of_frame.get(number, ())
        at = bisect_right(steps, step)
        return steps[at] if at < len(steps) else None

    def previous_of(self, number: int, step: int) -> int | None:
        """Return the previous step of a frame before a step, None if it has none."""
        steps = self.of_frame.get(number, ())
        at = bisect_left(steps, step)
        return steps[at - 1] if at > 0 else None

    def begins_line(self, step: int) -> bool:
        """Return True if control comes to a line at a step, as a trace function would be told.

        That is where a line starts that differs from the one before it, or that control has gone back to.
        """
        return bool(self._lines[step])

    @cached_property
    def _lines(self) -> bytearray:
        """For each step, whether a line begins there."""
        tape, owners = self.tape, self.tape.owners
        found = bytearray(len(tape))
        starts = [code.starts for code in tape.codes]
        last: dict[int, tuple[int, int]] = {}
        rows = tape.rows
        for step, (number, index) in enumerate(zip(rows[0::ROW], rows[1::ROW], strict=True)):
            line = starts[owners[number].code].get(index)  # type: ignore[union-attr]
            if line is not None:
                before = last.get(number)
                last[number] = line, index
                found[step] = before is None or before[0] != line or before[1] >= index
        return found
