"""Assumptions of the fast paths, and their invalidation.

Loading or storing an attribute runs no user code for most types, and most attributes never have a shadow. Both are
found out once for each name and type. Woven code tests these sets and flags inline; events here invalidate them. It is
assumed that classes get special methods and descriptors later on only by code that propagates shadows.
"""

from __future__ import annotations

import types
from collections import deque
from typing import Any

from bytescope.isa import purity
from bytescope.isa.purity import find, has_string_keys
from bytescope.isa.typesets import ATOMIC, COLLECTIONS, GENERATOR, RANGE
from bytescope.shadow.constants import Members, Slot

_BUILTIN = ATOMIC | COLLECTIONS | GENERATOR | RANGE | {object, BaseException, deque}
_CALLABLE = {types.FunctionType, types.BuiltinFunctionType}
_TRUTHS: frozenset[Any] = ATOMIC | COLLECTIONS | RANGE | _CALLABLE
_HOLD_NOTHING = ATOMIC | {object}
_COMPARED = ATOMIC | GENERATOR | RANGE | {object, BaseException}
_SIZING = ("__bool__", "__len__")
_COMPARING = ("__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__")


class Assumptions:
    """Assumptions about one shadow heap. Flags are lists, empty as long as the assumption holds.

    Attributes:
        names: for each name of a variable a flag: no item of that name in a dict has a shadow.
        loads: for each name the types whose instances' attribute has no shadow and can be loaded without running user
            code.
        indexed_loads, pure_loads: the same, but there may be shadows: of attributes of that name alone; of any kind.
        default_comparison: types whose values are compared without running user code and without their contents.
        truths: types whose values are tested for truth without running user code.
        cells: a flag: no variable in a cell has a shadow.
        constructors: sets of addresses of classes whose instances are made in the default way; caches: further facts
            about types, dropped with the others.
        class_loads: for each name the classes whose own attribute can be loaded so; metaclasses: their types.
        stores, pure_stores: the same for storing something without a shadow, and for storing anything.
        plain_attributes: types whose instances' attributes, whatever their names, can be loaded and stored without
            running user code, and have no other shadows than their own.
        invalidated: a flag: all types that were ever in `plain_attributes` still belong there.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[bool]] = {}
        self.loads: dict[str, set[type]] = {}
        self.indexed_loads: dict[str, set[type]] = {}
        self.pure_loads: dict[str, set[type]] = {}
        self.class_loads: dict[str, set[type]] = {}
        self.metaclasses: set[type] = Members()
        self.stores: dict[str, set[type]] = {}
        self.pure_stores: dict[str, set[type]] = {}
        self.default_comparison: set[Any] = Members(ATOMIC)
        self.truths: set[type] = Members(_TRUTHS)
        self.cells: list[bool] = Slot()
        self.constructors: list[set[int]] = []
        self.caches: list[dict[type, bool]] = []
        self.plain_attributes: set[type] = Members()
        self.invalidated: list[bool] = Slot()
        self._flags: dict[str, list[bool]] = {}
        self._inherited: dict[str, list[bool]] = {}
        self._closed: dict[type, bool] = {}
        self.caches.append(self._closed)
        self._named: set[str] = set()
        self._shadowed: set[tuple[type, str]] = set()
        self._labelled: set[type] = set()
        self._names_of_classes: set[str] = set()
        self._class_labelled = False

    # --- what woven code tests

    def name(self, name: str) -> list[bool]:
        """Return the flag of a variable's name, see `names`."""
        return self.names.setdefault(name, Slot([True] if name in self._named else []))

    def load(self, name: str) -> set[type]:
        """Return the types for loads of an attribute, see `loads`."""
        return self.loads.setdefault(name, Members())

    def indexed_load(self, name: str) -> set[type]:
        """Return the types for loads of an attribute that may have shadows of its own, see `indexed_loads`."""
        return self.indexed_loads.setdefault(name, Members())

    def pure_load(self, name: str) -> set[type]:
        """Return the types for loads of an attribute that may have shadows, see `pure_loads`."""
        return self.pure_loads.setdefault(name, Members())

    def class_load(self, name: str) -> set[type]:
        """Return the classes for loads of an attribute of a class, see `class_loads`."""
        return self.class_loads.setdefault(name, Members())

    def store(self, name: str) -> set[type]:
        """Return the types for stores of an attribute, see `stores`."""
        return self.stores.setdefault(name, Members())

    def pure_store(self, name: str) -> set[type]:
        """Return the types for stores of an attribute that may have shadows, see `pure_stores`."""
        return self.pure_stores.setdefault(name, Members())

    def attribute(self, name: str) -> list[bool]:
        """Return a flag: no attribute of that name has a shadow, and `invalidated` is not raised."""
        known = self.invalidated or any(each == name for _, each in self._shadowed)
        return self._flags.setdefault(name, Slot([True] if known else []))

    def inherited(self, name: str) -> list[bool]:
        """Return a flag: no class's attribute of that name has a shadow."""
        return self._inherited.setdefault(name, Slot([True] if self.of_class(name) else []))

    # --- learning

    def loaded(self, owner: Any, name: str) -> None:
        """Learn from the load of an attribute."""
        kind = type(owner)
        if name in self.class_loads and issubclass(kind, type):
            if class_loads_quietly(owner, name):
                self.metaclasses.add(kind)
                self.class_loads[name].add(owner)
            return
        self._check_plain_attributes(kind)
        if name in self.pure_loads and loads_quietly(kind, name):
            self.pure_loads[name].add(kind)
            if kind not in self._labelled and not self.of_class(name):
                self.indexed_load(name).add(kind)
                if (kind, name) not in self._shadowed:
                    self.load(name).add(kind)

    def of_class(self, name: str) -> bool:
        """Return True if an attribute of that name of a class may have a shadow."""
        return self._class_labelled or name in self._names_of_classes

    def stored(self, owner: Any, name: str) -> None:
        """Learn from the store of an attribute."""
        kind = type(owner)
        self._check_plain_attributes(kind)
        if name in self.pure_stores and stores_quietly(kind, name):
            self.pure_stores[name].add(kind)
            if (kind, name) not in self._shadowed:
                self.store(name).add(kind)

    def _check_plain_attributes(self, kind: type) -> None:
        if kind not in self.plain_attributes and kind not in self._labelled and is_simple(kind):
            self.plain_attributes.add(kind)

    def tested(self, kind: type) -> None:
        """Learn from the test of a value for truth, or the use of its length."""
        if (
            type(kind) is type
            and has_string_keys(kind)
            and all(purity.is_default(kind, name, _BUILTIN) for name in _SIZING)
        ):
            self.truths.add(kind)

    def has_default_comparison(self, kind: type) -> bool:
        """Return True if comparing values of a type ignores their contents, as for numbers and most classes."""
        found = self._closed.get(kind)
        if found is None:
            found = self._closed[kind] = all(find(kind, name)[1] in _HOLD_NOTHING for name in _COMPARING)
            if found:
                self.default_comparison.add(kind)
        return found

    # --- invalidation

    def attribute_has_shadow(self, owner: Any, name: str) -> None:
        """Invalidate what an attribute's shadow contradicts."""
        if issubclass(type(owner), type):
            self._names_of_classes.add(name)
            self.load(name).clear()
            self.indexed_load(name).clear()
            _raise_flag(self.inherited(name))
            self.invalidate()
        elif (type(owner), name) not in self._shadowed:
            self._shadowed.add((type(owner), name))
            self.load(name).discard(type(owner))
            self.store(name).discard(type(owner))
            _raise_flag(self.attribute(name))

    def item_has_shadow(self, owner: Any, key: Any) -> None:
        """Invalidate what an item's shadow contradicts. The item may be a variable of a module."""
        if type(owner) is types.CellType:
            _raise_flag(self.cells)
        elif type(key) is str and issubclass(type(owner), dict) and key not in self._named:
            self._named.add(key)
            _raise_flag(self.names.setdefault(key, Slot()))

    def contents_labelled(self, owner: Any) -> None:
        """Invalidate what a shadow of all contents of an object contradicts."""
        kind = type(owner)
        if issubclass(kind, dict):
            for key in list(dict.keys(owner)):
                self.item_has_shadow(owner, key)
        if issubclass(kind, type):
            self._class_labelled = True
            for flag in self._inherited.values():
                _raise_flag(flag)
            self.invalidate()
            for types_of in (*self.loads.values(), *self.indexed_loads.values()):
                types_of.clear()
        elif kind not in self._labelled:
            self._labelled.add(kind)
            if kind in self.plain_attributes:
                self.plain_attributes.discard(kind)
                self.invalidate()
            for types_of in (*self.loads.values(), *self.indexed_loads.values()):
                types_of.discard(kind)

    def class_changed(self) -> None:
        """Invalidate what a changed attribute of a class contradicts."""
        self.truths.intersection_update(_TRUTHS)
        self.default_comparison.intersection_update(ATOMIC)
        self.plain_attributes.clear()
        self.invalidate()
        for addresses in self.constructors:
            addresses.clear()
        for remembered in self.caches:
            remembered.clear()
        self.metaclasses.clear()
        every = (self.loads, self.indexed_loads, self.pure_loads, self.class_loads, self.stores, self.pure_stores)
        for sets in every:
            for found in sets.values():
                found.clear()

    def invalidate(self) -> None:
        """Raise `invalidated`, and the flags of attributes with it."""
        if not self.invalidated:
            _raise_flag(self.invalidated)
            for flag in self._flags.values():
                _raise_flag(flag)


