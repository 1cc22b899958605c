"""Signal handlers of guests get the guest's frame, and guests that look at their callers skip the machine's.

The host passes a signal handler the frame that it has interrupted, which may be one of the machine or of an analysis.
So while anything runs or is observed, each handler is registered in a wrapper that passes the guest's frame instead.
`signal.signal` and `signal.getsignal` use the functions of `_signal`, which are replaced by some that hide the wrapper.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import types
from _thread import get_ident

from bytescope.code.host.frame_marks import is_guest_code
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import Shared
from bytescope.machine.support import intercepts
from bytescope.machine.support.own_frames import OWN_PATHS
from bytescope.startup.isolation import ROOT
from bytescope.startup.stdlib_lite import Any

_set_native = _signal.signal
_get_native = _signal.getsignal
_get_frame = sys._getframe

_HOOKS = (*OWN_PATHS, *(os.path.join(ROOT, name, "") for name in ("analyses", "analysis", "shadow", "weave")))
"""Path prefixes of the files whose functions call hooks or are called by them."""
_BELOW = tuple(os.path.join(ROOT, "analysis", name) for name in ("attach.py", "run.py"))
"""Modules among them that are below guests."""


def _of_guest(frame: types.FrameType | None) -> types.FrameType | None:
    """Return the frame that a signal has interrupted as the guest knows it: below hooks and the machine."""
    found = walked = frame
    while walked is not None and not is_guest_code(walked.f_code):
        file = walked.f_code.co_filename
        if file.startswith(_HOOKS) and file not in _BELOW:
            found = walked.f_back
        walked = walked.f_back
    return found or frame


arrived: list[tuple[int, int]] = []
"""The signals, each with the thread, whose handlers are called and have no frame yet: a recorder takes them out."""


class _Delivery:
    """Signal handler given to the host in the place of a guest's."""

    __slots__ = ("handler",)

    def __init__(self, handler: Any) -> None:
        self.handler = handler

    @hidden
    def __call__(self, number: int, frame: types.FrameType | None) -> object:
        came = (number, get_ident())
        arrived.append(came)
        try:
            return self.handler(number, _of_guest(frame))
        finally:
            if came in arrived:
                arrived.remove(came)


_ends: dict[int, Any] = {}
"""By signals that end the process unless the guest handles them: what is called then."""


class _End:
    """Signal handler that replaces the default action of a signal."""

    __slots__ = ("handler", "number")

    def __init__(self, number: int) -> None:
        self.number, self.handler = number, _signal.SIG_DFL

    def __call__(self, number: int, frame: types.FrameType | None) -> None:
        _ends[self.number](number, frame)


def _wrapped(handler: Any, number: int = 0) -> Any:
    if handler == _signal.SIG_DFL and number in _ends:
        return _End(number)
    python = callable(handler) and type(handler) not in (types.BuiltinFunctionType, _Delivery, _End)
    return _Delivery(handler) if python else handler


def _unwrapped(handler: Any) -> Any:
    return handler.handler if type(handler) in (_Delivery, _End) else handler


@hidden
def signal(signalnum: Any, handler: Any, /) -> Any:
    """Set the action for the given signal."""
    return _unwrapped(_set_native(signalnum, _wrapped(handler, signalnum)))


@hidden
def getsignal(signalnum: Any, /) -> Any:
    """Return the current action for the given signal."""
    return _unwrapped(_get_native(signalnum))


for _function in (signal, getsignal):
    _function.__module__ = "_signal"


def _register(change: Any) -> None:
    """Register other handlers for all signals, where that is allowed: in the main thread."""
    for number in range(1, _signal.NSIG):
        try:
            handler = _get_native(number)
            changed = change(handler, number)
            if changed is not handler:
                _set_native(number, changed)
        except (ValueError, OSError):
            continue


def _replace() -> None:
    _signal.signal, _signal.getsignal = signal, getsignal
    _register(_wrapped)


def _restore() -> None:
    _register(lambda handler, number: _unwrapped(handler))
    _signal.signal, _signal.getsignal = _set_native, _get_native


def before_end(action: Any) -> None:
    """Call a function instead of the default action of SIGTERM and SIGHUP; the guest does not see it.

    Args:
        action: called with number and frame, as a signal handler; it ends the process. None for nothing any more.
    """
    numbers = [getattr(_signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(_signal, name)]
    if action is not None:
        _ends.update(dict.fromkeys(numbers, action))
    for number in numbers:
        handler = _get_native(number)
        if action is not None and handler == _signal.SIG_DFL:
            _set_native(number, _End(number))
        elif action is None and type(handler) is _End:
            _set_native(number, handler.handler)
    if action is None:
        _ends.clear()


available = Shared(_replace, _restore)
"""The wrapping of signal handlers."""


@hidden
def _getframe(depth: Any = 0, /) -> types.FrameType:
    """Return a frame object from the call stack, as the guest counts."""
    frame: types.FrameType | None = _get_frame(1)
    if type(depth) is not int:
        return _get_frame(depth)
    while frame is not None and depth > 0:
        frame = frame.f_back
        while frame is not None and frame.f_code.co_filename.startswith(OWN_PATHS):
            frame = frame.f_back
        depth -= 1
    if frame is None:
        raise ValueError("call stack is not deep enough")
    return frame


_getframe.__module__ = "sys"
intercepts.replace_calls(_get_frame, _getframe)
