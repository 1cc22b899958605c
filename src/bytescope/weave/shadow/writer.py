"""Writes woven code that keeps shadows.

There are copies of the program in it. Every frame begins in the *clean* one, which is the program with tests between
its instructions (`clean_tier`): whether there is any shadow yet. Once there is one that may concern the frame, or
where an analysis wants to be told something, the frame goes on in the *shadowed* one at the same place. This one
follows where shadows are (`frame`), does what is common in line (`places`, `items`), and has hooks for
the rest (`shadow`). So does the *quick* one (`speculative_tier`), which counts on what is known of types.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.facts import OPMAP
from bytescope.code.instruction import Instruction, Lowered
from bytescope.code.lowering.groups import Group, Raw
from bytescope.flow.verify import Verified
from bytescope.isa.instrumentation import Hook, Plan, Point
from bytescope.isa.lift import Call
from bytescope.isa.moves import References, references
from bytescope.isa.primitives import Primitive
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.emitter import Operand
from bytescope.weave.hooks.hook_calls import Teller
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.hooks.on_primitives import Primitives
from bytescope.weave.parts import Parts
from bytescope.weave.shadow.builtin_calls import Builtins
from bytescope.weave.shadow.call_sites import Callers
from bytescope.weave.shadow.calling_convention import GIVEN, DirectCalls
from bytescope.weave.shadow.clean_tier import CleanCopy
from bytescope.weave.shadow.frame import CLEAN, Slots
from bytescope.weave.shadow.generators import Generators
from bytescope.weave.shadow.places import Inline
from bytescope.weave.shadow.plan import JOINED, ShadowPlan
from bytescope.weave.shadow.slowpath import Given, State
from bytescope.weave.shadow.speculative_tier import QuickCopy
from bytescope.weave.shadow.type_inference import Facts
from bytescope.weave.shadow.woven_callees import CallTraits, WovenCallees
from bytescope.weave.writer import Writer

_frame = sys._getframe
_RETURN_GENERATOR = OPMAP["RETURN_GENERATOR"]

STATE = 0
"""The number of the slot that holds the frame's `State`, if it has needed one."""
_OWN = 4