def _raise_flag(flag: list[bool]) -> None:
    """Make the list of a flag non-empty."""
    if not flag:
        flag.append(True)


_INDIRECT = frozenset({type, types.ModuleType, super})


def loads_quietly(kind: type, name: str) -> bool:
    """Return True if the attribute of an instance can be loaded without running user code.

    Args:
        kind: its type.
        name: of the attribute.
    """
    return type(kind) is type and kind not in _INDIRECT and purity.loads_purely(kind, name, _BUILTIN)


def class_loads_quietly(cls: type, name: str) -> bool:
    """Return True if a class can be hashed, and its attribute loaded, without running user code."""
    hashed = all(find(type(cls), special)[1] in (type, object) for special in ("__hash__", "__eq__"))
    return hashed and purity.class_loads_purely(cls, name)


def compares_quietly(kind: type) -> bool:
    """Return True if values of a type can be compared with each other without running user code."""
    return has_string_keys(kind) and all(purity.is_default(kind, name, _COMPARED) for name in _COMPARING)


def is_simple(kind: type) -> bool:
    """Return True if all attributes of an instance can be loaded and stored without running user code."""
    if not (loads_quietly(kind, "") and stores_quietly(kind, "")):
        return False
    return all(
        purity.is_inert(found) and (name[:2] == "__" or purity.is_stored_plainly(found))
        for base in purity.mro(kind)
        for name, found in purity.namespace(base).items()
    )


def stores_quietly(kind: type, name: str) -> bool:
    """Return True if the attribute of an instance can be stored without running user code."""
    return type(kind) is type and kind not in _INDIRECT and purity.stores_purely(kind, name, _BUILTIN)


__all__ = ["Assumptions", "loads_quietly", "stores_quietly"]
