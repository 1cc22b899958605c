"""Emitter of the woven form of one code object: its own instructions, with the hooks of a plan between them.

Instructions that are not observed stay as they are. The emitters of hooks (`hooks`) do the work; they share a context,
and only the writer knows them all.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable

from bytescope.code.assembly.insertion import YIELDS
from bytescope.code.instruction import Lowered
from bytescope.code.lowering import groups
from bytescope.code.lowering.groups import Group, Raw
from bytescope.flow.verify import Verified
from bytescope.isa.events import observed_primitive
from bytescope.isa.instrumentation import Plan, Point
from bytescope.isa.lift import lift
from bytescope.startup.stdlib_lite import Any, record
from bytescope.weave import selfcheck
from bytescope.weave.context import CALLING, WeaveContext
from bytescope.weave.failures import Failed
from bytescope.weave.hooks.on_calls import Calls
from bytescope.weave.hooks.on_exceptions import Handlers
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.hooks.on_jumps import Jumps
from bytescope.weave.hooks.on_primitives import Primitives, pushes_method
from bytescope.weave.parts import Parts

_TAKES_METHODS = CALLING | {"WITH_EXCEPT"}


@record(slots=True)
class Task:
    """A code object to weave.

    lowered, verified: its version-independent form; plan: its hooks; nested: the woven code objects that take the place
    of nested ones, by id of the latter; stopper: the class of errors that end a run; failed, executed: see
    `bytescope.weave.weaver.Weaver`; probes: whether there can be probes.
    """

    lowered: Lowered
    verified: Verified
    plan: Plan
    nested: dict[int, types.CodeType]
    stopper: type[BaseException]
    failed: Failed
    executed: Callable[..., Iterable[Any]]
    probes: bool


class Writer:
    """Emitter of one code object's woven form.

    Args:
        context: the program, its plan, and what is emitted.
        nested: the woven code objects that take the place of nested ones, by id of the latter.
        stopper: the class of errors that end a run: handlers of the program do not see them.
        failed: makes the error of a hook that failed: (hook, site, exception) -> exception.
    """

    def __init__(
        self, context: WeaveContext, nested: dict[int, types.CodeType], stopper: type[BaseException], failed: Failed
    ) -> None:
        self.context = context
        self.code, self.plan = context.code, context.plan
        self.instructions, self.verified = context.instructions, context.verified
        self.handlers = Handlers(context, stopper, failed)
        self.primitives = Primitives(context)
        self.calls = Calls(context)
        self.jumps = Jumps(context)
        self.frames = Frames(context)
        self.calls_are_observed = any(
            self.instructions[index].op in _TAKES_METHODS and (point.before or point.after)
            for index, point in self.plan.points.items()
        )
        for index, value in enumerate(self.code.co_consts):
            if id(value) in nested:
                context.emitter.replace_const(index, nested[id(value)])

    def write(self) -> Parts:
        """Return the parts of the woven code object."""
        e = self.context.emitter
        self.body()
        e.emit_pending()
        e.section("exception handlers")
        handlers = self.handlers.write()
        code = self.code
        assembled = e.finish(code.co_firstlineno, handlers)
        self.handlers.resolve(assembled.offsets)
        stacksize = code.co_stacksize + self.context.handlers.below + e.deepest + 4
        if selfcheck.CHECKS:
            selfcheck.check(self.context, stacksize)
        hits = self.context.hook_caller.placed_hits(assembled.offsets)
        if e.outline is not None:
            e.outline.offsets = assembled.offsets
            e.outline.probes = [(offset, hook) for offset, hook, _, _ in hits]
        plain, own = e.constants()
        return Parts(
            code=code,
            bytecode=assembled.code,
            linetable=assembled.linetable,
            exceptiontable=assembled.exceptiontable,
            stacksize=stacksize,
            names=tuple(e.names),
            plain=plain,
            own=own,
            box=e.box,
            raising=self.handlers.raising,
            hits=hits,
        )

    def body(self) -> None:
        """Emit all groups."""
        context = self.context
        for group in context.groups:
            context.emitter.asm.position = context.position(group)
            entering = context.before_label.pop(group.offset, None)
            if entering is not None:
                entering()
            if context.emitter.outline is not None and group.count:
                context.emitter.outline.begin(len(context.emitter.asm), group.first)
            self.group(group)

    def group(self, group: Group) -> None:
        """Emit a group, with its hooks."""
        indices = range(group.first, group.first + group.count)
        if not any(map(self.concerns, indices)):
            self.context.place(group)
            self.context.raws(group.raws, group.first, group)
            self.resumed(group)
            return
        if not self.places_itself(group):
            self.context.place(group)
        e = self.context.emitter
        for index, raws in zip(indices, groups.parts(group, self.code), strict=True):
            if e.outline is not None and index > group.first:
                e.outline.begin(len(e.asm), index)
            self.instruction(index, raws, group)
        self.resumed(group)

    def places_itself(self, group: Group) -> bool:
        """Return True if the label of a group is placed after the hooks that come first."""
        return self.jumps.places_itself(group)

    def concerns(self, index: int) -> bool:
        """Return True if an instruction cannot stay as it is."""
        if index in self.context.inside:
            return False
        return (
            index in self.plan.points
            or index in self.context.executing
            or (self.calls_are_observed and pushes_method(self.instructions[index]))
        )

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit one lowered instruction with its hooks."""
        context, instruction = self.context, self.instructions[index]
        point = self.plan.points.get(index)
        if point is None and index in context.executing:
            point = Point(None)
        if point is None:
            if self.calls_are_observed and pushes_method(instruction):
                self.primitives.load_method(index, raws, group)
            else:
                context.raws(raws, index, group)
            return
        context.emitter.hook_key = context.handlers.hook_key(index)
        context.handlers.mark(index)
        self.frames.arrive(index, instruction, point)
        op = instruction.op
        if op == "RESUME":
            context.raws(raws, index, group)
            if index == context.start:
                context.emitter.asm.position = None  # trace functions get no line event before the program's first
                self.frames.enter(point)
        elif op in ("RETURN", "YIELD"):
            self.frames.boundary(index, instruction, point, raws, group)
        elif op in ("JUMP", "FOR_ITER", "SEND") or lift(instruction).branch is not None:
            self.jumps.write(index, instruction, point, raws, group)
        elif op in CALLING and (point.before or point.after or index in context.executing):
            self.calls.write(index, instruction, point)
        elif observed_primitive(instruction) is None or not (point.before or point.after):
            if self.calls_are_observed and pushes_method(instruction):
                self.primitives.load_method(index, raws, group)
            else:
                context.raws(raws, index, group)
        else:
            self.primitives.write(index, instruction, point, raws, group)

    def resumed(self, group: Group) -> None:
        """Emit what was put off until a yield's RESUME."""
        if self.context.after_resume is not None and group.raws[-1][0] not in YIELDS:
            write, self.context.after_resume = self.context.after_resume, None
            write()
