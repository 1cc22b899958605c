"""The entry of a tool: what a program calls. It finds out where the arguments come from, and asks first."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter
from typing import Any, Protocol

from bytescope.ifc.control import Flow
from bytescope.ifc.labels import Source, label_of, unknown
from bytescope.ifc.natives import Exact
from bytescope.ifc.policy import ALLOW, Argument, Call, Decision, Denied
from bytescope.ifc.tools import Declassified, Labelled, Tool
from bytescope.ifc.values import Contents, unwrap
from bytescope.shadow.active import current
from bytescope.shadow.binding import join_everything
from bytescope.shadow.channel import awaiting_frame
from bytescope.taint.origins import Place
from bytescope.taint.spans import is_text, runs_of, tags_of, union
from bytescope.taint.trail import place_of

_PASSING = (map, filter, list, tuple, set, frozenset, dict, sorted, max, min, sum, any, all, next)
"""Builtins that may call a tool, and pass it nothing but what they were given."""


@dataclass(frozen=True, slots=True)
class _Given:
    """An argument: a copy of its value, its shadow, and the tags of all that it holds."""

    value: Any
    shadow: Any
    tags: Any


class Decider(Protocol):
    """Decisions on the calls of a session.

    Attributes:
        flow: what has decided where the program went.
    """

    flow: Flow

    def allows(self, call: Call) -> Decision:
        """Return the decision on a call, `ALLOW` if it may happen."""

    def shadow_of(self, value: Labelled, place: Place) -> Any:
        """Return the shadow of a labelled value that the program gets at a place."""


class Entry(Exact):
    """Callable that stands in for a tool in the program."""

    __slots__ = ("__name__", "_session", "_tool")

    def __init__(self, tool: Tool, session: Decider) -> None:
        self._tool, self._session = tool, session
        self.__name__ = tool.name

    def __repr__(self) -> str:
        return f"<tool {self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Ask whether the call may happen, and call the tool.

        Raises:
            Denied: if it may not.
            TypeError: if an argument is no plain data, or does not fit the tool's parameters.
        """
        runtime, frame = current(), sys._getframe()
        tool, flow = self._tool, self._session.flow
        caller = awaiting_frame(frame, runtime.shadowed, False)
        place = place_of(caller) if caller is not None else Place("?", 0, "?")
        positional, named = self._shadows(args, kwargs, caller)
        contents = Contents(runtime.heap, tool.accepts)

        def given(name: str, value: Any, shadow: Any) -> _Given:
            tags = contents.tags(value, shadow, f"{name} of {tool.name}")
            return _Given(contents.copied(value), shadow, tags)

        taken = [given(str(number), *each) for number, each in enumerate(zip(args, positional, strict=True))]
        by_name = {name: given(repr(name), value, named[name]) for name, value in kwargs.items()}
        bound = tool.signature.bind(*taken, **by_name).arguments
        call = Call(tool, dict(_arguments(tool, bound)), label_of(flow.control), place.line)
        everything = union(each.tags for each in (*taken, *by_name.values()))
        decision = self._session.allows(call)
        if decision is not ALLOW:
            denied = Denied(call, decision)
            runtime.raised(denied, union((everything, flow.control or None)))
            raise denied
        own = frozenset({Source(tool.name, place, "", trusted=tool.trusted, readers=tool.readers)})
        try:
            result = tool.function(
                *(each.value for each in taken), **{name: one.value for name, one in by_name.items()}
            )
        except Exception as error:
            runtime.raised(error, union((everything, own)))
            raise
        alone = isinstance(result, Declassified)
        result, shadow = unwrap(result, runtime.heap, lambda each: self._session.shadow_of(each, place))
        if not alone:
            shadow = runtime.algebra.joined((shadow, own, everything))
        runtime.add_returned(frame, result, shadow)
        return result

    def _shadows(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], caller: types.FrameType | None
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the shadows of the arguments, by position and by name; note what has chosen the tool."""
        runtime = current()
        in_flight = runtime.channel.in_flight
        if in_flight is not None and caller is not None and in_flight.frame is caller:
            same = len(args) == len(in_flight.args) and all(a is b for a, b in zip(args, in_flight.args, strict=True))
            if in_flight.function is self and same and not in_flight.inexact:
                self._session.flow.decided(tags_of(in_flight.function_shadow))
                in_flight.matched = True
                by_name = in_flight.keyword_shadows
                return list(in_flight.shadows), {name: by_name.get(name) for name in kwargs}
            handed = runtime.channel.returned.get(id(caller))
            joined = [tags_of(join_everything(in_flight, runtime.heap)), tags_of(handed.joined if handed else None)]
            through = in_flight.function or type(in_flight.args[0] if in_flight.args else None)
            if through not in _PASSING:
                joined.append(unknown())
        else:
            joined = [unknown()]
        tags = union(joined)
        return [tags] * len(args), dict.fromkeys(kwargs, tags)


def _arguments(tool: Tool, bound: dict[str, Any]) -> Iterator[tuple[str, Argument]]:
    """Yield the arguments of a call by name."""
    for name, given in bound.items():
        kind = tool.signature.parameters[name].kind
        if kind is Parameter.VAR_POSITIONAL:
            pairs = [(f"{name}[{number}]", each) for number, each in enumerate(given)]
        elif kind is Parameter.VAR_KEYWORD:
            pairs = [(f"{name}[{key!r}]", each) for key, each in given.items()]
        else:
            pairs = [(name, given)]
        for full, each in pairs:
            runs = runs_of(each.shadow, len(each.value)) if is_text(each.value) else ()
            spans = tuple((start, stop, label_of(tags)) for start, stop, tags in runs)
            yield full, Argument(full, each.value, label_of(each.tags), spans)


__all__ = ["Decider", "Entry"]
