"""What was raised inside of a trace: which instruction it belongs to, and what the registers are there."""

from __future__ import annotations

import builtins
import types
import weakref
from collections.abc import Set

from bytescope.code.light import Any
from bytescope.machine.runtime import NULL, executed

FILENAME = "<bytescope trace>"


class Point:
    """From `line` on, what a trace raises belongs to instruction `index`, before which `count` were executed.

    writes: registers and the expressions with what they have before that instruction.
    """

    __slots__ = ("count", "index", "line", "writes")

    def __init__(self, line: int, index: int, count: int, writes: tuple[tuple[int, str], ...]) -> None:
        self.line = line
        self.index = index
        self.count = count
        self.writes = writes


_OWN = frozenset(each for each in vars(builtins).values() if isinstance(each, type) and issubclass(each, Exception))
"""What the operations of a trace may raise."""

_points: weakref.WeakKeyDictionary[types.CodeType, list[Point]] = weakref.WeakKeyDictionary()


def register(code: types.CodeType, points: list[Point]) -> None:
    """Tell of a trace's points."""
    _points[code] = points


def in_trace(error: BaseException) -> bool:
    """Whether something that the engine catches was raised in a trace that it called."""
    traceback = error.__traceback__
    called = None if traceback is None else traceback.tb_next
    return called is not None and called.tb_frame.f_code.co_filename == FILENAME


def recover(R: list[Any], error: BaseException, own_files: Set[str]) -> tuple[int, bool]:
    """Bring the registers to what they were before the instruction in which a trace raised.

    Args:
        R: the frame's registers.
        error: what was raised.
        own_files: the files that the machine's frames come from.

    Returns:
        The instruction, and whether it is to be left to its handler: else it has been executed as far as it was, and
        something foreign, a signal handler as a rule, raised there.
    """
    assert error.__traceback__ is not None
    traceback = error.__traceback__.tb_next
    assert traceback is not None
    frame, line = traceback.tb_frame, traceback.tb_lineno
    variables: dict[str, Any] = {"None": None, "NULL": NULL, **frame.f_locals}
    points = _points[frame.f_code]
    count, index = 0, points[0].index
    for point in reversed(points):
        if point.line <= line:
            for register, name in point.writes:
                R[register] = variables[name]
            count, index = point.count, point.index
            break
    executed[0] += count + variables.get("turns", 0)
    own = True
    while traceback is not None:
        own = own and traceback.tb_frame.f_code.co_filename in own_files
        traceback = traceback.tb_next
    return index, own and type(error) in _OWN
