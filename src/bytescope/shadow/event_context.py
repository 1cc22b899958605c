"""The moment of an event: what an analysis can ask and say of shadows while it is told."""

from __future__ import annotations

from typing import Any


class Moment:
    """What shadows there are when an event is told: of its operands by name, and where that of its value is."""

    __slots__ = ("alarm", "operands", "positions", "slots")

    def __init__(self, operands: dict[str, Any], slots: Any, positions: list[int] | None, alarm: list[bool]) -> None:
        self.operands = operands
        self.alarm = alarm
        self.slots = slots
        self.positions = positions

    def give(self, shadow: Any) -> None:
        """Have the event's value have this shadow.

        Raises:
            RuntimeError: if it has no value, or more than one, or none yet.
        """
        if self.positions is None or len(self.positions) != 1:
            raise RuntimeError("there is no value at this event that could be given a shadow")
        if shadow is not None and not self.alarm:
            self.alarm.append(True)
        self.slots[self.positions[0]] = shadow
