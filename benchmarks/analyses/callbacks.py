"""The analyses that are measured: methods that do nothing, so that what is measured is the way to them."""

from __future__ import annotations

from typing import Any

from bytescope import EVENTS, Analysis, Replace


class Branches(Analysis):
    """A callback on every branch."""

    def branch(self, site: Any, value: Any, condition: Any) -> None:
        pass


class CallEvents(Analysis):
    """A callback on every call."""

    def before_call(self, site: Any, function: Any, args: Any, kwargs: Any) -> None:
        pass


class Replacing(Analysis):
    """Every result of an operator, a comparison and a subscript is replaced (by what it was)."""

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> Any:
        return Replace(result)

    inplace = compare = contains = binary

    def getitem(self, site: Any, container: Any, key: Any, result: Any) -> Any:
        return Replace(result)

    def getslice(self, site: Any, container: Any, start: Any, stop: Any, result: Any) -> Any:
        return Replace(result)


def every_primitive() -> Analysis:
    """A callback on every primitive, with its operands and its result."""
    methods: dict[str, Any] = {}
    for event in EVENTS.values():
        if event.kind == "after":
            given = ", ".join(("self", *event.parameters))
            namespace: dict[str, Any] = {}
            exec(f"def {event.method}({given}): pass", namespace)
            methods[event.method] = namespace[event.method]
    return type("EveryPrimitive", (Analysis,), methods)()
