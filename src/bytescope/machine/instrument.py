"""Instrumentation of programs: plans, shadows and the stop of a run as transforms of handlers (`TRANSFORMS`).

A planner of the attached analyses (`set_planner`) makes the plan of each program. A program without hooks keeps its
plain handlers. Handlers are replaced in place, so active frames resume with the new ones at their next instruction.
"""

from __future__ import annotations

import types

from bytescope.code.flags import parameter_count
from bytescope.code.host.weak_tables import alive
from bytescope.isa.instrumentation import Plan, Point
from bytescope.isa.typesets import ATOMIC
from bytescope.machine import engine, resident
from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.handlers.instrumented import IDLE, factory, hooks_of, name
from bytescope.machine.handlers.release import release
from bytescope.machine.program import TRANSFORMS, HandlerTransform, Program
from bytescope.machine.registers import HEADER, OPERANDS, PROGRAM, REQUEST, SHADOWS
from bytescope.machine.support import recursion
from bytescope.machine.support.own_frames import without_own
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, partial

Planner = Callable[[Program], Plan]

_RERAISING = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})


def arguments(program: Program, R: list[Any]) -> dict[str, Any]:
    """Return the arguments that a frame starts with, by name."""
    code = program.code
    count = parameter_count(code)
    if not count or program.private:
        return {}
    return {each: R[HEADER + index].cell_contents for index, each in enumerate(code.co_varnames[:count])}


name(arguments=arguments, executed=engine.executed, release=release, ATOMIC=ATOMIC, NULL=NULL, UNBOUND=UNBOUND)


class _Hooks:
    """Transform that puts handlers between the hooks of a plan."""

    traces = True

    def __init__(self, planner: Planner) -> None:
        self.planner = planner

    def wants(self, program: Program) -> bool:
        """Plan the hooks of a program."""
        plan = self.planner(program)
        if not plan:
            forget(program)
            return False
        program.plan = plan
        points = plan.points
        raises = [each or index in points for index, each in enumerate(program.may_raise())]
        program.raises = raises  # an interrupt in a hook must not have the hook called again
        vars(program)["unwind"] = partial(_unwind, plan)  # without the program, which dies with its function
        return True

    def stops(self, program: Program) -> Iterable[int]:
        """Return the idle instructions with hooks."""
        assert program.plan is not None
        return [index for index in program.plan.points if program.instructions[index].op in IDLE]

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Put the handlers of an instruction between its hooks."""
        assert program.plan is not None
        instruction = program.instructions[index]
        point = program.plan.points.get(index)
        if point is None or not (point or instruction.op in IDLE):
            return op, resume
        restores = instruction.op == "STORE_LOCAL" and instruction.arg in program.restored
        make = factory(instruction, point, restores)
        first, nxt, target, imm, *_ = program.bindings(index)
        given = (first, target, nxt, imm, index, program, op, resume, point.site, point.loop_site, point.again_site)
        return make(*given, *hooks_of(point))


def _unwind(plan: Plan, R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
    """Unwind like `Program.unwind`, with the hooks of exceptions."""
    program: Program = R[PROGRAM]
    R[OPERANDS] = None
    if R[SHADOWS] is not None:
        R[SHADOWS].event = None
    handler = program.handlers_at[index]
    depth = 0 if handler is None else handler.depth
    first = program.first_operand
    R[first + depth : first + len(program.blank)] = program.blank[depth:]  # as CPython does, which then looks further
    try:
        if plan.raised is not None and program.instructions[index].op not in _RERAISING:
            plan.raised.call(plan.site(index), exception)
        if handler is None:
            if plan.unwound is not None:
                plan.unwound.call(plan.site(lasti if type(lasti) is int else index), exception)
        elif plan.handled is not None and program.instructions[handler.target].op == "PUSH_EXC_INFO":
            plan.handled.call(plan.site(handler.target), exception)  # other handlers only tidy up
    except BaseException as failure:
        program.leave(R, index, without_own(failure), index)
        return REQUEST
    return Program.unwind(program, R, index, exception, lasti)


# --- stopping


class _Stop:
    """Transform that makes a program raise at its next instruction, whatever happens, and find no exception handler."""

    traces = False

    def __init__(self, failure: Callable[[], BaseException]) -> None:
        def op(R: list[Any]) -> int:
            raise failure()

        def resume(R: list[Any], answer: Any) -> int:
            raise failure()

        self._handlers = op, resume

    def wants(self, program: Program) -> bool:
        """Stop every program."""

        def unwind(R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
            R[PROGRAM].leave(R, index, exception, index)
            return REQUEST

        vars(program).update(unwind=unwind, raises=[True] * len(program.instructions) + [False, False])
        return True

    def stops(self, program: Program) -> Iterable[int]:
        """Return nothing: idle instructions need not raise."""
        return ()

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Replace the handlers of an instruction."""
        return self._handlers


