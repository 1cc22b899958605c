"""Models of native functions: result shadow and heap effects, applied after the call.

The result of a function without a model gets the join of all that reaches its arguments and receiver, and a mutable
receiver may hold any of the arguments afterwards (conservative).
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import GeneratorType
from typing import Any

from bytescope.shadow.heap import Heap, count_of, is_a
from bytescope.shadow.propagation import add_member, dict_update, insert_at, list_extend, next_item, remove_at

Model = Callable[[Heap, list[Any], list[Any], Any], Any]
"""(heap, arguments with the receiver first, their shadows, result) -> shadow of the result."""

METHODS: dict[tuple[type, str], Model] = {}
"""Models of methods of builtin types."""

FUNCTIONS: dict[int, Model] = {}
"""Models of builtin functions and types, by address: they live for ever."""


FILLED: Any = object()
"""Result of a model whose container, the receiver or the result, now holds what frames have returned: see `filled`."""


def _method(kind: type, *names: str) -> Callable[[Model], Model]:
    def declare(model: Model) -> Model:
        for name in names:
            METHODS[kind, name] = model
        return model

    return declare


def _function(*functions: Any) -> Callable[[Model], Model]:
    def declare(model: Model) -> Model:
        for function in functions:
            FUNCTIONS[id(function)] = model
        return model

    return declare


@_method(list, "append")
def _append(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    heap.set_item(args[0], count_of(args[0]) - 1, args[1], shadows[1])


@_method(list, "extend")
def _extend(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    list_extend(heap, None, (args[0], args[1]), (None, shadows[1]), [])
    return FILLED


@_method(list, "insert")
def _insert(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    index = args[1] if type(args[1]) is int else 0
    count = count_of(args[0]) - 1
    index = max(0, index + count) if index < 0 else min(index, count)
    insert_at(heap, args[0], index, args[2], shadows[2])


@_method(list, "pop")
def _pop(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    index = args[1] if len(args) > 1 and type(args[1]) is int else -1
    index = index + count_of(args[0]) + 1 if index < 0 else index
    return heap.algebra.joined((shadows[0], remove_at(heap, args[0], index)))


@_method(list, "clear")
@_method(dict, "clear")
@_method(set, "clear")
def _clear(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    table = heap.known(args[0])
    if table is not None:
        table.items.clear()
        table.keys.clear()
        table.whole = None
        heap.drop_if_clean(args[0], table)


@_method(list, "sort", "reverse", "remove")
def _rearrange(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    heap.merge_items(args[0])


@_method(list, "copy")
@_function(list, tuple)
def _copy(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if args and type(args[0]) in (list, tuple) and result is not args[0]:
        heap.set_sequence(result, heap.sequence(args[0], count_of(args[0])))
        return shadows[0]
    if args and type(args[0]) is GeneratorType and type(result) in (list, tuple):
        return FILLED
    return shadows[0] if args and result is args[0] else NotImplemented


@_method(dict, "pop")
def _dict_pop(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    found = _dict_get(heap, args, shadows, result)
    heap.set_item(args[0], args[1], None, None)
    return found


@_method(dict, "get")
def _dict_get(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    found = heap.item(args[0], args[1])
    if len(args) > 2 and result is args[2]:
        found = heap.algebra.joined((found, shadows[2]))
    return heap.algebra.joined((found, shadows[0]))


@_method(dict, "setdefault")
def _setdefault(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if len(args) > 2 and result is args[2] and shadows[2] is not None:
        heap.set_key(args[0], args[1], shadows[1])
        known = heap.item(args[0], args[1])
        heap.set_item(args[0], args[1], args[2], heap.algebra.joined((known, shadows[2])))
    return heap.algebra.joined((shadows[0], heap.item(args[0], args[1])))


@_method(dict, "update")
def _update(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if len(args) > 1:
        dict_update(heap, None, (args[0], args[1]), (None, shadows[1]), [])
    return FILLED


@_method(dict, "keys", "values", "items")
def _view(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    return shadows[0]


@_method(set, "add")
def _add(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    add_member(heap, args[0], args[1], shadows[1])


@_method(set, "discard", "remove")
def _discard(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    return None


@_function(isinstance, issubclass, callable, type, id)
def _clean(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    return None


@_function(len, iter, enumerate, zip, reversed)
def _references_only(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """What the arguments hold does not matter yet: the iterators know where they are."""
    return heap.algebra.joined(shadows)


@_function(builtins.next)
def _next(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if len(args) > 1 and result is args[1]:
        return heap.algebra.joined(shadows)
    return next_item(heap, None, (args[0],), (shadows[0],), [result])[0]


def filled(heap: Heap, container: Any, first: int, returned: list[tuple[Any, Any]]) -> None:
    """A container has been filled with what frames that keep shadows have handed out.

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


def model(function: Any, receiver: Any) -> Model | None:
    """The model of a callable with positional arguments, if there is one.

    Args:
        function: the callable.
        receiver: the object that it is a method of, if it is bound, else None.
    """
    if is_a(receiver, (list, dict, set)):
        for kind in (list, dict, set):
            if is_a(receiver, kind):
                return METHODS.get((kind, getattr(function, "__name__", "")))
    return FUNCTIONS.get(id(function))
