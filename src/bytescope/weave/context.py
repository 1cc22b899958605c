"""State that the emitters of one woven code object share: the program, its plan, and what has been emitted so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bytescope.code.assembly.insertion import FINALIZED, ITERATES, LOADS_CONST, unindexed
from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS
from bytescope.code.host.facts import BEHAVIOUR, OPMAP, OPNAME, TARGETED
from bytescope.code.instruction import Lowered
from bytescope.code.lowering import groups
from bytescope.code.lowering.groups import Group, Raw, check_neighbours, groups_of
from bytescope.flow.verify import Verified
from bytescope.isa.instrumentation import Plan
from bytescope.isa.kinds import EXECUTES, EXECUTORS
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import Any
from bytescope.weave import stubs
from bytescope.weave.emitter import Emitter
from bytescope.weave.handler_keys import HandlerKeys
from bytescope.weave.hook_calls import HookCaller

CALLING = frozenset({"CALL", "CALL_KW", "CALL_EX"})
_MAKE_FUNCTION = OPMAP["MAKE_FUNCTION"]


class WeaveContext:
    """The program, its plan, and the code that is being emitted.

    Args:
        lowered: the code object.
        verified: what the verifier found.
        plan: the hooks.
        executed: the arguments with which `exec` or `eval` is called: (arguments, function, keywords) -> arguments.
        probes: whether there can be probes.

    Attributes:
        emitter: the emitter.
        hook_caller: emits calls of hooks.
        handlers: the keys of exception handlers.
        groups: the host's instructions, by the lowered ones they stand for.
        labels: of the groups, by offset, in the version that is being emitted: where jumps go.
        start: the index of the RESUME with which the frame begins; 0 if a plain function has none.
        kinds: by instruction, what kinds of operands are on the stack.
        executing: the calls of `exec` and `eval`, as far as their names tell.
        entered: how many jumps and handlers lead to an instruction.
        inside: instructions that belong to the SEND before them.
        before_label: by offset of a group, what is emitted right before its label.
        keeps_iterators: whether what is iterated over or delegated to has to be an iterator, because hooks get it.
        keeps_first_iterator: whether the iterator with which a generator expression begins is put into its variable, so
            that the generator begins with nothing on its stack.
        after_resume: what is emitted after the RESUME of the yield that has been emitted last.
        lazy: whether functions have stubs until they are called.
    """

    def __init__(
        self, lowered: Lowered, verified: Verified, plan: Plan, executed: Callable[..., Iterable[Any]],
        probes: bool = False,
    ) -> None:  # fmt: skip
        code = self.code = lowered.code
        self.lowered, self.verified, self.plan, self.executed = lowered, verified, plan, executed
        self.instructions = lowered.instructions
        self.emitter = Emitter(
            code, BEHAVIOUR.hides_locals and bool(code.co_varnames) and not code.co_flags & CO_OPTIMIZED
        )
        self.hook_caller = HookCaller(self.emitter, probes)
        self.groups = groups_of(lowered)
        check_neighbours(code, self.groups, [self.instructions[each.target].offset for each in lowered.handlers])
        self.labels = {group.offset: self.emitter.asm.label() for group in self.groups}
        self.start = self._start()
        self.handlers = HandlerKeys(self.instructions, verified, self.start, plan.exceptions, self.emitter, self.labels)
        self.kinds = verified.kinds
        self.executing = frozenset() if EXECUTORS.isdisjoint(code.co_names) else self._executing()
        self.entered = [0] * (len(self.instructions) + 1)
        targets = [each.target for each in self.instructions if each.target is not None]
        for target in (*targets, *(each.target for each in lowered.handlers)):
            self.entered[target] += 1
        self.inside = frozenset(
            each
            for index, instruction in enumerate(self.instructions)
            if instruction.op == "SEND"
            for each in inside_of_send(lowered, index, self.entered)
        )
        self.before_label: dict[int, Callable[[], None]] = {}
        self.after_resume: Callable[[], None] | None = None
        self.lazy = False
        self.keeps_iterators = any(self.instructions[each].op in _ITERATING for each in plan.points)
        self.keeps_first_iterator = False
        self._arrivals: list[int] | None = None
        self._all_groups = self.groups
        self._numbers = [number for number, group in enumerate(self.groups) for _ in range(group.count)]

    def _start(self) -> int:
        """Return the index of the RESUME with which the frame begins; 0 if a plain function has none.

        Raises:
            InvalidBytecode: if what makes a generator is not right before it, or there are operands below it.
        """
        start = next((index for index, each in enumerate(self.instructions) if each.op == "RESUME"), None)
        prologue = [each.op for each in self.instructions[:start] if each.op not in ("NOP", *_FIRST_ITERATOR)]
        if self.code.co_flags & CO_SUSPENDS and (start is None or prologue != ["LOAD_CONST", "POP"]):
            raise InvalidBytecode(self.code.co_qualname, self.instructions[0].offset, "no RESUME where a frame begins")
        if start is not None and self.verified.depths[start] > 0 and not self.lowered.iterates_first:
            raise InvalidBytecode(self.code.co_qualname, self.instructions[start].offset, "a RESUME above operands")
        return start or 0

    def _executing(self) -> frozenset[int]:
        found = set()
        for index, instruction in enumerate(self.instructions):
            kinds = self.kinds[index]
            if kinds is not None and instruction.op in CALLING and index >= self.start:
                need = lift(instruction).need
                if EXECUTES in kinds[len(kinds) - need : len(kinds) - need + 2]:
                    found.add(index)
        return frozenset(found)

    # --- the program

    def position(self, group: Group) -> Any:
        """Return the position of a group in the source."""
        return self.instructions[group.first].position if group.count else None

    def group_of(self, index: int) -> Group:
        """Return the group that does the work of an instruction."""
        return self._all_groups[self._numbers[index]]

    def landing(self, following: int, landing: int) -> list[Group]:
        """Return the groups from the offset that the host jumps to up to that of an instruction, without the latter."""
        first = last = self._numbers[following]
        while first and self._all_groups[first - 1].offset >= landing:
            first -= 1
        return self._all_groups[first:last]

    def has_one_predecessor(self, index: int) -> bool:
        """Return True if control comes to an instruction on a single edge."""
        if self._arrivals is None:
            self._arrivals = self.entered.copy()
            for before, each in enumerate(self.instructions):
                falls = INSTRUCTIONS[each.op].falls_through and self.verified.depths[before] >= 0
                if falls and before not in self.inside and each.op != "SEND":
                    self._arrivals[before + 1] += 1
        return self._arrivals[index] == 1

    # --- emitting

    def place(self, group: Group) -> None:
        """Place the label of a group before the code that is emitted next."""
        self.emitter.asm.place(self.labels[group.offset])

    def cover(self, index: int) -> None:
        """Cover what is emitted next by the handler of an instruction."""
        self.emitter.cover(self.handlers.key(index))

    def raws(self, raws: list[Raw], index: int, group: Group | None, depth: int = 0, target: int | None = None) -> None:
        """Emit instructions of the program.

        Args:
            raws: the instructions.
            index: the lowered instruction that they do the work of.
            group: their group, which says where they jump to.
            depth: how many values lie between the operand that they count from the top and where it was.
            target: the label that they jump to instead.
        """
        e, sequences = self.emitter, self.emitter.sequences
        self.cover(index)
        if index not in self.inside:  # what is belongs to the SEND
            self.handlers.mark(index)
        start = len(e.asm)
        if self.lazy and self.instructions[index].arg == stubs.LOOKED_AT and self.instructions[index].op == "GETATTR":
            self.call_with_top(stubs.settle)
        before = index < self.start
        for raw in raws:
            opcode, arg = raw
            if opcode == ITERATES and self.keeps_iterators:
                sequences.make_iterator(lambda: e.push_function(unindexed))
                e.reserve(depth + 3)
            if raw == groups.PUSH_NONE:
                e.load_const(None)
            elif raw == groups.PUSH_LOCALS:
                e.push_function(locals)
                sequences.call(0)
            elif opcode in TARGETED:
                assert group is not None and group.target is not None
                if target is None:
                    e.asm.jump(opcode, self.labels[group.target])
                else:
                    e.asm.jump(sequences.forward(opcode), target)
            elif opcode not in LOADS_CONST or not e.load_replaced(arg):
                if opcode in FINALIZED and self.plan.exceptions:
                    arg = sequences.finalized(opcode, arg)
                e.asm.emit(opcode, sequences.with_depth(opcode, arg, depth) if depth else arg)
                if opcode == _MAKE_FUNCTION and self.lazy and not self.code.co_flags & CO_OPTIMIZED:
                    self.call_with_top(stubs.register)
                if before and self.keeps_first_iterator and OPNAME[opcode] == self.lowered.iterates_first:
                    sequences.keep_iterator(opcode)
        if e.outline is not None:
            e.outline.own(start, len(e.asm))

    def call_with_top(self, function: Callable[[Any], None]) -> None:
        """Emit the call of a function with the value on top of the stack, which stays there."""
        self.emitter.reserve(4)
        self.emitter.call([function], [self.emitter.at(1)])
        self.emitter.emit("POP_TOP")


_LOOP = ("SEND", "YIELD", "RESUME", "JUMP")
_FIRST_ITERATOR = ("SAVE_LOCAL", "PUSH_NULL")
"""First instructions of a generator expression's generator on some hosts."""
_ITERATING = frozenset({"GET_ITER", "GET_YIELD_FROM_ITER", "FOR_ITER", "SEND"})


def inside_of_send(lowered: Lowered, start: int, entered: Sequence[int]) -> range:
    """Return the instructions after a SEND that the host executes in a loop with it, and that belong to it here.

    Args:
        lowered: the code object.
        start: the index of the SEND.
        entered: how many jumps and handlers lead to an instruction.

    Raises:
        InvalidBytecode: if it is no loop as the host's compiler makes it, of which the SEND is the only entry.
    """
    instructions = lowered.instructions
    end = start + len(_LOOP)
    inside = range(start + 1, end)
    send, back = instructions[start], instructions[end - 1 : end]
    if (
        tuple(each.op for each in instructions[start:end]) != _LOOP
        or back[0].target != start
        or send.target is None
        or send.target < end
        or entered[start] > 1
        or any(entered[each] for each in inside)
    ):
        raise InvalidBytecode(lowered.code.co_qualname, send.offset, "SEND outside of a loop that delegates")
    return inside
