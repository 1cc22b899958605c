"""Marks by which frames are told apart: the host's, the guest's, and those of what executes guests."""

from __future__ import annotations

import types

HANDLER_FILE = "<bytescope handler>"
"""The file name of handlers' text, and of hooks'."""


class GuestMark:
    """Base class of what marks the code objects of guests: it is the last of their constants, or in a list there."""

    __slots__ = ()


def is_guest_code(code: types.CodeType) -> bool:
    """Return True if a code object is executed by the interpreter, or woven."""
    for value in reversed(code.co_consts):
        last = value[-1] if type(value) is list and value else value
        if issubclass(type(last), GuestMark):
            return True
    return False
