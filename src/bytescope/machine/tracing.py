"""`sys.settrace` and `sys.setprofile` for guests: events at the guest's lines, and none for the machine's own frames.

A tracer sees a resident frame's own events (call, return, exception) at the right places as it is. Lines are another
matter: the resident frame only visits a line when an operation there needs it, and then once for each operation. So
while anybody traces, programs are linked in another way: before the first instruction of a line they request an idle
operation at that line, and line events of the resident frame are switched on (`f_trace_lines`) just for that request.
They are linked so while anybody profiles, too: then every call is made by the frame that it is a call of.
"""

from __future__ import annotations

import sys
import types
import weakref
from _thread import get_ident
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bytescope.code.light import Any
from bytescope.machine import engine, program
from bytescope.machine.emit import Op, Resume
from bytescope.machine.program import TRACE, Program
from bytescope.machine.runtime import Raised

_set_native = sys.settrace
_get_native = sys.gettrace
_set_native_profile = sys.setprofile
_get_native_profile = sys.getprofile
_tracing: set[int] = set()
"""Identifiers of the threads that trace."""
_profiling: set[int] = set()
"""Identifiers of the threads with a profile function."""
engine.OWN_FILES.add(__file__)


def internal(frame: types.FrameType | None) -> bool:
    """Whether a frame is the machine's, or of something that the machine called for itself."""
    while frame is not None and not program.is_resident(frame.f_code):
        if frame.f_code.co_filename in engine.OWN_FILES:
            return True
        frame = frame.f_back
    return False


class _Tracer:
    """The trace function that the host gets: the given one, kept from the machine's frames."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if internal(frame):
            return None
        try:
            local = self.function(frame, event, argument)
        except BaseException:  # a trace function that raises is called no more
            settrace(None)
            raise
        if local is None or not program.is_resident(frame.f_code):
            return local
        frame.f_trace_lines = False
        return _LocalTracer(local)


class _LocalTracer:
    """The trace function of a resident frame: it hears of nothing without a line, as the machine generator's end."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if event in ("exception", "opcode") and frame.f_lineno is None:
            return self
        try:
            local = self.function(frame, event, argument)
        except BaseException:  # a trace function that raises is called no more
            settrace(None)
            raise
        if local is None:
            return None
        self.function = local
        _adopt(frame.f_back)
        return self


def _adopt(frame: types.FrameType | None) -> None:
    """Have a trace function that was given to a resident frame (`frame.f_trace`) see what it sees on CPython."""
    if frame is not None and program.is_resident(frame.f_code):
        if frame.f_trace is not None and type(frame.f_trace) is not _LocalTracer:
            frame.f_trace = _LocalTracer(frame.f_trace)
        frame.f_trace_lines = False


def settrace(function: Callable[..., Any] | None, /) -> None:
    """Set the global debug tracing function."""
    thread = get_ident()
    if function is None:
        _set_native(None)
        _leave(_tracing, thread)
        return
    _enter(_tracing, thread)
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        _adopt(frame)
        frame = frame.f_back
    _set_native(_Tracer(function))


def gettrace() -> Any:
    """Return the global debug tracing function."""
    tracer = _get_native()
    return tracer.function if isinstance(tracer, _Tracer) else tracer


class _Profiler:
    """The profile function that the host gets: the given one, kept from what the machine does."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> None:
        if internal(frame) or (event.startswith("c_") and not _is_at_call(frame)):
            return
        self.function(frame, event, argument)


_call_sites: weakref.WeakKeyDictionary[Program, tuple[list[int], list[bool]]] = weakref.WeakKeyDictionary()
"""Where the sites of a resident frame begin, in code units, and whether each performs calls of the guest's."""


