"""What was raised inside of a trace: which instruction it belongs to, and what the registers are there."""

from __future__ import annotations

import builtins
import types

from bytescope.code.host.weak_tables import when_gone
from bytescope.machine.handler_namespace import NULL, executed
from bytescope.machine.support.own_frames import OWN_FILES, TRACE_FILE
from bytescope.startup.stdlib_lite import Any, Callable


class Point:
    """From `line` on, what a trace raises belongs to instruction `index`, before which `count` were executed.

    writes: registers and the expressions with what they have before that instruction; variables: the same for the
    registers of cells, and what is to be in them; failed: makes of an error from here on what is to be raised, if it is
    a hook that is called here.
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
"""What the operations of a trace may raise."""

_points: dict[int, list[Point]] = {}
"""The points of each trace, by the id of its code object."""


def register(code: types.CodeType, points: list[Point]) -> None:
    """Tell of a trace's points."""
    _points[id(code)] = points
    when_gone(code, _points.pop, id(code), None)


def in_trace(error: BaseException) -> bool:
    """Whether something that the engine catches was raised in a trace that it called."""
    traceback = error.__traceback__
    called = None if traceback is None else traceback.tb_next
    return called is not None and called.tb_frame.f_code.co_filename == TRACE_FILE


def recover(R: list[Any], error: BaseException) -> tuple[int, bool, BaseException]:
    """Bring the registers to what they were before the instruction in which a trace raised.

    Args:
        R: the frame's registers.
        error: what was raised.

    Returns:
        The instruction; whether it is to be left to its handler, else it has been executed as far as it was, and
        something foreign, a signal handler as a rule, raised there; and what it raised.
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


def find(error: BaseException, traceback: types.TracebackType | None, points: list[Point]) -> tuple[Point, bool]:
    """The point that an error belongs to.

    Args:
        error: the error.
        traceback: of the text's frame.
        points: the text's.

    Returns:
        The point, and whether it was an operation of the text's that raised, and nothing foreign.
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
        own = own and traceback.tb_frame.f_code.co_filename in OWN_FILES
        traceback = traceback.tb_next
    return found, own


def restore(R: list[Any], point: Point, frame: types.FrameType) -> dict[str, Any]:
    """Bring the registers to what they were at a point; returns the variables of the text's frame."""
    variables: dict[str, Any] = {"None": None, "NULL": NULL, **frame.f_locals}
    for register, name in point.writes:
        R[register] = variables[name]
    for register, name in point.variables:
        R[register].cell_contents = variables[name]
    return variables
