"""`sys.monitoring` (PEP 669) for guests: events of the guest's code, none of the interpreter's own.

The host calls the callbacks for what a resident frame does as the guest's frame does it: it starts, returns, yields,
calls, raises. There only the offsets differ, which are translated. Lines, instructions, jumps, branches and exception
handlers of the guest the host cannot know of. While a tool wants them, programs are linked with a transform: the
handler of an instruction requests a call of the callbacks from the resident frame, before the instruction or after it,
so that they find the guest's frame below theirs. Events inside the interpreter, and inside what it calls for itself,
are dropped, and disabled where the host can do that.

cProfile, bdb and whatever else finds the functions of `sys.monitoring` by their names get those of this module.
"""

from __future__ import annotations

import sys
import types
from _thread import get_ident

from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import Shared
from bytescope.code.host.weak_tables import alive, when_gone
from bytescope.machine import engine
from bytescope.machine.guests.settrace import active_programs, beginnings, internal, line_starts, returning
from bytescope.machine.handler_namespace import Raised
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.program import TRANSFORMS, Program
from bytescope.machine.registers import MONITORED, PROTOCOL, REQUEST
from bytescope.machine.resident import program_of
from bytescope.machine.support.own_frames import is_own_file
from bytescope.startup.locks import CHANGES, by_thread
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, partial

_native: Any = getattr(sys, "monitoring", None)
_EVENTS: dict[str, int] = {}
if _native is not None:
    _EVENTS = {name: value for name, value in vars(_native.events).items() if name.isupper()}
_NAMES = ("register_callback", "set_events", "get_local_events", "set_local_events", "restart_events")
_natives = {name: getattr(_native, name) for name in _NAMES if _native is not None}

LINE, INSTRUCTION, JUMP, HANDLED, RERAISE = (
    _EVENTS.get(name, 0) for name in ("LINE", "INSTRUCTION", "JUMP", "EXCEPTION_HANDLED", "RERAISE")
)
_BRANCHES = (_EVENTS.get("BRANCH_LEFT", 0), _EVENTS.get("BRANCH_RIGHT", 0)), _EVENTS.get("BRANCH", 0)
"""The events of a branch that is not taken and of one that is, where they are two, and the event of both."""
_TOLD = LINE | INSTRUCTION | JUMP | HANDLED | RERAISE | _BRANCHES[0][0] | _BRANCHES[0][1] | _BRANCHES[1]
"""The events about resident frames that the machine tells."""
_LINKED = _TOLD | _EVENTS.get("PY_RETURN", 0)
"""The events for which programs are linked again: a `return` is to be executed in its own line."""
_AT_CALLS = _EVENTS.get("CALL", 0) | _EVENTS.get("C_RETURN", 0) | _EVENTS.get("C_RAISE", 0)
_AT_SITES = _AT_CALLS | _EVENTS.get("RAISE", 0) | _EVENTS.get("STOP_ITERATION", 0)
"""Events that are not the guest's where the resident frame drives the machine."""
_LOCAL = _TOLD & ~(HANDLED | RERAISE) | sum(_EVENTS.get(f"PY_{name}", 0) for name in ("START", "RESUME"))
"""Events that a callback may disable although that of the interpreter's own code has not been called."""

_callbacks: dict[tuple[int, int], Any] = {}
"""The guest's callbacks, by tool and event."""
_global: dict[int, int] = {}
"""The events of each tool, everywhere. The host's own `get_events` shows a BRANCH in parts."""
_local: dict[int, dict[int, int]] = {}
"""By the id of a program, the local events of each tool."""
_disabled: set[tuple[int, int, int, int]] = set()
"""Tool, event, id of the program and instruction of what a callback has disabled."""
_telling: set[int] = by_thread(set())
"""Identifiers of the threads that execute a callback: what happens there is nobody's event."""


def is_used() -> bool:
    """Return True if a tool of the guest's wants events."""
    return any(_global.values()) or bool(_local)


# --- what the host tells


