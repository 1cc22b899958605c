"""The objects that the rows of a policy are about, found as their modules are imported."""

from __future__ import annotations

import itertools
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from bytescope.isa.purity import MISSING, lookup, mro
from bytescope.shadow.constants import Members
from bytescope.taint.policy.rows import TABLES, Policy, Row

_DESCRIPTORS = (types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)
_DEFINED = (types.FunctionType, type)
Key = Any


class Resolver:
    """The rows of a policy by the callables that they are about.

    Args:
        policy: the rows.
        changed: called when modules have been imported.

    Attributes:
        names: the names of attributes that are sources.
        called: the names of functions that are sources, as far as they are known.
        calls_back: whether there are sinks for what functions return that are called back.
    """

    def __init__(self, policy: Policy, changed: Callable[[], object] = lambda: None) -> None:
        self._changed = changed
        self._pending = [(table, row) for table in TABLES for row in getattr(policy, table)]
        self._by_key: dict[Key, dict[str, list[Row]]] = {}
        self._keep: list[Any] = []
        self._attributes: dict[str, list[tuple[Any, Row]]] = {}
        self._callers: dict[int, list[Row]] = {}
        self._modules = 0
        self._missing: set[str] = set()
        self.names = frozenset(
            name for row in policy.sources if not row.path.end and row.path.members for name in row.path.members[-1]
        )
        self.called = Members(
            name for row in policy.sources if row.path.end and row.path.members for name in row.path.members[-1]
        )
        self.calls_back = any(row.path.end == "Callback" for row in policy.sinks)

    def update(self) -> None:
        """Resolve rows whose modules have been imported meanwhile."""
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            self._changed()
            self._try_pending()

    def _try_pending(self) -> None:
        self._missing.clear()
        self._pending = [each for each in self._pending if not self._resolve(*each)]

    def unresolved(self) -> list[Row]:
        """Return the rows about what has not been imported, or is not there."""
        return [row for _, row in self._pending]

    def rows(self, callee: Any) -> dict[str, list[Row]] | None:
        """Return the rows about a callable, by table; None if there are none."""
        self.update()
        found = self._known(callee)
        if found is None and self._missing and type(callee) in _DEFINED and callee.__name__ in self._missing:
            self._try_pending()  # its module was being executed when it was looked into
            found = self._known(callee)
        return found

    def _known(self, callee: Any) -> dict[str, list[Row]] | None:
        kind = type(callee)
        if kind is types.MethodType:
            return self._by_key.get(id(callee.__func__))
        if issubclass(kind, types.BuiltinFunctionType):
            receiver = callee.__self__
            if receiver is None or type(receiver) is types.ModuleType:
                return self._by_key.get(id(callee))
            owner = receiver if issubclass(type(receiver), type) else type(receiver)
            for base in mro(owner):
                found = self._by_key.get((base, callee.__name__))
                if found is not None:
                    return found
            return self._by_key.get(id(callee))
        if kind in _DESCRIPTORS:
            return self._by_key.get((callee.__objclass__, callee.__name__))
        return self._by_key.get(id(callee))

    def attribute(self, owner: Any, name: str) -> Row | None:
        """Return the source that is an attribute of an object, None if it is none."""
        self.update()
        for place, row in self._attributes.get(name, ()):
            if owner is place:
                return row
            if isinstance(place, type) and type(owner) is not types.ModuleType and _is_instance(owner, place):
                return row
        return None

    def called_back(self, code: types.CodeType) -> list[Row]:
        """Return the sinks for what functions return that are called by a code object's frames."""
        self.update()
        return self._callers.get(id(code), [])

    # --- resolution

    def _resolve(self, table: str, row: Row) -> bool:
        """Enter a row if its module has been imported; return True if it needs no other try."""
        found = _object(row.type)
        if found is None:
            return False
        complete = True
        for names in itertools.product(*row.path.members):
            one = row.about(names)
            if table == "sources" and not row.path.end:
                owner: Any = found[0]
                for name in names[:-1]:
                    owner = getattr(owner, name, None)
                self._attributes.setdefault(names[-1], []).append((owner, one))
                continue
            if not self._enter(table, one, found[0], names):
                self._missing.add(names[-1])
                complete = False
        return complete

    def _enter(self, table: str, row: Row, owner: Any, names: tuple[str, ...]) -> bool:
        for name in names:
            if owner is None:
                return False
            if isinstance(owner, type):
                owner = lookup(owner, name)
                if owner is MISSING:
                    return False
            else:
                owner = getattr(owner, name, None)
        for key, kept in _keys(owner):
            rows = self._by_key.setdefault(key, {}).setdefault(table, [])
            if row not in rows:
                rows.append(row)
                self._keep.append(kept)
                if table == "sources":
                    self.called.add(str(getattr(kept, "__name__", "")))
                if row.path.end == "Callback" and hasattr(kept, "__code__"):
                    self._callers.setdefault(id(kept.__code__), []).append(row)
        return owner is not None


def _keys(callee: Any) -> Iterator[tuple[Key, Any]]:
    """Yield what a callable is looked up by, and the object that must live as long."""
    if isinstance(callee, (classmethod, staticmethod)):
        callee = callee.__func__
    if type(callee) in _DESCRIPTORS:
        yield (callee.__objclass__, callee.__name__), callee
    elif isinstance(callee, types.MethodType):
        yield id(callee.__func__), callee.__func__
    elif callee is not None:
        yield id(callee), callee


def _object(name: str) -> tuple[Any] | None:
    """Return a module, or an object in one, in a tuple; None if the module has not been imported."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        module = sys.modules.get(".".join(parts[:count]))
        if module is not None:
            found: Any = module
            for part in parts[count:]:
                found = getattr(found, part, None)
                if found is None:
                    return None
            return (found,)
    return None


def _is_instance(value: Any, cls: type) -> bool:
    try:
        return isinstance(value, cls)
    except Exception:  # a proxy that stands for nothing just now
        return False
