"""Hooks of what goes elsewhere: jumps back, conditional jumps, `for`, and delegation to another generator."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.assembly.insertion import JUMPS_TEST_TRUTH
from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Instruction, Lowered
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Hook, Point
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.emitter import Operand

if TYPE_CHECKING:
    from bytescope.weave.writer import Writer

_MAKE_BOOL = frozenset({"TRUTH", "NOT", "IS", "CONTAINS"})


class Jumps:
    """Writes jumps for a writer."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.tell = writer.teller.tell

    def places_itself(self, group: Group) -> bool:
        """Whether the group is written with its label behind the hooks that come first."""
        return self.writer.instructions[group.first].op == "SEND"

    def write(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Write a jump with its hooks.

        Args:
            index: the instruction.
            instruction: itself.
            point: its hooks.
            raws: what does its work.
            group: the group that it is in.
        """
        if instruction.op == "JUMP":
            self.back(point)
            self.writer.raws(raws, index, group)
        elif instruction.op == "FOR_ITER":
            self.for_iter(index, instruction, point, raws, group)
        elif instruction.op == "SEND":
            self.delegate(index, instruction, point, raws, group)
        else:
            self.conditional(index, instruction, point, raws, group)

    def back(self, point: Point) -> None:
        """A jump back to the header of a loop, or to a line that it begins again."""
        if point.loop is not None:
            self.tell(point.loop, point.loop_site, [])
        if point.again is not None:
            self.tell(point.again, point.again_site, [])

    # --- conditional jumps

    def conditional(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """A conditional jump: its test is a primitive, and its direction can be forced."""
        e, sequences, writer = self.emitter, self.emitter.sequences, self.writer
        lifted = lift(instruction)
        assert lifted.branch is not None and group.target is not None
        target = self.jumping(point, writer.labels[group.target])
        if not (point.before or point.after or point.branch):
            writer.raws(raws, index, group, target=None if target == writer.labels[group.target] else target)
            return
        branch = point.branch
        if branch and not (point.before or point.after) and self.writer.teller.once(branch, frozenset({1})):
            self.probed(index, instruction, point, branch, raws, group, target)
            return
        is_none = lifted.calls[-1].name == "is_none"
        decided, done = e.asm.label(), e.asm.label()
        tested = JUMPS_TEST_TRUTH and not is_none and not self.known_bool(index)
        e.room(6)

        if point.before is not None:  # [value] -> [value, condition]
            self.tell(point.before, point.site, [e.at(1)], lambda go_on: sequences.jump_back(decided))
        e.cover(writer.handlers.key(index))
        writer.handlers.mark(index)
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
                self.tell(hook, point.site, [e.at(2), e.at(1)], replace)
        e.emit("SWAP", 2)
        e.emit("POP_TOP")
        forced = point.before or any(hook.replaces for hook in (point.after, point.branch) if hook)
        e.cover(writer.handlers.key(index))
        if forced:
            sequences.to_bool()
        opcode = sequences.truth_jump(raws[-1][0]) if is_none else raws[-1][0]
        e.asm.jump(opcode if target == writer.labels[group.target] else sequences.forward(opcode), target)
        e.asm.place(done)

    def probed(
        self,
        index: int,
        instruction: Instruction,
        point: Point,
        hook: Hook,
        raws: list[Raw],
        group: Group,
        target: int,
    ) -> None:
        """A jump of which each outcome is told once: by probes where it goes on, and where it jumps to."""
        e, writer, teller = self.emitter, self.writer, self.writer.teller
        branch = lift(instruction).branch
        assert branch is not None and instruction.target is not None and group.target is not None
        if target != writer.labels[group.target] or not writer.comes_one_way(instruction.target):
            target = self.way(target, point.site, hook, branch[1])
        else:
            teller.hit_branch(hook, point.site, branch[1], target)
        writer.raws(raws, index, group, target=target)
        teller.hit_branch(hook, point.site, not branch[1])
        if not writer.comes_one_way(index + 1):
            e.emit("NOP")

    def way(self, target: int, site: Any, hook: Hook, outcome: bool) -> int:
        """The label of a place on the way to a label where nothing is done but that a probe can be hit."""
        e = self.emitter
        label = e.asm.label()

        def write() -> None:
            e.cover(None)
            e.asm.place(label)
            self.writer.teller.hit_branch(hook, site, outcome)
            e.emit("NOP")
            e.sequences.jump_back(target)

        e.later(write)
        return label

    def known_bool(self, index: int) -> bool:
        """Whether what the jump tests is True or False for certain."""
        instructions = self.writer.instructions
        if index == 0 or instructions[index - 1].op not in _MAKE_BOOL:
            return False
        return all(each.target != index for each in instructions)

    def jumping(self, point: Point, label: int) -> int:
        """The label to jump to: where that is a jump back that is told of, one where the hooks are called before."""
        if point.loop is None and point.again is None:
            return label
        e = self.emitter
        stub = e.asm.label()

        def write() -> None:
            e.asm.place(stub)
            self.back(point)
            e.sequences.jump_back(label)

        e.later(write)
        return stub

    # --- for

    def for_iter(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """The next value of a `for` loop, or its end. With a hook of the branch, the iterator outlives the loop."""
        e, sequences, writer = self.emitter, self.emitter.sequences, self.writer
        assert instruction.target is not None and group.target is not None
        got = e.asm.label()
        if point.before is not None:
            self.tell(point.before, point.site, [e.at(1)], lambda go_on: sequences.jump_back(got))
        target = None
        branch = point.branch
        probed = branch is not None and self.writer.teller.once(branch, frozenset({1}))
        if branch is not None and probed and writer.comes_one_way(instruction.target):
            end = next(each for each in writer.groups if each.first <= instruction.target < each.first + each.count)
            writer.teller.hit_branch(branch, point.site, False, writer.labels[end.offset])
        elif branch is not None and probed:
            target = self.exhausted(instruction.target, group.target, point.site, branch, probed=True)
        elif branch is not None:
            target = self.exhausted(instruction.target, group.target, point.site, branch)
            e.room(6)
            e.emit("COPY", 1)
        writer.raws(raws, index, group, target=target)
        if branch is not None and not probed:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
        e.asm.place(got)

        def replace(go_on: int) -> None:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            sequences.jump_back(go_on)

        if point.after is not None:
            self.tell(point.after, point.site, [e.at(2), e.at(1)], replace)
        if branch is not None and probed:
            writer.teller.hit_branch(branch, point.site, True)
            if not writer.comes_one_way(index + 1):
                e.emit("NOP")
        elif branch is not None:
            self.tell(branch, point.site, [e.at(2), e.constant(True)])

    def exhausted(self, following: int, landing: int, site: Any, hook: Hook, probed: bool = False) -> int:
        """The label of what is done at a loop's end: the host's own landing, then the hook; the iterator is on top."""
        e, writer = self.emitter, self.writer
        label = e.asm.label()
        end = next(group for group in writer.groups if group.first <= following < group.first + group.count)
        landings = [group for group in writer.groups if landing <= group.offset < end.offset]

        def write() -> None:
            e.asm.place(label)
            for group in landings:
                for opcode, arg in group.raws:
                    e.emit(opcode, arg)
            if probed:
                writer.teller.hit_branch(hook, site, False)
                e.emit("NOP")
            else:
                self.tell(hook, site, [e.at(1), e.constant(False)])
                e.emit("POP_TOP")
            e.sequences.jump_back(writer.labels[end.offset])

        e.later(write)
        return label

    def landing(self, following: int, landing: int, then: Callable[[], object] = lambda: None) -> int:
        """The label of a loop's end for an instruction that is out of the way: the host's own landing, and back.

        Args:
            following: the instruction that comes next.
            landing: the offset that the host jumps to.
            then: writes what is done in between.
        """
        e, writer = self.emitter, self.writer
        label = e.asm.label()
        end = next(group for group in writer.groups if group.first <= following < group.first + group.count)
        landings = [group for group in writer.groups if landing <= group.offset < end.offset]
        target = writer.labels[end.offset]

        def write() -> None:
            e.asm.place(label)
            for group in landings:
                for opcode, arg in group.raws:
                    e.emit(opcode, arg)
            then()
            e.sequences.jump_back(target)

        e.later(write)
        return label

    # --- yield from, await

    def delegate(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Delegation: the host's own loop around SEND, with hooks before it and where it has come to its end."""
        e, sequences, writer = self.emitter, self.emitter.sequences, self.writer
        assert group.target is not None
        lifted = lift(instruction)
        left = len(lifted.jump or ())
        told, performed = e.asm.label(), e.asm.label()

        def skip(go_on: int) -> None:
            if left == 2:  # [receiver, sent, result] -> the operands, [receiver, result]
                e.emit("COPY", 3)
                e.emit("SWAP", 2)
            if point.after is None:
                sequences.drop_below(2, left)
            sequences.jump_back(performed)

        if point.before is not None:
            self.tell(point.before, point.site, [e.at(2), e.at(1)], skip)
        if point.after is not None:
            e.room(8)
            e.emit("COPY", 2)
            e.emit("COPY", 2)
        writer.place(group)
        if point.before is None and point.after is None:
            writer.raws(raws, index, group)
            return
        writer.raws(raws, index, group, target=told)

        def replace(go_on: int) -> None:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            sequences.jump_back(go_on)

        assert instruction.target is not None
        enters = INSTRUCTIONS[writer.instructions[instruction.target - 1].op].falls_through

        def ended() -> None:  # stands right before what SEND jumps to
            past = e.asm.label()
            if enters:  # from the end of an exception, with nothing kept
                e.asm.jump("JUMP_FORWARD", past)
            e.asm.place(told)
            e.asm.place(performed)
            if point.after is not None:
                given: list[Operand] = [e.at(left + 2), e.at(left + 1), e.at(1)]
                self.tell(point.after, point.site, given, replace)
                sequences.drop_below(2, left)
            e.asm.place(past)

        writer.before_label[group.target] = ended


_LOOP = ("SEND", "YIELD", "RESUME", "JUMP")


def inside_of_send(lowered: Lowered, start: int) -> range:
    """What the host executes again and again behind a SEND, and what is one instruction together with it here.

    Args:
        lowered: the code object.
        start: the index of the SEND.

    Raises:
        InvalidBytecode: if it is no loop as the host's compiler makes it, of which the SEND is the only entry.
    """
    instructions = lowered.instructions
    end = start + len(_LOOP)
    inside = range(start + 1, end)
    send, back = instructions[start], instructions[end - 1 : end]
    targets: list[int | None] = [each.target for each in instructions]
    targets += [each.target for each in lowered.handlers]
    if (
        tuple(each.op for each in instructions[start:end]) != _LOOP
        or back[0].target != start
        or send.target is None
        or send.target < end
        or targets.count(start) > 1
        or any(each in inside for each in targets if each is not None)
    ):
        raise InvalidBytecode(lowered.code.co_qualname, send.offset, "SEND outside of a loop that delegates")
    return inside
