"""The values of a frame's local variables, read without a trace in the frame."""

from __future__ import annotations

import sys
import types

from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.startup.stdlib_lite import Any

_READERS = frozenset({"locals", "vars", "dir", "eval", "exec"})
"""Builtins that may give a program the dict that its frame keeps."""


def local_values(frame: types.FrameType) -> list[Any]:
    """Return the values of a frame's local variables.

    Where `f_locals` makes a copy that the frame keeps, the copy is emptied again, so that no value lives longer than it
    would have, unless the program or a debugger may hold it.

    Args:
        frame: a frame, running or not.
    """
    variables = frame.f_locals
    values = list(variables.values())
    if BEHAVIOUR.copies_f_locals and frame.f_code.co_flags & CO_OPTIMIZED and not _may_be_held(frame):
        variables.clear()
    return values


def _may_be_held(frame: types.FrameType) -> bool:
    """Return True if the copy may be referenced elsewhere, or written back (tracing does so)."""
    return frame.f_trace is not None or sys.gettrace() is not None or not _READERS.isdisjoint(frame.f_code.co_names)
