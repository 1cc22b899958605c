"""Writes the woven form of one code object: its own instructions, with the hooks of a plan between them.

What is not observed stays as it is. How the hooks of an instruction are written depends on what it does: `primitives`
has the common form, `calls`, `jumps` and `frames` the others, `handlers` what exceptions do.
"""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Callable, Iterable

from bytescope.code.assembly.insertion import FINALIZED, LOADS_CONST, YIELDS
from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS
from bytescope.code.host.facts import BEHAVIOUR, TARGETED
from bytescope.code.instruction import Instruction, Lowered
from bytescope.code.lowering import groups
from bytescope.code.lowering.groups import Group, Raw, check_neighbours, groups_of
from bytescope.flow.operand_kinds import EXECUTING, check_values, operand_kinds
from bytescope.flow.verify import Verified
from bytescope.isa.events import observed_primitive
from bytescope.isa.instrumentation import Plan, Point
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import Any
from bytescope.weave import selfcheck
from bytescope.weave.emitter import Emitter
from bytescope.weave.hooks.hook_calls import Teller
from bytescope.weave.hooks.on_calls import Calls
from bytescope.weave.hooks.on_exceptions import Handlers
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.hooks.on_jumps import Jumps, inside_of_send
from bytescope.weave.hooks.on_primitives import Primitives
from bytescope.weave.parts import Parts

_CALLING = frozenset({"CALL", "CALL_KW", "CALL_EX"})
_TAKES_METHODS = _CALLING | {"WITH_EXCEPT"}


