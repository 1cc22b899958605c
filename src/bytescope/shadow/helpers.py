"""Helper functions called from fast paths of woven code. The caller has established that no user code can run.

They are about primitives on builtin containers, and on attributes that are loaded and stored without running user code.
"""

from __future__ import annotations

from collections.abc import Sequence
from gc import get_referents
from typing import Any

from bytescope.shadow.heap import Heap, Table
from bytescope.shadow.iteration import given


class Helpers:
    """Helpers of one shadow heap. The parameter `shadow` of those that return one is the shadow of the reference.

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
        """Return the shadow of an attribute that is about to be loaded."""
        if self.heap.assumptions.of_class(name):
            return self._with(self.heap.attribute(owner, name), shadow)
        table = self.tables.get(id(owner))
        if table is None:
            return shadow
        found = table.attributes.get(name)
        if table.whole is not None:
            found = self._with(found, table.whole)
        return found if shadow is None or found is shadow else self._with(found, shadow)

    def attribute_stored(self, owner: Any, name: str, value: Any, shadow: Any) -> None:
        """Record that an attribute has been stored."""
        self.heap.set_attribute(owner, name, value, shadow)

    def item(self, container: Any, key: Any, shadow: Any) -> Any:
        """Return the shadow of an item that is about to be loaded from a list, tuple or dict by an atomic key."""
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
        """Record that an item of a list or dict has been stored under an atomic key."""
        if type(container) is dict:
            if key_shadow is not None:
                self.heap.set_key(container, key, key_shadow)
        elif key < 0:
            key += len(container)
        self.heap.set_item(container, key, value, shadow)

    def appended(self, container: list[Any], value: Any, shadow: Any) -> None:
        """Record that an item is about to be appended to a list."""
        if shadow is not None:
            table = self.tables.get(id(container)) or self.heap.table(container)
            table.items[len(container)] = shadow, value
        else:
            self.heap.set_item(container, len(container), value, None)

    def items(self, container: Any, count: int, shadow: Any) -> list[Any]:
        """Return the shadows of all items of a list or tuple that is about to be unpacked."""
        return [self._with(each, shadow) for each in self.heap.sequence(container, count)]

    def built(self, container: Any, shadows: Sequence[Any]) -> None:
        """Record the shadows of the items of a list or tuple that has been built."""
        table = self.heap.table(container)
        table.items = {index: (shadow, container[index]) for index, shadow in enumerate(shadows) if shadow is not None}

    def given(self, iterator: Any, value: Any, shadow: Any) -> Any:
        """Return the shadow of the value that an iterator of a builtin container has just returned."""
        tables = self.tables
        for each in get_referents(iterator):
            if id(each) in tables:
                return self._with(given(self.heap, iterator, value), shadow)
        return shadow
