"""Shadows of attributes, items and variables: the rules of primitives that read, write or delete one.

A rule is called once the primitive has been performed, with the heap, the immediate operand, the operands, their
shadows and the results; it returns the results' shadows, if there are results. The operands are as the table of
primitives has them; the places of a variable (`isa.moves.PLACES`) come behind them.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from bytescope.isa.effects import Access
from bytescope.shadow.heap import Heap, count_of, is_a, plain_key
from bytescope.shadow.reachability import reaching

Values = tuple[Any, ...]
HeapRule = Callable[[Heap, Any, Values, Values, list[Any]], list[Any]]

# --- variables that are not the frame's alone

CONTENTS = "contents"
"""Key of the only item of a cell."""


def _name(immediate: Any) -> Any:
    """Return the name that an immediate has: itself, a variable's, or the first of those of `super_attr`."""
    return immediate[0] if type(immediate) is tuple else getattr(immediate, "name", immediate)


def _variable_read(access: Access) -> HeapRule:
    def rule(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
        """Return the shadow of a name in the first namespace that has it; `values` are in the order of the lookup."""
        name = _name(imm)
        for place in values:
            if type(place) is types.CellType:
                return [heap.item(place, CONTENTS)]
            table = heap.known(place)
            if is_a(place, dict):
                if dict.__contains__(place, name):
                    return [heap.item(place, name)]
            elif table is not None and name in table.items:
                return [heap.item(place, name)]
        return [None]

    return rule


def _variable_written(access: Access) -> HeapRule:
    owner, stored = access.owner, access.value

    def rule(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
        place = values[owner]
        key = CONTENTS if type(place) is types.CellType else _name(imm)
        if stored is None:
            heap.set_item(place, key, None, None)
        else:
            heap.set_item(place, key, values[stored], shadows[stored])
        return []

    return rule


# --- attributes


def _attribute_read(access: Access) -> HeapRule:
    owner = access.owner

    def rule(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
        return [heap.algebra.joined((heap.attribute(values[owner], _name(imm)), shadows[owner]))]

    return rule


def _attribute_written(access: Access) -> HeapRule:
    owner, stored = access.owner, access.value

    def rule(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
        if stored is None:
            heap.set_attribute(values[owner], imm, None, None)
        else:
            heap.set_attribute(values[owner], imm, values[stored], shadows[stored])
        return []

    return rule


# --- items


def _item_read(access: Access) -> HeapRule:
    def rule(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
        container, key = values[0], _key(access, values)
        if type(key) is slice:
            return _sliced(heap, container, key, shadows[0], results)
        if type(key) is int and key < 0 and is_a(container, (list, tuple)):
            key += count_of(container)
        return [heap.algebra.joined((heap.item(container, key), shadows[0]))]

    return rule


def _key(access: Access, values: Values) -> Any:
    """Return the key of an item, or the slice."""
    keys = [values[each] for each in access.key]
    return keys[0] if len(keys) == 1 else slice(*keys)


def _sliced(heap: Heap, container: Any, key: slice, shadow: Any, results: list[Any]) -> list[Any]:
    if heap.known(container) is not None and results[0] is not container:
        if is_a(container, (list, tuple)):
            where = range(*key.indices(count_of(container)))
            heap.set_sequence(results[0], [heap.item(container, index) for index in where])
        else:
            shadow = reaching(heap, container, shadow)
    return [shadow]


def _item_written(access: Access) -> HeapRule:
    stored = access.value
    if stored is None:
        return _item_deleted

    def rule(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
        container, key = values[0], _key(access, values)
        if type(key) is slice:
            heap.merge_items(container)
            heap.label_contents(container, reaching(heap, values[stored], shadows[stored]))
            return []
        if is_a(container, dict):
            heap.set_key(container, key, shadows[1])
        elif type(key) is int and key < 0 and is_a(container, list):
            key += count_of(container)
        heap.set_item(container, key, values[stored], shadows[stored])
        return []

    return rule


def _item_deleted(heap: Heap, imm: Any, values: Values, shadows: Values, results: list[Any]) -> list[Any]:
    container, key = values
    table = heap.known(container)
    if table is None:
        return []
    if is_a(container, list):
        if type(key) is int:
            remove_at(heap, container, key if key >= 0 else key + count_of(container) + 1)
        else:
            heap.merge_items(container)
    elif plain_key(key):
        table.items.pop(key, None)
        table.keys.pop(key, None)
        heap.drop_if_clean(container, table)
    return []


def remove_at(heap: Heap, container: Any, index: int) -> Any:
    """Remove the shadow of an item of a list, move up those behind it, and return it."""
    table = heap.known(container)
    if table is None:
        return None
    gone = heap.item(container, index)
    table.items = {n - (n > index): kept for n, kept in table.items.items() if n != index}
    heap.drop_if_clean(container, table)
    return gone


def insert_at(heap: Heap, container: Any, index: int, value: Any, shadow: Any) -> None:
    """Insert the shadow of an item of a list, and move down those behind it."""
    table = heap.known(container)
    if table is not None:
        table.items = {n + (n >= index): kept for n, kept in table.items.items()}
    heap.set_item(container, index, value, shadow)


_RULES: dict[tuple[str, str], Callable[[Access], HeapRule]] = {
    ("variable", "load"): _variable_read,
    ("variable", "store"): _variable_written,
    ("attribute", "load"): _attribute_read,
    ("attribute", "store"): _attribute_written,
    ("item", "load"): _item_read,
    ("item", "store"): _item_written,
}


def accessing(access: Access, way: str) -> HeapRule:
    """Return the rule of a primitive that does nothing but an access.

    Args:
        access: what it reads or writes.
        way: "load" or "store", as the table of primitives has it.
    """
    return _RULES[access.kind, way](access)
