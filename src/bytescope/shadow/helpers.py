"""What a woven frame asks of the shadow heap in line.

It is about primitives on builtin containers, and on attributes that are loaded and stored quietly (`quiet`): no code of
the program's is run meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from gc import get_referents
from typing import Any

from bytescope.shadow.heap import Heap, Table
from bytescope.shadow.iteration import given


class Brief:
    """Short answers. Where a shadow is asked for, `shadow` is that of the reference to the object.

    Args:
        heap: the heap.
    """

    def __init__(self, heap: Heap) -> None:
        self.heap = heap
        self.tables: dict[int, Table] = heap.tables
        self.join = heap.algebra.join
        self.joined = heap.algebra.joined

    def _with(self, found: Any, shadow: Any) -> Any:
        if found is None or found is shadow:
            return shadow
        return found if shadow is None else self.join(found, shadow)

    def attribute(self, owner: Any, name: str, shadow: Any) -> Any:
        """The shadow of an attribute that is about to be loaded."""
        if self.heap.quiet.of_class(name):
            return self._with(self.heap.attribute(owner, name), shadow)
        table = self.tables.get(id(owner))
        if table is None:
            return shadow
        found = table.attributes.get(name)
        if table.whole is not None:
            found = self._with(found, table.whole)
        return found if shadow is None or found is shadow else self._with(found, shadow)

    def attribute_stored(self, owner: Any, name: str, value: Any, shadow: Any) -> None:
        """An attribute has been stored."""
        self.heap.set_attribute(owner, name, value, shadow)

    def item(self, container: Any, key: Any, shadow: Any) -> Any:
        """The shadow of an item, of a list, tuple or dict, that is about to be loaded by a plain key."""
        table = self.tables.get(id(container))
        if table is None:
            return shadow
        if type(key) is int and key < 0 and type(container) is not dict:
            key += len(container)
        entry = table.items.get(key)
        found = table.whole
        if entry is not None:
            found = self._with(found, entry[0])
        return self._with(found, shadow)

    def item_stored(self, container: Any, key: Any, value: Any, key_shadow: Any, shadow: Any) -> None:
        """An item of a list or dict has been stored under a plain key."""
        if type(container) is dict:
            if key_shadow is not None:
                self.heap.set_key(container, key, key_shadow)
        elif key < 0:
            key += len(container)
        self.heap.set_item(container, key, value, shadow)

    def appended(self, container: list[Any], value: Any, shadow: Any) -> None:
        """A list is about to get an item."""
        if shadow is not None:
            table = self.tables.get(id(container)) or self.heap.table(container)
            table.items[len(container)] = shadow, value
        else:
            self.heap.set_item(container, len(container), value, None)

    def items(self, container: Any, count: int, shadow: Any) -> list[Any]:
        """The shadows of all items of a list or tuple, which is about to be taken apart."""
        return [self._with(each, shadow) for each in self.heap.sequence(container, count)]

    def built(self, container: Any, shadows: Sequence[Any]) -> None:
        """A list or tuple has been built, of which something has a shadow."""
        table = self.heap.table(container)
        table.items = {index: (shadow, container[index]) for index, shadow in enumerate(shadows) if shadow is not None}

    def given(self, iterator: Any, value: Any, shadow: Any) -> Any:
        """The shadow of what an iterator of a builtin container has given."""
        tables = self.tables
        for each in get_referents(iterator):
            if id(each) in tables:
                return self._with(given(self.heap, iterator, value), shadow)
        return shadow