def _is_at_call(frame: types.FrameType) -> bool:
    """Whether a frame, if it is a resident one, makes a call of the guest's and no other operation."""
    guest = next((each for each in frame.f_code.co_consts if type(each) is Program), None)
    if guest is None:
        return True
    if guest not in _call_sites:
        instructions = zip(guest.instructions, guest.site_numbers, strict=True)
        calling = {number for each, numbers in instructions if each.op.startswith("CALL") for number in numbers}
        places = sorted((offset, number) for number, offset in enumerate(guest.native_offsets))
        _call_sites[guest] = [offset for offset, _ in places], [number in calling for _, number in places]
    offsets, calls = _call_sites[guest]
    at = bisect_right(offsets, frame.f_lasti // 2) - 1
    return at >= 0 and calls[at]


def setprofile(function: Callable[..., Any] | None, /) -> None:
    """Set the profiling function."""
    current = _get_native_profile()
    _set_native_profile(None)
    if isinstance(current, _Profiler):
        current(sys._getframe(1), "c_call", _set_native_profile)
    if function is None:
        _leave(_profiling, get_ident())
        return
    _enter(_profiling, get_ident())
    following = _Profiler(function)
    if isinstance(current, _Profiler):
        following(sys._getframe(1), "c_return", _set_native_profile)
    _set_native_profile(following)


def getprofile() -> Any:
    """Return the profiling function."""
    current = _get_native_profile()
    if not isinstance(current, _Profiler):
        return current
    _set_native_profile(None)
    for event in ("c_call", "c_return"):
        current(sys._getframe(1), event, _get_native_profile)
    _set_native_profile(current)
    return current.function


for _function in (settrace, gettrace, setprofile, getprofile):
    _function.__module__ = "sys"

_depth = [0]


@contextmanager
def available() -> Iterator[None]:
    """While this context is open, `sys.settrace` and `sys.setprofile` know about guests."""
    if not _depth[0]:
        sys.settrace, sys.gettrace = settrace, gettrace
        sys.setprofile, sys.getprofile = setprofile, getprofile
    _depth[0] += 1
    try:
        yield
    finally:
        _depth[0] -= 1
        if not _depth[0]:
            sys.settrace, sys.gettrace = _set_native, _get_native
            sys.setprofile, sys.getprofile = _set_native_profile, _get_native_profile


def _enter(threads: set[int], thread: int) -> None:
    if not _tracing and not _profiling:
        _relink(traced=True)
    threads.add(thread)


def _leave(threads: set[int], thread: int) -> None:
    threads.discard(thread)
    if not _tracing and not _profiling:
        _relink(traced=False)


def _relink(*, traced: bool) -> None:
    """Have programs linked again: those under way at once, since they go on with the new handlers, others when run."""
    Program.decorate = _Lines() if traced else None
    active = _active_programs()
    for each in list(engine.programs):
        if each in active or each.code.co_flags & _SUSPENDABLE:
            each.link()
            if not traced:  # the trace function that says so may have been called at a line
                for index, line in line_starts(each).items():
                    each.resumes[index] = _with_line(each, index, line, each.plain[index], each.resumes[index])[1]
        else:
            each.ops = None


_SUSPENDABLE = 0x2A0
"""Flags of the code of generators and coroutines, whose activations may be waiting anywhere."""


def _active_programs() -> set[Program]:
    """The programs that any thread is executing."""
    found: set[Program] = set()
    for innermost in sys._current_frames().values():
        frame: types.FrameType | None = innermost
        while frame is not None:
            found.update(value for value in frame.f_code.co_consts if type(value) is Program)
            frame = frame.f_back
    return found


def line_starts(each: Program) -> dict[int, int]:
    """The instructions before which a line event is due when control comes from another line, with their lines."""
    starts = {}
    previous: int | None = None
    started = False
    for index, instruction in enumerate(each.instructions):
        line = instruction.position[0] if instruction.position else None
        if not started:  # the prologue, which ends with the first RESUME, is the call event's
            started = instruction.op == "RESUME"
            continue
        if line is not None and line != previous and each.verified.depths[index] >= 0:
            starts[index] = line
        previous = line
    for index, instruction in enumerate(each.instructions):
        target = instruction.target
        if target is not None and target <= index and each.verified.depths[index] >= 0:
            position = each.instructions[target].position
            if position and position[0] is not None:
                starts[target] = position[0]
    return starts


class _Lines:
    """Puts line requests in front of handlers."""

    def handlers(self, program: Program, ops: list[Op], resumes: list[Resume | None]) -> None:
        """Change the handlers in place."""
        for index, line in line_starts(program).items():
            ops[index], resumes[index] = _with_line(program, index, line, ops[index], resumes[index])


def _with_line(each: Program, index: int, line: int, op: Op, resume: Resume | None) -> tuple[Op, Resume]:
    site = each.line_site(index)

    def traced_op(R: list[Any]) -> int:
        state = R[TRACE]
        R[TRACE] = (line, index)
        if state is not None and state[0] == line and state[1] < index:
            return op(R)
        if get_ident() not in _tracing:
            return op(R)
        frame = sys._getframe(2)
        if frame.f_trace is None:
            return op(R)
        frame.f_trace_lines = True
        R.append((site, None))
        R[3] = waiting
        return -1

    def traced_resume(R: list[Any], value: Any) -> int:
        if R[3] is not waiting:
            assert resume is not None
            return resume(R, value)
        R[3] = None
        sys._getframe(2).f_trace_lines = False
        if type(value) is Raised:
            return each.unwind(R, index, value[0])
        return op(R)

    waiting = _with_line
    return traced_op, traced_resume
