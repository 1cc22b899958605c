"""Recorded values as text: what front ends show. Nothing of the program is executed."""

from __future__ import annotations

from typing import Any, NamedTuple

from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.recording.state import Cursor
from bytescope.recording.tape import ABSENT, Object, Text

__all__ = ["Part", "parts_of", "size_of", "text_of", "type_of"]

SEQUENCES = frozenset({"list", "tuple", "bytearray", "collections.deque"})
SETS = frozenset({"set", "frozenset"})
MAPPINGS = frozenset({"dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter"})

_BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "frozenset": ("frozenset({", "})"), "dict": "{}"}
_NAMED = frozenset({"function", "builtin_function_or_method", "module", "type", "method", "code", "cell"})
_DIGITS = 1000
"""Bits up to which an integer is written in decimal digits, times ten thirds."""


class Part(NamedTuple):
    """A part of an object.

    slot: where it is in the object's contents; name: as it is shown; access: what follows the object's name in an
    expression for it, None if there is none; value: what is there.
    """

    slot: Any
    name: str
    access: str | None
    value: Any


def type_of(value: Any) -> str:
    """Return the name of a value's type."""
    return value.kind if type(value) in (Object, Text) else type(value).__name__


def text_of(value: Any, cursor: Cursor | None = None, limit: int = 100) -> str:
    """Return a value as a text in one line.

    Args:
        value: the value.
        cursor: where the contents of objects are looked up; without it they are left out.
        limit: the length that the text has at most, approximately.
    """
    if type(value) is Object:
        return _cut(_object(value, cursor, limit, 2), limit)
    if type(value) is Text:
        return _beginning(value.start, value.length, max(limit - 30, 10))
    if value is NULL or value is UNBOUND or value is ABSENT:
        return "NULL" if value is NULL else "unbound"
    if type(value) is int and value.bit_length() > _DIGITS * 10 // 3:
        return f"{hex(value)[: max(limit - 20, 10)]}... ({value.bit_length()} bits)"
    if type(value) in (str, bytes) and len(value) > limit:
        return _beginning(value, len(value), limit)
    return repr(value)


def _beginning(value: str | bytes, length: int, limit: int) -> str:
    return f"{value[:limit]!r}... ({length} {'characters' if isinstance(value, str) else 'bytes'})"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit + 10 else text[:limit] + "..."


def _object(value: Object, cursor: Cursor | None, limit: int, depth: int) -> str:
    if value.label:
        return f"<{value.kind} {value.label}>"
    brackets = _BRACKETS.get(value.kind)
    if cursor is None or depth == 0 or (value.kind not in _BRACKETS and value.kind in _NAMED):
        return f"{brackets[0]}...{brackets[1]}" if brackets else f"<{value.kind} #{value.number}>"
    shown: list[str] = []
    room = limit
    parts = parts_of(value, cursor)
    for part in parts:
        text = (
            text_of(part.value, None, 30)
            if type(part.value) is not Object
            else _object(part.value, cursor, 30, depth - 1)
        )
        if value.kind in MAPPINGS:
            text = f"{part.name}: {text}"
        elif brackets is None and part.access is not None and part.access.startswith("."):
            text = f"{part.name}={text}"
        if room < len(text) and shown:
            shown.append("...")
            break
        room -= len(text) + 2
        shown.append(text)
    inner = ", ".join(shown)
    if brackets is None:
        return f"{value.kind.rpartition('.')[2]}({inner}) #{value.number}"
    if value.kind in SETS and not inner:
        return f"{value.kind}()"
    return f"{brackets[0]}{inner}{',' if value.kind == 'tuple' and len(parts) == 1 else ''}{brackets[1]}"


def size_of(value: Any, cursor: Cursor) -> int:
    """Return how many parts an object has."""
    return len(cursor.contents(value)) if type(value) is Object else 0


def parts_of(value: Object, cursor: Cursor) -> list[Part]:
    """Return the parts of an object here: items in their order, or attributes."""
    contents = cursor.contents(value)
    if value.kind in SETS:
        return [Part(item, f"[{at}]", None, item) for at, item in enumerate(contents)]
    mapping = value.kind in MAPPINGS
    found = []
    for slot, each in contents.items():
        if type(slot) is str and not mapping:
            found.append(Part(slot, slot, f".{slot}", each))
        elif mapping:
            access = None if type(slot) in (Object, Text) else f"[{text_of(slot)}]"
            found.append(Part(slot, text_of(slot, cursor, 60), access, each))
        else:
            name = f"[{text_of(slot, None, 60)}]"
            found.append(Part(slot, name, name, each))
    if value.kind in SEQUENCES:
        found.sort(key=lambda part: (type(part.slot) is not int, part.slot if type(part.slot) is int else 0))
    return found