class ShadowWriter(Writer):
    """Writes one code object that keeps shadows.

    Args:
        lowered: as for `Writer`.
        verified: likewise.
        plan: the hooks of the analyses.
        shadows: what is written in the shadowed copy.
        callees: the woven code objects of the same shadow runtime.
        nested: as for `Writer`.
        stopper: likewise.
        failed: likewise.
        executed: likewise.
    """

    def __init__(
        self,
        lowered: Lowered,
        verified: Verified,
        plan: Plan,
        shadows: ShadowPlan,
        callees: WovenCallees,
        nested: dict[int, types.CodeType],
        stopper: type[BaseException],
        failed: Callable[[Any, Any, BaseException], BaseException],
        executed: Callable[..., Iterable[Any]],
    ) -> None:
        super().__init__(lowered, verified, shadows.plan, nested, stopper, failed, executed)
        self.shadows = shadows
        self.callees = callees
        self.runtime = callees.runtime
        self.slots = Slots(self.emitter, len(lowered.variables), verified.max_depth, _OWN, self.runtime.algebra.joined)
        targets = {each.target for each in self.instructions if each.target is not None}
        self.leaders = targets | {each.target for each in lowered.handlers}
        self.handlers_at = {each.target: each.depth for each in lowered.handlers}
        self.primitives = _Primitives(self)
        self.frames = _Frames(self)
        self.inline = Inline(self)
        self.clean = CleanCopy(self, plan)
        self.direct = DirectCalls(self)
        self.callers = Callers(self)
        self.builtins = Builtins(self)
        self.is_direct = self.direct.possible()
        self.generators = Generators(self)
        self.yields = self.generators.yields()
        self.is_made = self.generators.begins_later()
        self.cleaning = False
        self.facts: Facts | None = None
        self.quick = QuickCopy(self)

    def new_teller(self, probes: bool) -> Teller:
        """What emits calls of hooks."""
        return _Teller(self)

    def write(self) -> Parts:
        """The parts of the woven code object."""
        parts = super().write()
        self.callees.written[id(self.code)] = CallTraits(
            direct=self.is_direct,
            returns_none=self.is_direct and self.direct.returns_nothing(),
            made=self.is_made,
            hands_over=self.generators.says(),
        )
        return parts

    # --- the copies

    def body(self) -> None:
        """Write all copies."""
        start = next((group for group in self.groups if group.first <= self.start < group.first + group.count), None)
        if start is None or self.instructions[self.start].op != "RESUME" or self.start not in self.plan.points:
            raise InvalidBytecode(self.code.co_qualname, None, "no RESUME at function entry")
        self.cleaning = True
        self.emitter.section("clean version")
        super().body()
        self.emitter.write_later()
        self.cleaning = False
        self.handlers.below = self.slots.count
        following = self.groups.index(start) + 1
        before, self.groups = self.groups[:following], self.groups[following:]
        self.emitter.asm.position = None
        self.emitter.section("entry of the versions with shadows")
        self.emitter.asm.place(self.clean.begun)
        self.emitter.asm.place(self.slots.base)
        self.new_copy(before)
        point = self.plan.points[self.start]
        self.emitter.cover(self.handlers.key(self.start))
        self.frames.arrive(self.start, self.instructions[self.start], point)
        self.frames.enter(point)
        if self.is_direct:
            begun = self.emitter.asm.label()
            self.clean.go(begun)
            self.direct.begun_directly()
            self.emitter.asm.place(begun)
        if self.is_made:
            self.emitter.asm.place(self.generators.begun_clean)
        self.slots.settled(self.verified.depths[self.start])
        self.quick.write(before)
        self.emitter.section("general version")
        self.copy()
        self.groups = before + self.groups
        self.clean.place_unused()

    def new_copy(self, before: list[Group]) -> None:
        """Begin another copy of the groups; nobody jumps to those that come before."""
        labels = {group.offset: self.emitter.asm.label() for group in (*before, *self.groups)}
        for offset in {group.offset for group in before} - {group.offset for group in self.groups}:
            self.emitter.asm.place(labels[offset])
        self.labels = labels
        self.handlers.copies.append(labels)

    def copy(self) -> None:
        """Write all groups once."""
        super().body()

    def concerns(self, index: int) -> bool:
        """Whether an instruction cannot stay as it is."""
        if index in self.inside or self.verified.depths[index] < 0:
            return False
        return self.clean.concerns(index) if self.cleaning else True

    def group(self, group: Group) -> None:
        """Write a group."""
        if not self.cleaning and self.facts is None and group.count:
            self.clean.enter_here(group.first)
        if self.cleaning and self.is_made and any(opcode == _RETURN_GENERATOR for opcode, _ in group.raws):
            self.generators.make(group)
        super().group(group)

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write one lowered instruction."""
        if self.cleaning:
            self.clean.instruction(index, raws, group)
            return
        if self.facts is None:
            self.clean.enter_here(index)
        if index in self.inside or self.verified.depths[index] < 0:
            super().instruction(index, raws, group)
            return
        self.arrive(index)
        self.shadowed(index, raws, group)
        if index + 1 in self.leaders and INSTRUCTIONS[self.instructions[index].op].falls_through:
            self.slots.settle_all()

    # --- the shadowed copy

    def arrive(self, index: int) -> None:
        """Control comes to an instruction."""
        slots, e = self.slots, self.emitter
        depth = self.verified.depths[index]
        self.teller.key = self.handlers.hook_key(index)
        e.cover(self.handlers.key(index))
        if index in self.leaders or len(slots.stack) != depth:
            slots.settled(depth)
        bottom = self.handlers_at.get(index)
        if bottom is not None:
            e.push_function(self.unwound)
            e.sequences.call(0)
            e.emit("POP_TOP")
            for position in range(bottom, depth):
                e.load_const(None)
                slots.store(slots.place(position))
        handler = self.verified.handler_at(index)
        if handler is not None:
            slots.settle(range(min(handler.depth, len(slots.stack))))

    def shadowed(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write an instruction, and move the shadows along with what it moves."""
        instruction = self.instructions[index]
        slots = self.slots
        moved = references(instruction)
        around = self.shadows.around.get(index)
        raising = self.shadows.raising.get(index)
        if moved.jump is not None:
            slots.settle(range(len(slots.stack) - (0 if moved.after and moved.jump else moved.need)))
        if raising is not None:
            self.teller.tell(raising, None, [self.emitter.at(self.instructions[index].arg)])
        if instruction.op == "RETURN" and self.returns(index):
            point = self.plan.points[index]
            self.frames.arrive(index, instruction, point)
            self.emitter.cover(self.handlers.key(index))
            self.direct.give_back(index, point)
            self.raws(raws, index, group)
            self.move(index, instruction, moved)
            return
        if instruction.op == "YIELD" and self.yields:
            self.generators.write_yield(index, instruction, raws, group)
            self.move(index, instruction, moved)
            return
        if around is None:
            if instruction.op == "JUMP" and not self.plan.points.get(index):
                self.quick.come_back(index, raws, group)
            super().instruction(index, raws, group)
            self.move(index, instruction, moved)
            return
        given = index, instruction, around, raws, group
        if not self.callers.write(*given) and not self.inline.write(*given):
            self.release_results(moved)
            if self.emitter.outline is not None:
                self.emitter.outline.take("slow path")
            if instruction.op == "SEND" and not around.telling:
                self.generators.delegate(index, instruction, raws, group)
            else:
                super().instruction(index, raws, group)
        elif self.emitter.outline is not None:
            self.emitter.outline.take("fast path")
        if moved.after is not None and instruction.op != "SEND":
            self.performed(moved)

    def returns(self, index: int) -> bool:
        """Whether nobody but a caller is interested in what is returned."""
        point = self.clean.plan.points.get(index)
        return (point is None or point.leave is None) and bool(self.code.co_flags & CO_OPTIMIZED)

    def release_results(self, moved: References) -> None:
        """Have the slots of an instruction's results free for their shadows."""
        slots = self.slots
        base = len(slots.stack) - moved.need
        taken = slots.stack[base:]
        staying = {base + source for source in moved.after or () if source >= 0}
        for position in range(base, len(slots.stack)):
            if position not in staying:
                slots.stack[position] = CLEAN
        slots.release(*(slots.place(base + position) for _, position in moved.results(False)))
        for position in range(base, len(slots.stack)):
            if position not in staying:
                slots.stack[position] = taken[position - base]

    def performed(self, moved: References) -> None:
        """A primitive has been performed, and the shadows of its results are in their places."""
        slots = self.slots
        base = len(slots.stack) - moved.need
        window = slots.stack[base:]
        slots.stack[base:] = [
            window[source] if source >= 0 else CLEAN if source == -1 else (slots.place(base + position),)
            for position, source in enumerate(moved.after or ())
        ]

    def move(self, index: int, instruction: Instruction, moved: References) -> None:
        """An instruction that moves references, or joins them."""
        slots, e = self.slots, self.emitter
        name = moved.call.name if moved.call is not None else ""
        if moved.after is None:
            slots.stack[len(slots.stack) - moved.need :] = []
            return
        variable = instruction.arg.index if name in ("load_local", "save_local", "store_local", "delete_local") else -1
        base = len(slots.stack) - moved.need
        window = slots.stack[base:]
        fresh = CLEAN
        if name in ("load_local", "save_local"):
            fresh = (variable,)
        elif name in JOINED:
            fresh = slots.joined(window[p] for p in moved.operands if p is not None)
        elif name in ("suspend", "async_gen_wrap"):
            fresh = (slots.place(base),) if name == "suspend" else window[0]
        slots.stack[base:] = [
            window[source] if source >= 0 else CLEAN if source == -1 else fresh for source in moved.after
        ]
        if name == "store_local":
            slots.release(variable)
            slots.put(window[0], variable)
        elif name in ("delete_local", "save_local"):
            slots.release(variable)
            e.load_const(None)
            slots.store(variable)
        if instruction.op == "PUSH_EXC_INFO":
            place = len(slots.stack) - 1
            slots.release(slots.place(place))
            e.room(8)
            e.push_function(self.caught)
            e.emit("COPY", 3)
            e.sequences.call(1)
            slots.store(slots.place(place))
            slots.stack[place] = (slots.place(place),)

    # --- what the shadowed copy calls

    def unwound(self) -> None:
        """A handler takes an exception."""
        self.runtime.channel.unwind(_frame(1))

    def forget(self) -> None:
        """A primitive is over that has no result."""
        self.runtime.channel.finish(_frame(1))

    def caught(self, exception: BaseException) -> Any:
        """The shadow of the exception that a handler has taken."""
        return self.runtime.caught(_frame(1), exception)

    def behind(self, what: Given) -> list[Operand]:
        """What a hook is given behind its other operands."""
        e, slots = self.emitter, self.slots
        found: list[Operand] = []
        if what.needs is not None:
            shades = [CLEAN if position < 0 else slots.stack[position] for position in what.needs]
            if any(shades):
                found.append(e.tuple_of([slots.pusher(shade) for shade in shades]))
            else:
                found.append(e.constant((None,) * len(shades)))
        if what.laid_down:
            found.append(lambda pushed: slots.load(slots.own(GIVEN)))
        if what.state:
            found.append(self.push_state)
        return found

    def push_state(self, pushed: int) -> None:
        """Push the frame's state."""
        e, slots = self.emitter, self.slots
        found = e.asm.label()
        slots.load(slots.own(STATE))
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", found)
        e.emit("POP_TOP")
        e.push_function(State)
        e.sequences.call(0)
        e.emit("COPY", 1)
        slots.store(slots.own(STATE))
        e.asm.place(found)
        e.room(pushed + 12)

    def take_results(self, what: Given) -> None:
        """Put the shadows that a hook has left in the state where they belong."""
        e, slots = self.emitter, self.slots
        e.room(8)
        for number, position in enumerate(what.results):
            slots.load(slots.own(STATE))
            e.load_const(number)
            e.sequences.load_item()
            slots.store(slots.place(position))


