"""Limits of a recording: how many steps and bytes are kept, of the run's beginning or its end."""

from __future__ import annotations

from itertools import islice

from bytescope.recording.tape import ENTRY, ROW, Tape

__all__ = ["MEMORY", "STEPS", "Bounds"]

STEPS = 1_000_000
MEMORY = 256 << 20

_ROW, _ENTRY, _OWNER = 4 * ROW, 8 * ENTRY, 200
"""Bytes of a row, of an entry without its values, and of an owner, approximately."""
_LARGE = frozenset({str, bytes})


class Bounds:
    """The bounds of a tape.

    Args:
        steps: how many steps are kept at least if there are more.
        memory: how many bytes the tape may take, approximately.
        keep: "last" or "first" steps, or "both": half of each.
    """

    def __init__(self, steps: int = STEPS, memory: int = MEMORY, keep: str = "last") -> None:
        self.steps, self.memory, self.keep = steps, memory, keep
        self.is_full = False
        self._begin: int | None = None
        """The last of the first steps, if both are kept and there are as many."""
        self._parts: list[tuple[int, int]] = []
        """Number of steps and bytes of the parts of the tape, in order."""
        self._known = self._measured = self._owners = 0

    def is_due(self, tape: Tape) -> bool:
        """Return True if it is time to look at a tape again."""
        return len(tape) * 4 > self.steps * 5 or len(tape.log) - self._measured > ENTRY << 16

    def hold(self, tape: Tape) -> None:
        """Forget the oldest steps of a tape if there are too many, or those in the middle, or find that it is full.

        Args:
            tape: the tape, whose rows are settled.
        """
        self._measure(tape)
        taken = sum(size for _, size in self._parts)
        if self.keep == "first":
            self.is_full = len(tape) >= self.steps or taken > self.memory
            return
        memory = self.memory
        if self.keep == "both":
            memory //= 2
            if self._begin is None and (len(tape) * 2 > self.steps or taken > memory):
                self._begin = max(min(self.steps // 2, len(tape)) - 1, 0)
                self._drop(self._begin + 1)
                taken = sum(size for _, size in self._parts)
            if self._begin is None:
                return
        surplus = len(tape) - self.steps if len(tape) * 4 > self.steps * 5 else 0
        gone = 0
        for count, size in self._parts[:-1]:
            if taken <= memory * 3 // 4 or (gone == 0 and taken <= memory):
                break
            taken -= size
            gone += count
        surplus = max(surplus, gone)
        if surplus:
            if self._begin is None:
                tape.forget(surplus)
            else:
                tape.leave_out(self._begin, surplus)
            self._drop(surplus)
            self._measured, self._known = len(tape.log), len(tape)

    def _measure(self, tape: Tape) -> None:
        """Note how many bytes have been added to a tape."""
        log, begin = tape.log, self._measured
        size = (len(tape) - self._known) * _ROW + (len(log) - begin) // ENTRY * _ENTRY
        size += (len(tape.owners) - self._owners) * _OWNER
        size += sum(len(value) for value in islice(log, begin + 3, None, ENTRY) if type(value) in _LARGE)
        self._parts.append((len(tape) - self._known, size))
        self._known, self._measured, self._owners = len(tape), len(log), len(tape.owners)

    def _drop(self, steps: int) -> None:
        while steps > 0 and self._parts:
            count, size = self._parts.pop(0)
            if count > steps:
                self._parts.insert(0, (count - steps, size * (count - steps) // count))
            steps -= count
