"""Effects of primitives on shadow memory: the rules for primitives that load, store, build or take apart.

Those that read or write one attribute, item or variable have their rules from the table of effects, see `accesses`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from bytescope.isa.effects import EFFECTS
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.purity import lookup
from bytescope.isa.typesets import ATOMIC
from bytescope.shadow.accesses import HeapRule, Values, accessing
from bytescope.shadow.heap import Heap, count_of, is_a, plain_key
from bytescope.shadow.iteration import given
from bytescope.shadow.reachability import reaching

RULES: dict[str, HeapRule] = {
    name: accessing(row.access, PRIMITIVES[name].shadow) for name, row in EFFECTS.items() if row.access is not None
}
"""The rules by primitive."""


def _rule(*names: str) -> Callable[[HeapRule], HeapRule]:
    def declare(function: HeapRule) -> HeapRule:
        for name in names:
            RULES[name] = function
        return function

    return declare


# --- building and taking apart

GROWING = frozenset({list, dict, set, deque, bytearray})
"""Builtin containers that can be given more."""


@_rule("build")
def _build(heap: Heap, kind: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    if kind in ("list", "tuple"):
        heap.set_sequence(results[0], list(shadows))
        return [None]
    return [heap.algebra.joined(shadows)]


@_rule("build_set")
def _build_set(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    for value, shadow in zip(values, shadows, strict=True):
        add_member(heap, results[0], value, shadow)
    return [None]


def add_member(heap: Heap, container: Any, value: Any, shadow: Any) -> None:
    """Record a member of a set: equal ones are one."""
    if shadow is not None:
        heap.set_item(container, value, value, heap.algebra.joined((shadow, heap.key(container, value))))


@_rule("build_map")
def _build_map(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    for index in range(0, len(values), 2):
        heap.set_key(results[0], values[index], shadows[index])
        heap.set_item(results[0], values[index], values[index + 1], shadows[index + 1])
    return [None]


@_rule("build_const_key_map")
def _build_const_key_map(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    for key, value, shadow in zip(values[0], values[1:], shadows[1:], strict=True):
        heap.set_item(results[0], key, value, shadow)
    return [None]


@_rule("list_append")
def _list_append(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    heap.set_item(values[0], count_of(values[0]) - 1, values[1], shadows[1])
    return []


@_rule("set_add")
def _set_add(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    add_member(heap, values[0], values[1], shadows[1])
    return []


@_rule("map_add")
def _map_add(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    heap.set_key(values[0], values[1], shadows[1])
    heap.set_item(values[0], values[1], values[2], shadows[2])
    return []


@_rule("list_extend")
def list_extend(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    """Record that a list has been extended by an iterable."""
    target, iterable = values[:2]
    if type(iterable) in (list, tuple) and iterable is not target:
        first = count_of(target) - count_of(iterable)
        for index, shadow in enumerate(heap.sequence(iterable, len(iterable))):
            shadow = heap.algebra.joined((shadow, shadows[1]))
            if shadow is not None:
                heap.set_item(target, first + index, iterable[index], shadow)
        return []
    found = heap.algebra.items(iterable, shadows[1])
    if found is None:
        heap.label_contents(target, reaching(heap, iterable, shadows[1]))
        return []
    first = count_of(target) - len(found)
    for index, shadow in enumerate(found, first):
        if shadow is not None:
            heap.set_item(target, index, list.__getitem__(target, index), shadow)
    return []


@_rule("set_update")
def _set_update(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    heap.label_contents(values[0], reaching(heap, values[1], shadows[1]))
    return []


@_rule("dict_update", "dict_merge")
def dict_update(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    """Record that a dict has been updated from a mapping."""
    target, mapping = values[:2]
    table = heap.known(mapping)
    if type(mapping) is dict:
        if shadows[1] is not None or (table is not None and table.whole is not None):
            heap.label_contents(target, heap.algebra.joined((shadows[1], table.whole if table else None)))
        for key, value in mapping.items() if table is not None or heap.known(target) is not None else ():
            heap.set_key(target, key, table.keys.get(key) if table is not None and plain_key(key) else None)
            found = table.items.get(key) if table is not None and plain_key(key) else None
            heap.set_item(target, key, value, found[0] if found else None)
    else:
        heap.label_contents(target, reaching(heap, mapping, shadows[1]))
    return []


@_rule("list_to_tuple")
def _list_to_tuple(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    if heap.known(values[0]) is not None:
        heap.set_sequence(results[0], heap.sequence(values[0], len(values[0])))
    return [shadows[0]]


@_rule("unpack")
def _unpack(heap: Heap, count: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    iterable, shadow = values[0], shadows[0]
    return [heap.algebra.joined((shadow, each)) for each in _parts(heap, iterable, results)]


def _parts(heap: Heap, iterable: Any, results: list[Any]) -> list[Any]:
    """Return the shadows of results as items of an iterable."""
    if is_a(iterable, (list, tuple)):
        return heap.sequence(iterable, len(results))
    if is_a(iterable, (dict, set, frozenset)):
        return [heap.key(iterable, each) for each in results]
    return [reaching(heap, iterable)] * len(results)


@_rule("unpack_ex")
def _unpack_ex(heap: Heap, counts: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    before = counts[0]
    rest = results[before]
    flat = [*results[:before], *rest, *results[before + 1 :]]
    found = [heap.algebra.joined((shadows[0], each)) for each in _parts(heap, values[0], flat)]
    heap.set_sequence(rest, found[before : before + len(rest)])
    return [*found[:before], None, *found[before + len(rest) :]]


@_rule("match_keys")
def _match_keys(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    if results[0] is not None:
        heap.set_sequence(results[0], [heap.item(values[0], key) for key in values[1]])
    return [shadows[0]]


@_rule("next")
def next_item(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    """Return the shadow of a value that an iterator has returned."""
    if not results or not heap.tables:
        return [shadows[0]] * len(results)
    return [heap.algebra.joined((given(heap, values[0], results[0]), shadows[0]))]


@_rule("import_star")
def _import_star(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    module, *namespaces = values
    namespace = namespaces[0]
    source = heap.known(getattr(module, "__dict__", None))
    if source is not None:
        for name, (shadow, value) in list(source.items.items()):
            if dict.get(namespace, name) is value:
                heap.set_item(namespace, name, value, shadow)
    return [None]


@_rule("match_class")
def _match_class(heap: Heap, count: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    if results[0] is None:
        return [shadows[0]]
    subject, cls, names = values
    positional = _match_args(cls)
    order = [*positional[: len(results[0]) - len(names)], *names]
    if len(order) == len(results[0]):
        heap.set_sequence(results[0], [heap.attribute(subject, name) for name in order])
        return [shadows[0]]
    return [reaching(heap, subject, shadows[0])]


def _match_args(cls: Any) -> tuple[Any, ...]:
    found = lookup(cls, "__match_args__") if is_a(cls, type) else ()
    return found if type(found) is tuple else ()


# --- operators


@_rule("inplace")
def _inplace(heap: Heap, operator: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    """Propagate an in-place operator: a container that stays itself gains or loses contents."""
    kind = type(values[0])
    if results[0] is not values[0] or kind not in GROWING:
        return _operator(heap, operator, values, shadows, results)
    if kind is list and not is_a(values[1], int):
        list_extend(heap, None, values, shadows, [])
    elif kind is dict:
        dict_update(heap, None, values, shadows, [])
    else:
        heap.merge_items(values[0])  # a list may have been repeated
        heap.label_contents(values[0], reaching(heap, values[1], shadows[1]))
    return [shadows[0]]


@_rule("binary")
def _operator(heap: Heap, operator: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    """Propagate an operator: contents of containers go into the result; otherwise join what reaches the operands."""
    left, right = values
    made = results[0]
    if not heap.tables or (type(left) in ATOMIC and type(right) in ATOMIC):
        return [heap.algebra.joined(shadows)]
    if operator == "+" and type(left) is type(right) is type(made) and type(made) in (list, tuple):
        if made is not left and made is not right:
            count = len(made) - len(right)
            heap.set_sequence(made, [*heap.sequence(left, count), *heap.sequence(right, len(right))])
        return [heap.algebra.joined(shadows)]
    if operator == "|" and type(left) is type(right) is type(made) is dict:
        for each in (left, right):
            dict_update(heap, None, (made, each), (None, None), [])
        return [heap.algebra.joined(shadows)]
    return [heap.algebra.joined(reaching(heap, value, shadow) for value, shadow in zip(values, shadows, strict=True))]


@_rule("compare")
def _compare(heap: Heap, operator: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    """Propagate a comparison; where it looks at nothing that the values hold, their own shadows are joined."""
    if not heap.tables or all(heap.assumptions.has_default_comparison(type(value)) for value in values):
        return [heap.algebra.joined(shadows)]
    return [heap.algebra.joined(reaching(heap, value, shadow) for value, shadow in zip(values, shadows, strict=True))]


__all__ = ["GROWING", "RULES", "add_member", "dict_update", "list_extend", "next_item"]
