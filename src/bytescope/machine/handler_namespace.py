"""The values, type sets and helpers that the reference engine's handlers name."""

from __future__ import annotations

import types

from bytescope.code.host.weak_tables import when_gone
from bytescope.machine.registers import BUILTINS, GLOBALS, LOCALS, PROGRAM
from bytescope.startup.stdlib_lite import Any

__all__ = [
    "BOUNDS", "CONTAINERS", "DONE", "HASHED", "INTEGER", "ITERABLES", "ITERATORS", "NULL", "NUMBERS", "PLAIN", "ROWS",
    "SEQUENCES", "UNBOUND", "CellType", "FunctionType", "MethodType", "ModuleType", "Raised", "attribute_names",
    "class_attributes", "exception_match", "interpolation", "is_mapping", "is_sequence", "learn", "load_build_class",
    "load_global", "load_name", "not_defined", "stopiteration_error", "template", "unbound",
]  # fmt: skip


executed = [0]
"""Number of guest instructions executed so far, in this process."""

# These are plain objects because the garbage collector does not know such: a program cannot come across them.
NULL: Any = object()
"""The NULL that CPython pushes beside callables."""
UNBOUND: Any = object()
"""What is in a variable that has no value."""
DONE: Any = object()
"""What an exhausted iterator gives."""


class Raised(tuple):  # type: ignore[type-arg]
    """What the resident frame answers when the requested operation raised: the exception, alone in a tuple.

    A subclass of tuple, because making one runs no Python code: it must work at the recursion limit.
    """

    __slots__ = ()


FunctionType = types.FunctionType
MethodType = types.MethodType
ModuleType = types.ModuleType
CellType = types.CellType
PLAIN: frozenset[type] = frozenset({int, float, complex, str, bool, type(None)})
NUMBERS = frozenset({int, float, complex, bool})
INTEGER = frozenset({int})
STRING = frozenset({str})
LIST = frozenset({list})
DICT = frozenset({dict})
ROWS = frozenset({tuple, list})
BOUNDS = frozenset({int, type(None)})
SEQUENCES = frozenset({list, tuple, str, bytes})
HASHED = frozenset({dict, set, frozenset})
ITERABLES = SEQUENCES | HASHED | {bytearray, range}
CONTAINERS = PLAIN | ITERABLES | {memoryview}
_ITERATED: tuple[Any, ...] = (
    (), [], "", "\u0101", b"", bytearray(), range(1), range(1 << 70), set(), {}, {}.keys(), {}.values(), {}.items(),
)  # fmt: skip
ITERATORS: frozenset[type] = frozenset(type(iter(each)) for each in _ITERATED) | {type(reversed([]))}

# --- attributes of plain classes

attribute_names: dict[str, tuple[set[int], set[int]]] = {}
"""Attribute name to ids of types: loading it (first set) or storing it (second) on an instance runs no Python code."""

class_attributes: set[tuple[int, str]] = set()
"""Ids of plain classes, with names of attributes: loading one from the class itself runs no Python code."""

_mro = type.__dict__["__mro__"].__get__
_namespace = type.__dict__["__dict__"].__get__
_flags = type.__dict__["__flags__"].__get__


def _bases(kind: type) -> tuple[type, ...]:
    """The type's method resolution order."""
    bases = _mro(kind)
    if bases is None:  # a type made in C that nobody has used yet: any attribute access completes it
        kind.__name__  # noqa: B018
        bases = _mro(kind)
    return bases  # type: ignore[no-any-return]


def lookup(kind: type, name: str) -> Any:
    """What the type has under this name, without running any code; `NULL` if nothing."""
    for base in _bases(kind):
        namespace = _namespace(base)
        if name in namespace:
            return namespace[name]
    return NULL


_string_keyed: set[int] = set()
"""Ids of classes that are known to have no other names than strings, nor have their bases."""


def _only_strings(kind: type) -> bool:
    """Whether looking names up in a class runs no code: other keys than strings might, when they are compared."""
    number = id(kind)
    if number not in _string_keyed:
        for base in _bases(kind):
            for name in _namespace(base):
                if type(name) is not str:
                    return False
        _string_keyed.add(number)
        when_gone(kind, _string_keyed.discard, number)
    return True


_HEAP_TYPE = 1 << 9
_IMMUTABLE_TYPE = 1 << 8


def type_name(kind: type) -> str:
    """The type's name as CPython's messages have it: types made in C say their module too."""
    if _flags(kind) & _HEAP_TYPE and not _flags(kind) & _IMMUTABLE_TYPE:
        return kind.__name__
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def qualified_name(kind: type) -> str:
    """The type's qualified name as CPython's messages have it: with its module unless that is of no interest."""
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"


