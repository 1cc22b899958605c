"""The shadows visible to an analysis method during one event."""

from __future__ import annotations

from typing import Any


class EventContext:
    """The shadows of one event.

    operands: shadows by the operands' names; slots, positions: the array that holds the shadows of the event's values,
    and where, None if there are none yet; shadows_exist: see `ShadowRuntime`.
    """

    __slots__ = ("shadows_exist", "operands", "positions", "slots")

    def __init__(
        self, operands: dict[str, Any], slots: Any, positions: list[int] | None, shadows_exist: list[bool]
    ) -> None:
        self.operands = operands
        self.shadows_exist = shadows_exist
        self.slots = slots
        self.positions = positions

    def give(self, shadow: Any) -> None:
        """Set the shadow of the event's value.

        Raises:
            RuntimeError: if it has no value yet, or more than one.
        """
        if self.positions is None or len(self.positions) != 1:
            raise RuntimeError("give() needs an event with exactly one value, after its primitive")
        if shadow is not None and not self.shadows_exist:
            self.shadows_exist.append(True)
        self.slots[self.positions[0]] = shadow
