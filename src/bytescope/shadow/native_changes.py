"""Changes that a call of code without shadows has made to the objects it was given.

Builtin containers, buffers and instances among the arguments are compared with what they held before the call. What is
new in them is an argument, and has its shadow, or may be made of all that has reached the call.
"""

from __future__ import annotations

import gc
import io
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bytescope.isa.typesets import ATOMIC
from bytescope.shadow.channel import InFlight, Shadowed
from bytescope.shadow.heap import Heap, items_of
from bytescope.shadow.propagation import add_member
from bytescope.startup.stdlib_lite import record

LIMIT = 1000
"""Items that a container may have to be compared; of a larger one the length is."""

_MISSING: Any = object()
_BUFFERS: dict[Any, Callable[[Any], Any]] = {io.StringIO: io.StringIO.tell, io.BytesIO: io.BytesIO.tell}
_NO_WRITERS = ATOMIC | {list, tuple, dict, set, frozenset, deque, bytearray, types.ModuleType, *_BUFFERS}
_NO_INSTANCES = (type, types.ModuleType, types.FunctionType, BaseException)


@record(slots=True)
class Before:
    """An object that a call may change: its contents before the call, or their number."""

    owner: Any
    contents: Any


def remember(in_flight: InFlight, heap: Heap, shadowed: Shadowed) -> None:
    """Remember what the arguments of a call hold, if a shadow can get into them and the callee has no shadows."""
    function = in_flight.function
    if not heap.tables and not _any(in_flight.shadows) and not _any(in_flight.keyword_shadows.values()):
        return
    if type(function) is types.FunctionType and shadowed(function.__code__, function.__globals__):
        return
    found = []
    for value in (*in_flight.args, *in_flight.kwargs.values()):
        contents = _MISSING if type(value) in ATOMIC else _contents(value)
        if contents is not _MISSING:
            found.append(Before(value, contents))
    receiver = getattr(function, "__self__", None) if type(function) is types.BuiltinFunctionType else None
    for buffer in _buffers_of(receiver):
        found.append(Before(buffer, _contents(buffer)))
    in_flight.before_call = found


def spread(in_flight: InFlight, heap: Heap, everything: Any) -> None:
    """Give what a call has put into its arguments the shadows that it may have.

    Args:
        in_flight: the call, which has returned.
        heap: the heap.
        everything: the join of all that has reached it.
    """
    if everything is None or not in_flight.before_call:
        return
    values = (*in_flight.args, *in_flight.kwargs.values())
    own = dict(zip(map(id, values), (*in_flight.shadows, *in_flight.keyword_shadows.values()), strict=False))
    for before in in_flight.before_call:
        _compare(heap, before, lambda value: own.get(id(value), everything), everything)


def _any(shadows: Iterable[Any]) -> bool:
    return any(shadow is not None for shadow in shadows)


def _contents(value: Any) -> Any:
    """Return what an object holds, in a form to compare later, `_MISSING` if it holds nothing that is compared."""
    kind = type(value)
    if kind in _BUFFERS:
        return _MISSING if value.closed else _BUFFERS[kind](value)
    if kind is bytearray:
        return bytes(value) if len(value) <= LIMIT else len(value)
    if issubclass(kind, dict):
        return list(dict.items(value)) if dict.__len__(value) <= LIMIT else dict.__len__(value)
    if issubclass(kind, list):
        return list(items_of(value)) if list.__len__(value) <= LIMIT else list.__len__(value)
    if kind is set or kind is deque:
        return list(value) if len(value) <= LIMIT else len(value)
    variables = None if issubclass(kind, _NO_INSTANCES) else _variables(value)
    return _MISSING if variables is None or len(variables) > LIMIT else list(variables.items())


def _variables(value: Any) -> dict[str, Any] | None:
    try:
        found = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return None
    return found if type(found) is dict else None


def _buffers_of(receiver: Any) -> Iterator[Any]:
    """Yield the buffers that a writer of the standard library writes to, by methods that it has."""
    if receiver is None or type(receiver) in _NO_WRITERS:
        return
    for each in gc.get_referents(receiver):
        owner = each.__self__ if type(each) is types.BuiltinFunctionType else each
        if type(owner) in _BUFFERS:
            yield owner


def _compare(heap: Heap, before: Before, shadow_of: Callable[[Any], Any], everything: Any) -> None:
    """Give what is new in an object its shadow."""
    owner, old = before.owner, before.contents
    kind = type(owner)
    now = _contents(owner)
    if now is _MISSING:
        return
    if type(old) is not type(now) or type(now) in (int, bytes):
        if old != now:
            heap.label_contents(owner, everything)
    elif issubclass(kind, list):
        known = set(map(id, old))
        for index, value in enumerate(now):
            if id(value) not in known:
                heap.set_item(owner, index, value, shadow_of(value))
    elif issubclass(kind, dict):
        for key, value in _new_pairs(old, now):
            heap.set_key(owner, key, shadow_of(key))
            heap.set_item(owner, key, value, shadow_of(value))
    elif kind is set or kind is deque:
        known = set(map(id, old))
        for value in now:
            if id(value) not in known and kind is set:
                add_member(heap, owner, value, shadow_of(value))
            elif id(value) not in known:
                heap.label_contents(owner, shadow_of(value))
    else:
        for name, value in _new_pairs(old, now):
            if type(name) is str:
                heap.set_attribute(owner, name, value, shadow_of(value))


def _new_pairs(old: list[tuple[Any, Any]], now: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return the keys, compared by identity, that have other values now."""
    known = {id(key): value for key, value in old}
    return [(key, value) for key, value in now if known.get(id(key), _MISSING) is not value]
