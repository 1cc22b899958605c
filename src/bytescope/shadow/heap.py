"""The shadow heap: the shadows of the contents of objects, in tables that live as long as the objects.

A table is kept for an object only while something in it is not clean. Objects that can be referred to weakly take their
tables with them. The others (lists, dicts, tuples, cells) are held by the heap until a sweep finds that nobody else
does: an address is never taken for another object's. A sweep comes whenever the number of tables has doubled.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any
from weakref import ref

from bytescope.isa.purity import defines, has_string_keys, mro, namespace
from bytescope.isa.typesets import ATOMIC
from bytescope.shadow.algebra import Algebra
from bytescope.shadow.assumptions import Assumptions
from bytescope.shadow.constants import ByAddress

_FIRST_SWEEP = 1024
_HELD: frozenset[Any] = frozenset({list, tuple, dict, types.CellType})
"""Types whose instances cannot be referred to weakly, the most common ones."""


def is_a(value: Any, kinds: type | tuple[type, ...]) -> bool:
    """Return True if the value's type is one of these or derived; no user code is run, as `isinstance` may."""
    return issubclass(type(value), kinds)


def count_of(sequence: Any) -> int:
    """Return the length of a list or tuple, without calling a subclass's method."""
    return list.__len__(sequence) if is_a(sequence, list) else tuple.__len__(sequence)


def items_of(sequence: Any) -> Any:
    """Return the items of a list or tuple, without calling a subclass's method."""
    return list.__getitem__(sequence, slice(None)) if is_a(sequence, list) else tuple.__getitem__(sequence, slice(None))


class Table:
    """The shadows of the contents of one object.

    items: shadows by index, key or member, each with the value it is for; keys: shadows of a dict's keys; attributes:
    shadows by name; whole: the shadow of everything in it.
    """

    __slots__ = ("attributes", "held", "items", "keys", "whole")

    def __init__(self, held: Any) -> None:
        self.held = held
        self.items: dict[Any, tuple[Any, Any]] = {}
        self.keys: dict[Any, Any] = {}
        self.attributes: dict[str, Any] = {}
        self.whole: Any = None

    def shadows(self) -> Iterator[Any]:
        """Yield all shadows in it."""
        yield self.whole
        for shadow, _ in self.items.values():
            yield shadow
        yield from self.keys.values()
        yield from self.attributes.values()


def plain_key(key: Any) -> bool:
    """Return True if a key can be looked up without running user code."""
    return type(key) in ATOMIC or (type(key) is tuple and all(type(each) in ATOMIC for each in key))


