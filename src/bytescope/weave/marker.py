"""Markers of woven code objects."""

from __future__ import annotations

import types

from bytescope.code.host.frame_marks import GuestMark
from bytescope.startup.stdlib_lite import Any

_REPLACEABLE = ("co_flags", "co_name", "co_qualname", "co_filename", "co_firstlineno", "co_varnames", "co_freevars")
"""Attributes that woven code shares with its original, until a program replaces them."""


class Marker(GuestMark):
    """The last of the weaver's constants in a woven code object, and in whatever `code.replace()` makes of that.

    code: the code object that it was made from.
    """

    __slots__ = ("code", "__weakref__")

    def __init__(self, code: types.CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return self.code == other.code if type(other) is type(self) is Marker else NotImplemented

    def __hash__(self) -> int:
        return hash(self.code)


def marker_of(code: types.CodeType) -> Marker | None:
    """Return the marker of a woven code object, None for any other."""
    for value in reversed(code.co_consts):
        last = value[-1] if type(value) is list and value else value
        if issubclass(type(last), Marker):
            marker: Marker = last
            return marker
    return None


def original(code: types.CodeType) -> types.CodeType:
    """Return the code object that a woven one was made from; any other is its own original.

    What a program has changed in the woven one by `code.replace()` is changed in the other, too.
    """
    marker = marker_of(code)
    if marker is None:
        return code
    changed: Any = {
        name: getattr(code, name) for name in _REPLACEABLE if getattr(code, name) != getattr(marker.code, name)
    }
    return marker.code.replace(**changed) if changed else marker.code


def is_woven(code: types.CodeType) -> bool:
    """Return True if a code object is woven."""
    return marker_of(code) is not None
