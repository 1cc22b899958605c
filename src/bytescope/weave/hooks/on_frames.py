"""Hooks of what happens to the frame: its beginning, suspension and end; and of lines and instructions."""

from __future__ import annotations

from bytescope.code.flags import CO_OPTIMIZED, parameter_count
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.startup.stdlib_lite import TYPE_CHECKING
from bytescope.weave.emitter import Operand

if TYPE_CHECKING:
    from bytescope.weave.writer import Writer


class Frames:
    """Writes such hooks for a writer."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.tell = writer.teller.tell

    def arrive(self, index: int, instruction: Instruction, point: Point) -> None:
        """What comes before an instruction."""
        if point.line is not None:
            self.tell(point.line, point.site, [])
        if point.instruction is not None:
            self.tell(point.instruction, point.site, [])
        if point.suspend is not None and instruction.op == "ASYNC_GEN_WRAP":
            self.tell(point.suspend, point.site, [self.emitter.at(1)], self.replace_top)

    def replace_top(self, go_on: int) -> None:
        """Put a replacement in the place of the value below it."""
        self.emitter.sequences.replace_top(go_on)

    def enter(self, point: Point) -> None:
        """The frame begins."""
        if point.enter is not None:
            self.emitter.room(2 * self.writer.code.co_argcount + 16)
            self.tell(point.enter, point.site, [self.arguments()])

    def arguments(self) -> Operand:
        """The arguments that the frame starts with, by name."""
        code, e = self.writer.code, self.emitter
        flags = code.co_flags
        count = parameter_count(code)
        if not flags & CO_OPTIMIZED:
            count = 0
        variables = self.writer.lowered.variables[:count]

        def push(pushed: int) -> None:
            e.room(pushed + 2 * count + 4)
            for variable in variables:
                e.load_const(variable.name)
                e.sequences.load_variable(variable.index, variable.scope)
            e.emit("BUILD_MAP", count)

        return push

    def boundary(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """RETURN and YIELD: the frame is left or suspended with a value."""
        e, writer = self.emitter, self.writer
        if instruction.op == "RETURN":
            if point.leave is not None:
                self.tell(point.leave, point.site, [e.at(1)], self.replace_top)
            writer.raws(raws, index, group)
            return
        if point.before is not None:
            self.tell(point.before, point.site, [e.at(1)], self.replace_top)
        if point.suspend is not None:
            self.tell(point.suspend, point.site, [e.at(1)], self.replace_top)
        if point.after is not None:
            e.room(4)
            e.emit("COPY", 1)
        writer.raws(raws, index, group)

        def resumed() -> None:
            if point.resume is not None:
                self.tell(point.resume, point.site, [e.at(1)], self.replace_top)
            if point.after is not None:
                self.tell(point.after, point.site, [e.at(2), e.at(1)], self.replace_top)
                e.sequences.drop_below(1)

        writer.after_resume = resumed
