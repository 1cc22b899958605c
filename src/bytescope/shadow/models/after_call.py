"""Post-call models: what a builtin function or method has done to shadows, found out after the call."""

from __future__ import annotations

from collections.abc import Callable
from types import GeneratorType
from typing import Any

from bytescope.shadow.accesses import insert_at, remove_at
from bytescope.shadow.heap import Heap, count_of
from bytescope.shadow.propagation import add_member, dict_update, list_extend, next_item

AfterCall = Callable[[Heap, list[Any], list[Any], Any], Any]
"""(heap, arguments with the receiver first, their shadows, result) -> shadow of the result, or NotImplemented."""

FILLED: Any = object()
"""Result of a model whose container, the receiver or the result, now holds what frames have returned: see `filled`."""


def append(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `list.append`."""
    heap.set_item(args[0], count_of(args[0]) - 1, args[1], shadows[1])


def extend(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `list.extend`."""
    list_extend(heap, None, (args[0], args[1]), (None, shadows[1]), [])
    return FILLED


def insert(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `list.insert`."""
    index = args[1] if type(args[1]) is int else 0
    count = count_of(args[0]) - 1
    index = max(0, index + count) if index < 0 else min(index, count)
    insert_at(heap, args[0], index, args[2], shadows[2])


def pop(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `list.pop`."""
    index = args[1] if len(args) > 1 and type(args[1]) is int else -1
    index = index + count_of(args[0]) + 1 if index < 0 else index
    return heap.algebra.joined((shadows[0], remove_at(heap, args[0], index)))


def clear(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `clear`: nothing is left."""
    table = heap.known(args[0])
    if table is not None:
        table.items.clear()
        table.keys.clear()
        table.whole = None
        heap.drop_if_clean(args[0], table)


def rearrange(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model what puts items into another order, or removes one that is equal."""
    heap.merge_items(args[0])


def copy(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model copies of lists, and the making of lists and tuples."""
    if args and type(args[0]) in (list, tuple) and result is not args[0]:
        heap.set_sequence(result, heap.sequence(args[0], count_of(args[0])))
        return shadows[0]
    if args and type(args[0]) is GeneratorType and type(result) in (list, tuple):
        return FILLED
    return shadows[0] if args and result is args[0] else NotImplemented


def dict_pop(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `dict.pop`."""
    found = dict_get(heap, args, shadows, result)
    heap.set_item(args[0], args[1], None, None)
    return found


def dict_get(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `dict.get`."""
    found = heap.item(args[0], args[1])
    if len(args) > 2 and result is args[2]:
        found = heap.algebra.joined((found, shadows[2]))
    return heap.algebra.joined((found, shadows[0]))


def setdefault(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `dict.setdefault`."""
    if len(args) > 2 and result is args[2] and shadows[2] is not None:
        heap.set_key(args[0], args[1], shadows[1])
        known = heap.item(args[0], args[1])
        heap.set_item(args[0], args[1], args[2], heap.algebra.joined((known, shadows[2])))
    return heap.algebra.joined((shadows[0], heap.item(args[0], args[1])))


def update(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `dict.update`."""
    if len(args) > 1:
        dict_update(heap, None, (args[0], args[1]), (None, shadows[1]), [])
    return FILLED


def view(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Return the shadow of the reference."""
    return shadows[0]


def add(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `set.add`."""
    add_member(heap, args[0], args[1], shadows[1])


def discard(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model what removes a member of a set: equal ones keep their shadow."""
    return None


def clean(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Return no shadow."""
    return None


def references_only(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Ignore the contents of the arguments: iterators find them later."""
    return heap.algebra.joined(shadows)


def next_value(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Model `next`."""
    if len(args) > 1 and result is args[1]:
        return heap.algebra.joined(shadows)
    return next_item(heap, None, (args[0],), (shadows[0],), [result])[0]


def filled(heap: Heap, container: Any, first: int, returned: list[tuple[Any, Any]]) -> None:
    """Record that a container has been filled with what frames with shadows have returned.

    Args:
        heap: the heap.
        container: the container.
        first: of a list: the items before this one have been there before.
        returned: values and their shadows. Values that are not in it themselves may be in anything that is.
    """
    if not returned:
        return
    shadows: dict[int, Any] = {}
    for value, shadow in returned:
        shadows[id(value)] = heap.algebra.joined((shadows.get(id(value)), shadow))
    if type(container) in (list, tuple):
        found = set()
        for index, value in enumerate(container[first:], first):
            shadow = shadows.get(id(value))
            if shadow is not None:
                heap.set_item(container, index, value, heap.algebra.joined((heap.item(container, index), shadow)))
                found.add(id(value))
        for address in found:
            del shadows[address]
    heap.label_contents(container, heap.algebra.joined(shadows.values()))
