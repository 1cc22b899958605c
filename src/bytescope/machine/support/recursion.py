"""The recursion limit: the interpreter's own frames do not count.

A guest's frame needs a few frames of the interpreter above it while it is executed, none while it waits for a callee.
So the host's limit is raised by that many, once, and a guest's frame that finds less room than that exceeds the
guest's limit: it fails where CPython's would.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from bytescope.code.host.invisible_frames import hidden
from bytescope.machine.support import intercepts
from bytescope.machine.support.own_frames import OWN_FILES
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Callable, Iterator, contextmanager

if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    _P = ParamSpec("_P")
    _T = TypeVar("_T")

ROOM = 4
"""Frames that the interpreter needs above a guest's."""

room = [ROOM]
"""Difference of the host's and the guest's recursion limits: `ROOM`, and the frames below the guest."""

_get_native = sys.getrecursionlimit
_set_native = sys.setrecursionlimit


@hidden
def getrecursionlimit() -> int:
    """Return the current value of the recursion limit: the guest's."""
    return _get_native() - room[0]


@hidden
def setrecursionlimit(limit: int, /) -> None:
    """Set the recursion limit, as the guest counts."""
    if type(limit) is int and 0 < limit < 1 << 30:
        below = room[0] - ROOM + 1  # with this function's own frame
        try:
            _set_native(limit + below)
        except RecursionError as error:
            depth = int(str(error).partition(" depth ")[2].partition(":")[0]) - below
        else:
            _set_native(limit + room[0])
            _few[0] = _shallow()
            return
        raise RecursionError(
            f"cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
        )
    _set_native(limit)


intercepts.replace_calls(_get_native, getrecursionlimit)
intercepts.replace_calls(_set_native, setrecursionlimit)
for _function in (getrecursionlimit, setrecursionlimit):
    _function.__module__ = "sys"

_depth = [0]
_below = [0]
"""Number of frames below the guest's first one that `headroom` was opened with first."""


@contextmanager
def headroom(below: int = 0) -> Iterator[None]:
    """Raise the host's recursion limit, while this context is open, by the room for the interpreter.

    Args:
        below: number of frames below the guest's first frame that would not be there on CPython.
    """
    with CHANGES:
        if not _depth[0]:
            _below[0] = below
            room[0] += below
            _set_native(_get_native() + ROOM + below)
            sys.getrecursionlimit, sys.setrecursionlimit = getrecursionlimit, setrecursionlimit
        _depth[0] += 1
    try:
        yield
    finally:
        with CHANGES:  # contexts of several threads end in any order: the last one takes it back
            _depth[0] -= 1
            if not _depth[0]:
                sys.getrecursionlimit, sys.setrecursionlimit = _get_native, _set_native
                room[0] -= _below[0]
                _set_native(max(_get_native() - ROOM - _below[0], 1))


def _room_1() -> None:
    _room_2()


def _room_2() -> None:
    _room_3()


def _room_3() -> None:
    pass


check: Callable[[], None] = _room_1
"""Raises RecursionError, called by the machine generator, where the limit leaves the interpreter no room."""

_more = [0]
"""Number of frames, beyond `ROOM`, that there is room for."""


_AMPLE = 200
"""Frames that suffice for any rare work of the interpreter."""


_with_room: list[int] = []
"""Identifiers of the threads that have it. They get it once: a deeper recursion is endless."""


def _change_limit(change: int) -> None:
    room[0] += change
    _set_native(max(_get_native() + change, 1))


@hidden
def _in_child() -> None:
    """Take back the room of threads that a child process does not have."""
    while other := [each for each in _with_room if each != get_ident()]:
        _with_room.remove(other[0])
        _change_limit(-_AMPLE)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def ample(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Give a function of the interpreter, which runs no foreign code, room for all frames that it needs."""

    def with_room(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        thread = get_ident()
        if thread in _with_room:
            return function(*args, **kwargs)
        with CHANGES:  # without a function of its own: there may be no frame left for it
            _with_room.append(thread)
            room[0] += _AMPLE
            _set_native(_get_native() + _AMPLE)
        try:
            return function(*args, **kwargs)
        finally:
            with CHANGES:
                _change_limit(-_AMPLE)
                _with_room.remove(thread)

    return with_room


def is_own(exception: BaseException) -> bool:
    """Return True if the interpreter itself, not code that it called, has met the recursion limit."""
    traceback = exception.__traceback__
    if type(exception) is not RecursionError or traceback is None:
        return False
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename in OWN_FILES


def again(handler: Callable[[list[Any]], int], R: list[Any], stopped: BaseException) -> int | BaseException:
    """Call a handler, which the recursion limit stopped before it had any effect, again with more room.

    Args:
        handler: the handler.
        R: the frame's registers.
        stopped: what the handler raised, see `is_own`.

    Returns:
        The result of the handler, or the exception that it raised.
    """
    thread = get_ident()
    with CHANGES:
        _with_room.append(thread)
        room[0] += _AMPLE
        _set_native(_get_native() + _AMPLE)
    try:
        return handler(R)
    except BaseException as error:
        error.__context__ = stopped.__context__
        return error
    finally:
        with CHANGES:
            _change_limit(-_AMPLE)
            _with_room.remove(thread)


def leave_room(change: int) -> None:
    """Make room for more frames above a guest's, or for fewer.

    Args:
        change: number of frames.
    """
    global check
    with CHANGES:
        _more[0] += change
        _change_limit(change)
        deep = _room_1
        for _ in range(_more[0]):
            deep = _one_more(deep)
        check = _unless_shallow(deep) if _more[0] and _module_of else deep


def _one_more(deeper: Callable[[], None]) -> Callable[[], None]:
    return lambda: deeper()


_module_of: Any = getattr(sys, "_getframemodulename", None)
"""Returns None if there are at most so many frames below a frame, not counting invisible ones."""

_FEW = 32
_HIDDEN = 8
"""Upper bound of the invisible frames above one frame."""


def _shallow() -> int:
    """Return a number of frames that is far below the limit."""
    return min(_FEW, getrecursionlimit() // _HIDDEN)


_few = [0]


def _unless_shallow(deep: Callable[[], None]) -> Callable[[], None]:
    """Return a check that is fast where there are few frames."""

    def check() -> None:
        if module_of(few[0]) is not None:
            deep()

    module_of, few = _module_of, _few
    _few[0] = _shallow()
    return check


def trim(exception: BaseException) -> None:
    """Cut the interpreter's frames, and the resident frame that did not start, from a RecursionError's traceback."""
    previous = None
    traceback = exception.__traceback__
    while traceback is not None:
        following = traceback.tb_next
        if following is not None and following.tb_frame.f_code.co_filename in OWN_FILES:
            if previous is not None:
                previous.tb_next = None
            return
        previous, traceback = traceback, following
