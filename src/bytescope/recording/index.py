"""Index of a tape: the steps of each frame, where lines begin, where exceptions come up."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bytescope.recording.tape import EDITED, ENTRY, PARENT, RAISED, RETURNED, ROW, STATUS, FrameOwner, Object, Tape

__all__ = ["Index", "Raise"]

_AGAIN, _COMES = 1, 2
"""Marks of a step at which a line begins: a loop within the line continues, or control enters the line."""

_CLOSING = frozenset({"GeneratorExit", "StopIteration", "StopAsyncIteration"})


class Raise(NamedTuple):
    """An exception that comes up, not one that only passes a frame or is raised again at the end of a `finally`.

    step: the step whose instruction raises it; frame: owner number of the frame in which it comes up; exception: it;
    thrown: whether it was thrown into the frame, by `throw` or `close`, so that `step` is somebody else's.
    """

    step: int
    frame: int
    exception: Object
    thrown: bool


class Index:
    """Index of a tape, built in one pass over it and extended when the tape grows.

    Args:
        tape: the tape.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._steps: dict[int, array[int]] = {}
        self._lines = bytearray()
        self._last: dict[int, tuple[int, int]] = {}
        self._place = 0
        self._parents: dict[int, list[tuple[int, int | None]]] = {
            number: [(-1, slots[PARENT])] for number, slots in tape.base.items() if PARENT in slots
        }
        self._ended: dict[int, int] = {}
        self._raises: list[Raise] = []
        self._known: dict[Object, Raise] = {}
        self._arrived: dict[int, Raise] = {}
        self._arrivals: dict[int, list[tuple[int, Raise]]] = {}
        self._uncaught: list[Raise] = []
        self._departed: dict[Object, tuple[int, int, Raise]] = {}
        self._edits: list[tuple[int, int, str]] = []

    # --- rows

    def _read_rows(self) -> None:
        tape, owners = self.tape, self.tape.owners
        tape.settle()
        rows, found, last, steps = tape.rows, self._lines, self._last, self._steps
        begin = len(found)
        if begin * ROW == len(rows):
            return
        codes = tape.codes
        numbers, indices = rows[begin * ROW :: ROW], rows[begin * ROW + 1 :: ROW]
        for step, (number, index) in enumerate(zip(numbers, indices, strict=True), begin):
            of_frame = steps.get(number)
            if of_frame is None:
                of_frame = steps[number] = array("I")
            of_frame.append(step)
            line = codes[owners[number].code].starts.get(index)  # type: ignore[union-attr]
            if line is None:
                found.append(0)
            else:
                before = last.get(number)
                last[number] = line, index
                comes = before is None or before[0] != line
                found.append(_COMES if comes else _AGAIN if before[1] >= index else 0)  # type: ignore[index]

    @property
    def of_frame(self) -> Mapping[int, Sequence[int]]:
        """Return the steps of each frame by its owner number, in order."""
        self._read_rows()
        return self._steps

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
        if step >= len(self._lines):
            self._read_rows()
        return bool(self._lines[step])

    def comes_to_line(self, step: int) -> bool:
        """Return True if a line begins at a step and the frame was at another one before: no loop within it goes on."""
        return self.begins_line(step) and self._lines[step] == _COMES

    # --- entries

    def _read_log(self) -> None:
        tape = self.tape
        log, begin, end = tape.log, self._place, len(tape.log)
        if begin == end:
            return
        tape.settle()
        self._place = end
        for place, slot in zip(range(begin, end, ENTRY), log[begin + 1 : end : ENTRY], strict=True):
            if type(slot) is int:
                continue
            if slot == PARENT:
                self._parents.setdefault(log[place], []).append((place, log[place + 3]))
            elif slot == EDITED:
                self._edits.append((place - log[place + 2] * ENTRY, place, log[place + 3]))
            elif slot == RAISED:
                self._raised(place, log[place], log[place + 3])
            elif slot == RETURNED and type(tape.owners[log[place]]) is FrameOwner:
                self._ended[log[place]] = place
                self._arrived.pop(log[place], None)
            elif slot == STATUS and log[place + 3] == "done":
                self._ended[log[place]] = place
                self._left(place, log[place])

    def parent(self, number: int, step: int) -> int | None:
        """Return the frame that has called or resumed a frame at a step, None if none that is recorded has."""
        return self._parent_before(number, self.tape.place(step) + 1)

    def _parent_before(self, number: int, place: int) -> int | None:
        self._read_log()
        changes = self._parents.get(number, [])
        at = bisect_left(changes, (place, -1)) - 1
        return changes[at][1] if at >= 0 else None

    def has_ended(self, number: int) -> bool:
        """Return True if a frame has returned or was left by an exception, as far as the recording goes."""
        return self.end_of(number) is not None

    def end_of(self, number: int) -> int | None:
        """Return the place in the log where a frame returns or is left by an exception, None if it is not there."""
        self._read_log()
        return self._ended.get(number)

    def edited(self, place: int) -> str:
        """Return what the user has done that has made an entry of the log, "" if the program has made it."""
        self._read_log()
        at = bisect_right(self._edits, (place, len(self.tape.log), "")) - 1
        return self._edits[at][2] if at >= 0 and place < self._edits[at][1] else ""

    # --- exceptions

    @property
    def raises(self) -> Sequence[Raise]:
        """Return the exceptions that come up, in order."""
        self._read_log()
        return self._raises

    @property
    def uncaught(self) -> Sequence[Raise]:
        """Return those that nothing catches, which end a thread, or the program.

        One that only a generator's end, a context manager or native code swallows is none, nor is `SystemExit`.
        """
        self._read_log()
        return self._uncaught

    @property
    def unhandled(self) -> Sequence[Raise]:
        """Return those that no recorded code catches, but that of a library or a native function, or none.

        That is known once the frame that has called such code goes on. An iterator's end is none.
        """
        found = [*self.uncaught]
        for place, parent, known in self._departed.values():
            if self.next_of(parent, self.tape.step_of(place)) is not None:
                found.append(known)
        return found

    def raise_of(self, exception: Object, step: int) -> Raise | None:
        """Return where an exception has come up last before a step, None if that is not recorded."""
        found = None
        for each in self.raises:
            if each.step >= step:
                break
            if each.exception is exception:
                found = each
        return found

    def arrived(self, number: int, step: int) -> Raise | None:
        """Return where the exception has come up that has arrived in a frame last before a step, None if none has."""
        self._read_log()
        before = self.tape.place(step)
        return next((each for place, each in reversed(self._arrivals.get(number, [])) if place < before), None)

    def _raised(self, place: int, number: int, exception: Object) -> None:
        """Note that an exception arrives in a frame: it comes up there, or goes on from where it was."""
        tape = self.tape
        step = tape.step_of(place)
        instruction = tape.instruction(step) if tape.frame(step).number == number else None
        known = self._known.get(exception)
        if known is None or (instruction is not None and instruction.op == "RAISE" and instruction.operands):
            known = Raise(step, number, exception, instruction is None or instruction.op == "YIELD")
            self._known[exception] = known
            self._raises.append(known)
        self._departed.pop(exception, None)
        self._arrived[number] = known
        self._arrivals.setdefault(number, []).append((place, known))

    def _left(self, place: int, number: int) -> None:
        """Note that a frame was left by an exception."""
        known = self._arrived.pop(number, None)
        if known is None:
            return
        frame = self.tape.owners[number]
        assert type(frame) is FrameOwner
        kind = known.exception.kind
        if kind == "SystemExit" or (kind in _CLOSING and self.tape.codes[frame.code].suspends):
            return
        parent = self._parent_before(number, place)
        if parent is None:
            self._uncaught.append(known)
        elif kind not in _CLOSING:
            self._departed[known.exception] = place, parent, known
