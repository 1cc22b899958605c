"""The active shadow runtime: there is one while an analysis with shadows is attached."""

from __future__ import annotations

from bytescope.shadow.event_context import EventContext
from bytescope.shadow.runtime import ShadowRuntime

_runtime: ShadowRuntime | None = None


def activate(runtime: ShadowRuntime | None) -> None:
    """Make a runtime the active one, or (None) leave none active."""
    global _runtime
    _runtime = runtime


def current() -> ShadowRuntime:
    """Return the active runtime.

    Raises:
        RuntimeError: if no attached analysis has shadows.
    """
    if _runtime is None:
        raise RuntimeError("no analysis is attached that has shadows: give its class the attribute `shadows`")
    return _runtime


def event_context() -> EventContext:
    """Return the context of the event that is being delivered in this thread.

    Raises:
        RuntimeError: if there is none.
    """
    found = current().channel.event
    if found is None:
        raise RuntimeError("operands() and give() may only be called from an event method of an attached analysis")
    return found