class _Teller(Teller):
    """Gives hooks what they are given besides."""

    def __init__(self, writer: ShadowWriter) -> None:
        super().__init__(writer.emitter, False)
        self.writer = writer

    def tell(self, hook: Hook, site: Any, operands: list[Operand], replace: Any = None) -> None:
        what: Given | None = hook.extra
        if what is None:
            super().tell(hook, site, operands, replace)
            return
        super().tell(hook, site, [*operands, *self.writer.behind(what)], replace)
        self.writer.take_results(what)


class _Primitives(Primitives):
    writer: ShadowWriter

    def operands(self, index: int, instruction: Instruction, call: Call, row: Primitive, above: int) -> list[Operand]:
        """The operands, and the variable's cell behind them."""
        found = super().operands(index, instruction, call, row, above)
        if self.writer.shadows.places.get(index):
            found.append(lambda pushed: self.emitter.sequences.load_cell(instruction.arg.index))
        return found


class _Frames(Frames):
    def enter(self, point: Point) -> None:
        """The frame begins: with its arguments, and their cells."""
        code = self.writer.code
        variables = self.writer.lowered.variables[: len(code.co_varnames)] if code.co_flags & CO_OPTIMIZED else []
        captured = [each for each in variables if each.scope == "cell"]
        writer = self.writer
        assert isinstance(writer, ShadowWriter)
        e, teller, slots = self.emitter, writer.teller, writer.slots
        e.room(2 * len(code.co_varnames) + 16)

        def cells(pushed: int) -> None:
            e.room(pushed + 2 * len(captured) + 4)
            for variable in captured:
                e.load_const(variable.name)
                e.sequences.load_cell(variable.index)
            e.emit("BUILD_MAP", len(captured))

        teller.key = writer.handlers.hook_key(writer.start)
        e.cover(teller.key)
        e.load_const((None,) * (slots.count - slots.variables))
        e.emit("UNPACK_SEQUENCE", slots.count - slots.variables)
        assert point.enter is not None
        teller.ask(point.enter, point.site, [self.arguments(), cells])
        if slots.variables:
            e.emit("UNPACK_SEQUENCE", slots.variables)
        else:
            e.emit("POP_TOP")
