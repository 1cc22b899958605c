"""Values as text, without code of the program being run: a `__repr__` may take locks, have effects, or never end."""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

from bytescope.analysis.planning.dispatch import PASSED
from bytescope.code.host.asynchronous import is_asynchronous
from bytescope.isa.purity import lookup

_DEPTH = 4
_ITEMS = 6

_PLAIN: tuple[type, ...] = (
    *(bool, float, complex, range, type(None), type(Ellipsis), type(NotImplemented)),
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType),
    *(types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType, types.CodeType),
)
"""Types whose `repr` is short, and runs code of these types alone."""

_LIBRARY = {
    "datetime": ("date", "datetime", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "pathlib": ("PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"),
    "re": ("Pattern",),
    "uuid": ("UUID",),
}
"""Types of the standard library that are shown by `repr`, by the module that has them."""

_shown: dict[type, Callable[[Any], str]] = {}
"""The types that are shown, beside the built-in ones."""


def register(kind: type, show: Callable[[Any], str] = repr) -> None:
    """Register a function that shows the objects of a type; without one they are shown as type and identity.

    Args:
        kind: the type; subclasses of it are others.
        show: returns the text of an object. It is called while the program is in the middle of an operation, so that it
            should take no locks and change nothing.
    """
    _shown[kind] = show


class SafeRepr:
    """Text of values that is bounded in size, and never fails.

    Objects of built-in types and of registered ones are shown, containers with what is in them; others by type and
    identity.

    Args:
        limit: characters.
        own: whether objects are shown as their own `__repr__` says. That is code of the program.
    """

    def __init__(self, limit: int = 80, own: bool = False) -> None:
        self.limit = limit
        self.own = own

    def __call__(self, value: Any) -> str:
        """The text of a value."""
        try:
            text = self._show(value, _DEPTH)
        except PASSED:
            raise
        except BaseException as error:
            if is_asynchronous(error, error.__traceback__):
                raise
            text = f"<{name_of(type(value))}, repr raised {name_of(type(error))}>"
        return text if len(text) <= self.limit else text[: self.limit - 3] + "..."

    def _show(self, value: Any, depth: int) -> str:
        kind = type(value)
        if kind is str or kind is bytes or kind is bytearray:
            return repr(value[: self.limit + 1])
        if kind is int:
            bits = value.bit_length()
            return repr(value) if bits <= 4 * self.limit else f"<int of {bits:,} bits>"
        if kind in _PLAIN:
            return repr(value)
        if kind in _CONTAINERS:
            return self._container(value, kind, depth)
        show = _shown.get(kind) or _of_library(kind)
        if show is not None:
            return show(value)
        if self.own:
            return self._by_its_own(value)
        return self._other(value, kind, depth)

    def _container(self, value: Any, kind: type, depth: int) -> str:
        opening, closing, empty = _CONTAINERS[kind]
        if not len(value):
            return empty
        if depth <= 0:
            return f"{opening}...{closing}"
        first = list(islice(value.items() if kind is dict else value, _ITEMS))
        if kind is dict:
            texts = [f"{self._show(key, depth - 1)}: {self._show(each, depth - 1)}" for key, each in first]
        else:
            texts = [self._show(each, depth - 1) for each in first]
        if kind is set or kind is frozenset:
            texts.sort()
        texts += ["..."] * (len(value) > len(first))
        comma = "," if kind is tuple and len(texts) == 1 else ""
        return f"{opening}{', '.join(texts)}{comma}{closing}"

    def _other(self, value: Any, kind: type, depth: int) -> str:
        if kind is types.MethodType:
            return f"<bound method {callable_name(value)} of {object.__repr__(value.__self__)}>"
        if kind is types.ModuleType:
            name = types.ModuleType.__getattribute__(value, "__dict__").get("__name__")
            return f"<module {name!r}>" if type(name) is str else "<module>"
        if is_of(value, type):
            return f"<class {name_of(value)!r}>"
        if is_of(value, BaseException) and lookup(kind, "__repr__") is lookup(BaseException, "__repr__"):
            args = _arguments.__get__(value)
            texts = [self._show(each, depth - 1) for each in args[:_ITEMS]]
            return f"{name_of(kind)}({', '.join(texts)})"
        return object.__repr__(value)

    @staticmethod
    def _by_its_own(value: Any) -> str:
        """Return what an object's own `__repr__` says; if it fails, as `reprlib` does."""
        try:
            return repr(value)
        except Exception as error:
            if is_asynchronous(error, error.__traceback__):
                raise
            return f"<{name_of(type(value))} instance at {id(value):#x}>"


_CONTAINERS: dict[type, tuple[str, str, str]] = {
    list: ("[", "]", "[]"),
    tuple: ("(", ")", "()"),
    dict: ("{", "}", "{}"),
    set: ("{", "}", "set()"),
    frozenset: ("frozenset({", "})", "frozenset()"),
    deque: ("deque([", "])", "deque([])"),
}
"""Opening and closing brackets of containers, and the text of an empty one."""

_arguments: Any = BaseException.__dict__["args"]
_type_names: Any = type.__dict__["__qualname__"]
_type_modules: Any = type.__dict__["__module__"]


def name_of(kind: type) -> str:
    """Return the qualified name of a type, whatever its own type says about that."""
    name: str = _type_names.__get__(kind)
    return name


def is_of(value: object, kinds: type | tuple[type, ...]) -> bool:
    """Return True if the type of a value is one of some types, or a subclass, whatever its `__class__` says."""
    return issubclass(type(value), kinds)


_NAMED = (
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType),
    *(types.ClassMethodDescriptorType, types.MethodWrapperType),
)


def callable_name(function: Any) -> str:
    """Return the qualified name of something that can be called, of its type if it has none of its own."""
    while type(function) is types.MethodType:
        function = function.__func__
    if is_of(function, _NAMED):
        name: str = function.__qualname__
        return name
    return name_of(function if is_of(function, type) else type(function))


def _of_library(kind: type) -> Callable[[Any], str] | None:
    """Return how a type of the standard library is shown; None for others."""
    module = _type_modules.__get__(kind)
    if type(module) is not str or module.partition(".")[0] not in _LIBRARY:
        return None
    module = module.partition(".")[0]
    name = name_of(kind)
    if name not in _LIBRARY[module] or getattr(sys.modules.get(module), name, None) is not kind:
        return None
    register(kind, _aware if name in ("datetime", "time") else repr)
    return _shown[kind]


def _aware(value: Any) -> str:
    """Return the text of a time, whose time zone may be an object of the program's."""
    zone = value.tzinfo
    return repr(value) if zone is None or _type_modules.__get__(type(zone)) == "datetime" else object.__repr__(value)
