"""The flags of a code object (`co_flags`), by CPython's names."""

from __future__ import annotations

from bytescope.code.stored import AnyCode

CO_OPTIMIZED = 0x1
"""The code keeps its local variables in fast slots, not in a dict."""
CO_NEWLOCALS = 0x2
CO_VARARGS = 0x4
CO_VARKEYWORDS = 0x8
CO_NESTED = 0x10
CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ITERABLE_COROUTINE = 0x100
"""The code is a generator that `types.coroutine` has made awaitable."""
CO_ASYNC_GENERATOR = 0x200
CO_HAS_DOCSTRING = 0x4000000
"""The first constant is the docstring (since 3.14; before, it is that if it is a string)."""

CO_STARRED = CO_VARARGS | CO_VARKEYWORDS
"""The code has a `*` or a `**` parameter."""
CO_SUSPENDS = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
"""Frames of the code may be suspended."""


def parameter_count(code: AnyCode) -> int:
    """Return how many of a code object's first local variables are parameters, `*` and `**` included."""
    starred = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    return code.co_argcount + code.co_kwonlyargcount + starred
