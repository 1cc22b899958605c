"""`sys.settrace` and `sys.setprofile` for guests: events at the guest's lines, none for the interpreter's own frames.

A resident frame's own events (call, return, exception) are right as they are. Line events are not: the resident frame
visits a line only when an operation there needs it, and then once for each operation. So while any thread traces,
programs are linked with a transform: before the first instruction of a line they request an idle operation at that
line, and line events of the resident frame are enabled (`f_trace_lines`) for that request only. The same holds while
any thread profiles: then each call is made by the frame that it belongs to. Once a frame traces single instructions
(`f_trace_opcodes`), the idle operation is requested before every instruction. Each `return` is then executed by the
resident frame in its own line; otherwise all of them are executed in the line of the last.
"""

from __future__ import annotations

import sys
import types
from _thread import get_ident

from bytescope.code.host.frame_marks import is_guest_code
from bytescope.code.host.transactions import Shared
from bytescope.code.host.weak_tables import alive, when_gone
from bytescope.machine import engine
from bytescope.machine.handler_namespace import Raised
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.program import TRANSFORMS, Program
from bytescope.machine.registers import PROTOCOL, REQUEST, RETURN, TRACE
from bytescope.machine.support.own_frames import is_own_file, is_resident
from bytescope.startup.locks import CHANGES, by_thread
from bytescope.startup.stdlib_lite import Any, Callable, ClassVar, Iterable

_set_native = sys.settrace
_get_native = sys.gettrace
_set_native_profile = sys.setprofile
_get_native_profile = sys.getprofile
_IDLE = (type(None),)
"""The operands of an idle operation: it is the call of something that does nothing."""
_tracing: set[int] = by_thread(set())
"""Identifiers of the threads that trace."""
_profiling: set[int] = by_thread(set())
"""Identifiers of the threads with a profile function."""
beginnings: list[Callable[[], None]] = []
"""Callbacks that run before a program begins to trace or profile."""


def internal(frame: types.FrameType | None) -> bool:
    """Return True if a frame is the interpreter's, or that of code which the interpreter called for itself."""
    while frame is not None and not is_guest_code(frame.f_code):
        if is_own_file(frame.f_code.co_filename):
            return True
        frame = frame.f_back
    return False


def _cut(error: BaseException) -> None:
    """Remove the frame of the method that has just caught an error from its traceback; a bare `raise` adds none."""
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next


class _Tracer:
    """The trace function given to the host: hides the interpreter's frames from the guest's function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if internal(frame):
            return None
        try:
            local = self.function(frame, event, argument)
        except BaseException as error:  # a trace function that raises is called no more
            settrace(None)
            _cut(error)
            raise
        if local is None or not is_resident(frame.f_code):
            return local
        frame.f_trace_lines = False
        _notice(frame)
        return _LocalTracer(local)


class _LocalTracer:
    """The trace function of a resident frame: ignores events without a line, such as the machine generator's end.

    due: whether the resident frame makes an idle operation, at which the events of a guest instruction are due.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.due = False

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if event in ("exception", "opcode") and frame.f_lineno is None:
            return self
        if event == "opcode":
            if not self.due:  # it is about an instruction of the host's
                return self
            self.due = False
        place = frame.f_lasti
        try:
            local = self.function(frame, event, argument)
            if frame.f_lasti != place:  # by way of f_lineno: it has moved the resident frame, and not the guest
                where = f"line {frame.f_lineno} of {frame.f_code.co_qualname}"
                raise ValueError(f"the interpreter cannot jump to {where} by f_lineno: run it with --engine woven")
        except BaseException as error:  # a trace function that raises is called no more
            settrace(None)
            _cut(error)
            raise
        if local is None:
            return None
        self.function = local
        _notice(frame)
        _adopt(frame.f_back)
        return self


class _OutermostTracer:
    """The trace function of a frame without a caller: ends tracing with it.

    Below it are only frames that nobody sees, and the host has none to call a trace function with when an exception
    arrives there.

    Args:
        function: the frame's own trace function; None if it has none.
    """

    def __init__(self, function: Callable[..., Any] | None) -> None:
        self.function = function

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if self.function is not None:
            try:
                self.function = self.function(frame, event, argument)
            except BaseException as error:
                _cut(error)
                raise
        if event == "return":
            end()
        return self


