"""The iterators of `yield from`, `await` and `async for`."""

from __future__ import annotations

import sys
import types

from bytescope.code.flags import CO_COROUTINE, CO_ITERABLE_COROUTINE
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.isa.purity import MISSING, lookup
from bytescope.machine.handler_namespace import Raised, qualified_name, type_name
from bytescope.machine.protocols.common import Calls, call_special, let_go
from bytescope.machine.support.own_frames import is_resident
from bytescope.startup.stdlib_lite import Any


def resident_flags() -> int:
    """Return the flags of the resident frame's code object: `types.coroutine` makes a copy with others."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and not is_resident(frame.f_code):
        frame = frame.f_back
    return 0 if frame is None else frame.f_code.co_flags


def yield_from_iter(R: list[Any], immediate: Any, iterable: Any) -> Calls:
    """Return the iterator of `yield from`."""
    kind = type(iterable)
    if kind is types.CoroutineType:
        if not resident_flags() & (CO_COROUTINE | CO_ITERABLE_COROUTINE):
            raise TypeError("cannot 'yield from' a coroutine object in a non-coroutine generator")
        return iterable
    if kind is types.GeneratorType:
        return iterable
    return (yield iter, iterable)


def _awaitable_iterator(value: Any) -> Calls:
    """Return the iterator of an awaitable, as `_PyCoro_GetAwaitableIter` does."""
    kind = type(value)
    if kind is types.CoroutineType:
        return value
    if kind is types.GeneratorType and value.gi_code.co_flags & CO_ITERABLE_COROUTINE:
        return value
    method = lookup(kind, "__await__")
    if method is MISSING or method is None:
        raise TypeError(BEHAVIOUR.cannot_await.format(type_name(kind)))
    iterator = yield from call_special(value, method)
    if type(iterator) is Raised:
        return iterator
    result = type(iterator)
    if result is types.CoroutineType or (
        result is types.GeneratorType and iterator.gi_code.co_flags & CO_ITERABLE_COROUTINE
    ):
        held = [iterator]
        del iterator
        yield from let_go(held)
        raise TypeError(BEHAVIOUR.awaited_coroutine.format(qualified_name(kind)))
    if lookup(result, "__next__") is MISSING:
        name = qualified_name(result) if "{0}" in BEHAVIOUR.awaited_no_iterator else type_name(result)
        raise TypeError(BEHAVIOUR.awaited_no_iterator.format(qualified_name(kind), name))
    return iterator


_AWAIT_CONTEXT = {1: "__aenter__", 2: "__aexit__"}


def awaitable(R: list[Any], context: int, value: Any) -> Calls:
    """Return the iterator of `await`."""
    try:
        iterator = yield from _awaitable_iterator(value)
    except TypeError as error:
        failure = error
    else:
        if type(iterator) is types.CoroutineType and iterator.cr_await is not None:
            raise RuntimeError("coroutine is being awaited already")
        return iterator
    if context in _AWAIT_CONTEXT and lookup(type(value), "__await__") is MISSING:
        what = f"'async with' received an object from {_AWAIT_CONTEXT[context]} that does not implement __await__"
        raise TypeError(f"{what}: {type_name(type(value))}")
    raise failure.with_traceback(None)


def aiter(R: list[Any], immediate: Any, iterable: Any) -> Calls:
    """Return the iterator of `async for`."""
    kind = type(iterable)
    method = lookup(kind, "__aiter__")
    if method is MISSING or method is None:
        raise TypeError(f"'async for' requires an object with __aiter__ method, got {type_name(kind)}")
    iterator = yield from call_special(iterable, method)
    if type(iterator) is not Raised and lookup(type(iterator), "__anext__") is MISSING:
        what = "'async for' received an object from __aiter__ that does not implement __anext__"
        kind = type(iterator)
        held = [iterator]
        del iterator
        yield from let_go(held)
        raise TypeError(f"{what}: {type_name(kind)}")
    return iterator


def anext(R: list[Any], immediate: Any, iterator: Any) -> Calls:
    """Return the awaitable of one step of `async for`."""
    kind = type(iterator)
    method = lookup(kind, "__anext__")
    if method is MISSING or method is None:
        raise TypeError(f"'async for' requires an iterator with __anext__ method, got {type_name(kind)}")
    value = yield from call_special(iterator, method)
    if type(value) is Raised or kind is types.AsyncGeneratorType:
        return value
    try:
        result = yield from _awaitable_iterator(value)
    except TypeError as error:
        failure: BaseException = error.with_traceback(None)
    else:
        if type(result) is not Raised:
            return result
        failure = result[0]
    message = f"'async for' received an invalid object from __anext__: {type_name(type(value))}"
    wrapped = TypeError(message)
    wrapped.__cause__ = failure
    wrapped.__context__ = failure
    raise wrapped