# --- attaching

ROOM = 16
"""Frames that hooks may need above a guest's; the host's recursion limit is higher by so much while any is attached."""


RECORDING_ROOM = 12
"""Frames that a recorder may need above a guest's."""

STEPPING_ROOM = 60
"""Frames that a recorder may need that looks at each step whether the program is to wait there."""


def set_planner(planner: Planner | None) -> None:
    """Observe programs that are linked from now on as a planner plans; None: observe nothing."""
    recursion.leave_room(set_planner, 0 if planner is None else ROOM)
    TRANSFORMS["hooks"] = None if planner is None else _Hooks(planner)


def set_shadows(shadower: HandlerTransform | None, contexts: HandlerTransform | None) -> None:
    """Propagate shadows in programs that are linked from now on; None: propagate none in any program.

    Args:
        shadower: makes handlers propagate shadows.
        contexts: provides hooks with the shadows of their events.
    """
    TRANSFORMS["shadows"], TRANSFORMS["event contexts"] = shadower, contexts
    if shadower is None:
        for program in alive(engine.programs):
            program.shadower = None


def set_recording(transform: HandlerTransform | None, room: int = RECORDING_ROOM) -> None:
    """Record programs from now on, active frames at their next instruction; None: record nothing any more.

    Args:
        transform: makes handlers record.
        room: frames that it may need above a guest's.
    """
    before = TRANSFORMS["recording"]
    recursion.leave_room(set_recording, 0 if transform is None else room)
    TRANSFORMS["recording"] = transform
    for program in alive(engine.programs):
        if before is not None:
            vars(program).pop("unwind", None)  # which the transforms set again
        if program.is_linked():
            program.link()
    if transform is not None:
        unguarded = [each for each in (*alive(engine.programs), *resident.unlinked()) if not each.guarded]
        resident.guard(unguarded)


def relink_shadowed() -> None:
    """Link the programs that propagate shadows again, because a first shadow exists."""
    with CHANGES:
        for program in alive(engine.programs):
            if program.shadower is not None and program.is_linked():
                program.relink()


def replan(which: Callable[[Program], bool] = lambda program: True) -> None:
    """Plan and link programs again.

    Args:
        which: whether a program is concerned.
    """
    for program in alive(engine.programs):
        if not which(program):
            continue
        with CHANGES:
            if TRANSFORMS["hooks"] is None:
                forget(program)
            program.relink()


def guard() -> None:
    """Route unhandled guest exceptions through the machine as well."""
    observed = [each for each in alive(engine.programs) if each.plan is not None and each.plan.exceptions]
    unguarded = [each for each in (*observed, *resident.unlinked()) if not each.guarded]
    if unguarded:
        resident.guard(unguarded)


def refresh(code: types.CodeType, index: int, plan_point: Callable[[Program, int], Point | None]) -> None:
    """Plan one instruction of an instrumented program again, and the backward jumps whose hooks are about it.

    Args:
        code: the guest code object.
        index: the instruction.
        plan_point: plans it.
    """
    program = resident.program_for(code)
    if program is None or program.plan is None or program.ops is None:
        return
    if TRANSFORMS["tracing"] is not None or TRANSFORMS["monitoring"] is not None:
        return
    kept = program.resident_code()
    points, site = program.plan.points, program.plan.site
    jumps = [number for number, each in points.items() if site(index) in (each.loop_site, each.again_site)]
    for number in (index, *jumps):
        points[number] = plan_point(program, number) or Point(site(number))
        if not program.is_late:
            _rehandle(program, number)
    if program.traced:
        program.retrace()
    del kept


def _rehandle(program: Program, index: int) -> None:
    assert program.ops is not None
    op, resume = program.handlers(index)
    program.plain[index] = program.ops[index] = op
    program.resumes[index] = resume


def forget(program: Program) -> None:
    """Remove the plan of a program; its handlers stay until it is linked again."""
    program.plan = None
    program.raises = program.may_raise()
    vars(program).pop("unwind", None)


_stopped: list[bool] = []
"""Not empty while there may be programs that were stopped."""


def stop(failure: Callable[[], BaseException]) -> None:
    """No guest instruction is executed any more, in any thread, until `go_on`: what is to be raised instead."""
    _stopped[:] = [True]
    TRANSFORMS["stop"] = _Stop(failure)
    for program in alive(engine.programs):
        program.link()


def go_on() -> None:
    """Cancel `stop`."""
    TRANSFORMS["stop"] = None
    if _stopped:
        for program in alive(engine.programs):
            vars(program).pop("unwind", None)
            program.raises = program.may_raise()
            program.link()
        _stopped.clear()


__all__ = ["arguments", "go_on", "guard", "refresh", "replan", "set_planner", "set_recording", "set_shadows", "stop"]