class Heap:
    """All tables.

    Attributes:
        tables: by the address of the object; while it is empty, nothing on the heap has a shadow.
        assumptions: what fast paths assume about it.
        unexplored: how often a value held more than was looked at, see `reachability`.
        attributes: by name, the shadows of attributes by the address of the object, as they are in the tables.
    """

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra
        self.tables: dict[int, Table] = ByAddress()
        self.assumptions = Assumptions()
        self.attributes: dict[str, dict[int, Any]] = {}
        self.unexplored = 0
        self._sweep_at = _FIRST_SWEEP

    # --- tables

    def table(self, owner: Any) -> Table:
        """Return the table of an object; make it if there is none."""
        address = id(owner)
        found = self.tables.get(address)
        if found is None:
            if len(self.tables) >= self._sweep_at:
                self.sweep()
            found = self.tables[address] = Table(owner if type(owner) in _HELD else self._weakly(owner, address))
        return found

    def _weakly(self, owner: Any, address: int) -> Any:
        try:
            return ref(owner, lambda _: self._forget(address))
        except TypeError:
            return owner

    def all_of(self, table: Table) -> Any:
        """Return the join of all shadows in a table."""
        found = table.whole
        for shadow, _ in table.items.values():
            if shadow is not found:  # none of them is None
                found = shadow if found is None else self.algebra.join(found, shadow)
        return self.algebra.joined((found, *table.keys.values(), *table.attributes.values()))

    def known(self, owner: Any) -> Table | None:
        """Return the table of an object, None if it has none."""
        return self.tables.get(id(owner))

    def sweep(self) -> None:
        """Drop the tables of objects that only the heap refers to."""
        count = sys.getrefcount
        gone: Any = True
        while gone:
            tables = list(self.tables.items())
            gone = [address for address, table in tables if type(table.held) is not ref and count(table.held) <= 2]
            for address in gone:
                self._forget(address)
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self.tables))

    def clear(self) -> None:
        """Drop all tables."""
        self.tables.clear()
        for shadows in self.attributes.values():
            shadows.clear()
        self._sweep_at = _FIRST_SWEEP

    def _forget(self, address: int) -> None:
        """Drop the table of an object that is gone."""
        table = self.tables.pop(address, None)
        if table is not None:
            for name in table.attributes:
                self.attributes[name].pop(address, None)

    def attributes_named(self, name: str) -> dict[int, Any]:
        """Return the shadows of the attributes of a name, by the address of their owner."""
        return self.attributes.setdefault(name, ByAddress())

    def drop_if_clean(self, owner: Any, table: Table) -> None:
        """Drop a table if it is empty."""
        if table.whole is None and not table.items and not table.attributes and not table.keys:
            self.tables.pop(id(owner), None)

    # --- everything in it

    def label_contents(self, owner: Any, shadow: Any) -> None:
        """Join a shadow to those of all contents of an object."""
        if shadow is not None:
            table = self.table(owner)
            whole = self.algebra.derive(self.algebra.joined((table.whole, shadow)))
            if whole is not table.whole:
                table.whole = whole
                self.assumptions.contents_labelled(owner)

    def merge_items(self, owner: Any) -> None:
        """Merge the items of an object whose places are no longer known: each gets the join of all."""
        table = self.known(owner)
        if table is not None and (table.items or table.keys):
            shadows = [shadow for shadow, _ in table.items.values()]
            whole = self.algebra.joined((table.whole, *shadows, *table.keys.values()))
            table.whole = self.algebra.derive(whole)
            self.assumptions.contents_labelled(owner)
            table.items.clear()
            table.keys.clear()

    def reconcile(self, owner: Any) -> None:
        """Merge the items of a container in which native code has moved some."""
        table = self.known(owner)
        if table is None or not table.items:
            return
        if is_a(owner, list):
            moved = any(
                index >= list.__len__(owner) or list.__getitem__(owner, index) is not value
                for index, (_, value) in table.items.items()
            )
        elif is_a(owner, dict):
            moved = any(dict.get(owner, key) is not value for key, (_, value) in table.items.items())
        else:
            moved = False
        if moved:
            self.merge_items(owner)

    # --- items

    def set_item(self, owner: Any, key: Any, value: Any, shadow: Any) -> None:
        """Record that an item has been stored."""
        table = self.known(owner)
        if shadow is None:
            if table is not None:
                if table.whole is not None:
                    self.assumptions.item_has_shadow(owner, key)
                if table.items and plain_key(key):
                    table.items.pop(key, None)
                    self.drop_if_clean(owner, table)
            return
        self.assumptions.item_has_shadow(owner, key)
        if plain_key(key):
            (table or self.table(owner)).items[key] = shadow, value
        else:
            self.label_contents(owner, shadow)

    def set_key(self, owner: Any, key: Any, shadow: Any) -> None:
        """Record that a key of a dict has been stored, perhaps again: dicts keep the first."""
        if shadow is None:
            return
        if plain_key(key):
            keys = self.table(owner).keys
            keys[key] = self.algebra.joined((keys.get(key), shadow))
        else:
            self.label_contents(owner, shadow)

    def item(self, owner: Any, key: Any) -> Any:
        """Return the shadow of an item."""
        table = self.known(owner)
        if table is None:
            return None
        if table.items and plain_key(key):
            found = table.items.get(key)
            if found is not None:
                return self.algebra.joined((table.whole, found[0]))
        return table.whole

    def key(self, owner: Any, key: Any) -> Any:
        """Return the shadow of a key of a dict, or of a member of a set."""
        table = self.known(owner)
        if table is None:
            return None
        if not plain_key(key):
            return table.whole
        member = table.items.get(key) if not is_a(owner, dict) else None
        return self.algebra.joined((table.whole, table.keys.get(key), member[0] if member else None))

    def sequence(self, owner: Any, count: int) -> list[Any]:
        """Return the shadows of the items of a sequence."""
        table = self.known(owner)
        if table is None:
            return [None] * count
        return [self.item(owner, index) for index in range(count)]

    def set_sequence(self, owner: Any, shadows: list[Any]) -> None:
        """Replace the shadows of all items of a list or tuple."""
        table = self.known(owner)
        if table is not None:
            table.items.clear()
            table.whole = None
        if any(shadow is not None for shadow in shadows):
            items = self.table(owner).items
            for index, (value, shadow) in enumerate(zip(items_of(owner), shadows, strict=False)):
                if shadow is not None:
                    items[index] = shadow, value
        elif table is not None:
            self.drop_if_clean(owner, table)

    # --- attributes

    def set_attribute(self, owner: Any, name: str, value: Any, shadow: Any) -> None:
        """Record that an attribute has been stored."""
        if type(owner) is types.ModuleType:
            self.set_item(owner.__dict__, name, value, shadow)
            return
        if is_a(owner, type):
            self.assumptions.class_changed()
        if name == "__class__":
            self.assumptions.invalidate()
        table = self.known(owner)
        if shadow is not None:
            (table or self.table(owner)).attributes[name] = shadow
            self.attributes_named(name)[id(owner)] = shadow
            self.assumptions.attribute_has_shadow(owner, name)
        elif table is not None and table.attributes.pop(name, None) is not None:
            del self.attributes[name][id(owner)]
            self.drop_if_clean(owner, table)

    def attribute(self, owner: Any, name: str) -> Any:
        """Return the shadow of an attribute: of the object's own, or of its classes' one."""
        if type(owner) is types.ModuleType:
            return self.item(owner.__dict__, name)
        table = self.known(owner)
        whole = None
        if table is not None:
            if name in table.attributes:
                return self.algebra.joined((table.whole, table.attributes[name]))
            whole = table.whole
        if not _has_own(owner, name):
            cls = owner if is_a(owner, type) else type(owner)
            plain = has_string_keys(cls)
            for kind in mro(cls):
                inherited = self.known(kind)
                if inherited is not None and name in inherited.attributes:
                    return self.algebra.joined((whole, inherited.attributes[name]))
                if name in namespace(kind) if plain else defines(kind, name):
                    break
        return whole


def _has_own(owner: Any, name: str) -> bool:
    try:
        return name in object.__getattribute__(owner, "__dict__")
    except (AttributeError, TypeError):
        return False
