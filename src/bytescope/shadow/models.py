"""Models of native functions: result shadow and heap effects, applied after the call.

The result of a function without a model gets the join of all that reaches its arguments and receiver, and a mutable
receiver may hold any of the arguments afterwards (conservative).
"""

from __future__ import annotations

from collections.abc import Callable
from types import GeneratorType
from typing import Any

from bytescope.isa.builtins import METHODS, function_row
from bytescope.shadow.heap import Heap, count_of, is_a
from bytescope.shadow.propagation import add_member, dict_update, insert_at, list_extend, next_item, remove_at

Model = Callable[[Heap, list[Any], list[Any], Any], Any]
"""(heap, arguments with the receiver first, their shadows, result) -> shadow of the result."""

MODELS: dict[str, Model] = {}
"""The models by the names that `isa.builtins` has for them."""


FILLED: Any = object()
"""Result of a model whose container, the receiver or the result, now holds what frames have returned: see `filled`."""


def _model(*names: str) -> Callable[[Model], Model]:
    def declare(model: Model) -> Model:
        for name in names:
            MODELS[name] = model
        return model

    return declare


@_model("item_added")
def _append(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    heap.set_item(args[0], count_of(args[0]) - 1, args[1], shadows[1])


@_model("items_added")
def _extend(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    list_extend(heap, None, (args[0], args[1]), (None, shadows[1]), [])
    return FILLED


@_model("item_inserted")
def _insert(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    index = args[1] if type(args[1]) is int else 0
    count = count_of(args[0]) - 1
    index = max(0, index + count) if index < 0 else min(index, count)
    insert_at(heap, args[0], index, args[2], shadows[2])


@_model("item_taken")
def _pop(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    index = args[1] if len(args) > 1 and type(args[1]) is int else -1
    index = index + count_of(args[0]) + 1 if index < 0 else index
    return heap.algebra.joined((shadows[0], remove_at(heap, args[0], index)))


@_model("emptied")
def _clear(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    table = heap.known(args[0])
    if table is not None:
        table.items.clear()
        table.keys.clear()
        table.whole = None
        heap.drop_if_clean(args[0], table)


@_model("rearranged", "searched")
def _rearrange(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    heap.merge_items(args[0])


@_model("copied", "sequence")
def _copy(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if args and type(args[0]) in (list, tuple) and result is not args[0]:
        heap.set_sequence(result, heap.sequence(args[0], count_of(args[0])))
        return shadows[0]
    if args and type(args[0]) is GeneratorType and type(result) in (list, tuple):
        return FILLED
    return shadows[0] if args and result is args[0] else NotImplemented


@_model("key_taken")
def _dict_pop(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    found = _dict_get(heap, args, shadows, result)
    heap.set_item(args[0], args[1], None, None)
    return found


@_model("value_read")
def _dict_get(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    found = heap.item(args[0], args[1])
    if len(args) > 2 and result is args[2]:
        found = heap.algebra.joined((found, shadows[2]))
    return heap.algebra.joined((found, shadows[0]))


@_model("value_defaulted")
def _setdefault(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if len(args) > 2 and result is args[2] and shadows[2] is not None:
        heap.set_key(args[0], args[1], shadows[1])
        known = heap.item(args[0], args[1])
        heap.set_item(args[0], args[1], args[2], heap.algebra.joined((known, shadows[2])))
    return heap.algebra.joined((shadows[0], heap.item(args[0], args[1])))


@_model("keys_updated")
def _update(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    if len(args) > 1:
        dict_update(heap, None, (args[0], args[1]), (None, shadows[1]), [])
    return FILLED


@_model("view")
def _view(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    return shadows[0]


@_model("member_added")
def _add(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    add_member(heap, args[0], args[1], shadows[1])


@_model("member_dropped")
def _discard(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    return None


@_model("clean", "instance_test")
def _clean(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    return None


@_model("length", "iterator")
def _references_only(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
    """Ignore the contents of the arguments: iterators find them later."""
    return heap.algebra.joined(shadows)


@_model("next_item")
def _next(heap: Heap, args: list[Any], shadows: list[Any], result: Any) -> Any:
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


def model(function: Any, receiver: Any) -> Model | None:
    """Return the model of a callable with positional arguments, None if there is none.

    Args:
        function: the callable.
        receiver: the object that it is a method of, if it is bound, else None.
    """
    if not is_a(receiver, (list, dict, set)):
        row = function_row(function)
    else:
        kind = list if is_a(receiver, list) else dict if is_a(receiver, dict) else set
        row = METHODS.get((kind, getattr(function, "__name__", "")))
    return None if row is None else MODELS.get(row.model)
