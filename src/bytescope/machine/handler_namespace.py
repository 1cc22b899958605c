"""Values and helpers that the texts of handlers name."""

from __future__ import annotations

import types

from bytescope.code.flags import CO_ASYNC_GENERATOR, CO_COROUTINE
from bytescope.code.host.weak_tables import when_gone
from bytescope.isa.purity import MISSING, class_loads_purely, flags, loads_purely, lookup, stored_mro, stores_purely
from bytescope.isa.typesets import (
    ATOMIC,
    BOUNDS,
    CONTAINERS,
    DICT,
    HASHED,
    INTEGER,
    ITERABLES,
    ITERATORS,
    LIST,
    NUMBERS,
    ROWS,
    SEQUENCES,
    STRING,
)
from bytescope.machine.registers import BUILTINS, GLOBALS, LOCALS, PROGRAM, UNBOUND
from bytescope.startup.stdlib_lite import Any

__all__ = [
    "ATOMIC", "BOUNDS", "CONTAINERS", "DICT", "DONE", "HASHED", "INTEGER", "ITERABLES", "ITERATORS", "LIST", "NULL",
    "NUMBERS", "ROWS", "SEQUENCES", "STRING", "UNBOUND", "CellType", "FunctionType", "MethodType", "ModuleType",
    "LazyImportType", "Raised", "attribute_names", "class_attributes", "exception_match", "interpolation", "is_mapping",
    "is_sequence", "learn", "load_build_class", "load_global", "load_name", "load_outer", "not_defined",
    "stopiteration_error", "template", "unbound",
]  # fmt: skip


executed = [0]
"""Number of guest instructions executed so far, in this process."""

# These are plain objects because the garbage collector does not know such: a program cannot come across them.
NULL: Any = object()
"""The NULL that CPython pushes beside a callable."""
DONE: Any = object()
"""Result of an exhausted iterator."""


class Raised(tuple):  # type: ignore[type-arg]
    """Answer of the resident frame to a request whose operation raised: the exception, alone in a tuple.

    A subclass of tuple, because making one runs no Python code: it must work at the recursion limit.
    """

    __slots__ = ()


FunctionType = types.FunctionType
MethodType = types.MethodType
ModuleType = types.ModuleType
CellType = types.CellType
LazyImportType = getattr(types, "LazyImportType", None)
"""The type of imports that are put off, where there are any."""

# --- attributes of plain classes

attribute_names: dict[str, tuple[set[int], set[int]]] = {}
"""Attribute name to ids of types: loading it (first set) or storing it (second) on an instance runs no Python code."""

class_attributes: set[tuple[int, str]] = set()
"""Ids of plain classes, with names of attributes: loading one from the class itself runs no Python code."""

_HEAP_TYPE = 1 << 9
_IMMUTABLE_TYPE = 1 << 8


def type_name(kind: type) -> str:
    """Return a type's name as in CPython's messages: with the module for types made in C."""
    if flags(kind) & _HEAP_TYPE and not flags(kind) & _IMMUTABLE_TYPE:
        return kind.__name__
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def qualified_name(kind: type) -> str:
    """Return a type's qualified name as in CPython's messages: with its module, except builtins and __main__."""
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"


def learn(owner: Any, name: str, store: bool) -> None:
    """Remember the type if loading (or storing) this attribute of its instances cannot run Python code.

    A type may be changed afterwards. Then the operation is still correct, but runs Python code above a frame of the
    interpreter, which is visible to a stack walk only.

    Args:
        owner: an instance; a class stands for itself.
        name: the attribute.
        store: whether it is to be stored.
    """
    kind = type(owner)
    if kind is type:
        if not store and class_loads_purely(owner, name):
            class_attributes.add((id(owner), name))
            when_gone(owner, class_attributes.discard, (id(owner), name))
        return
    if flags(kind) & _IMMUTABLE_TYPE:
        return
    if not store and lookup(kind, "__del__") is not MISSING:  # it may be the last that is done with the instance
        return
    if (stores_purely if store else loads_purely)(kind, name):
        known = attribute_names[name][store]
        number = id(kind)
        known.add(number)
        when_gone(kind, known.discard, number)


