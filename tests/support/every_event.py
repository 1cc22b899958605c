"""An analysis that defines every event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bytescope.analysis import EVENTS, Analysis, Event


def every_event(told: Callable[[str, tuple[Any, ...]], Any], *names: str) -> Analysis:
    """Make the analysis.

    Args:
        told: is called with the name and the arguments of each event; what it returns, the analysis does.
        names: of the events, if it is to define those alone.
    """

    def method(event: Event) -> Callable[..., Any]:
        return lambda self, *given: told(event.name, given)

    wanted = names or EVENTS.keys() - {"begin", "end"}
    methods = {event.method: method(event) for event in EVENTS.values() if event.name in wanted}
    analysis: type[Analysis] = type("EveryEvent", (Analysis,), methods)
    return analysis()
