"""Nesting of activations in a recorded sequence of their beginnings and ends."""

from __future__ import annotations

BEGINS = frozenset({"enter", "resume"})
ENDS = frozenset({"leave", "unwind", "yield"})


class Nesting:
    """The activations that are open on one track, outermost first.

    A generator that waits in a `yield from` is suspended together with the one that it waits for, and goes on with it,
    without events of its own. What is called meanwhile does not belong into it.
    """

    def __init__(self) -> None:
        self._open: list[int] = []
        self._names: dict[int, str] = {}

    @property
    def depth(self) -> int:
        """The number of open activations."""
        return len(self._open)

    def begin(self, frame: int, name: str, callers: tuple[int, ...]) -> tuple[list[str], list[str]]:
        """Open an activation.

        Args:
            frame: which one.
            name: of its function.
            callers: who has called it: generators, innermost first, up to one that is none.

        Returns:
            The names of those that are closed before it, and of those that are opened, itself the last; none if it is
            open already.
        """
        self._names[frame] = name
        if frame in self._open:
            return self._close_above(frame), []
        around = next((index for index, each in enumerate(callers) if each in self._open), None)
        closed: list[str] = []
        waiting: list[int] = []
        if around is not None:
            closed = self._close_above(callers[around])
            waiting = [each for each in reversed(callers[:around]) if each in self._names]
        self._open += [*waiting, frame]
        return closed, [self._names[each] for each in (*waiting, frame)]

    def end(self, frame: int) -> list[str]:
        """Close an activation; the names of those that are closed, itself the last; none if its beginning is lost."""
        if frame not in self._open:
            return []
        closed = self._close_above(frame)
        self._open.pop()
        return [*closed, self._names[frame]]

    def rest(self) -> list[str]:
        """The names of those that are still open, innermost first."""
        return [self._names[each] for each in reversed(self._open)]

    def _close_above(self, frame: int) -> list[str]:
        position = len(self._open) - self._open[::-1].index(frame)
        closed = [self._names[each] for each in reversed(self._open[position:])]
        del self._open[position:]
        return closed
