"""Programs that analyses observe: their handlers are put between hooks when they are linked.

What is observed where is a plan, made by whoever has attached analyses (`set_planner`). A program that nobody
observes keeps its plain handlers. Handlers are exchanged in place, so activations that are under way go on with the
new ones at their next instruction.
"""

from __future__ import annotations

import types

from bytescope.code.flags import parameter_count
from bytescope.code.host.weak_tables import alive
from bytescope.isa.instrumentation import Plan, Point
from bytescope.machine import engine, resident
from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.handlers.instrumented import IDLE, factory, hooks_of, name
from bytescope.machine.program import Program
from bytescope.machine.registers import HEADER, OPERANDS
from bytescope.machine.support import recursion
from bytescope.machine.support.own_frames import without_own
from bytescope.startup.stdlib_lite import Any, Callable, partial

Planner = Callable[[Program], Plan]

_RERAISING = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})


def arguments(program: Program, R: list[Any]) -> dict[str, Any]:
    """The arguments that a frame starts with, by name."""
    code = program.code
    count = parameter_count(code)
    if not count or program.private:
        return {}
    return {each: R[HEADER + index].cell_contents for index, each in enumerate(code.co_varnames[:count])}


name(arguments=arguments, executed=engine.executed, NULL=NULL, UNBOUND=UNBOUND, KEPT=OPERANDS)


class _Observer:
    """Links programs with the hooks of their plans."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.stopped: Callable[[], BaseException] | None = None

    def prepare(self, program: Program) -> None:
        """Plan what is observed in a program."""
        plan = self.planner(program)
        program.plan = plan or None
        instructions = program.instructions
        program.stops = frozenset(index for index in plan.points if instructions[index].op in IDLE)

    def handlers(self, program: Program, ops: list[Op], resumes: list[Resume | None]) -> None:
        """Change the handlers in place."""
        vars(program).pop("unwind", None)
        program.stopped = self.stopped is not None
        if self.stopped is not None:
            _stop(program, ops, resumes, self.stopped)
            return
        plan = program.plan
        if plan is None:
            return
        for index in plan.points:
            ops[index], resumes[index] = _observed(program, plan, index, ops[index], resumes[index])
        vars(program)["unwind"] = partial(_unwind, program, plan)


def _observed(program: Program, plan: Plan, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
    instruction = program.instructions[index]
    point = plan.points[index]
    restores = instruction.op == "STORE_LOCAL" and instruction.arg in program.restored
    make = factory(instruction, point, restores)
    first, nxt, target, imm, *_ = program.bindings(index)
    hooks = hooks_of(point)
    op, resume = make(
        first, target, nxt, imm, index, program, op, resume, point.site, point.loop_site, point.again_site, *hooks
    )
    if program.shadowed and Program.shadower is not None:
        return Program.shadower.told(program, index, op, resume)
    return op, resume


def _unwind(program: Program, plan: Plan, R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
    """`Program.unwind` that tells of it."""
    R[OPERANDS] = None
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
        return -1
    return Program.unwind(program, R, index, exception, lasti)


# --- stopping


def _stop(program: Program, ops: list[Op], resumes: list[Any], failure: Callable[[], BaseException]) -> None:
    """Have a program raise at its next instruction, whatever happens, and look for no handler."""

    def op(R: list[Any]) -> int:
        raise failure()

    def resume(R: list[Any], answer: Any) -> int:
        raise failure()

    def unwind(R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
        program.leave(R, index, exception, index)
        return -1

    ops[:] = [op] * len(ops)
    resumes[: len(ops)] = [resume] * len(ops)
    vars(program).update(unwind=unwind, raises=[True] * len(ops))


# --- attaching

ROOM = 16
"""Frames that hooks may need above a guest's; the host's recursion limit is higher by so much while any is attached."""


def set_planner(planner: Planner | None) -> None:
    """From now on have programs observed as this planner plans; None: have nothing observed."""
    observer = Program.observer
    if planner is None:
        if observer is not None:
            Program.observer = None
            recursion.leave_room(-ROOM)
    elif isinstance(observer, _Observer):
        observer.planner = planner
    else:
        Program.observer = _Observer(planner)
        recursion.leave_room(ROOM)


def replan(which: Callable[[Program], bool] = lambda program: True) -> None:
    """Plan and link programs again.

    Args:
        which: whether a program is concerned.
    """
    for program in alive(engine.programs):
        if not which(program):
            continue
        if Program.observer is None:
            forget(program)
        program.link()


def guard() -> None:
    """Have exceptions that no handler of the guest takes come by the machine, too."""
    observed = [each for each in alive(engine.programs) if each.plan is not None and each.plan.exceptions]
    unguarded = [each for each in (*observed, *resident.unlinked()) if not each.guarded]
    if unguarded:
        resident.guard(unguarded)


def refresh(code: types.CodeType, index: int, plan_point: Callable[[Program, int], Point | None]) -> None:
    """Plan one instruction of an observed program again, and the jumps that tell of coming back to it.

    Args:
        code: the guest code object.
        index: the instruction.
        plan_point: plans it.
    """
    program = resident.program_for(code)
    if program is None or program.plan is None or program.ops is None or Program.decorate is not None:
        return
    kept = program.resident_code()
    points, site = program.plan.points, program.plan.site
    told = [number for number, each in points.items() if site(index) in (each.loop_site, each.again_site)]
    for number in (index, *told):
        points[number] = plan_point(program, number) or Point(site(number))
        _rehandle(program, number)
    if program.traced:
        program.retrace()
    del kept


def _rehandle(program: Program, index: int) -> None:
    assert program.plan is not None and program.ops is not None
    op, resume = program.handlers(index)
    if program.plan.points[index] or program.instructions[index].op in IDLE:
        op, resume = _observed(program, program.plan, index, op, resume)
    program.plain[index] = program.ops[index] = op
    program.resumes[index] = resume


def forget(program: Program) -> None:
    """Take back what observing has changed in a program, but for its handlers."""
    program.plan = None
    program.stops = frozenset()
    vars(program).pop("unwind", None)


def stop(failure: Callable[[], BaseException]) -> None:
    """No guest instruction is executed any more, in any thread, until `go_on`: what is to be raised instead."""
    observer = Program.observer
    assert isinstance(observer, _Observer)
    observer.stopped = failure
    for program in alive(engine.programs):
        program.link()


def go_on() -> None:
    """Take back `stop`."""
    observer = Program.observer
    if isinstance(observer, _Observer) and observer.stopped is not None:
        observer.stopped = None
        for program in alive(engine.programs):
            program.raises = program.may_raise()
            program.link()


__all__ = ["arguments", "go_on", "guard", "refresh", "replan", "set_planner", "stop"]
