"""The recursion limit: the interpreter's own frames do not count.

A guest's frame needs a few frames of the interpreter above it while it is executed, none while it waits for a callee.
So the host's limit is raised by that many, once, and a guest's frame that finds less room than that exceeds the
guest's limit: it fails where CPython's would.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.interrupts import no_interrupts_at_start, no_interrupts_in_jumps
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import Shared, Step, Transaction
from bytescope.machine.support import intercepts
from bytescope.machine.support.own_frames import OWN_PATHS
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    _P = ParamSpec("_P")
    _T = TypeVar("_T")

ROOM = 5 if BEHAVIOUR.counts_builtin_calls else 4
"""Frames that the interpreter needs above a guest's."""

room = [0]
"""Difference of the host's and the guest's recursion limits: the sum of `_shares`."""

_get_native = sys.getrecursionlimit
_set_native = sys.setrecursionlimit


_shares: dict[object, int] = {}
"""Frames that the interpreter needs beyond the guest's limit, by who needs them."""

_guest: list[int] = []
"""The guest's limit while the host's is being changed."""


def reserve(owner: object, frames: int) -> None:
    """Make room for some frames above the guest's limit, in the place of those that the owner had before.

    An interrupt is raised once the room is made. One function, because there may be few frames left.

    Args:
        owner: who needs them.
        frames: their number.
    """
    interrupt: BaseException | None = None
    while True:
        try:
            with CHANGES:
                if frames:
                    _shares[owner] = frames
                else:
                    _shares.pop(owner, None)
                total = sum(_shares.values())
                if not _guest:
                    _guest.append(_get_native() - room[0])
                _set_native(max(_guest[0] + total, 1))
                room[0] = total
                _guest.clear()
            break
        except RecursionError:
            raise
        except BaseException as error:
            interrupt = error
    if interrupt is not None:
        raise interrupt


no_interrupts_in_jumps(reserve)
no_interrupts_at_start(reserve)


@hidden
def getrecursionlimit() -> int:
    """Return the current value of the recursion limit: the guest's."""
    return _guest[0] if _guest else _get_native() - room[0]


@hidden
def setrecursionlimit(limit: int, /) -> None:
    """Set the recursion limit, as the guest counts."""
    if type(limit) is int and 0 < limit < 1 << 30:
        below = max(room[0] - ROOM, 0) + 1  # with this function's own frame
        try:
            _set_native(limit + below)
        except RecursionError as error:
            depth = int(str(error).partition(" depth ")[2].partition(":")[0]) - below
        else:
            _set_native(limit + room[0])
            _guest.clear()
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


def _replace() -> None:
    sys.getrecursionlimit, sys.setrecursionlimit = getrecursionlimit, setrecursionlimit


def _restore() -> None:
    sys.getrecursionlimit, sys.setrecursionlimit = _get_native, _set_native
    reserve(headroom, 0)


_headroom = Shared(_replace, _restore)


def headroom(below: int = 0) -> Transaction:
    """Return a context during which the host's recursion limit is higher by the room for the interpreter.

    Args:
        below: number of frames below the guest's first frame that would not be there on CPython.
    """

    def open() -> None:
        if not _shares.get(headroom):
            reserve(headroom, ROOM + below)

    return Transaction(_headroom.use(), Step(open, lambda: None))


def _room_0() -> None:
    _room_1()


def _room_1() -> None:
    _room_2()


def _room_2() -> None:
    _room_3()


def _room_3() -> None:
    pass


_deep: Callable[[], None] = _room_0 if BEHAVIOUR.counts_builtin_calls else _room_1
"""Function that needs `ROOM` frames, including that of the machine generator."""

check: Callable[[], None] = _deep
"""Raises RecursionError, called by the machine generator, where the limit leaves the interpreter no room."""

_more: dict[object, int] = {}
"""Numbers of frames, beyond `ROOM`, that there is room for, by who needs them."""


_AMPLE = 200
"""Frames that suffice for any rare work of the interpreter."""


def ample(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Give a function of the interpreter, which runs no foreign code, room for all frames that it needs.

    A thread gets it once: a deeper recursion is endless.
    """

    def with_room(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        thread = get_ident()
        if thread in _shares:
            return function(*args, **kwargs)
        try:
            reserve(thread, _AMPLE)
            return function(*args, **kwargs)
        finally:
            reserve(thread, 0)

    return with_room


def reduce() -> None:
    """Remove this thread's additional headroom, which an interrupt may have left in place."""
    if get_ident() in _shares:
        reserve(get_ident(), 0)


@hidden
def _in_child() -> None:
    """Remove the additional headroom of threads that a forked child does not have."""
    for owner in list(_shares):
        thread = owner[0] if isinstance(owner, tuple) else owner
        if isinstance(thread, int) and thread != get_ident():
            reserve(owner, 0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def is_own(exception: BaseException) -> bool:
    """Return True if the interpreter itself, not code that it called, has met the recursion limit."""
    traceback = exception.__traceback__
    if type(exception) is not RecursionError or traceback is None:
        return False
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename.startswith(OWN_PATHS)


def again(handler: Callable[[list[Any]], int], R: list[Any], stopped: BaseException) -> int | BaseException:
    """Call a handler, which the recursion limit stopped before it had any effect, again with more room.

    Args:
        handler: the handler.
        R: the frame's registers.
        stopped: what the handler raised, see `is_own`.

    Returns:
        The result of the handler, or the exception that it raised.
    """
    owner = (get_ident(), id(R))
    try:
        reserve(owner, _AMPLE)
        return handler(R)
    except BaseException as error:
        error.__context__ = stopped.__context__
        return error
    finally:
        reserve(owner, 0)


def leave_room(owner: object, frames: int) -> None:
    """Make room for more frames above a guest's, in the place of those that the owner had before.

    Args:
        owner: who needs them.
        frames: their number.
    """
    global check
    with CHANGES:
        if frames:
            _more[owner] = frames
        else:
            _more.pop(owner, None)
        reserve(owner, frames)
        deep = _deep
        for _ in range(sum(_more.values())):
            deep = _one_more(deep)
        check = _unless_shallow(deep) if _more and _module_of else deep


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
        if following is not None and following.tb_frame.f_code.co_filename.startswith(OWN_PATHS):
            if previous is not None:
                previous.tb_next = None
            return
        previous, traceback = traceback, following