def _adopt(frame: types.FrameType | None) -> None:
    """Adapt a trace function set on a resident frame (`frame.f_trace`) to see what it sees on CPython."""
    if frame is not None and is_resident(frame.f_code):
        if frame.f_trace is not None and type(frame.f_trace) not in (_LocalTracer, _OutermostTracer):
            frame.f_trace = _LocalTracer(frame.f_trace)
        frame.f_trace_lines = False
        _notice(frame)
    if frame is not None and frame.f_back is None and type(frame.f_trace) is not _OutermostTracer:
        frame.f_trace = _OutermostTracer(frame.f_trace)


def _notice(frame: types.FrameType) -> None:
    """Make every instruction request an idle operation from now on, if a frame traces opcodes."""
    if frame.f_trace_opcodes and not _Requests.everywhere:
        _Requests.everywhere = True
        _relink(traced=bool(_tracing or _profiling))


def settrace(function: Callable[..., Any] | None, /) -> None:
    """Set the global debug tracing function."""
    thread = get_ident()
    if function is None:
        _set_native(None)
        _leave(_tracing, thread)
        return
    for begin in beginnings:
        begin()
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
    """The profile function given to the host: hides the interpreter's work from the guest's function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> None:
        if internal(frame) or (event.startswith("c_") and not _is_at_call(frame)):
            return
        try:
            self.function(frame, event, argument)
        except BaseException as error:
            _cut(error)
            raise
        if event == "return" and frame.f_back is None:
            end()


_call_sites: dict[int, list[bool]] = {}
"""By a program's id, for each code unit of its resident frame: whether it belongs to a request site for calls."""


