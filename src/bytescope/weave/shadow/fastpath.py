"""One instruction that the shadowed copy of woven code does in line: its ways, and what they are written with."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.emitter import Operand
from bytescope.weave.hooks.on_primitives import shape_of
from bytescope.weave.shadow.frame import CLEAN, Shade
from bytescope.weave.shadow.slowpath import Around

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter


class Site:
    """One instruction that is written in line.

    slow: the label of the way with the hooks, which the quick copy leaves to the next one; shades: of the operands.
    """

    def __init__(
        self, writer: ShadowWriter, index: int, instruction: Instruction, around: Around, raws: list[Raw], group: Group,
        point: Point,
    ) -> None:  # fmt: skip
        self.writer, self.emitter, self.slots = writer, writer.emitter, writer.slots
        self.index, self.instruction, self.around = index, instruction, around
        self.group, self.point = group, point
        self.full_raws = raws
        self.stack = list(self.slots.stack)
        self.height = len(self.stack)
        self.shades: list[Shade] = [CLEAN if p < 0 else self.stack[p] for p in around.positions]
        self.done = self.emitter.asm.label()
        self.has_slow_way = writer.facts is None
        self.slow = self.emitter.asm.label() if self.has_slow_way else writer.quick.again(index)
        self.after_hooks: Callable[[], object] = lambda: None
        self.program = self.writer.handlers.key(index)
        self.has_null = shape_of(instruction).null
        self.raws = self.writer.primitives.without_null(raws) if self.has_null else raws

    # --- operands

    def depth(self, position: int) -> int:
        """How deep an operand lies, 1 being the top."""
        return self.height - position

    def shade(self, number: int) -> Callable[[int], None]:
        """An operand's shadow, to be pushed."""
        shade = self.shades[number]
        return lambda pushed: self.slots.push(shade)

    # --- tests

    def push_type(self, depth: int) -> None:
        """Push the type of a value."""
        e = self.emitter
        e.room(12)
        e.push_function(type)
        e.emit("COPY", depth + 2)
        e.sequences.call(1)

    def test_type(self, depth: int, kinds: Any, otherwise: int | None = None, guess: type | None = None) -> None:
        """Test that a value is of one of some types; if not, go to a label, by default that of the hooks.

        Args:
            depth: where the value is.
            kinds: the types.
            otherwise: the label.
            guess: one of them, which it is as a rule: that is tested first.
        """
        e = self.emitter
        tested = e.asm.label()
        if guess is not None:
            self.guess(depth, guess, tested)
        self.push_type(depth)
        e.load_const(kinds)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", self.slow if otherwise is None else otherwise)
        e.asm.place(tested)

    def test_type_is(self, depth: int, kind: type) -> None:
        """Test that a value is of a type; if not, go to the hooks."""
        e = self.emitter
        self.push_type(depth)
        e.load_const(kind)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", self.slow)

    def guess(self, depth: int, kind: type, found: int) -> None:
        """If a value is of a type, go to a label."""
        e = self.emitter
        self.push_type(depth)
        e.load_const(kind)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("TRUE", found)

    def test_table(self, depth: int, found: int) -> None:
        """Test that a value has no table on the shadow heap."""
        e = self.emitter
        e.push_function(id)
        e.emit("COPY", depth + 2)
        e.sequences.call(1)
        e.load_const(self.writer.runtime.heap.tables)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("TRUE", found)

    def test_empty(self, flag: Any, otherwise: int | None = None) -> None:
        """Test that a list is empty; if not, go to a label, by default that of the hooks."""
        e = self.emitter
        e.load_const(flag)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", self.slow if otherwise is None else otherwise)

    # --- the work

    def perform(self, elsewhere: bool = False, ended: Callable[[], object] = lambda: None) -> None:
        """Write the instruction.

        Args:
            elsewhere: it is not where it was, so that what it jumps to lies before it.
            ended: writes what is done first if it jumps then.
        """
        e, writer = self.emitter, self.writer
        e.cover(self.program)
        if self.has_null and self.instruction.flag == "null below":
            e.emit("PUSH_NULL")
        if not elsewhere:
            writer.raws(self.raws, self.index, self.group)
        else:
            writer.raws(self.raws, self.index, self.group, target=self.ending(ended))
        if self.has_null:
            writer.primitives.null_after(self.instruction)

    def ending(self, ended: Callable[[], object]) -> int:
        """The label of what goes on, from out of the way, where a loop has come to its end."""
        writer = self.writer
        assert self.instruction.target is not None and self.group.target is not None
        return writer.jumps.landing(self.instruction.target, self.group.target, ended)

    def result(self, shade: Shade) -> None:
        """Say what shadow the only result has."""
        self.slots.put(shade, self.slots.place(self.around.results[0]))

    def results(self, shades: list[Shade]) -> None:
        """The same of several."""
        for shade, position in zip(shades, self.around.results, strict=True):
            self.slots.put(shade, self.slots.place(position))

    def ask(self, function: Any, operands: list[Operand]) -> None:
        """Write a call that gives the shadow of the only result."""
        self.push_answer(function, operands)
        self.slots.store(self.slots.place(self.around.results[0]))

    def tell(self, function: Any, operands: list[Operand]) -> None:
        """Write a call that gives nothing."""
        self.push_answer(function, operands)
        self.emitter.emit("POP_TOP")

    def push_answer(self, function: Any, operands: list[Operand]) -> None:
        """Write a call, and leave what it gives on the stack."""
        e = self.emitter
        e.room(len(operands) + 16)
        e.push_function(function)
        for number, operand in enumerate(operands, 2):
            e.push(operand, number)
        e.sequences.call(len(operands))

    # --- what stands out of the way

    def later(self, write: Callable[[], None]) -> None:
        """Have something written out of the way, in the state that there is at the beginning of the instruction."""
        stack = list(self.stack)

        def written() -> None:
            self.slots.stack = list(stack)
            self.emitter.cover(self.program)
            write()

        self.emitter.later(written)

    def back(self) -> None:
        """Go on with the next instruction."""
        self.emitter.cover(self.program)
        self.emitter.sequences.jump_back(self.done)

    def never_slow(self) -> None:
        """There is no way with hooks."""
        self.has_slow_way = False

    def finish(self) -> None:
        """Write the way with the hooks."""
        writer, e = self.writer, self.emitter
        e.asm.place(self.done)
        if not self.has_slow_way:
            return

        def hooks() -> None:
            e.asm.place(self.slow)
            writer.teller.key = writer.handlers.hook_key(self.index)
            if self.instruction.op == "FOR_ITER":
                self.hooks_of_loop()
            elif references(self.instruction).jump is not None:
                assert self.point.before is not None
                e.cover(writer.teller.key)
                writer.teller.tell(self.point.before, self.point.site, [e.at(1)])
                e.cover(self.program)
                e.sequences.truth()
                e.push_function(writer.forget)
                e.sequences.call(0)
                e.emit("POP_TOP")
                writer.raws(self.raws, self.index, self.group, target=self.way_back())
            else:
                writer.primitives.write(self.index, self.instruction, self.point, self.full_raws, self.group)
                self.after_hooks()
            self.back()

        self.later(hooks)

    def hooks_of_loop(self) -> None:
        """The same of a loop."""
        writer, e = self.writer, self.emitter
        assert self.point.before is not None and self.point.after is not None
        writer.teller.tell(self.point.before, self.point.site, [e.at(1)])
        self.perform(elsewhere=True)
        writer.teller.tell(self.point.after, self.point.site, [e.at(2), e.at(1)])

    def way_back(self) -> int:
        """The label of a jump back to where the instruction jumps to."""
        e, writer, label = self.emitter, self.writer, self.emitter.asm.label()
        assert self.group.target is not None
        target = writer.labels[self.group.target]

        def jump() -> None:
            e.asm.place(label)
            e.sequences.jump_back(target)

        self.later(jump)
        return label