class Writer:
    """Writes one code object.

    Args:
        lowered: the code object.
        verified: what the verifier found.
        plan: what is observed.
        nested: the woven code objects that take the place of nested ones, by id of the latter.
        stopper: the class of errors that end a run: handlers of the program do not see them.
        failed: makes the error of a hook that failed: (hook, site, exception) -> exception.
        executed: the arguments with which `exec` or `eval` is called: (arguments, function, keywords) -> arguments.
        probes: whether there can be probes.
    """

    def __init__(
        self,
        lowered: Lowered,
        verified: Verified,
        plan: Plan,
        nested: dict[int, types.CodeType],
        stopper: type[BaseException],
        failed: Callable[[Any, Any, BaseException], BaseException],
        executed: Callable[..., Iterable[Any]],
        probes: bool = False,
    ) -> None:
        code = lowered.code
        self.code = code
        self.lowered = lowered
        self.instructions = lowered.instructions
        self.verified = verified
        self.plan = plan
        self.emitter = Emitter(
            code, BEHAVIOUR.hides_locals and bool(code.co_varnames) and not code.co_flags & CO_OPTIMIZED
        )
        self.teller = self.new_teller(probes)
        self.groups = groups_of(lowered)
        check_neighbours(code, self.groups, [self.instructions[each.target].offset for each in lowered.handlers])
        self.labels = self.new_labels()
        self.start = self.beginning()
        self.handlers = Handlers(self, stopper, failed)
        self.primitives = Primitives(self)
        self.calls = Calls(self)
        self.jumps = Jumps(self)
        self.frames = Frames(self)
        self.calls_are_observed = any(
            self.instructions[index].op in _TAKES_METHODS and (point.before or point.after)
            for index, point in plan.points.items()
        )
        self.executed = executed
        executes = not EXECUTING.isdisjoint(code.co_names)
        looks = executes or any(point.before or point.after for point in plan.points.values())
        self.kinds = operand_kinds(lowered, verified) if looks else []
        self.executing = self._executing() if executes else frozenset()
        self.inside = frozenset(
            each
            for index, instruction in enumerate(self.instructions)
            if instruction.op == "SEND"
            for each in inside_of_send(lowered, index)
        )
        self._arrivals: Counter[int] | None = None
        self.before_label: dict[int, Callable[[], None]] = {}
        self.after_resume: Callable[[], None] | None = None
        for index, value in enumerate(code.co_consts):
            if id(value) in nested:
                self.emitter.replace_const(index, nested[id(value)])

    def beginning(self) -> int:
        """The index of the RESUME with which the frame begins; 0 if a plain function has none.

        Raises:
            InvalidBytecode: if what makes a generator is not right before it, or there are operands below it.
        """
        start = next((index for index, each in enumerate(self.instructions) if each.op == "RESUME"), None)
        prologue = [each.op for each in self.instructions[:start] if each.op != "NOP"]
        if self.code.co_flags & CO_SUSPENDS and (start is None or prologue != ["LOAD_CONST", "POP"]):
            raise InvalidBytecode(self.code.co_qualname, self.instructions[0].offset, "no RESUME where a frame begins")
        if start is not None and self.verified.depths[start] > 0:
            raise InvalidBytecode(self.code.co_qualname, self.instructions[start].offset, "a RESUME above operands")
        return start or 0

    def new_teller(self, probes: bool) -> Teller:
        """What emits calls of hooks."""
        return Teller(self.emitter, probes)

    def _executing(self) -> frozenset[int]:
        """The calls of `exec` and `eval`, as far as their names tell."""
        found = set()
        for index, instruction in enumerate(self.instructions):
            kinds = self.kinds[index]
            if kinds is not None and instruction.op in _CALLING and index >= self.start:
                need = lift(instruction).need
                if not EXECUTING.isdisjoint(kinds[len(kinds) - need : len(kinds) - need + 2]):
                    found.add(index)
        return frozenset(found)

    def new_labels(self) -> dict[int, int]:
        """A label for each group, by offset: where jumps to it go."""
        return {group.offset: self.emitter.asm.label() for group in self.groups}

    # --- the work

    def write(self) -> Parts:
        """What the woven code object is made of."""
        e = self.emitter
        self.body()
        e.write_later()
        e.section("exception handlers")
        handlers = self.handlers.write()
        code = self.code
        assembled = e.finish(code.co_firstlineno, handlers)
        self.handlers.resolve(assembled.offsets)
        stacksize = code.co_stacksize + self.handlers.below + e.deepest + 4
        if selfcheck.CHECKS:
            selfcheck.check(self, stacksize)
        hits = self.teller.placed_hits(assembled.offsets)
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

    def release(self) -> None:
        """Undo the knot of references between the writer and its helpers: there shall be no work for the collector."""
        vars(self).clear()

    def body(self) -> None:
        """Write all groups."""
        for group in self.groups:
            self.emitter.asm.position = self.position(group)
            entering = self.before_label.pop(group.offset, None)
            if entering is not None:
                entering()
            if self.emitter.outline is not None and group.count:
                self.emitter.outline.begin(len(self.emitter.asm), group.first)
            self.group(group)

    def position(self, group: Group) -> Any:
        """Where a group is in the source."""
        return self.instructions[group.first].position if group.count else None

    def group(self, group: Group) -> None:
        """Write a group, with what is observed in it."""
        indices = range(group.first, group.first + group.count)
        if not any(map(self.concerns, indices)):
            self.place(group)
            self.raws(group.raws, group.first, group)
            self.resumed(group)
            return
        if not self.jumps.places_itself(group):
            self.place(group)
        for index, raws in zip(indices, groups.parts(group, self.code), strict=True):
            if self.emitter.outline is not None and index > group.first:
                self.emitter.outline.begin(len(self.emitter.asm), index)
            self.instruction(index, raws, group)
        self.resumed(group)

    def place(self, group: Group) -> None:
        """Say that jumps to the group go to what is written next."""
        self.emitter.asm.place(self.labels[group.offset])

    def comes_one_way(self, index: int) -> bool:
        """Whether there is only one way to an instruction."""
        if self._arrivals is None:
            self._arrivals = Counter(each.target for each in self.instructions if each.target is not None)
            self._arrivals.update(each.target for each in self.lowered.handlers)
            for before, each in enumerate(self.instructions):
                falls = INSTRUCTIONS[each.op].falls_through and self.verified.depths[before] >= 0
                if falls and before not in self.inside and each.op != "SEND":
                    self._arrivals[before + 1] += 1
        return self._arrivals[index] == 1

    def concerns(self, index: int) -> bool:
        """Whether an instruction cannot stay as it is."""
        if index in self.inside:
            return False
        return (
            index in self.plan.points
            or index in self.executing
            or (self.calls_are_observed and self.primitives.pushes_method(index))
        )

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write one lowered instruction with its hooks."""
        instruction = self.instructions[index]
        point = self.plan.points.get(index)
        if point is None and index in self.executing:
            point = Point(None)
        if point is None:
            if self.calls_are_observed and self.primitives.pushes_method(index):
                self.primitives.load_method(index, raws, group)
            else:
                self.raws(raws, index, group)
            return
        if (point.before or point.after) and instruction.op not in _CALLING:
            self.check_operands(index, instruction)
        self.teller.key = self.handlers.hook_key(index)
        self.handlers.mark(index)
        self.frames.arrive(index, instruction, point)
        op = instruction.op
        if op == "RESUME":
            self.raws(raws, index, group)
            if index == self.start:
                self.emitter.asm.position = None  # a trace function is told of no line before the program's first
                self.frames.enter(point)
        elif op in ("RETURN", "YIELD"):
            self.frames.boundary(index, instruction, point, raws, group)
        elif op in ("JUMP", "FOR_ITER", "SEND") or lift(instruction).branch is not None:
            self.jumps.write(index, instruction, point, raws, group)
        elif op in _CALLING and (point.before or point.after or index in self.executing):
            self.calls.write(index, instruction, point)
        elif observed_primitive(instruction) is None or not (point.before or point.after):
            if self.calls_are_observed and self.primitives.pushes_method(index):
                self.primitives.load_method(index, raws, group)
            else:
                self.raws(raws, index, group)
        else:
            self.primitives.write(index, instruction, point, raws, group)

    def check_operands(self, index: int, instruction: Instruction) -> None:
        """Check that hooks can be given the operands."""
        call, kinds = observed_primitive(instruction), self.kinds[index]
        if call is not None and kinds is not None:
            values = list(call.operands)
            if call.name == "with_except":
                del values[1]  # hooks get None for it, since there is a NULL
            operands = [kinds[-1 - each.index] for each in values if each.is_operand]
            check_values(self.lowered, index, tuple(operands))

    def resumed(self, group: Group) -> None:
        """What was put off until a yield's RESUME."""
        if self.after_resume is not None and group.raws[-1][0] not in YIELDS:
            write, self.after_resume = self.after_resume, None
            write()

    # --- the program's own instructions

    def raws(self, raws: list[Raw], index: int, group: Group | None, depth: int = 0, target: int | None = None) -> None:
        """Write instructions of the program.

        Args:
            raws: the instructions.
            index: the lowered instruction that they do the work of.
            group: their group, which says where they jump to.
            depth: how many values lie between the operand that they count from the top and where it was.
            target: the label that they jump to instead.
        """
        e, sequences = self.emitter, self.emitter.sequences
        e.cover(self.handlers.key(index))
        if index not in self.inside:  # what is belongs to the SEND
            self.handlers.mark(index)
        start = len(e.asm)
        for raw in raws:
            opcode, arg = raw
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
        if e.outline is not None:
            e.outline.own(start, len(e.asm))
