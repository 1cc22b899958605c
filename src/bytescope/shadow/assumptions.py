"""What code that keeps shadows may take for granted without asking, until something happens that puts an end to it.

Loading or storing an attribute runs no code of the program's for most types, and most attributes never have a shadow.
Both are found out once for each name and type. It is taken that classes do not get special methods or descriptors later
on, but by code that keeps shadows.
"""

from __future__ import annotations

import types
from collections import deque
from typing import Any

from bytescope.isa import purity
from bytescope.isa.purity import find, has_string_keys
from bytescope.isa.typesets import ATOMIC, COLLECTIONS, GENERATOR, RANGE

_BUILTIN = ATOMIC | COLLECTIONS | GENERATOR | RANGE | {object, BaseException, deque}
_CALLABLE = {types.FunctionType, types.BuiltinFunctionType}
_TRUTHS: frozenset[Any] = ATOMIC | COLLECTIONS | RANGE | _CALLABLE
_HOLD_NOTHING = ATOMIC | {object}
_COMPARED = ATOMIC | GENERATOR | RANGE | {object, BaseException}
_SIZING = ("__bool__", "__len__")
_COMPARING = ("__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__")


class Quiet:
    """What may be taken for granted of one heap.

    Attributes:
        names: for each name of a variable a list that is empty as long as no such item of a dict has a shadow.
        loads: for each name the types whose instances' attributes of that name have no shadow and can be loaded without
            running code of the program's.
        indexed_loads, silent_loads: the same, but there may be shadows: of attributes of that name alone; of any kind.
        alone: types whose values, compared with each other, look at nothing that they hold and run no such code.
        truths: types whose values are tested for truth without running such code.
        cells: empty as long as no variable in a cell has a shadow.
        constructors: sets of addresses of classes whose instances are made as usual; remembered: what else is known of
            types.
        class_loads: for each name the classes whose own attributes of that name can be loaded so; metaclasses: their
            types.
        stores, silent_stores: the same for storing something without a shadow, and for storing.
        simple: types whose instances' attributes, whatever their names, can be loaded and stored without running such
            code, and have no other shadows than their own.
        disturbed: empty as long as all that has ever been a simple type is one.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[bool]] = {}
        self.loads: dict[str, set[type]] = {}
        self.indexed_loads: dict[str, set[type]] = {}
        self.silent_loads: dict[str, set[type]] = {}
        self.class_loads: dict[str, set[type]] = {}
        self.metaclasses: set[type] = set()
        self.stores: dict[str, set[type]] = {}
        self.silent_stores: dict[str, set[type]] = {}
        self.alone: set[Any] = set(ATOMIC)
        self.truths: set[type] = set(_TRUTHS)
        self.cells: list[bool] = []
        self.constructors: list[set[int]] = []
        self.remembered: list[dict[type, bool]] = []
        self.simple: set[type] = set()
        self.disturbed: list[bool] = []
        self._flags: dict[str, list[bool]] = {}
        self._inherited: dict[str, list[bool]] = {}
        self._closed: dict[type, bool] = {}
        self.remembered.append(self._closed)
        self._named: set[str] = set()
        self._shadowed: set[tuple[type, str]] = set()
        self._smeared: set[type] = set()
        self._names_of_classes: set[str] = set()
        self._class_smeared = False

    # --- what code looks at

    def name(self, name: str) -> list[bool]:
        """See `names`."""
        return self.names.setdefault(name, [True] if name in self._named else [])

    def load(self, name: str) -> set[type]:
        """See `loads`."""
        return self.loads.setdefault(name, set())

    def indexed_load(self, name: str) -> set[type]:
        """See `indexed_loads`."""
        return self.indexed_loads.setdefault(name, set())

    def silent_load(self, name: str) -> set[type]:
        """See `silent_loads`."""
        return self.silent_loads.setdefault(name, set())

    def class_load(self, name: str) -> set[type]:
        """See `class_loads`."""
        return self.class_loads.setdefault(name, set())

    def store(self, name: str) -> set[type]:
        """See `stores`."""
        return self.stores.setdefault(name, set())

    def silent_store(self, name: str) -> set[type]:
        """See `silent_stores`."""
        return self.silent_stores.setdefault(name, set())

    def attribute(self, name: str) -> list[bool]:
        """It is empty as long as no attribute of that name has a shadow, and all simple types are."""
        known = self.disturbed or any(each == name for _, each in self._shadowed)
        return self._flags.setdefault(name, [True] if known else [])

    def inherited(self, name: str) -> list[bool]:
        """It is empty as long as no class's attribute of that name has a shadow."""
        return self._inherited.setdefault(name, [True] if self.of_class(name) else [])

    # --- what is found out

    def loaded(self, owner: Any, name: str) -> None:
        """An attribute has been loaded: perhaps such loads are harmless."""
        kind = type(owner)
        if name in self.class_loads and issubclass(kind, type):
            if class_loads_quietly(owner, name):
                self.metaclasses.add(kind)
                self.class_loads[name].add(owner)
            return
        self._looked_into(kind)
        if name in self.silent_loads and loads_quietly(kind, name):
            self.silent_loads[name].add(kind)
            if kind not in self._smeared and not self.of_class(name):
                self.indexed_load(name).add(kind)
                if (kind, name) not in self._shadowed:
                    self.load(name).add(kind)

    def of_class(self, name: str) -> bool:
        """Whether an attribute of that name of a class may have a shadow."""
        return self._class_smeared or name in self._names_of_classes

    def stored(self, owner: Any, name: str) -> None:
        """An attribute has been stored."""
        kind = type(owner)
        self._looked_into(kind)
        if name in self.silent_stores and stores_quietly(kind, name):
            self.silent_stores[name].add(kind)
            if (kind, name) not in self._shadowed:
                self.store(name).add(kind)

    def _looked_into(self, kind: type) -> None:
        if kind not in self.simple and kind not in self._smeared and is_simple(kind):
            self.simple.add(kind)

    def tested(self, kind: type) -> None:
        """A value has been tested for truth, or its length asked for."""
        if (
            type(kind) is type
            and has_string_keys(kind)
            and all(purity.is_default(kind, name, _BUILTIN) for name in _SIZING)
        ):
            self.truths.add(kind)

    def compares_itself_alone(self, kind: type) -> bool:
        """Whether comparing values of a type looks at nothing that they hold, as of numbers and of most classes."""
        found = self._closed.get(kind)
        if found is None:
            found = self._closed[kind] = all(find(kind, name)[1] in _HOLD_NOTHING for name in _COMPARING)
            if found:
                self.alone.add(kind)
        return found

    # --- what puts an end to it

    def attribute_has_shadow(self, owner: Any, name: str) -> None:
        """An attribute is given a shadow."""
        if issubclass(type(owner), type):
            self._names_of_classes.add(name)
            self.load(name).clear()
            self.indexed_load(name).clear()
            _put_up(self.inherited(name))
            self.disturb()
        elif (type(owner), name) not in self._shadowed:
            self._shadowed.add((type(owner), name))
            self.load(name).discard(type(owner))
            self.store(name).discard(type(owner))
            _put_up(self.attribute(name))

    def item_has_shadow(self, owner: Any, key: Any) -> None:
        """An item is given a shadow: perhaps it is a variable of a module."""
        if type(owner) is types.CellType:
            _put_up(self.cells)
        elif type(key) is str and issubclass(type(owner), dict) and key not in self._named:
            self._named.add(key)
            self.names.setdefault(key, []).append(True)

    def smeared(self, owner: Any) -> None:
        """Everything that an object holds is given a shadow."""
        kind = type(owner)
        if issubclass(kind, dict):
            for key in list(dict.keys(owner)):
                self.item_has_shadow(owner, key)
        if issubclass(kind, type):
            self._class_smeared = True
            for flag in self._inherited.values():
                _put_up(flag)
            self.disturb()
            for types_of in (*self.loads.values(), *self.indexed_loads.values()):
                types_of.clear()
        elif kind not in self._smeared:
            self._smeared.add(kind)
            if kind in self.simple:
                self.simple.discard(kind)
                self.disturb()
            for types_of in (*self.loads.values(), *self.indexed_loads.values()):
                types_of.discard(kind)

    def class_changes(self) -> None:
        """An attribute of a class is stored or deleted."""
        self.truths.intersection_update(_TRUTHS)
        self.alone.intersection_update(ATOMIC)
        self.simple.clear()
        self.disturb()
        for addresses in self.constructors:
            addresses.clear()
        for remembered in self.remembered:
            remembered.clear()
        self.metaclasses.clear()
        every = (self.loads, self.indexed_loads, self.silent_loads, self.class_loads, self.stores, self.silent_stores)
        for sets in every:
            for found in sets.values():
                found.clear()

    def disturb(self) -> None:
        """What is taken to be of a simple type may be so no more."""
        if not self.disturbed:
            _put_up(self.disturbed)
            for flag in self._flags.values():
                _put_up(flag)


