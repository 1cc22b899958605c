"""The fast path of one instruction, and the parts that fast paths are made of."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.emitter import Operand
from bytescope.weave.hooks.on_jumps import Jumps
from bytescope.weave.hooks.on_primitives import Primitives, shape_of
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.frame import CLEAN, Shade


class FastPath:
    """One instruction with a fast path.

    Args:
        context: the shared state.
        primitives, jumps: emitters of hooks, for the slow path.
        index: the instruction.
        raws: the host's instructions for it.
        group: the group that it is in.

    Attributes:
        slow: the label of the slow path; in the speculative version, a side exit.
        shades: symbolic shadows of the operands.
        after_slow_path: emits what comes after the slow path.
        iterator: the depth of what a loop iterates over.
    """

    def __init__(
        self, context: ShadowContext, primitives: Primitives, jumps: Jumps, index: int, raws: list[Raw], group: Group
    ) -> None:
        self.context, self.emitter, self.frame = context, context.emitter, context.frame
        self.primitives, self.jumps = primitives, jumps
        self.index, self.instruction, self.group = index, context.instructions[index], group
        self.point = context.plan.points[index]
        slow_path = self.slow_path = context.shadows.slow_paths[index]
        self.full_raws = raws
        self.iterator = references(self.instruction).need
        self.stack = list(self.frame.stack)
        self.height = len(self.stack)
        self.shades: list[Shade] = [CLEAN if p < 0 else self.stack[p] for p in slow_path.positions]
        self.done = self.emitter.asm.label()
        self.has_slow_path = context.types is None
        self.slow = self.emitter.asm.label() if self.has_slow_path else context.side_exit(index)
        self.after_slow_path: Callable[[], object] = lambda: None
        self.program = self.context.handlers.key(index)
        self.has_null = shape_of(self.instruction).null
        self.raws = self.primitives.without_null(raws) if self.has_null else raws

    # --- operands

    def depth(self, position: int) -> int:
        """Return the depth of an operand, 1 being the top."""
        return self.height - position

    def shade(self, number: int) -> Callable[[int], None]:
        """Return an operand's shadow, as an operand of a call."""
        shade = self.shades[number]
        return lambda pushed: self.frame.push(shade)

    # --- tests

    def push_type(self, depth: int) -> None:
        """Emit code that pushes the type of a value."""
        e = self.emitter
        e.reserve(12)
        e.apply(type, depth)

    def test_type(self, depth: int, kinds: Any, otherwise: int | None = None, guess: type | None = None) -> None:
        """Emit a test that a value has one of some types; if not, jump to a label, by default the slow path.

        Args:
            depth: of the value.
            kinds: the types.
            otherwise: the label.
            guess: the most frequent type, which is tested first.
        """
        e = self.emitter
        tested = e.asm.label()
        if guess is not None:
            self.guess(depth, guess, tested)
        self.push_type(depth)
        e.jump_unless_in(kinds, self.slow if otherwise is None else otherwise)
        e.asm.place(tested)

    def test_type_is(self, depth: int, kind: type) -> None:
        """Emit a test that a value has a type; if not, jump to the slow path."""
        e = self.emitter
        self.push_type(depth)
        e.jump_unless_is(kind, self.slow)

    def guess(self, depth: int, kind: type, found: int) -> None:
        """Emit a jump to a label if a value has a type."""
        e = self.emitter
        self.push_type(depth)
        e.jump_if_is(kind, found)

    def test_table(self, depth: int, found: int) -> None:
        """Emit a test that a value has no table on the shadow heap."""
        e = self.emitter
        e.apply(id, depth)
        e.jump_if_in(self.context.runtime.heap.tables, found)

    def test_clean(self, number: int, otherwise: int) -> None:
        """Emit a test that an operand has no shadow; if it has, jump to a label.

        Args:
            number: of the operand.
            otherwise: the label.
        """
        if self.shades[number]:
            self.frame.push(self.shades[number])
            self.emitter.sequences.jump_if("NOT_NONE", otherwise)

    def test_all_clean(self, otherwise: int) -> bool:
        """Emit a test that no operand has a shadow; if one has, jump to a label. Return True if one may have."""
        slots = self.frame.joined(self.shades)
        for slot in slots:
            self.frame.load(slot)
            self.emitter.sequences.jump_if("NOT_NONE", otherwise)
        return bool(slots)

    def test_empty(self, flag: Any, otherwise: int | None = None) -> None:
        """Emit a test that a flag, a list, is empty; if not, jump to a label, by default the slow path."""
        e = self.emitter
        e.load_const(flag)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", self.slow if otherwise is None else otherwise)

    # --- the work

    def perform(self, cold: bool = False, ended: Callable[[], object] = lambda: None) -> None:
        """Emit the instruction.

        Args:
            cold: whether it is in cold code, so that what it jumps to lies before it.
            ended: emits what is done first if it jumps then.
        """
        e, context = self.emitter, self.context
        e.cover(self.program)
        if self.has_null and self.instruction.flag == "null below":
            e.emit("PUSH_NULL")
        if not cold:
            context.raws(self.raws, self.index, self.group)
        else:
            context.raws(self.raws, self.index, self.group, target=self.ending(ended))
        if self.has_null:
            self.primitives.null_after(self.instruction)

    def ending(self, ended: Callable[[], object]) -> int:
        """Return the label for the end of a loop whose FOR_ITER is in cold code."""
        assert self.instruction.target is not None and self.group.target is not None
        return self.jumps.landing(self.instruction.target, self.group.target, ended)

    def result(self, shade: Shade) -> None:
        """Emit code that stores the shadow of the only result."""
        self.frame.assign(shade, self.frame.place(self.slow_path.results[0]))

    def results(self, shades: list[Shade]) -> None:
        """Emit code that stores the shadows of all results."""
        for shade, position in zip(shades, self.slow_path.results, strict=True):
            self.frame.assign(shade, self.frame.place(position))

    def call_for_result(self, function: Any, operands: list[Operand]) -> None:
        """Emit a call that returns the shadow of the only result."""
        self.push_call(function, operands)
        self.frame.store(self.frame.place(self.slow_path.results[0]))

    def call(self, function: Any, operands: list[Operand]) -> None:
        """Emit a call that returns nothing."""
        self.push_call(function, operands)
        self.emitter.emit("POP_TOP")

    def push_call(self, function: Any, operands: list[Operand]) -> None:
        """Emit a call, and leave what it returns on the stack."""
        e = self.emitter
        e.reserve(len(operands) + 16)
        e.push_function(function)
        for number, operand in enumerate(operands, 2):
            e.push(operand, number)
        e.sequences.call(len(operands))

    # --- cold code

    def emit_cold(self, write: Callable[[], None]) -> None:
        """Emit cold code, with the symbolic shadows that there are at the beginning of the instruction."""
        stack = list(self.stack)

        def written() -> None:
            self.frame.stack = list(stack)
            self.emitter.cover(self.program)
            write()

        self.emitter.emit_cold(written)

    def back(self) -> None:
        """Emit a jump to the next instruction."""
        self.emitter.cover(self.program)
        self.emitter.sequences.jump_back(self.done)

    def omit_slow_path(self) -> None:
        """Emit no slow path."""
        self.has_slow_path = False

    def finish(self) -> None:
        """Emit the slow path, with the hooks."""
        context, e = self.context, self.emitter
        e.asm.place(self.done)
        if not self.has_slow_path:
            return

        def slow_path() -> None:
            e.asm.place(self.slow)
            context.emitter.hook_key = context.handlers.hook_key(self.index)
            if self.instruction.op == "FOR_ITER":
                self.slow_path_of_loop()
            elif references(self.instruction).jump is not None:
                assert self.point.before is not None
                e.cover(context.emitter.hook_key)
                context.hook_caller.call(self.point.before, self.point.site, [e.at(1)])
                e.cover(self.program)
                e.sequences.truth()
                e.push_function(context.forget)
                e.sequences.call(0)
                e.emit("POP_TOP")
                context.raws(self.raws, self.index, self.group, target=self.way_back())
            else:
                self.primitives.write(self.index, self.instruction, self.point, self.full_raws, self.group)
                self.after_slow_path()
            self.back()

        self.emit_cold(slow_path)

    def slow_path_of_loop(self) -> None:
        """Emit the slow path of a FOR_ITER."""
        context, e = self.context, self.emitter
        assert self.point.before is not None and self.point.after is not None
        context.hook_caller.call(self.point.before, self.point.site, [e.at(self.iterator)])
        self.perform(cold=True)
        context.hook_caller.call(self.point.after, self.point.site, [e.at(self.iterator + 1), e.at(1)])

    def way_back(self) -> int:
        """Return the label of a jump back to the target of the instruction."""
        e, context, label = self.emitter, self.context, self.emitter.asm.label()
        assert self.group.target is not None
        target = context.labels[self.group.target]

        def jump() -> None:
            e.asm.place(label)
            e.sequences.jump_back(target)

        self.emit_cold(jump)
        return label
