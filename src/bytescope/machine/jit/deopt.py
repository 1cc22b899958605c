"""Deoptimisation on exceptions: map a line of a trace to its guest instruction and restore the registers."""

from __future__ import annotations

import builtins
import types

from bytescope.code.host.weak_tables import when_gone
from bytescope.machine.handler_namespace import NULL, executed
from bytescope.machine.support.own_frames import OWN_PATHS, TRACE_FILE
from bytescope.startup.stdlib_lite import Any, Callable


class ResumePoint:
    """Resume point: an exception raised from `line` on belongs to instruction `index`.

    count: instructions executed before it; writes: registers and the expressions of their values before the
    instruction; variables: the same for the contents of cells; failed: converts an exception from here on to the one
    to raise, if a hook is called here.
    """

    __slots__ = ("count", "failed", "index", "line", "variables", "writes")

    def __init__(
        self, line: int, index: int, count: int, writes: tuple[tuple[int, str], ...],
        variables: tuple[tuple[int, str], ...] = (), failed: Callable[[BaseException], BaseException] | None = None,
    ) -> None:  # fmt: skip
        self.line = line
        self.index = index
        self.count = count
        self.writes = writes
        self.variables = variables
        self.failed = failed


_OWN = frozenset(each for each in vars(builtins).values() if isinstance(each, type) and issubclass(each, Exception))
"""Exception types that the operations of a trace may raise."""

_points: dict[int, list[ResumePoint]] = {}
"""The resume points of each trace, by the id of its code object."""


def register(code: types.CodeType, points: list[ResumePoint]) -> None:
    """Register the resume points of a trace."""
    _points[id(code)] = points
    when_gone(code, _points.pop, id(code), None)


def in_trace(error: BaseException) -> bool:
    """Return True if an exception that the engine has caught was raised in a trace that it called."""
    traceback = error.__traceback__
    called = None if traceback is None else traceback.tb_next
    return called is not None and called.tb_frame.f_code.co_filename == TRACE_FILE


def recover(R: list[Any], error: BaseException) -> tuple[int, bool, BaseException]:
    """Restore the registers to their values before the instruction in which a trace raised.

    Args:
        R: the frame's registers.
        error: what was raised.

    Returns:
        The instruction; whether to resume with its handler (else foreign code, usually a signal handler, raised
        there); the exception.
    """
    assert error.__traceback__ is not None
    traceback = error.__traceback__.tb_next
    assert traceback is not None
    point, own = find(error, traceback, _points[id(traceback.tb_frame.f_code)])
    variables = restore(R, point, traceback.tb_frame)
    executed[0] += point.count + variables.get("turns", 0)
    if point.failed is not None:
        return point.index, False, point.failed(error).with_traceback(None)
    return point.index, own, error


def find(
    error: BaseException, traceback: types.TracebackType | None, points: list[ResumePoint]
) -> tuple[ResumePoint, bool]:
    """Return the resume point of an error.

    Args:
        error: the error.
        traceback: its traceback from the text's frame on.
        points: the text's resume points.

    Returns:
        The resume point, and whether an operation of the text raised, not foreign code.
    """
    assert traceback is not None
    line = traceback.tb_lineno
    found = points[0]
    for point in reversed(points):
        if point.line <= line:
            found = point
            break
    own = type(error) in _OWN
    while traceback is not None:
        own = own and traceback.tb_frame.f_code.co_filename.startswith(OWN_PATHS)
        traceback = traceback.tb_next
    return found, own


def restore(R: list[Any], point: ResumePoint, frame: types.FrameType) -> dict[str, Any]:
    """Restore the registers at a resume point and return the variables of the text's frame."""
    variables: dict[str, Any] = {"None": None, "NULL": NULL, **frame.f_locals}
    for register, name in point.writes:
        R[register] = variables[name]
    for register, name in point.variables:
        R[register].cell_contents = variables[name]
    return variables
