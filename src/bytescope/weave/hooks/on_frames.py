"""Hooks at the beginning, suspension and end of a frame, and before lines and instructions."""

from __future__ import annotations

from bytescope.code.flags import CO_OPTIMIZED, parameter_count
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.weave.context import WeaveContext
from bytescope.weave.emitter import Operand


class Frames:
    """Emitter of such hooks."""

    def __init__(self, context: WeaveContext) -> None:
        self.context = context
        self.emitter = context.emitter
        self.call_hook = context.hook_caller.call

    def arrive(self, index: int, instruction: Instruction, point: Point) -> None:
        """Emit the hooks that come before an instruction."""
        if point.line is not None:
            self.call_hook(point.line, point.site, [])
        if point.instruction is not None:
            self.call_hook(point.instruction, point.site, [])
        if point.suspend is not None and instruction.op == "ASYNC_GEN_WRAP":
            self.call_hook(point.suspend, point.site, [self.emitter.at(1)], self.replace_top)

    def replace_top(self, go_on: int) -> None:
        """Emit code that puts a replacement in the place of the value below it."""
        self.emitter.sequences.replace_top(go_on)

    def enter(self, point: Point) -> None:
        """Emit the hook of the frame's beginning."""
        if point.enter is not None:
            self.emitter.reserve(2 * self.context.code.co_argcount + 16)
            self.call_hook(point.enter, point.site, [self.arguments()])

    def arguments(self) -> Operand:
        """Return an operand: a dict of the arguments that the frame starts with, by name."""
        code, e = self.context.code, self.emitter
        flags = code.co_flags
        count = parameter_count(code)
        if not flags & CO_OPTIMIZED:
            count = 0
        variables = self.context.lowered.variables[:count]

        def push(pushed: int) -> None:
            e.reserve(pushed + 2 * count + 4)
            for variable in variables:
                e.load_const(variable.name)
                e.sequences.load_variable(variable.index, variable.scope)
            e.emit("BUILD_MAP", count)

        return push

    def boundary(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit RETURN or YIELD with its hooks: the frame is left or suspended with a value."""
        e, context = self.emitter, self.context
        if instruction.op == "RETURN":
            if point.leave is not None:
                self.call_hook(point.leave, point.site, [e.at(1)], self.replace_top)
            context.raws(raws, index, group)
            return
        if point.before is not None:
            self.call_hook(point.before, point.site, [e.at(1)], self.replace_top)
        if point.suspend is not None:
            self.call_hook(point.suspend, point.site, [e.at(1)], self.replace_top)
        if point.after is not None:
            e.reserve(4)
            e.emit("COPY", 1)
        context.raws(raws, index, group)

        def resumed() -> None:
            if point.resume is not None:
                self.call_hook(point.resume, point.site, [e.at(1)], self.replace_top)
            if point.after is not None:
                self.call_hook(point.after, point.site, [e.at(2), e.at(1)], self.replace_top)
                e.sequences.drop_below(1)

        context.after_resume = resumed