_INERT = frozenset(
    {types.FunctionType, types.MemberDescriptorType, types.BuiltinFunctionType, types.MethodDescriptorType,
     staticmethod, classmethod, types.GetSetDescriptorType, types.WrapperDescriptorType} | PLAIN
)  # fmt: skip


def _inert(found: Any, method: str) -> bool:
    """Whether it runs no Python code that this is found in a class, given the method that would be called."""
    return found is NULL or type(found) in _INERT or lookup(type(found), method) is NULL


def learn(owner: Any, name: str, store: bool) -> None:
    """Remember the type if loading (or storing) this attribute of its instances cannot run Python code.

    A type may be changed afterwards; then the operation, still done right, runs Python code below a frame of the
    machine, which only a walk over the stack could tell.

    Args:
        owner: an instance; a class stands for itself.
        name: the attribute.
        store: whether it is to be stored.
    """
    kind = type(owner)
    if not _only_strings(owner if kind is type else kind):
        return
    if kind is type:
        if not store and lookup(owner, name) is not NULL and _inert(lookup(owner, name), "__get__"):
            class_attributes.add((id(owner), name))
            when_gone(owner, class_attributes.discard, (id(owner), name))
        return
    found = lookup(kind, name)
    if store:
        plain = lookup(kind, "__setattr__") is object.__setattr__
    else:
        plain = lookup(kind, "__getattribute__") is object.__getattribute__ and lookup(kind, "__getattr__") is NULL
    if not store and lookup(kind, "__del__") is not NULL:  # it may be the last that is done with the instance
        return
    if plain and _inert(found, "__set__" if store else "__get__") and not _flags(kind) & _IMMUTABLE_TYPE:
        known = attribute_names[name][store]
        number = id(kind)
        known.add(number)
        when_gone(kind, known.discard, number)


# --- variables


def name_error(message: str, name: str) -> NameError:
    """A NameError as CPython makes it: with the name as an attribute."""
    error = NameError(message)
    error.name = name
    return error


def unbound(name: str, scope: str) -> NameError:
    """The error for a variable without a value."""
    if scope == "free":
        message = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        return name_error(message, name)
    return UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")


def not_defined(name: str) -> NameError:
    """The error for a global or builtin that does not exist."""
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
    """Look a name up that is not in the frame's locals: of a subclass of dict the globals are asked as a plain dict."""
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
    """The frame's `__build_class__`."""
    try:
        return R[BUILTINS]["__build_class__"]
    except KeyError:
        pass
    raise NameError("__build_class__ not found")


# --- exceptions


def exception_match(exception: BaseException, kind: Any) -> bool:
    """Whether an except clause catches the exception; `__subclasscheck__` is not asked.

    Raises:
        TypeError: if the clause names something else than exception classes.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    for each in kinds:
        if not (isinstance(each, type) and BaseException in _mro(each)):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    bases = _mro(type(exception))
    return any(each in bases for each in kinds)


def stopiteration_error(R: list[Any], exception: BaseException) -> BaseException:
    """What a StopIteration that leaves a generator or coroutine becomes (PEP 479)."""
    flags = R[PROGRAM].code.co_flags
    message = None
    if isinstance(exception, StopIteration):
        message = "generator raised StopIteration"
        if flags & 0x200:
            message = "async generator raised StopIteration"
        elif flags & 0x80:
            message = "coroutine raised StopIteration"
    elif flags & 0x200 and isinstance(exception, StopAsyncIteration):
        message = "async generator raised StopAsyncIteration"
    if message is None:
        return exception
    error = RuntimeError(message)
    error.__cause__ = exception
    error.__context__ = exception
    return error


# --- pattern matching, templates


def is_mapping(value: Any) -> bool:
    """Whether a mapping pattern may match the value."""
    return bool(_flags(type(value)) & 1 << 6)


def is_sequence(value: Any) -> bool:
    """Whether a sequence pattern may match the value."""
    return bool(_flags(type(value)) & 1 << 5)


def interpolation(conversion: str | None, value: Any, expression: str, spec: str = "") -> Any:
    """A part of a template string."""
    from string.templatelib import Interpolation  # type: ignore[import-not-found, unused-ignore]

    return Interpolation(value, expression, conversion, spec)


def template(strings: tuple[str, ...], interpolations: tuple[Any, ...]) -> Any:
    """A template string."""
    from string.templatelib import Template  # type: ignore[import-not-found, unused-ignore]

    parts: list[Any] = [strings[0]]
    for part, string in zip(interpolations, strings[1:], strict=True):
        parts += (part, string)
    return Template(*parts)
