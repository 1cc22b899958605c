"""Tracebacks as CPython's, with the frames of cells only, and of what they call."""

from __future__ import annotations

import os
import traceback
from types import FrameType, TracebackType

_HERE = os.path.dirname(os.path.abspath(__file__))
_OWN = (_HERE + os.sep, "/_pyodide/", "/pyodide/", "_pyodide/", "pyodide/")

LONGEST = 200_000


def is_cell(filename: str) -> bool:
    """Whether a file name is a cell's."""
    return filename.startswith("<Cell ")


def text_of(error: BaseException) -> str:
    """What CPython prints for an uncaught exception."""
    found = traceback.TracebackException(type(error), error, _from_cell(error.__traceback__), compact=True)
    _clean(found, set())
    text = "".join(found.format()).encode("utf-8", "backslashreplace").decode()
    if len(text) > LONGEST:
        half = LONGEST // 2
        text = f"{text[:half]}\n... {len(text) - LONGEST:,} characters are left out ...\n{text[-half:]}"
    return text


def place_of(frame: FrameType | None) -> tuple[str, int] | None:
    """The innermost line of a cell that a frame executes or waits for: file name and line."""
    while frame is not None:
        if is_cell(frame.f_code.co_filename) and frame.f_lineno:
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


def place_in(found: TracebackType | None) -> tuple[str, int] | None:
    """The innermost line of a cell in a traceback."""
    place = None
    while found is not None:
        if is_cell(found.tb_frame.f_code.co_filename) and found.tb_lineno:
            place = found.tb_frame.f_code.co_filename, found.tb_lineno
        found = found.tb_next
    return place


def _from_cell(found: TracebackType | None) -> TracebackType | None:
    while found is not None and not is_cell(found.tb_frame.f_code.co_filename):
        found = found.tb_next
    return found


def _clean(found: traceback.TracebackException, seen: set[int]) -> None:
    if id(found) in seen:
        return
    seen.add(id(found))
    found.stack[:] = [summary for summary in found.stack if not _is_own(summary.filename)]
    for other in (found.__cause__, found.__context__, *(found.exceptions or ())):
        if other is not None:
            _clean(other, seen)


def _is_own(filename: str) -> bool:
    return any(part in filename for part in _OWN) or os.sep + "bytescope" + os.sep in filename
