"""Recover from an iterator which item of which container it has just returned."""

from __future__ import annotations

import gc
from collections.abc import Container
from types import GeneratorType
from typing import Any

from bytescope.isa.typesets import (
    ITEM_ITERATOR,
    ITERATORS,
    KEY_ITERATORS,
    REVERSED,
    SEQUENCE_ITERATORS,
    VALUE_ITERATOR,
)
from bytescope.shadow.heap import Heap, is_a


def iterates_purely(iterator: Any, codes: Container[int] = ()) -> bool:
    """Return True if the next value of an `enumerate` or a `zip` runs no user code but generators.

    Args:
        iterator: the iterator.
        codes: the addresses of the code objects of such generators.
    """
    parts = gc.get_referents(iterator)[0]
    for each in parts if type(iterator) is zip else (parts,):
        kind = type(each)
        if kind not in ITERATORS and not (kind is GeneratorType and id(each.gi_code) in codes):
            return False
    return True


def paired(heap: Heap, iterator: Any, value: Any, returned: list[tuple[Any, Any]]) -> Any:
    """Return the shadow of a tuple from `enumerate` or `zip`, and set those of the items that generators have returned.

    Args:
        heap: the heap.
        iterator: the iterator.
        value: the tuple.
        returned: values and shadows, in the order in which they came.
    """
    given(heap, iterator, value)
    left = list(returned)
    inner = gc.get_referents(iterator)[0]
    for index, (each, part) in enumerate(zip(inner if type(iterator) is zip else (range, inner), value, strict=False)):
        if left and left[0][0] is part and type(each) not in ITERATORS:
            shadow = left.pop(0)[1]
            heap.set_item(value, index, part, heap.algebra.joined((heap.item(value, index), shadow)))
    return heap.algebra.joined(shadow for _, shadow in left)


def given(heap: Heap, iterator: Any, value: Any) -> Any:
    """Return the shadow of the value that an iterator has just returned, as it is in the container.

    Args:
        heap: the heap; what the value itself holds (a pair of `enumerate`) gets its shadows there.
        iterator: the iterator.
        value: what it has given.
    """
    kind = type(iterator)
    while kind is GeneratorType:  # which has passed on what another iterator gives
        iterator = iterator.gi_yieldfrom
        kind = type(iterator)
    if kind in SEQUENCE_ITERATORS or kind is REVERSED:
        _, *rest = iterator.__reduce__()
        if len(rest) < 2:
            return None
        (container,), position = rest
        return heap.item(container, position + 1 if kind is REVERSED else position - 1)
    if kind in KEY_ITERATORS or kind is VALUE_ITERATOR or kind is ITEM_ITERATOR:
        return _of_table(heap, kind, iterator, value)
    if kind is enumerate:
        heap.set_sequence(value, [None, given(heap, gc.get_referents(iterator)[0], value[1])])
    elif kind is zip:
        parts = gc.get_referents(iterator)[0]  # what it goes over; the pair that it may use again comes behind
        heap.set_sequence(value, [given(heap, each, part) for each, part in zip(parts, value, strict=False)])
    return None


def _of_table(heap: Heap, kind: type, iterator: Any, value: Any) -> Any:
    containers = [each for each in gc.get_referents(iterator) if is_a(each, (dict, set, frozenset))]
    if not containers:
        return None
    container = containers[0]
    if kind in KEY_ITERATORS:
        return heap.key(container, value)
    if kind is ITEM_ITERATOR:
        key = value[0]
        heap.set_sequence(value, [heap.key(container, key), heap.item(container, key)])
        return None
    table = heap.known(container)
    if table is None:
        return None
    return heap.algebra.joined((table.whole, *(shadow for shadow, each in table.items.values() if each is value)))
