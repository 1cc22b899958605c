"""How a woven code object is known."""

from __future__ import annotations

import types

from bytescope.code.light import record


@record(frozen=True, slots=True)
class Marker:
    """The last of the weaver's constants in a woven code object: the code object that it was made from."""

    code: types.CodeType


def marker_of(code: types.CodeType) -> Marker | None:
    """The marker of a woven code object, None if it is none."""
    for value in reversed(code.co_consts):
        if type(value) is Marker:
            return value
        if type(value) is list and value and type(value[-1]) is Marker:
            marker: Marker = value[-1]
            return marker
    return None


def original(code: types.CodeType) -> types.CodeType:
    """The code object that a woven one was made from; any other is its own."""
    marker = marker_of(code)
    return code if marker is None else marker.code


def is_woven(code: types.CodeType) -> bool:
    """Whether a code object is woven."""
    return marker_of(code) is not None
