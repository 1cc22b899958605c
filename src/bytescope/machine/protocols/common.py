"""Helpers that protocols share."""

from __future__ import annotations

import types

from bytescope.isa.purity import MISSING, lookup
from bytescope.machine.handler_namespace import Raised
from bytescope.startup.stdlib_lite import Any, Generator, Iterable

Calls = Generator[Any, Any, Any]
"""A protocol: a generator of calls."""


class CallWithKeywords:
    """A call with keyword arguments."""

    __slots__ = ("operands",)
    site = 0

    def __init__(self, function: Any, args: Iterable[Any], kwargs: dict[str, Any]) -> None:
        self.operands = (kwargs, args, function)


class ImportFrom:
    """The host's own IMPORT_FROM: it raises the error that this version of CPython raises."""

    __slots__ = ("operands",)
    site = 1

    def __init__(self, module: Any) -> None:
        self.operands = (module,)


def failed(value: Any, kind: type[BaseException]) -> bool:
    """Return True if a call's answer is an exception of this kind."""
    return type(value) is Raised and isinstance(value[0], kind)


def iterable_type(value: Any) -> bool:
    """Return True if the type supports iteration at all (tp_iter, or the sequence protocol)."""
    kind = type(value)
    return lookup(kind, "__iter__") is not MISSING or lookup(kind, "__getitem__") is not MISSING


def call_special(value: Any, method: Any) -> Calls:
    """Call a special method of an object, found on its type and bound as descriptors are."""
    kind = type(method)
    if kind is types.FunctionType or kind is types.WrapperDescriptorType or kind is types.MethodDescriptorType:
        return (yield method, value)
    getter = lookup(kind, "__get__")
    if getter is not MISSING:
        method = yield getter, method, value, type(value)
        if type(method) is Raised:
            return method
    return (yield (method,))


def let_go(held: list[Any]) -> Calls:
    """Drop the last reference to a value in the guest's frame: the warning of an unawaited coroutine shows that line.

    Args:
        held: the value alone in a list, which is empty afterwards.
    """
    yield id, held.pop()


def function_string(function: Any) -> Calls:
    """Return a callable as CPython's messages write it."""
    name = yield getattr, function, "__qualname__", None
    if type(name) is Raised:
        return name
    if not isinstance(name, str):
        return (yield str, function)
    module = yield getattr, function, "__module__", None
    if type(module) is Raised:
        return module
    return f"{name}()" if module in (None, "builtins") else f"{module}.{name}()"
