"""Contents of objects, found without running any code of the program's.

No `__repr__`, property, `__getattr__`, `__class__`, `__eq__`, `__hash__`, `__iter__` or `__len__` of a class of the
program's is called: exact types are told by `type`, and contents are read by the functions of builtin types.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any
from weakref import ref

from bytescope.isa.purity import mro

__all__ = [
    "ATOMS",
    "ITEMS",
    "LONG",
    "Contents",
    "contents_of",
    "fixed",
    "kind_name",
    "label_of",
    "attributes_of",
    "class_namespaces",
]

ITEMS = 200
"""Number of items of a container that are recorded; the rest is counted."""

LONG = 4096
"""Length above which a string or bytes object is cut."""

ATOMS = frozenset({int, float, complex, bool, type(None), type(Ellipsis), type(NotImplemented)})
"""Types whose objects stand for themselves in a recording."""


Contents = list[tuple[Any, Any]]
"""Pairs of what an object contains: index, key or attribute name, and value. No dict: keys would be hashed."""

_class_namespace: Callable[[type], Any] = vars(type)["__dict__"].__get__
_class_name: Callable[[type], str] = vars(type)["__name__"].__get__
_class_module: Callable[[type], Any] = vars(type)["__module__"].__get__
_class_flags = vars(type)["__flags__"].__get__
_exception_arguments = vars(BaseException)["args"].__get__
_LINKS = [(name, vars(BaseException)[name].__get__) for name in ("__cause__", "__context__")]
_group_members = vars(BaseExceptionGroup)["exceptions"].__get__

_BY_NAME = (
    types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.CodeType, types.MethodDescriptorType,
    types.WrapperDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType, types.MethodWrapperType,
)  # fmt: skip
_QUALIFIED = (
    types.FunctionType, types.BuiltinFunctionType, types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType,
)  # fmt: skip
_FIXED = (*_BY_NAME, tuple, frozenset, range, slice, types.MethodType)


def kind_name(kind: type) -> str:
    """Return the name of a class, qualified by its module unless that is `builtins`."""
    name = _class_name(kind)
    try:
        module = _class_module(kind)
    except AttributeError:
        return name
    return f"{module}.{name}" if type(module) is str and module != "builtins" else name


def is_class(value: Any) -> bool:
    """Return True if a value is a class."""
    return type in mro(type(value))


def class_namespaces(kind: type) -> list[dict[str, Any]]:
    """Return the namespaces in which an attribute of a class is looked up."""
    return [_class_namespace(base) for base in mro(kind)]


def fixed(kind: type) -> bool:
    """Return True if the contents of the objects of a type never change."""
    return kind in _FIXED or type in mro(kind)


def label_of(value: Any) -> str:
    """Return the name of a function, generator, coroutine, class, module or code object; "" for other objects."""
    kind = type(value)
    if kind in _QUALIFIED:
        return str(value.__qualname__)
    if kind is types.CodeType:
        return str(value.co_qualname)
    if kind is types.ModuleType:
        name = value.__dict__.get("__name__")
        return name if type(name) is str else "?"
    if type in mro(kind):
        return kind_name(value)
    if kind in _BY_NAME:
        return str(value.__name__)
    return ""


_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by C code of a module

_layouts: dict[int, tuple[ref[type], bool, tuple[str, ...], bool]] = {}
"""Id of a class to: the class, whether its objects have a `__dict__` that can be read, the names of their slots, and
whether they hold items as well."""

_attribute = object.__getattribute__


def _layout(kind: type) -> tuple[ref[type], bool, tuple[str, ...], bool]:
    found = _layouts.get(id(kind))
    if found is None or found[0]() is not kind:
        names: dict[str, Any] = {}
        for base in reversed(mro(kind)):
            heap = _class_flags(base) & _HEAP_TYPE
            for name, value in list(_class_namespace(base).items()):
                if type(name) is not str:  # which would be compared by code of its own
                    continue
                if type(value) is types.MemberDescriptorType and heap:
                    names[name] = True
                elif name == "__dict__" or name in names:
                    names[name] = type(value) is types.GetSetDescriptorType and name == "__dict__"
        has_dict = names.pop("__dict__", False)
        if len(_layouts) > 4096:
            _layouts.clear()
        slots = tuple(name for name, is_slot in names.items() if is_slot)
        holds = any(base in _READERS for base in mro(kind))
        found = _layouts[id(kind)] = (ref(kind), has_dict, slots, holds)
    return found


def attributes_of(value: Any) -> tuple[dict[str, Any] | None, str]:
    """Return the `__dict__` of an object, None if it has none, and what the slots of its attributes begin with.

    That is a dot for an object that holds items as well, else nothing.
    """
    _, has_dict, _, holds = _layout(type(value))
    dot = "." if holds else ""
    if not has_dict:
        return None, dot
    try:
        found = _attribute(value, "__dict__")
    except AttributeError:
        return None, dot
    return (found if type(found) is dict else None), dot


def contents_of(value: Any, limit: int = ITEMS) -> Contents | None:
    """Return what an object contains, as far as it can be read without running code.

    Args:
        value: the object.
        limit: how many items of a container are wanted at most.

    Returns:
        Pairs of index (sequences), key (dicts), item (sets, with True for each) or name (attributes) and value; None
        for what has none: atoms, functions, classes, modules.
    """
    kind = type(value)
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(value, limit)
    order = mro(kind)
    if kind in _BY_NAME or type in order:
        return None
    found: Contents = []
    for base, reader in _READERS.items():
        if base in order:
            found = reader(value, limit)
            break
    else:
        if BaseException in order:
            found = _of_exception(value, order)
    namespace, dot = attributes_of(value)
    if namespace:
        attributes = _pairs(dict.items, dict.copy, namespace, limit)
        found += [(dot + name if type(name) is str else name, each) for name, each in attributes] if dot else attributes
    for name in _layout(kind)[2]:
        try:
            found.append((dot + name, _attribute(value, name)))
        except AttributeError:
            pass
    return found


def _of_exception(value: Any, order: tuple[type, ...]) -> Contents:
    found: Contents = list(enumerate(_exception_arguments(value)))
    for name, read in _LINKS:
        link = read(value)
        if link is not None:
            found.append((name, link))
    if BaseExceptionGroup in order:
        found.append(("exceptions", _group_members(value)))
    return found


def _pairs(iterate: Any, copy: Any, value: Any, limit: int) -> list[Any]:
    """Return the first items of a container, which another thread may be changing."""
    try:
        return list(islice(iterate(value), limit))
    except RuntimeError:
        return list(islice(iterate(copy(value)), limit))


def _sequence(kind: type) -> Callable[[Any, int], Contents]:
    item: Any = vars(kind)["__getitem__"]
    return lambda value, limit: list(enumerate(item(value, slice(limit))))


def _set(kind: Any) -> Callable[[Any, int], Contents]:
    return lambda value, limit: [(item, True) for item in _pairs(kind.__iter__, kind.copy, value, limit)]


def _cell(value: Any, limit: int) -> Contents:
    try:
        return [(0, value.cell_contents)]
    except ValueError:
        return []


_READERS: dict[Any, Callable[[Any, int], Contents]] = {
    list: _sequence(list),
    tuple: _sequence(tuple),
    dict: lambda value, limit: _pairs(dict.items, dict.copy, value, limit),
    set: _set(set),
    frozenset: _set(frozenset),
    bytearray: _sequence(bytearray),
    deque: lambda value, limit: list(enumerate(_pairs(deque.__iter__, deque.copy, value, limit))),
    types.MethodType: lambda value, limit: [("__self__", value.__self__), ("__func__", value.__func__)],
    types.CellType: _cell,
    slice: lambda value, limit: [("start", value.start), ("stop", value.stop), ("step", value.step)],
    range: lambda value, limit: [("start", value.start), ("stop", value.stop), ("step", value.step)],
}