# --- variables


def name_error(message: str, name: str) -> NameError:
    """Return a NameError as CPython makes it: with the name as an attribute."""
    error = NameError(message)
    error.name = name
    return error


def unbound(name: str, scope: str) -> NameError:
    """Return the error for a variable without a value."""
    if scope == "free":
        message = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        return name_error(message, name)
    return UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")


def not_defined(name: str) -> NameError:
    """Return the error for a global or builtin that does not exist."""
    return name_error(f"name '{name}' is not defined", name)


def load_global(R: list[Any], name: str) -> Any:
    """Look a name up in the frame's globals and builtins."""
    try:
        return R[GLOBALS][name]
    except KeyError:
        pass
    try:
        return R[BUILTINS][name]
    except KeyError:
        pass
    raise not_defined(name)


def load_name(R: list[Any], name: str) -> Any:
    """Look a name up in the frame's locals (a dict), globals and builtins."""
    try:
        return R[LOCALS][name]
    except KeyError:
        pass
    return load_outer(R, name)


def load_outer(R: list[Any], name: str) -> Any:
    """Look a name up that is not in the frame's locals; globals of a subclass of dict are read as a plain dict."""
    try:
        return dict.__getitem__(R[GLOBALS], name)
    except KeyError:
        pass
    try:
        return R[BUILTINS][name]
    except KeyError:
        pass
    raise not_defined(name)


def load_build_class(R: list[Any]) -> Any:
    """Return the frame's `__build_class__`."""
    try:
        return R[BUILTINS]["__build_class__"]
    except KeyError:
        pass
    raise NameError("__build_class__ not found")


# --- exceptions


def exception_match(exception: BaseException, kind: Any) -> bool:
    """Return True if an except clause catches the exception, without calling `__subclasscheck__`.

    Raises:
        TypeError: if the clause names something else than exception classes.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    for each in kinds:
        if not (isinstance(each, type) and BaseException in stored_mro(each)):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    bases = stored_mro(type(exception))
    return any(each in bases for each in kinds)


def stopiteration_error(R: list[Any], exception: BaseException) -> BaseException:
    """Return the exception that a StopIteration leaving a generator or coroutine becomes (PEP 479)."""
    flags = R[PROGRAM].code.co_flags
    message = None
    if isinstance(exception, StopIteration):
        message = "generator raised StopIteration"
        if flags & CO_ASYNC_GENERATOR:
            message = "async generator raised StopIteration"
        elif flags & CO_COROUTINE:
            message = "coroutine raised StopIteration"
    elif flags & CO_ASYNC_GENERATOR and isinstance(exception, StopAsyncIteration):
        message = "async generator raised StopAsyncIteration"
    if message is None:
        return exception
    error = RuntimeError(message)
    error.__cause__ = exception
    error.__context__ = exception
    return error


# --- pattern matching, templates


def is_mapping(value: Any) -> bool:
    """Return True if a mapping pattern may match the value."""
    return bool(flags(type(value)) & 1 << 6)


def is_sequence(value: Any) -> bool:
    """Return True if a sequence pattern may match the value."""
    return bool(flags(type(value)) & 1 << 5)


def _template_types() -> tuple[Any, Any]:
    """Return the types of template strings and of their parts."""
    try:
        from string.templatelib import Interpolation, Template  # type: ignore[import-not-found, unused-ignore]
    except ImportError:  # the program is just importing this module, which takes them from such a string
        made = eval('t"{0}"', {})
        return type(made), type(made.interpolations[0])
    return Template, Interpolation


def interpolation(conversion: str | None, value: Any, expression: str, spec: str = "") -> Any:
    """Make a part of a template string."""
    return _template_types()[1](value, expression, conversion, spec)


def template(strings: tuple[str, ...], interpolations: tuple[Any, ...]) -> Any:
    """Make a template string."""
    parts: list[Any] = [strings[0]]
    for part, string in zip(interpolations, strings[1:], strict=True):
        parts += (part, string)
    return _template_types()[0](*parts)
