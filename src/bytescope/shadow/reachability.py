"""Reachability: join the shadows of everything reachable from a value."""

from __future__ import annotations

import gc
import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from bytescope.isa.typesets import ATOMIC, PAIRING, REFERENCE_ITERATORS, VIEWS
from bytescope.shadow.heap import Heap

LIMIT = 10_000
"""Objects that are looked at, the nearest first. What holds more has the shadow that the algebra has for this."""

_MOST = 10_000
_CONTAINERS = (list, tuple, set, frozenset, deque)
_OPAQUE = (
    type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType,
    types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType,
)  # fmt: skip
_REFERRING = REFERENCE_ITERATORS | VIEWS | PAIRING | {map, filter, memoryview, types.MethodType}


def reaching(heap: Heap, value: Any, shadow: Any = None) -> Any:
    """Return the join of a reference's shadow and those of all that the value holds, directly or not.

    Args:
        heap: the heap.
        value: the value.
        shadow: of the reference to it.
    """
    if not heap.tables or type(value) in ATOMIC:
        return shadow
    tables, ways = heap.tables, _ways
    found = [shadow]
    seen: set[int] = set()
    pending = [value]
    for each in pending:  # which grows
        address = id(each)
        if address in seen:
            continue
        seen.add(address)
        if len(seen) > LIMIT:
            heap.unexplored += 1
            found.append(heap.algebra.unexplored())
            break
        table = tables.get(address)
        if table is not None:
            found += table.shadows()
        kind = type(each)
        held = ways.get(kind) or _way(kind)
        if held is not _nothing:
            pending += [one for one in held(each) if type(one) not in ATOMIC]
    return heap.algebra.joined(found)


_ways: dict[type, Callable[[Any], Iterable[Any]]] = {}
"""Functions that return what a value holds, by its type; they run no user code."""


def _way(kind: type) -> Callable[[Any], Iterable[Any]]:
    if issubclass(kind, dict):
        found: Callable[[Any], Iterable[Any]] = _of_dict
    elif issubclass(kind, _CONTAINERS) or kind in _REFERRING:
        found = gc.get_referents
    elif issubclass(kind, _OPAQUE):
        found = _nothing
    elif issubclass(kind, BaseException):
        found = _of_exception
    else:
        found = _of_instance
    if len(_ways) > _MOST:
        _ways.clear()
    _ways[kind] = found
    return found


def _nothing(value: Any) -> Iterable[Any]:
    return ()


def _of_dict(value: Any) -> Iterable[Any]:
    return [*dict.keys(value), *dict.values(value)]


def _of_exception(value: Any) -> Iterable[Any]:
    return (BaseException.args.__get__(value),)  # type: ignore[attr-defined]


def _of_instance(value: Any) -> Iterable[Any]:
    try:
        return list(object.__getattribute__(value, "__dict__").values())
    except (AttributeError, TypeError):
        return ()
