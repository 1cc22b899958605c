"""Purity of attribute accesses: which of them run no user code.

CPython looks names up in the dicts of a class and its bases. That compares keys, and a key that is no string compares
as its class says. Functions here look without comparing such keys, and no access to such a class counts as pure.
"""

from __future__ import annotations

import types

from bytescope.code.host.weak_tables import when_gone
from bytescope.startup.stdlib_lite import Any

__all__ = [
    "MISSING", "class_loads_purely", "defines", "find", "flags", "has_string_keys", "is_default", "is_inert",
    "is_stored_plainly", "loads_purely", "lookup", "mro", "namespace", "stored_mro", "stores_purely",
]  # fmt: skip

MISSING: Any = object()
"""Sentinel that `lookup` returns for a name that a class does not have."""

stored_mro = type.__dict__["__mro__"].__get__
"""Return a class's method resolution order as `mro` does, without a frame of Python; None if nobody has used it yet."""
namespace = type.__dict__["__dict__"].__get__
"""Return a class's own names, a mapping proxy, without asking its metaclass."""
flags = type.__dict__["__flags__"].__get__
"""Return a class's flags without asking its metaclass."""


def mro(kind: type) -> tuple[type, ...]:
    """Return a class's method resolution order, without asking its metaclass."""
    bases = stored_mro(kind)
    if bases is None:  # a type made in C that nobody has used yet: any attribute access completes it
        kind.__name__  # noqa: B018
        bases = stored_mro(kind)
    return bases  # type: ignore[no-any-return]


_string_keyed: set[int] = set()
"""Ids of classes whose names, and those of their bases, are known to be strings."""


def has_string_keys(kind: type) -> bool:
    """Return True if all names of a class and its bases are strings: then looking names up runs no user code."""
    number = id(kind)
    if number not in _string_keyed:
        for base in stored_mro(kind) or mro(kind):
            for name in namespace(base):
                if type(name) is not str:
                    return False
        _string_keyed.add(number)
        when_gone(kind, _string_keyed.discard, number)
    return True


def find(kind: type, name: str) -> tuple[Any, type | None]:
    """Return what a class has under a name, and the base that defines it: (`MISSING`, None) if none does."""
    if id(kind) in _string_keyed or has_string_keys(kind):
        for base in stored_mro(kind) or mro(kind):
            names = namespace(base)
            if name in names:
                return names[name], base
        return MISSING, None
    for base in mro(kind):
        for key, value in namespace(base).items():
            if type(key) is str and key == name:
                return value, base
    return MISSING, None


def defines(kind: type, name: str) -> bool:
    """Return True if a class, not a base of it, has a name."""
    if id(kind) in _string_keyed or has_string_keys(kind):
        return name in namespace(kind)
    return any(type(key) is str and key == name for key in namespace(kind))


def lookup(kind: type, name: str) -> Any:
    """Return what a class has under a name, `MISSING` if nothing."""
    if id(kind) in _string_keyed:  # as `find`, with no further frame: handlers call it at the recursion limit
        for base in stored_mro(kind) or mro(kind):
            names = namespace(base)
            if name in names:
                return names[name]
        return MISSING
    return find(kind, name)[0]


_INERT = frozenset(
    {types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType,
     types.MemberDescriptorType, types.GetSetDescriptorType, types.ClassMethodDescriptorType, staticmethod, classmethod}
)  # fmt: skip


def is_inert(found: Any) -> bool:
    """Return True if loading an attribute runs no user code when this is what its owner's class has under the name."""
    kind = type(found)
    return kind in _INERT or (has_string_keys(kind) and lookup(kind, "__get__") is MISSING)


def is_stored_plainly(found: Any) -> bool:
    """Return True if this, in a class, has no say in storing an attribute of an instance, or is a slot."""
    kind = type(found)
    return kind is types.MemberDescriptorType or (has_string_keys(kind) and lookup(kind, "__set__") is MISSING)


def is_default(kind: type, special: str, builtin: frozenset[Any] = frozenset({object})) -> bool:
    """Return True if no class but some builtin ones defines a special method for a class's instances."""
    owner = find(kind, special)[1]
    return owner is None or owner in builtin


_GENERIC = frozenset({object, BaseException})
"""Classes that load and store attributes in the same way as `object`."""


def loads_purely(kind: type, name: str, builtin: frozenset[Any] = _GENERIC) -> bool:
    """Return True if loading an attribute of an instance runs no user code.

    Args:
        kind: the type of the instance.
        name: of the attribute.
        builtin: classes whose `__getattribute__` looks into the instance and its classes only.
    """
    if not has_string_keys(kind) or lookup(kind, "__getattr__") is not MISSING:
        return False
    return is_default(kind, "__getattribute__", builtin) and is_inert(lookup(kind, name))


def stores_purely(kind: type, name: str, builtin: frozenset[Any] = _GENERIC) -> bool:
    """Return True if storing an attribute of an instance runs no user code, see `loads_purely`."""
    if not has_string_keys(kind) or not is_default(kind, "__setattr__", builtin):
        return False
    return is_stored_plainly(lookup(kind, name))


def class_loads_purely(cls: type, name: str) -> bool:
    """Return True if loading an attribute of a class itself runs no user code; the class must have the attribute."""
    kind = type(cls)
    if not (has_string_keys(cls) and has_string_keys(kind)) or lookup(kind, "__getattr__") is not MISSING:
        return False
    metaclasses = frozenset({type, object})
    if find(kind, "__getattribute__")[1] not in metaclasses or not is_default(kind, name, metaclasses):
        return False
    found = lookup(cls, name)
    return found is not MISSING and is_inert(found)