def _is_at_call(frame: types.FrameType) -> bool:
    """Return True if a frame, in case it is resident, performs a call of the guest, not another operation."""
    guest = next((each for each in frame.f_code.co_consts if type(each) is Program), None)
    if guest is None:
        return True
    if id(guest) not in _call_sites:
        when_gone(guest, _call_sites.pop, id(guest), None)
        instructions = zip(guest.instructions, guest.requests.numbers, strict=True)
        calling = {number for each, numbers in instructions if each.op.startswith("CALL") for number in numbers}
        units = _call_sites[id(guest)] = [False] * (len(frame.f_code.co_code) // 2)
        for offset, number in sorted((offset, number) for number, offset in enumerate(guest.requests.native_offsets)):
            units[offset:] = [number in calling] * (len(units) - offset)
    return frame.f_lasti >= 0 and _call_sites[id(guest)][frame.f_lasti // 2]


def setprofile(function: Callable[..., Any] | None, /) -> None:
    """Set the profiling function."""
    current = _get_native_profile()
    _set_native_profile(None)
    if isinstance(current, _Profiler):
        current(sys._getframe(1), "c_call", _set_native_profile)
    if function is None:
        _leave(_profiling, get_ident())
        return
    for begin in beginnings:
        begin()
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


def _replace() -> None:
    sys.settrace, sys.gettrace = settrace, gettrace
    sys.setprofile, sys.getprofile = setprofile, getprofile


def _restore() -> None:
    sys.settrace, sys.gettrace = _set_native, _get_native
    sys.setprofile, sys.getprofile = _set_native_profile, _get_native_profile


def end() -> None:
    """Remove the trace and profile functions: no frame is left that the host could call them with."""
    _set_native(None)
    _set_native_profile(None)


available = Shared(_replace, _restore)
"""The replacement of `sys.settrace`, `sys.setprofile` and their getters."""


def _enter(threads: set[int], thread: int) -> None:
    with CHANGES:
        if not _tracing and not _profiling:
            _relink(traced=True)
        threads.add(thread)


def _leave(threads: set[int], thread: int) -> None:
    with CHANGES:
        threads.discard(thread)
        if not _tracing and not _profiling:
            _relink(traced=False)


def _relink(*, traced: bool) -> None:
    """Link programs again: active ones now, because they resume with the new handlers, others when they run."""
    TRANSFORMS["tracing"] = _Requests() if traced else None
    active = active_programs()
    for each in alive(engine.programs):
        if each in active or each.suspends():
            each.link()
            if not traced:  # the trace function that says so may have been called at a line
                for index, line in _Requests.places(each).items():
                    each.resumes[index] = _requesting(each, index, line, each.plain[index], each.resumes[index])[1]
        else:
            each.ops = None


def active_programs() -> set[Program]:
    """Return the programs that any thread is executing."""
    found: set[Program] = set()
    for innermost in sys._current_frames().values():
        frame: types.FrameType | None = innermost
        while frame is not None:
            found.update(value for value in frame.f_code.co_consts if type(value) is Program)
            frame = frame.f_back
    return found


def line_starts(each: Program) -> dict[int, int]:
    """Return the instructions with a line event before them when control comes from another line, and their lines."""
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


class _Requests:
    """Transform that puts requests of idle operations in front of handlers: where lines start, or everywhere.

    everywhere: whether every instruction makes one.
    """

    traces = False
    everywhere: ClassVar[bool] = False

    @staticmethod
    def places(program: Program) -> dict[int, int | None]:
        """Return the instructions before which requests are due, with the line that starts there, if one does."""
        starts = line_starts(program)
        if not _Requests.everywhere:
            return dict(starts)
        first = min(starts, default=0)
        rest = range(first, len(program.instructions))
        return {index: starts.get(index) for index in rest if program.requests.line_site(index) is not None}

    def wants(self, program: Program) -> bool:
        """Find the places for requests in a program: each has some."""
        program.line_requests = self.places(program)
        return True

    def stops(self, program: Program) -> Iterable[int]:
        """Pass over no instruction."""
        return range(len(program.instructions))

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Put a request in front of the handlers, if one is due there."""
        site = program.requests.returns.get(index)
        if site is not None:
            op = returning(site, op)
        if index in program.line_requests:
            return _requesting(program, index, program.line_requests[index], op, resume)
        return op, resume


def returning(site: int, op: Op) -> Op:
    """Return the handler of a `return` that the resident frame executes in its own line."""

    def traced_op(R: list[Any]) -> int:
        outcome = op(R)
        if outcome != RETURN:
            return outcome
        R.append((site, R.pop()))
        return REQUEST

    return traced_op


def _resident_frame() -> types.FrameType:
    """Return the frame whose handler is running: the caller of the driver, or of a watched run its caller."""
    frame = sys._getframe(3)
    return frame.f_back or frame if frame.f_code is engine.drive.__code__ else frame


def _requesting(each: Program, index: int, line: int | None, op: Op, resume: Resume | None) -> tuple[Op, Resume]:
    site = each.requests.line_site(index)

    def traced_op(R: list[Any]) -> int:
        starts = False
        if line is not None:
            state = R[TRACE]
            R[TRACE] = (line, index)
            starts = state is None or state[0] != line or state[1] >= index
        if not (starts or _Requests.everywhere) or get_ident() not in _tracing:
            return op(R)
        frame = _resident_frame()
        tracer = frame.f_trace
        if tracer is None or not (starts or frame.f_trace_opcodes):
            return op(R)
        frame.f_trace_lines = starts
        if type(tracer) is _LocalTracer:
            tracer.due = True
        R.append((site, _IDLE))
        R[PROTOCOL] = waiting
        return REQUEST

    def traced_resume(R: list[Any], value: Any) -> int:
        if R[PROTOCOL] is not waiting:
            assert resume is not None
            return resume(R, value)
        R[PROTOCOL] = None
        frame = _resident_frame()
        frame.f_trace_lines = False
        if type(frame.f_trace) is _LocalTracer:
            frame.f_trace.due = False
        if type(value) is Raised:
            return each.unwind(R, index, value[0])
        return op(R)

    waiting = _requesting
    return traced_op, traced_resume
