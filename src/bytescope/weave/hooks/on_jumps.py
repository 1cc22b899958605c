"""Hooks at instructions that jump: jumps back, conditional jumps, `for`, and delegation to another generator."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.assembly.insertion import JUMPS_TEST_TRUTH
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Hook, Point
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.context import WeaveContext
from bytescope.weave.emitter import Operand

_MAKE_BOOL = frozenset({"TRUTH", "NOT", "IS", "CONTAINS"})


class Jumps:
    """Emitter of jumps with their hooks."""

    def __init__(self, context: WeaveContext) -> None:
        self.context = context
        self.emitter = context.emitter
        self.call_hook = context.hook_caller.call

    def places_itself(self, group: Group) -> bool:
        """Return True if the label of a group is placed after the hooks that come first."""
        return self.context.instructions[group.first].op == "SEND"

    def write(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit a jump with its hooks.

        Args:
            index: the instruction.
            instruction: itself.
            point: its hooks.
            raws: the host's instructions for it.
            group: the group that it is in.
        """
        if instruction.op == "JUMP":
            self.back(point)
            self.context.raws(raws, index, group)
        elif instruction.op == "FOR_ITER":
            self.for_iter(index, instruction, point, raws, group)
        elif instruction.op == "SEND":
            self.delegate(index, instruction, point, raws, group)
        else:
            self.conditional(index, instruction, point, raws, group)

    def back(self, point: Point) -> None:
        """Emit the hooks of a jump back to the header of a loop, or to a line that begins again."""
        if point.loop is not None:
            self.call_hook(point.loop, point.loop_site, [])
        if point.again is not None:
            self.call_hook(point.again, point.again_site, [])

    # --- conditional jumps

    def conditional(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit a conditional jump: its test is a primitive, and hooks can force its direction."""
        e, sequences, context = self.emitter, self.emitter.sequences, self.context
        lifted = lift(instruction)
        assert lifted.branch is not None and group.target is not None
        target = self.jumping(point, context.labels[group.target])
        if not (point.before or point.after or point.branch):
            context.raws(raws, index, group, target=None if target == context.labels[group.target] else target)
            return
        branch = point.branch
        if branch and not (point.before or point.after) and context.hook_caller.once(branch, frozenset({1})):
            self.probed(index, instruction, point, branch, raws, group, target)
            return
        is_none = lifted.calls[-1].name == "is_none"
        decided, done = e.asm.label(), e.asm.label()
        tested = JUMPS_TEST_TRUTH and not is_none and not self.known_bool(index)
        e.reserve(6)

        if point.before is not None:  # [value] -> [value, condition]
            self.call_hook(point.before, point.site, [e.at(1)], lambda go_on: sequences.jump_back(decided))
        context.cover(index)
        context.handlers.mark(index)
        e.emit("COPY", 1)
        if is_none:
            e.load_const(None)
            e.emit("IS_OP", 0)
        elif tested:
            sequences.truth()
        e.asm.place(decided)

        def replace(go_on: int) -> None:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            sequences.jump_back(go_on)

        for hook in (point.after, point.branch):
            if hook is not None:
                self.call_hook(hook, point.site, [e.at(2), e.at(1)], replace)
        e.emit("SWAP", 2)
        e.emit("POP_TOP")
        forced = point.before or any(hook.replaces for hook in (point.after, point.branch) if hook)
        context.cover(index)
        if forced:
            sequences.to_bool()
        opcode = sequences.truth_jump(raws[-1][0]) if is_none else raws[-1][0]
        e.asm.jump(opcode if target == context.labels[group.target] else sequences.forward(opcode), target)
        e.asm.place(done)

    def probed(
        self, index: int, instruction: Instruction, point: Point, hook: Hook, raws: list[Raw], group: Group, target: int
    ) -> None:
        """Emit a jump each outcome of which a probe reports once: where it falls through, and where it jumps to."""
        e, context, hook_caller = self.emitter, self.context, self.context.hook_caller
        branch = lift(instruction).branch
        assert branch is not None and instruction.target is not None and group.target is not None
        if target != context.labels[group.target] or not context.has_one_predecessor(instruction.target):
            target = self.way(target, point.site, hook, branch[1])
        else:
            hook_caller.hit_branch(hook, point.site, branch[1], target)
        context.raws(raws, index, group, target=target)
        hook_caller.hit_branch(hook, point.site, not branch[1])
        if not context.has_one_predecessor(index + 1):
            e.emit("NOP")

    def way(self, target: int, site: Any, hook: Hook, outcome: bool) -> int:
        """Return the label of cold code that only carries a probe and jumps on to a label."""
        e = self.emitter
        label = e.asm.label()

        def write() -> None:
            e.cover(None)
            e.asm.place(label)
            self.context.hook_caller.hit_branch(hook, site, outcome)
            e.emit("NOP")
            e.sequences.jump_back(target)

        e.emit_cold(write)
        return label

    def known_bool(self, index: int) -> bool:
        """Return True if the value that the jump tests is definitely a bool."""
        return index > 0 and self.context.instructions[index - 1].op in _MAKE_BOOL and not self.context.entered[index]

    def jumping(self, point: Point, label: int) -> int:
        """Return the label to jump to: for a jump back with hooks, that of cold code that calls them first."""
        if point.loop is None and point.again is None:
            return label
        e = self.emitter
        stub = e.asm.label()

        def write() -> None:
            e.asm.place(stub)
            self.back(point)
            e.sequences.jump_back(label)

        e.emit_cold(write)
        return stub

    # --- for

    def for_iter(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit the next value of a `for` loop, or its end. With a branch hook, the iterator outlives the loop."""
        e, sequences, context = self.emitter, self.emitter.sequences, self.context
        assert instruction.target is not None and group.target is not None
        got = e.asm.label()
        null = bool(instruction.flag)  # above the iterator
        if point.before is not None:
            self.call_hook(point.before, point.site, [e.at(1 + null)], lambda go_on: sequences.jump_back(got))
        target = None
        branch = point.branch
        probed = branch is not None and self.context.hook_caller.once(branch, frozenset({1}))
        if branch is not None and probed and context.has_one_predecessor(instruction.target):
            end = context.group_of(instruction.target)
            context.hook_caller.hit_branch(branch, point.site, False, context.labels[end.offset])
        elif branch is not None and probed:
            target = self.exhausted(instruction.target, group.target, point.site, branch, probed=True)
        elif branch is not None:
            target = self.exhausted(instruction.target, group.target, point.site, branch, null)
            e.reserve(6 + null)
            self.copy_iterator(null, 0)
        context.raws(raws, index, group, target=target)
        if branch is not None and not probed:
            sequences.drop_below(1 + null)
        e.asm.place(got)

        def replace(go_on: int) -> None:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            sequences.jump_back(go_on)

        if point.after is not None:
            self.call_hook(point.after, point.site, [e.at(2 + null), e.at(1)], replace)
        if branch is not None and probed:
            context.hook_caller.hit_branch(branch, point.site, True)
            if not context.has_one_predecessor(index + 1):
                e.emit("NOP")
        elif branch is not None:
            self.call_hook(branch, point.site, [e.at(2 + null), e.constant(True)])

    def copy_iterator(self, null: bool, above: int) -> None:
        """Push a copy of an iterator, with its NULL if it has one, that has so many values above them."""
        self.emitter.emit("COPY", 1 + null + above)
        if null:
            self.emitter.emit("PUSH_NULL")

    def exhausted(
        self, following: int, landing: int, site: Any, hook: Hook, null: bool = False, probed: bool = False
    ) -> int:
        """Return the label of cold code for a loop's end: [iterator]: the host's own landing, then the hook."""
        e, context = self.emitter, self.context

        def report() -> None:
            if probed:
                context.hook_caller.hit_branch(hook, site, False)
                e.emit("NOP")
            else:
                self.call_hook(hook, site, [e.at(1 + null), e.constant(False)])
                e.sequences.drop_below(1 + null, 0)

        return self.landing(following, landing, report)

    def landing(self, following: int, landing: int, then: Callable[[], object] = lambda: None) -> int:
        """Return the label of a loop's end for a FOR_ITER in cold code: the host's own landing, and a jump back.

        Args:
            following: the instruction that comes next.
            landing: the offset that the host jumps to.
            then: emits what is done in between.
        """
        e, context = self.emitter, self.context
        label = e.asm.label()
        landings = context.landing(following, landing)
        target = context.labels[context.group_of(following).offset]

        def write() -> None:
            e.asm.place(label)
            for group in landings:
                for opcode, arg in group.raws:
                    e.emit(opcode, arg)
            then()
            e.sequences.jump_back(target)

        e.emit_cold(write)
        return label

    # --- yield from, await

    def delegate(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit delegation: the host's own loop around SEND, with hooks before it and where it ends."""
        e, sequences, context = self.emitter, self.emitter.sequences, self.context
        assert group.target is not None
        lifted = lift(instruction)
        left, need = len(lifted.jump or ()), lifted.need
        null = need > 2  # above the receiver
        ended_normally, performed = e.asm.label(), e.asm.label()

        def drop_operands() -> None:
            if null:  # r n s r n result -> r n result
                e.emit("SWAP", need + 1)
                sequences.drop_below(need, 0)
            else:
                sequences.drop_below(need, left)

        def skip(go_on: int) -> None:
            if null:  # [receiver, NULL, sent, result] -> the operands, [receiver, NULL, result]
                e.emit("PUSH_NULL")
                e.emit("COPY", 5)
                e.emit("SWAP", 3)
            elif left == 2:  # [receiver, sent, result] -> the operands, [receiver, result]
                e.emit("COPY", 3)
                e.emit("SWAP", 2)
            if point.after is None:
                drop_operands()
            sequences.jump_back(performed)

        if point.before is not None:
            self.call_hook(point.before, point.site, [e.at(need), e.at(1)], skip)
        if point.after is not None:
            e.reserve(8 + 2 * null)
            self.copy_iterator(null, 1)
            e.emit("COPY", need)
        context.place(group)
        if point.before is None and point.after is None:
            context.raws(raws, index, group)
            return
        context.raws(raws, index, group, target=ended_normally)

        def replace(go_on: int) -> None:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            sequences.jump_back(go_on)

        assert instruction.target is not None
        enters = INSTRUCTIONS[context.instructions[instruction.target - 1].op].falls_through

        def ended() -> None:  # stands right before what SEND jumps to
            past = e.asm.label()
            if enters:  # from the end of an exception, with nothing kept
                e.asm.jump("JUMP_FORWARD", past)
            e.asm.place(ended_normally)
            e.asm.place(performed)
            if point.after is not None:
                given: list[Operand] = [e.at(left + need), e.at(left + 1), e.at(1)]
                self.call_hook(point.after, point.site, given, replace)
                drop_operands()
            e.asm.place(past)

        context.before_label[group.target] = ended
