"""Attributes of super objects and special methods of context managers."""

from __future__ import annotations

import types

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.isa.purity import MISSING, lookup
from bytescope.machine.handler_namespace import Raised, qualified_name, type_name
from bytescope.machine.protocols.common import Calls
from bytescope.startup.stdlib_lite import Any


def super_attr(R: list[Any], immediate: tuple[str, bool], supertype: Any, cls: Any, receiver: Any) -> Calls:
    """Return `super().name`; with a rebound `super`, the attribute of an ordinary call's result."""
    name, two_arguments = immediate
    if supertype is super or two_arguments:
        proxy = yield supertype, cls, receiver
    else:
        proxy = yield (supertype,)
    if type(proxy) is Raised:
        return proxy
    return (yield getattr, proxy, name)


def bind_special(value: Any, name: str) -> Calls:
    """Return a special method, looked up on the type and bound; `MISSING` if the type has none."""
    kind = type(value)
    found = lookup(kind, name)
    if found is MISSING:
        return MISSING
    if type(found) is types.FunctionType:
        return types.MethodType(found, value)
    getter = lookup(type(found), "__get__")
    if getter is MISSING:
        return found
    return (yield getter, found, value, kind)


def _supports(kind: type, *names: str) -> bool:
    return all(lookup(kind, name) is not MISSING for name in names)


def _special_error(name: str, value: Any) -> TypeError:
    """Return the error for a context manager that lacks a method."""
    kind = type(value)
    asynchronous = name in ("__aenter__", "__aexit__")
    protocol = "asynchronous context manager protocol" if asynchronous else "context manager protocol"
    named = name in ("__exit__", "__aexit__") or BEHAVIOUR.names_missed_enter
    detail = f" (missed {name} method)" if named else ""
    if not BEHAVIOUR.suggests_other_with:
        return TypeError(f"'{type_name(kind)}' object does not support the {protocol}{detail}")
    if asynchronous and _supports(kind, "__enter__", "__exit__"):
        detail += " but it supports the context manager protocol. Did you mean to use 'with'?"
    elif not asynchronous and _supports(kind, "__aenter__", "__aexit__"):
        detail += " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
    return TypeError(f"'{qualified_name(kind)}' object does not support the {protocol}{detail}")


def special(R: list[Any], name: str, value: Any) -> Calls:
    """Return a special method of a context manager."""
    method = yield from bind_special(value, name)
    if method is MISSING:
        raise _special_error(name, value)
    return method


def _enter(manager: Any, enter_name: str, exit_name: str) -> Calls:
    enter = yield from bind_special(manager, enter_name)
    if enter is MISSING:
        raise _special_error(enter_name, manager)
    if type(enter) is Raised:
        return enter
    leave = yield from bind_special(manager, exit_name)
    if leave is MISSING:
        raise _special_error(exit_name, manager)
    if type(leave) is Raised:
        return leave
    result = yield (enter,)
    return result if type(result) is Raised else (leave, result)


def enter_with(R: list[Any], immediate: Any, manager: Any) -> Calls:
    """Enter a `with`: return the exit method and the result of `__enter__`."""
    return (yield from _enter(manager, "__enter__", "__exit__"))


def enter_async_with(R: list[Any], immediate: Any, manager: Any) -> Calls:
    """Enter an `async with`: return the exit method and the result of `__aenter__`."""
    return (yield from _enter(manager, "__aenter__", "__aexit__"))
