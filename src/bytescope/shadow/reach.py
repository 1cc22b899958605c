"""What reaches a value: its own shadow, and the shadows of all that can be got at through it."""

from __future__ import annotations

import gc
import types
from collections import deque
from typing import Any

from bytescope.shadow.heap import PLAIN, Heap, is_a

LIMIT = 10_000
"""Objects that are looked at. What holds more is taken to hold everything on the heap that has a shadow."""

_CONTAINERS = (list, tuple, set, frozenset, deque)
_OPAQUE = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType)
_ITERATED: tuple[Any, ...] = ((), [], set(), {}, {}.keys(), {}.values(), {}.items())
_VIEWS: tuple[Any, ...] = ({}.keys(), {}.values(), {}.items(), reversed([]))
_REFERRING = (
    frozenset(type(iter(each)) for each in _ITERATED)
    | frozenset(map(type, _VIEWS))
    | {enumerate, zip, map, filter, memoryview, types.MethodType}
)


def reaching(heap: Heap, value: Any, shadow: Any = None) -> Any:
    """The join of a reference's shadow and those of what the value holds, directly or not.

    Args:
        heap: the heap.
        value: the value.
        shadow: of the reference to it.
    """
    if not heap.tables or type(value) in PLAIN:
        return shadow
    found = [shadow]
    seen: set[int] = set()
    pending = [value]
    while pending:
        each = pending.pop()
        if type(each) in PLAIN or id(each) in seen:
            continue
        seen.add(id(each))
        if len(seen) > LIMIT:
            found += [kept for table in list(heap.tables.values()) for kept in table.shadows()]
            break
        table = heap.known(each)
        if table is not None:
            found += table.shadows()
        pending += _held(each)
    return heap.algebra.joined(found)


def _held(value: Any) -> list[Any]:
    """What a value holds; no code of the program's is run."""
    if is_a(value, dict):
        return [*dict.keys(value), *dict.values(value)]
    if is_a(value, _CONTAINERS):
        return gc.get_referents(value)
    if type(value) in _REFERRING:
        return gc.get_referents(value)
    if is_a(value, _OPAQUE):
        return []
    if is_a(value, BaseException):
        return [BaseException.args.__get__(value)]  # type: ignore[attr-defined]
    try:
        return list(object.__getattribute__(value, "__dict__").values())
    except (AttributeError, TypeError):
        return []