def _translated(tool: int, event: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the callback to give to the host in place of a guest's."""

    @hidden
    def callback(code: types.CodeType, *arguments: Any) -> Any:
        thread = get_ident()
        if thread in _telling:
            return None
        program = program_of(code)
        if program is None:
            if is_own_file(code.co_filename):
                return _native.DISABLE if event & _LOCAL else None
            if internal(sys._getframe(1)):
                return None
        elif event & _TOLD:
            return _native.DISABLE if event & _LOCAL else None
        else:
            index = program.requests.origin(arguments[0])
            if event & _AT_SITES and (
                index < 0 or (event & _AT_CALLS and not program.instructions[index].op.startswith("CALL"))
            ):
                return None
            arguments = (_offset(program, index, event), *arguments[1:])
        _telling.add(thread)
        try:
            return function(code, *arguments)
        finally:
            _telling.discard(thread)

    return callback


def _offset(program: Program, index: int, event: int) -> int:
    """Return the offset of an instruction, or of the start or the end of a function if there is none."""
    instructions = program.instructions
    if index >= 0:
        resumes = event in (_EVENTS["PY_RESUME"], _EVENTS["PY_THROW"])  # behind the suspension
        return instructions[index + resumes].offset
    at_end = event in (_EVENTS["PY_RETURN"], _EVENTS["PY_UNWIND"])
    wanted = "RETURN" if at_end else "RESUME"
    return next((each.offset for each in (instructions[::-1] if at_end else instructions) if each.op == wanted), 0)


@hidden
def register_callback(tool_id: int, event: int, func: Callable[..., Any] | None, /) -> Any:
    """Register a callback."""
    given = func if func is None or type(event) is not int else _translated(tool_id, event, func)
    _natives["register_callback"](tool_id, event, given)
    before = _callbacks.pop((tool_id, event), None)
    if func is not None:
        _callbacks[tool_id, event] = func
    return before


@hidden
def set_events(tool_id: int, event_set: int, /) -> None:
    """Set the events of a tool, everywhere."""
    if event_set:
        for begin in beginnings:
            begin()
    with CHANGES:
        _natives["set_events"](tool_id, event_set)
        _global[tool_id] = event_set
        _relink()


@hidden
def get_local_events(tool_id: int, code: types.CodeType, /) -> int:
    """Return the events of a tool in a code object."""
    found: int = _natives["get_local_events"](tool_id, code)
    program = program_of(code)
    return found if program is None else found | _local.get(id(program), {}).get(tool_id, 0)


@hidden
def set_local_events(tool_id: int, code: types.CodeType, event_set: int, /) -> None:
    """Set the events of a tool in a code object."""
    program = program_of(code) if type(code) is types.CodeType else None
    if program is None or type(event_set) is not int:
        _natives["set_local_events"](tool_id, code, event_set)
        return
    with CHANGES:
        _natives["set_local_events"](tool_id, code, event_set & ~_TOLD)
        if id(program) not in _local:
            _local[id(program)] = {}
            when_gone(program, _local.pop, id(program), None)
        _local[id(program)][tool_id] = event_set & _LINKED
        if TRANSFORMS["monitoring"] is None:
            _relink()
        elif program.is_linked():
            _link(program)


@hidden
def restart_events() -> None:
    """Enable all that callbacks have disabled."""
    _disabled.clear()
    _natives["restart_events"]()


_REPLACED = (register_callback, set_events, get_local_events, set_local_events, restart_events)
for _function in _REPLACED:
    _function.__module__ = "sys.monitoring"


def _replace() -> None:
    if _native is not None:
        vars(_native).update({function.__name__: function for function in _REPLACED})


def _restore() -> None:
    if _native is not None:
        vars(_native).update(_natives)


available = Shared(_replace, _restore)
"""The replacement of the functions of `sys.monitoring`."""


# --- what the machine tells


def _everywhere(tool: int) -> int:
    """Return the events of a tool in all code: none if it was freed, or others have taken its events away."""
    return _global.get(tool, 0) if _native.get_tool(tool) is not None and _native.get_events(tool) else 0


def _wanted(program: Program | None = None) -> int:
    """Return the events that the machine is to tell about a program; without one, about any."""
    wanted = 0
    for tool, event in list(_callbacks):
        if event & _LINKED and _native.get_tool(tool) is not None:
            wanted |= event & _everywhere(tool)
            for each, events in list(_local.items()):
                if program is None or each == id(program):
                    wanted |= event & events.get(tool, 0)
    return wanted


def _relink() -> None:
    """Link programs again because the events that are to be told have changed."""
    before = TRANSFORMS["monitoring"]
    if not _wanted():
        if before is None:
            return
        TRANSFORMS["monitoring"] = None
    else:
        TRANSFORMS["monitoring"] = _Tell()
    active = active_programs()
    for each in alive(engine.programs):
        if each in active or each.suspends():
            _link(each)
        else:
            each.ops = None


def _link(program: Program) -> None:
    program.link()
    if _wanted(program):
        return
    for index, (instruction, depth) in enumerate(zip(program.instructions, program.verified.depths, strict=True)):
        site = program.requests.line_site(index)
        if site is not None and depth >= 0 and instruction.op != "RESUME":  # a callback may be running there
            place = _Place(program, index, site, None)
            program.resumes[index] = place.handlers(program.plain[index], program.resumes[index])[1]


@hidden
def _tell(program: Program, index: int, told: list[tuple[int, Any]]) -> None:
    """Call callbacks, from the resident frame: for events, with their last argument, at an instruction."""
    thread = get_ident()
    if thread in _telling:
        return
    code = program.resident_code()
    offset = program.instructions[index].offset
    for event, argument in told:
        for tool, other in list(_callbacks):
            key = tool, event, id(program), index
            if other != event or key in _disabled or _native.get_tool(tool) is None:
                continue
            if not event & (_everywhere(tool) | _local.get(id(program), {}).get(tool, 0)):
                continue
            arguments = (argument,) if event == LINE else (offset,) if event == INSTRUCTION else (offset, argument)
            _telling.add(thread)
            try:
                answer = _callbacks[tool, event](code, *arguments)
            finally:
                _telling.discard(thread)
            if answer is _native.DISABLE and event & _LOCAL:
                _disabled.add(key)


class _Waiting:
    """The protocol of a frame while callbacks run.

    outcome: what the handler has returned, if they are called after the instruction.
    """

    __slots__ = ("outcome",)

    def __init__(self, outcome: int | None) -> None:
        self.outcome = outcome


_BEFORE = _Waiting(None)


class _Place:
    """An instruction, and what is told about it.

    line: the line that starts there, if one does.
    """

    def __init__(self, program: Program, index: int, site: int, line: int | None) -> None:
        self.program, self.index, self.site, self.line = program, index, site, line

    def events_after(self, outcome: int) -> list[tuple[int, Any]]:
        """Return the events of a jump that has gone somewhere: none if the instruction is no jump."""
        program = self.program
        instruction = program.instructions[self.index]
        if instruction.target is None or outcome < 0 or instruction.op.startswith("SEND"):
            return []
        destination = program.instructions[outcome].offset
        if instruction.op == "JUMP":
            return [(JUMP, destination)]
        sides, both = _BRANCHES
        taken = outcome != self.index + 1
        if not taken and program.instructions[outcome].op == "NOP" and instruction.op != "FOR_ITER":
            destination += 2  # behind the NOT_TAKEN
        return [(event, destination) for event in (sides[taken], both) if event]

    def handlers(self, op: Op, resume: Resume | None) -> tuple[Op, Resume]:
        """Return the handlers that tell, in place of others."""
        program, index, site, line = self.program, self.index, self.site, self.line
        instruction = program.instructions[index]
        wanted = _wanted(program)
        fixed: list[tuple[int, Any]] = []
        if wanted & INSTRUCTION and (not index or program.instructions[index - 1].offset != instruction.offset):
            fixed.append((INSTRUCTION, None))
        jumps = instruction.target is not None and wanted & (JUMP | _BRANCHES[0][0] | _BRANCHES[0][1] | _BRANCHES[1])
        about = {"PUSH_EXC_INFO": HANDLED, "RERAISE": RERAISE}.get(instruction.op, 0) & wanted

        def request(R: list[Any], told: list[tuple[int, Any]], waiting: _Waiting) -> int:
            R.append((site, (partial(_tell, program, index, told),)))
            R[PROTOCOL] = waiting
            return REQUEST

        def after(R: list[Any], outcome: int) -> int:
            told = self.events_after(outcome) if jumps and R[PROTOCOL] is None else None
            return request(R, told, _Waiting(outcome)) if told else outcome

        def telling_op(R: list[Any]) -> int:
            told = fixed
            if line is not None:
                if R[MONITORED] != line and wanted & LINE:
                    told = [(LINE, line), *fixed]
                R[MONITORED] = line
            if about:
                exception = next((each for each in reversed(R) if isinstance(each, BaseException)), None)
                told = [(about, exception), *told]
            return request(R, told, _BEFORE) if told else after(R, op(R))

        def telling_resume(R: list[Any], value: Any) -> int:
            waiting = R[PROTOCOL]
            if type(waiting) is not _Waiting:
                assert resume is not None
                return after(R, resume(R, value))
            R[PROTOCOL] = None
            if type(value) is Raised:
                return program.unwind(R, index, value[0])
            return after(R, op(R)) if waiting.outcome is None else waiting.outcome

        return telling_op, telling_resume


class _Tell:
    """Transform that has handlers tell events: see the top."""

    traces = False

    def wants(self, program: Program) -> bool:
        """Find where lines start, in a program with events to tell."""
        if not _wanted(program):
            return False
        self.starts = line_starts(program)
        operations = [each.op for each in program.instructions]
        self.first = operations.index("RESUME") + 1 if "RESUME" in operations else 0
        return True

    def stops(self, program: Program) -> Iterable[int]:
        """Pass over no instruction."""
        return range(len(program.instructions))

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Wrap the handlers of an instruction, so that they report its events."""
        site = program.requests.returns.get(index)
        if site is not None:
            op = returning(site, op)
        site = program.requests.line_site(index)
        if site is None or index < self.first or program.instructions[index].op == "RESUME":
            return op, resume
        return _Place(program, index, site, self.starts.get(index)).handlers(op, resume)