def _put_up(flag: list[bool]) -> None:
    """Have a list that is looked at be no longer empty."""
    if not flag:
        flag.append(True)


_INDIRECT = frozenset({type, types.ModuleType, super})


def loads_quietly(kind: type, name: str) -> bool:
    """Whether the attribute of an instance can be loaded without running code of the program's.

    Args:
        kind: its type.
        name: of the attribute.
    """
    return type(kind) is type and kind not in _INDIRECT and purity.loads_purely(kind, name, _BUILTIN)


def class_loads_quietly(cls: type, name: str) -> bool:
    """Whether the attribute of a class can be loaded, and the class be a member of a set, without running such code."""
    hashed = all(find(type(cls), special)[1] in (type, object) for special in ("__hash__", "__eq__"))
    return hashed and purity.class_loads_purely(cls, name)


def compares_quietly(kind: type) -> bool:
    """Whether values of a type can be compared with each other without running code of the program's."""
    return has_string_keys(kind) and all(purity.is_default(kind, name, _COMPARED) for name in _COMPARING)


def is_simple(kind: type) -> bool:
    """Whether attributes of an instance, whatever their names, can be loaded and stored without running such code."""
    if not (loads_quietly(kind, "") and stores_quietly(kind, "")):
        return False
    return all(
        purity.is_inert(found) and (name[:2] == "__" or purity.is_stored_plainly(found))
        for base in purity.mro(kind)
        for name, found in purity.namespace(base).items()
    )


def stores_quietly(kind: type, name: str) -> bool:
    """Whether the attribute of an instance can be stored without running code of the program's."""
    return type(kind) is type and kind not in _INDIRECT and purity.stores_purely(kind, name, _BUILTIN)


__all__ = ["Quiet", "loads_quietly", "stores_quietly"]
