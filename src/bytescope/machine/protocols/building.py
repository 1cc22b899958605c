"""Displays and unpacking of objects other than builtin containers."""

from __future__ import annotations

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.machine.handler_namespace import Raised, type_name
from bytescope.machine.protocols.common import Calls, failed, iterable_type
from bytescope.startup.stdlib_lite import Any, Iterator, operator


def build_set(R: list[Any], immediate: Any, *items: Any) -> Calls:
    """Build a set display."""
    result: set[Any] = set()
    for item in items:
        value = yield set.add, result, item
        if type(value) is Raised:
            return value
    return result


def build_map(R: list[Any], immediate: Any, *keys_and_values: Any) -> Calls:
    """Build a dict display."""
    result: dict[Any, Any] = {}
    for index in range(0, len(keys_and_values), 2):
        value = yield operator.setitem, result, keys_and_values[index], keys_and_values[index + 1]
        if type(value) is Raised:
            return value
    return result


def list_extend(R: list[Any], immediate: Any, target: list[Any], iterable: Any) -> Calls:
    """Extend a list by `*iterable` in a display or call."""
    value = yield list.extend, target, iterable
    if failed(value, TypeError) and not iterable_type(iterable):
        raise TypeError(f"Value after * must be an iterable, not {type_name(type(iterable))}")
    return value


def set_update(R: list[Any], immediate: Any, target: set[Any], iterable: Any) -> Calls:
    """Update a set by `*iterable` in a display."""
    return (yield set.update, target, iterable)


def _take(iterator: Iterator[Any], count: int, least: str, expected: int) -> Calls:
    """Take the next `count` values."""
    values: list[Any] = []
    for _ in range(count):
        value = yield next, iterator
        if failed(value, StopIteration):
            raise ValueError(f"not enough values to unpack (expected {least}{expected}, got {len(values)})")
        if type(value) is Raised:
            return value
        values.append(value)
    return values


def _start(iterable: Any) -> Calls:
    iterator = yield iter, iterable
    if failed(iterator, TypeError) and not iterable_type(iterable):
        raise TypeError(f"cannot unpack non-iterable {type_name(type(iterable))} object")
    return iterator


def _wrong_count(count: int, iterable: Any) -> ValueError:
    """Return the error for a number of values other than `count`."""
    sized = type(iterable) in (list, tuple, dict)
    if sized and len(iterable) < count:
        return ValueError(f"not enough values to unpack (expected {count}, got {len(iterable)})")
    detail = f", got {len(iterable)}" if BEHAVIOUR.unpack_error_has_length and sized else ""
    return ValueError(f"too many values to unpack (expected {count}{detail})")


def unpack(R: list[Any], count: int, iterable: Any) -> Calls:
    """Unpack an iterable for `count` targets."""
    if type(iterable) is tuple or type(iterable) is list:
        raise _wrong_count(count, iterable)
    iterator = yield from _start(iterable)
    if type(iterator) is Raised:
        return iterator
    values = yield from _take(iterator, count, "", count)
    if type(values) is Raised:
        return values
    extra = yield next, iterator
    if failed(extra, StopIteration):
        return values
    if type(extra) is Raised:
        return extra
    raise _wrong_count(count, iterable)


def unpack_ex(R: list[Any], counts: tuple[int, int], iterable: Any) -> Calls:
    """Unpack an iterable for targets one of which is starred."""
    before, after = counts
    iterator = yield from _start(iterable)
    if type(iterator) is Raised:
        return iterator
    values = yield from _take(iterator, before, "at least ", before + after)
    if type(values) is Raised:
        return values
    rest = yield list, iterator
    if type(rest) is Raised:
        return rest
    if len(rest) < after:
        got = before + len(rest)
        raise ValueError(f"not enough values to unpack (expected at least {before + after}, got {got})")
    cut = len(rest) - after
    return [*values, rest[:cut], *rest[cut:]]
