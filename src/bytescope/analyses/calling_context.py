"""Calling context of an event: the calls, and in each the enclosing loops and branches."""

from __future__ import annotations

from typing import Any, NamedTuple

from bytescope.analysis import Analysis, Site
from bytescope.analysis.guest_frames import caller, frame


class Call(NamedTuple):
    """A call that a frame is waiting for."""

    site: Site
    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class _Activation:
    """A frame that is active: number counts the activations; the other fields are by index of an instruction."""

    __slots__ = ("number", "call", "rounds", "outcomes")

    def __init__(self, number: int) -> None:
        self.number = number
        self.call: Call | None = None
        self.rounds: dict[int, int] = {}
        self.outcomes: dict[int, bool] = {}


class Surroundings(Analysis):
    """An analysis that knows the calls, loops and branches around a place.

    Args:
        stack: how many frames it tells.
    """

    def __init__(self, stack: int = 10) -> None:
        self.stack = stack
        self._activations: dict[int, _Activation] = {}
        self._number = 0

    def _here(self, of: Any) -> _Activation:
        found = self._activations.get(id(of))
        if found is None:
            self._number += 1
            found = self._activations[id(of)] = _Activation(self._number)
        return found

    def enter(self, site: Site, arguments: dict[str, Any]) -> None:
        """A frame begins."""
        self._activations.pop(id(frame()), None)  # one of a frame whose end was not told, having been attached late
        self._here(frame())

    def leave(self, site: Site, value: Any) -> None:
        """A frame returns."""
        self._activations.pop(id(frame()), None)

    def unwind(self, site: Site, exception: BaseException) -> None:
        """A frame is left by an exception."""
        self._activations.pop(id(frame()), None)

    def before_call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A frame is going to wait for a call."""
        self._here(frame()).call = Call(site, function, args, kwargs)

    def call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Record that a frame has finished waiting."""
        self._here(frame()).call = None

    def raise_(self, site: Site, exception: BaseException) -> None:
        """Record that a frame no longer waits for a call."""
        self._here(frame()).call = None

    def loop(self, site: Site) -> None:
        """A loop begins another round."""
        rounds = self._here(frame()).rounds
        rounds[site.index] = rounds.get(site.index, 0) + 1

    def branch(self, site: Site, value: Any, condition: bool) -> None:
        """A conditional jump was decided."""
        self._here(frame()).outcomes[site.index] = bool(condition)

    # --- what is around

    def calling(self) -> Call | None:
        """The call that the frame of the event is waiting for."""
        found = self._activations.get(id(frame()))
        return None if found is None else found.call

    def around(self, place: Site) -> list[dict[str, Any]]:
        """The frames around the place of an event, innermost first.

        Args:
            place: of the event.

        Returns:
            For each frame its function and line; call, the number of its activation; loops as [loop, rounds begun
            before this one]; branches as [jump, outcome]. Loops and branches are None where a frame is not at a call
            (it has called through an operator, say), and so they are not known.
        """
        found: list[dict[str, Any]] = []
        current, at = frame(), place
        while current is not None and len(found) < self.stack:
            here = self._here(current)
            if found:
                at = here.call.site if here.call is not None else None  # type: ignore[assignment]
            entry: dict[str, Any] = {
                "function": current.f_code.co_qualname, "line": at.line if at is not None else current.f_lineno,
                "call": here.number, "loops": None, "branches": None,
            }  # fmt: skip
            if at is not None:
                entry["loops"] = [[each, here.rounds.get(each, 0)] for each in at.loops]
                entry["branches"] = [[each, here.outcomes[each]] for each in at.branches if each in here.outcomes]
            found.append(entry)
            current = caller(current)
        return found
