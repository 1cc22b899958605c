"""Values that cross the border between a program and its tools: copies and labels of arguments, labels of results."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import decimal
import fractions
import uuid
from collections.abc import Callable
from typing import Any

from bytescope.ifc.tools import Declassified, Labelled
from bytescope.shadow.heap import Heap
from bytescope.taint.spans import tags_of, union

_ATOMIC = (
    type(None), bool, int, float, complex, str, bytes, type(Ellipsis), range, decimal.Decimal, fractions.Fraction,
    uuid.UUID, datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone,
)  # fmt: skip
_CONTAINERS = (list, tuple, dict, set, frozenset)
_DEEPEST = 100


class Contents:
    """Reads arguments: all that a value holds is looked at, and must be plain data.

    Args:
        heap: the shadows of what objects hold.
        accepts: classes beside plain data; what their instances hold is looked at, too.
    """

    def __init__(self, heap: Heap, accepts: tuple[type, ...]) -> None:
        self.heap, self.accepts = heap, accepts

    def tags(self, value: Any, shadow: Any, name: str) -> Any:
        """Return the tags of a value and of all that it holds.

        Args:
            value: the value.
            shadow: of the reference to it.
            name: of the argument, for the error.

        Raises:
            TypeError: if something in it is no plain data.
        """
        found = [tags_of(shadow)]
        self._look(value, name, found, set(), 0)
        return union(found)

    def _look(self, value: Any, name: str, found: list[Any], seen: set[int], depth: int) -> None:
        kind = type(value)
        if id(value) in seen or kind in _ATOMIC:
            return
        if depth > _DEEPEST:
            raise TypeError(f"argument {name} is nested more than {_DEEPEST} levels deep: pass it in parts")
        seen.add(id(value))
        table = self.heap.known(value)
        if table is not None:
            found += map(tags_of, table.shadows())
        if kind is dict:
            held: Any = [*value, *value.values()]
        elif kind in _CONTAINERS:
            held = list(value)
        elif kind is bytearray:
            held = ()
        elif kind in self.accepts:
            held = list(getattr(value, "__dict__", {}).values())
        else:
            raise TypeError(
                f"argument {name} must be plain data (texts, numbers, dates, lists, tuples, dicts, sets), and has a "
                f"{kind.__name__}: pass what is in it, or name the class in the tool's accepts="
            )
        for each in held:
            self._look(each, name, found, seen, depth + 1)

    def copied(self, value: Any) -> Any:
        """Return a copy, which the program cannot change meanwhile."""
        return value if type(value) in self.accepts else copy.deepcopy(value)


Labelling = Callable[[Labelled], Any]
"""From a labelled value to the shadow of the reference to it."""


def unwrap(value: Any, heap: Heap, shadow_of: Labelling) -> tuple[Any, Any]:
    """Return what a tool has returned without its `Labelled`, and the shadow of the reference to it.

    Args:
        value: what it has returned. It is copied where it is changed.
        heap: the shadows of what objects hold, which are entered.
        shadow_of: makes the shadows.

    Raises:
        TypeError: if a part is labelled that can have no label of its own.
    """
    if isinstance(value, Labelled):
        inner, own = unwrap(value.value, heap, shadow_of)
        return inner, union((own, shadow_of(value)))
    kind = type(value)
    if kind in (list, tuple):
        pairs = [_inner(each, heap, shadow_of) for each in value]
        if all(each is old for (each, _), old in zip(pairs, value, strict=True)):
            return value, None
        made: Any = kind(each for each, _ in pairs)
        heap.set_sequence(made, [shadow for _, shadow in pairs])
        return made, None
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        held = [*value, *value.values()] if isinstance(value, dict) and kind is not dict else value
        for each in held:
            if isinstance(each, Labelled):
                raise TypeError(
                    f"{each!r} is in a {kind.__name__}, or a key of it: a tool labels items of lists, tuples, dicts "
                    "and fields of data classes; put it into one of these, or label the whole"
                )
    if kind is dict:
        found = {key: _inner(each, heap, shadow_of) for key, each in value.items()}
        if all(each is value[key] for key, (each, _) in found.items()):
            return value, None
        made = {key: each for key, (each, _) in found.items()}
        for key, (each, shadow) in found.items():
            heap.set_item(made, key, each, shadow)
        return made, None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _instance(value, heap, shadow_of), None
    return value, None


def _inner(value: Any, heap: Heap, shadow_of: Labelling) -> tuple[Any, Any]:
    if isinstance(value, Declassified):
        raise TypeError(f"{value!r} is a part of what a tool returns: a tool returns Declassified as a whole, or not")
    return unwrap(value, heap, shadow_of)


def _instance(value: Any, heap: Heap, shadow_of: Labelling) -> Any:
    made = value
    for each in dataclasses.fields(value):
        old = getattr(value, each.name)
        inner, shadow = _inner(old, heap, shadow_of)
        if inner is not old:
            made = copy.copy(value) if made is value else made
            object.__setattr__(made, each.name, inner)
            heap.set_attribute(made, each.name, inner, shadow)
    return made
