"""Delivery of events whose shadows analyses may read and set: which context each thread is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bytescope.shadow.channel import Channel
from bytescope.shadow.constants import Slot
from bytescope.shadow.event_context import EventContext


class EventDelivery:
    """The events of one shadow runtime.

    Args:
        channel: the call channel, which has the context of each thread's event.

    Attributes:
        shadows_exist: see `ShadowRuntime`.
        first_shadow: called when the flag is raised.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.shadows_exist: list[bool] = Slot()
        self.first_shadow: Callable[[], object] = lambda: None

    def begin(self, names: tuple[str, ...], shadows: Any, slots: Any, positions: list[int] | None) -> EventContext:
        """Start the delivery of an event in this thread.

        Args:
            names: the names of the operands.
            shadows: their shadows.
            slots: the array that holds the shadow of the event's value, if it has one already.
            positions: where in it.

        Returns:
            The context, for `resume`.
        """
        operands = dict(zip(names, shadows, strict=False))
        context = EventContext(operands, slots, positions, self.shadows_exist, self.first_shadow)
        self._enter(context)
        return context

    def begin_clean(
        self, operands: Callable[[Any], dict[str, Any]], given: Any, slots: Any, positions: list[int] | None
    ) -> EventContext:
        """Start the delivery of an event as `begin` does, while there are no shadows.

        Args:
            operands: returns the operands' shadows by name, called with `given` if an analysis asks for them.
            given: the values of the operands.
            slots: as for `begin`.
            positions: likewise.
        """
        context = EventContext(operands, slots, positions, self.shadows_exist, self.first_shadow, given)
        self._enter(context)
        return context

    def resume(self, context: EventContext, found: list[Any] | None, slots: Any, positions: list[int] | None) -> None:
        """Resume the delivery of an event around a primitive.

        Args:
            context: of the event.
            found: the shadows of the primitive's results, None before it is performed.
            slots: as for `begin`.
            positions: likewise.
        """
        self._enter(context)
        if found is not None:
            context.results, context.slots, context.positions = found, slots, positions

    def end(self) -> None:
        """End the delivery of an event in this thread: go on with that during which it has come, if there is one."""
        context = self._channel.event
        if context is not None:
            self._channel.event, context.outer = context.outer, None

    def _enter(self, context: EventContext) -> None:
        if self._channel.event is not context:
            context.outer = self._channel.event  # an analysis is at work, and has called the program's own code
            self._channel.event = context
