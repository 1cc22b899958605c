"""The interpreter's own frames and resident frames, and how to recognise them.

Guests see resident frames as their own, and the interpreter's not at all: those are cut from tracebacks, and events
inside them are hidden from trace functions and audit hooks.
"""

from __future__ import annotations

import os
import types

from bytescope.code.host.frame_marks import HANDLER_FILE, GuestMark
from bytescope.loading import imports
from bytescope.startup.isolation import FILES, FOLDERS

__all__ = [
    "HANDLER_FILE",
    "OWN_PATHS",
    "TRACE_FILE",
    "ResidentCode",
    "is_own_file",
    "is_resident",
    "without_own",
]

TRACE_FILE = "<bytescope trace>"
"""The file name of traces' text."""

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PACKAGE = os.path.dirname(_ROOT) + os.sep

_CALLED_BY_PROGRAMS = os.path.join(_ROOT, "vm.py")
"""The API: its frames are below a guest's, and a guest may call it."""


OWN_PATHS = (
    *(HANDLER_FILE, TRACE_FILE, imports.__file__, _PACKAGE + "recording" + os.sep),
    *(each + os.sep for each in FOLDERS if os.path.dirname(each) == _ROOT),
    *(each for each in FILES if os.path.dirname(each) == _ROOT and each != _CALLED_BY_PROGRAMS),
)
"""Path prefixes of the files of the interpreter's frames above a guest's."""
_ALL_PATHS = (HANDLER_FILE, TRACE_FILE, _PACKAGE)


def is_own_file(name: str) -> bool:
    """Return True if a file is one that tracers and profilers of guests are not told of: any of bytescope's."""
    return name.startswith(_ALL_PATHS)


class ResidentCode(GuestMark):
    """Base class of `Program`: a code object is resident if one is among its constants."""


def is_resident(code: types.CodeType) -> bool:
    """Return True if a code object is that of a resident frame."""
    return any(issubclass(type(value), ResidentCode) for value in reversed(code.co_consts))


def without_own(exception: BaseException) -> BaseException:
    """Remove the interpreter's frames from the head of an exception's traceback."""
    traceback = exception.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(OWN_PATHS):
        traceback = traceback.tb_next
    exception.__traceback__ = traceback
    return exception
