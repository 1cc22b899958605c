"""The shadows visible to an analysis method during one event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class EventContext:
    """The shadows of one event.

    Attributes:
        slots, positions: the array that holds the shadows of the event's values, and where; None if there are none yet.
        results: the shadows of a primitive's results, None before it is performed.
        outer: the context of the event during whose delivery this one has come.

    Args:
        operands: the shadows of operands by name; or a function that returns them, called with `given` when needed.
        slots, positions: see above.
        shadows_exist: see `ShadowRuntime`.
        first_shadow: see `EventDelivery`.
        given: what `operands` is called with.
    """

    __slots__ = ("_given", "_operands", "first_shadow", "outer", "positions", "results", "shadows_exist", "slots")

    def __init__(
        self,
        operands: dict[str, Any] | Callable[[Any], dict[str, Any]],
        slots: Any,
        positions: list[int] | None,
        shadows_exist: list[bool],
        first_shadow: Callable[[], object],
        given: Any = None,
    ) -> None:
        self._operands, self._given = operands, given
        self.slots, self.positions = slots, positions
        self.results: list[Any] | None = None
        self.outer: EventContext | None = None
        self.shadows_exist, self.first_shadow = shadows_exist, first_shadow

    @property
    def operands(self) -> dict[str, Any]:
        """The shadows of the operands by name, and of `result` after the primitive."""
        found: Any = self._operands
        if type(found) is not dict:
            found = self._operands = found(self._given)
        results: Any = self.results
        if results is not None:
            found["result"] = results[0] if len(results) == 1 else tuple(results)
        return found  # type: ignore[no-any-return]

    def give(self, shadow: Any) -> None:
        """Set the shadow of the event's value.

        Raises:
            RuntimeError: if it has no value yet, or more than one.
        """
        if self.positions is None or len(self.positions) != 1:
            raise RuntimeError("give() needs an event with exactly one value, after its primitive")
        if shadow is not None and not self.shadows_exist:
            self.shadows_exist.append(True)
            self.first_shadow()
        self.slots[self.positions[0]] = shadow
