"""Finding out what events an analysis wants, and refusing what cannot be meant."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from bytescope.analysis.base import Analysis
from bytescope.isa.events import EVENTS, LIFECYCLE, METHODS, Event

Methods = dict[str, Callable[..., Any]]


def methods_of(analysis: Analysis) -> Methods:
    """The methods of an analysis by the name of their event.

    Raises:
        TypeError: if it is no analysis, or a method's signature does not fit its event.
        ValueError: if a method looks like that of an event and there is none of that name.
    """
    if isinstance(analysis, type) and issubclass(analysis, Analysis):
        raise TypeError(f"an analysis must be an instance: {analysis.__name__}(), not {analysis.__name__}")
    if not isinstance(analysis, Analysis):
        raise TypeError(f"an analysis must be an instance of bytescope.Analysis, not {type(analysis).__name__}")
    found: Methods = {}
    for name in dir(type(analysis)):
        event = METHODS.get(name)
        value = inspect.getattr_static(analysis, name)
        if event is None:
            _refuse_mistakes(analysis, name, value)
        elif event.name not in LIFECYCLE or value is not vars(Analysis)[name]:
            found[event.name] = _checked(analysis, event)
    return found


def _refuse_mistakes(analysis: Analysis, name: str, value: Any) -> None:
    """A method whose first parameter is `site`, or whose name begins with `before_`, is meant for an event."""
    if name.startswith("_") or not inspect.isfunction(value):
        return
    parameters = list(inspect.signature(value).parameters)
    if name.startswith("before_") or parameters[1:2] == ["site"]:
        owner = f"{type(analysis).__name__}.{name}"
        close = [] if name in EVENTS else get_close_matches(name, METHODS, 1)
        hint = METHODS[close[0]].method if close else EVENTS[name].method if name in EVENTS else ""
        hint = f"did you mean {hint}?" if hint else "the name of a method that is for none begins with an underscore"
        raise ValueError(f"{owner}: there is no event of this name; {hint}")


def _checked(analysis: Analysis, event: Event) -> Callable[..., Any]:
    method: Any = getattr(analysis, event.method)
    owner = f"{type(analysis).__name__}.{event.method}"
    if not callable(method):
        raise TypeError(f"{owner} must be a method: def {event.signature}")
    try:
        signature = inspect.signature(method)
    except ValueError:  # something made in C, which does not say
        return method  # type: ignore[no-any-return]
    try:
        signature.bind(*event.parameters)
    except TypeError:
        raise TypeError(f"{owner}{signature} has the wrong parameters: def {event.signature}") from None
    if inspect.iscoroutinefunction(method) or inspect.isgeneratorfunction(method):
        raise TypeError(f"{owner} must be a plain function, no generator or coroutine")
    return method  # type: ignore[no-any-return]
