"""Mapping and class patterns."""

from __future__ import annotations

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.machine.handler_namespace import NULL, Raised, type_name
from bytescope.machine.protocols.common import Calls, failed
from bytescope.startup.stdlib_lite import Any, operator


def match_keys(R: list[Any], immediate: Any, subject: Any, keys: tuple[Any, ...]) -> Calls:
    """Return the values of a mapping pattern's keys, None if one is missing."""
    if not keys:
        return ()
    get = yield getattr, subject, "get"
    if type(get) is Raised:
        return get
    seen: set[Any] = set()
    values = []
    dummy = object()
    for key in keys:
        known = yield operator.contains, seen, key
        if type(known) is Raised:
            return known
        if known:
            raise ValueError(f"mapping pattern checks duplicate key ({key!r})")
        seen.add(key)
        value = yield get, key, dummy
        if type(value) is Raised:
            return value
        if value is dummy:
            return None
        values.append(value)
    return tuple(values)


_SELF_MATCH = 1 << 22


def match_class(R: list[Any], count: int, subject: Any, cls: Any, names: tuple[str, ...]) -> Calls:
    """Return the attributes of a class pattern, None if it does not match."""
    if not isinstance(cls, type):
        raise TypeError(BEHAVIOUR.class_pattern_error)
    matches = yield isinstance, subject, cls
    if matches is not True:
        return matches if type(matches) is Raised else None
    seen: set[Any] = set()
    values: list[Any] = []
    positional = count
    if positional:
        allowed = yield getattr, cls, "__match_args__"
        match_self = False
        if failed(allowed, AttributeError):
            match_self = bool(cls.__flags__ & _SELF_MATCH)
            allowed = ()
        elif type(allowed) is Raised:
            return allowed
        elif type(allowed) is not tuple:
            raise TypeError(f"{cls.__name__}.__match_args__ must be a tuple (got {type_name(type(allowed))})")
        limit = 1 if match_self else len(allowed)
        if limit < positional:
            plural = "" if limit == 1 else "s"
            raise TypeError(f"{cls.__name__}() accepts {limit} positional sub-pattern{plural} ({positional} given)")
        if match_self:
            values.append(subject)
        else:
            for name in allowed[:positional]:
                if type(name) is not str:
                    raise TypeError(f"__match_args__ elements must be strings (got {type_name(type(name))})")
                value = yield from _match_attribute(subject, cls, name, seen)
                if value is NULL or type(value) is Raised:
                    return None if value is NULL else value
                values.append(value)
    for name in names:
        value = yield from _match_attribute(subject, cls, name, seen)
        if value is NULL or type(value) is Raised:
            return None if value is NULL else value
        values.append(value)
    return tuple(values)


def _match_attribute(subject: Any, cls: type, name: str, seen: set[Any]) -> Calls:
    if name in seen:
        raise TypeError(f"{cls.__name__}() got multiple sub-patterns for attribute {name!r}")
    seen.add(name)
    value = yield getattr, subject, name
    return NULL if failed(value, AttributeError) else value
