"""What code that keeps shadows may take for granted without asking, until something happens that puts an end to it.

Loading or storing an attribute runs no code of the program's for most types, and most attributes never have a shadow.
Both are found out once for each name and type. It is taken that classes do not get special methods or descriptors later
on, but by code that keeps shadows.
"""

from __future__ import annotations

import types
from collections import deque
from typing import Any

PLAIN = frozenset({int, float, complex, str, bytes, bool, type(None)})
"""Types whose values can be compared and hashed without running code of the program's."""

_BUILTIN = PLAIN | {list, tuple, dict, set, frozenset, range, object, BaseException, types.GeneratorType, deque}
_CALLABLE = {types.FunctionType, types.BuiltinFunctionType}
_TRUTHS: frozenset[Any] = PLAIN | {list, tuple, dict, set, frozenset, range} | _CALLABLE
_HOLD_NOTHING = PLAIN | {object}
_SIZING = ("__bool__", "__len__")
_COMPARING = ("__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__")
_KEEPS_TO_ITSELF = frozenset(
    {
        types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType,
        types.MemberDescriptorType, types.GetSetDescriptorType, types.ClassMethodDescriptorType, staticmethod,
        classmethod, property,
    }
)  # fmt: skip
_CODE_OF_THE_PROGRAMS = frozenset({property})
_mro = type.__dict__["__mro__"].__get__
_namespace = type.__dict__["__dict__"].__get__


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
        self.alone: set[Any] = set(PLAIN)
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
        if type(kind) is type and all(_is_the_hosts(kind, name) for name in _SIZING):
            self.truths.add(kind)

    def compares_itself_alone(self, kind: type) -> bool:
        """Whether comparing values of a type looks at nothing that they hold, as of numbers and of most classes."""
        found = self._closed.get(kind)
        if found is None:
            found = self._closed[kind] = all(_lookup(kind, name)[1] in _HOLD_NOTHING for name in _COMPARING)
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
        self.alone.intersection_update(PLAIN)
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


def _lookup(kind: type, name: str) -> tuple[Any, type | None]:
    for base in _mro(kind):
        namespace = _namespace(base)
        if name in namespace:
            return namespace[name], base
    return None, None


def _is_the_hosts(kind: type, special: str) -> bool:
    """Whether a special method is the one that looks into the instance and its classes."""
    _, where = _lookup(kind, special)
    return where is None or where in _BUILTIN


def loads_quietly(kind: type, name: str) -> bool:
    """Whether the attribute of an instance can be loaded without running code of the program's.

    Args:
        kind: its type.
        name: of the attribute.
    """
    if type(kind) is not type or kind in (type, types.ModuleType, super) or _lookup(kind, "__getattr__")[1] is not None:
        return False
    if not _is_the_hosts(kind, "__getattribute__"):
        return False
    found, where = _lookup(kind, name)
    return where is None or _hands_out(found)


def class_loads_quietly(cls: type, name: str) -> bool:
    """Whether the attribute of a class can be loaded, and the class be a member of a set, without running such code."""
    kind = type(cls)
    for special in ("__getattribute__", "__hash__", "__eq__"):
        if _lookup(kind, special)[1] not in (type, object):
            return False
    if _lookup(kind, "__getattr__")[1] is not None or _lookup(kind, name)[1] not in (None, type, object):
        return False
    return _hands_out(_lookup(cls, name)[0])


def _hands_out(found: Any) -> bool:
    """Whether what a class has under a name gives no code of the program's a chance when it is loaded."""
    kind = type(found)
    if kind in _KEEPS_TO_ITSELF:
        return kind not in _CODE_OF_THE_PROGRAMS
    return type(kind) is type and _lookup(kind, "__get__")[1] is None


def compares_quietly(kind: type) -> bool:
    """Whether values of a type can be compared with each other without running code of the program's."""
    return all(_is_the_hosts(kind, name) for name in _COMPARING)


def is_simple(kind: type) -> bool:
    """Whether attributes of an instance, whatever their names, can be loaded and stored without running such code."""
    if not (loads_quietly(kind, "") and stores_quietly(kind, "")):
        return False
    return all(
        _hands_out(found) and (name[:2] == "__" or _leaves_storing(found))
        for base in _mro(kind)
        for name, found in _namespace(base).items()
    )


def _leaves_storing(found: Any) -> bool:
    """Whether what a class has under a name has no say in storing such an attribute of an instance."""
    if type(found) is types.MemberDescriptorType:
        return True
    return type(type(found)) is type and _lookup(type(found), "__set__")[1] is None


def stores_quietly(kind: type, name: str) -> bool:
    """Whether the attribute of an instance can be stored without running code of the program's."""
    if type(kind) is not type or kind in (type, types.ModuleType) or not _is_the_hosts(kind, "__setattr__"):
        return False
    found, where = _lookup(kind, name)
    return where is None or _leaves_storing(found)


__all__ = ["PLAIN", "Quiet", "loads_quietly", "stores_quietly"]
