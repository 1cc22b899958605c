"""Emitter of woven code with shadow propagation, in three versions of the program.

Every frame begins in the *clean* version, which is the program with tests of the shadows_exist flag between its
instructions (`clean_tier`). Once there is a shadow that may concern the frame, or where an analysis observes something,
on-stack replacement continues the frame in the *general* version. This one keeps shadows in the shadow frame (`frame`),
has fast paths (`places`, `items`, `call_sites`), and a slow path with hooks for the rest (`slowpath`).
The *speculative* version (`speculative_tier`) is the general one, specialised on inferred types.
"""

from __future__ import annotations

import sys
import types

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.facts import OPMAP
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.flow.types import TypeInference
from bytescope.isa.effects import PREDICATES
from bytescope.isa.instrumentation import Point
from bytescope.isa.lift import Call
from bytescope.isa.moves import CLEARS, LOADS, SLOTS, STORES, References, references
from bytescope.isa.primitives import Primitive
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import Any
from bytescope.startup.tuning import enabled
from bytescope.weave.emitter import Operand
from bytescope.weave.failures import Failed
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.hooks.on_primitives import Primitives
from bytescope.weave.parts import Parts
from bytescope.weave.shadow.builtin_calls import Builtins
from bytescope.weave.shadow.call_sites import CallSites
from bytescope.weave.shadow.calling_convention import CallingConvention
from bytescope.weave.shadow.clean_tier import CleanTier
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.frame import CLEAN
from bytescope.weave.shadow.generators import Generators
from bytescope.weave.shadow.places import Places
from bytescope.weave.shadow.slowpath import SlowPath
from bytescope.weave.shadow.speculative_tier import SpeculativeTier
from bytescope.weave.shadow.woven_callees import CallTraits
from bytescope.weave.writer import Writer

_frame = sys._getframe
_RETURN_GENERATOR = OPMAP["RETURN_GENERATOR"]


class ShadowWriter(Writer):
    """Emitter of one code object that keeps shadows.

    Args:
        context: the program, its plan, and what is emitted.
        nested: as for `Writer`.
        stopper: likewise.
        failed: likewise.
    """

    context: ShadowContext

    def __init__(
        self, context: ShadowContext, nested: dict[int, types.CodeType], stopper: type[BaseException], failed: Failed
    ) -> None:
        super().__init__(context, nested, stopper, failed)
        self.frame = context.frame
        self.handlers_at = {each.target: each.depth for each in context.lowered.handlers}
        self.primitives = _Primitives(context)
        self.frames = _Frames(context)
        self.convention = CallingConvention(context)
        self.clean = CleanTier(context, self.convention, self.primitives)
        self.generators = Generators(context, self.convention, self.frames, self.jumps)
        self.places = Places(context, self.generators, self.primitives, self.jumps, self.frames)
        self.call_sites = CallSites(context, self.convention, self.calls, self.frames)
        self.builtins = Builtins(context, self.call_sites, self.places.is_atomic)
        self.yields = self.generators.yields()
        self.begins_later = self.generators.begins_later()
        self.cleaning = False
        self.speculative: SpeculativeTier | None = None

    def write(self) -> Parts:
        """Return the parts of the woven code object."""
        parts = super().write()
        is_fast = self.convention.is_fast
        self.context.callees.written[id(self.code)] = CallTraits(
            direct=is_fast,
            returns_none=is_fast and self.convention.returns_nothing(),
            made=self.begins_later,
            hands_over=self.generators.stores_all(),
        )
        return parts

    # --- versions

    def body(self) -> None:
        """Emit all versions."""
        context, e = self.context, self.context.emitter
        begins = context.start
        start = next((group for group in context.groups if group.first <= begins < group.first + group.count), None)
        if start is None or self.instructions[begins].op != "RESUME" or begins not in self.plan.points:
            raise InvalidBytecode(self.code.co_qualname, None, "no RESUME at function entry")
        self.cleaning = True
        e.section("clean version")
        super().body()
        e.emit_pending()
        self.cleaning = False
        context.handlers.below = self.frame.count
        following = context.groups.index(start) + 1
        before, context.groups = context.groups[:following], context.groups[following:]
        e.asm.position = None
        e.section("entry of the versions with shadows")
        e.asm.place(context.begun)
        e.asm.place(self.frame.base)
        self.new_version(before)
        point = self.plan.points[begins]
        context.cover(begins)
        self.frames.arrive(begins, self.instructions[begins], point)
        self.frames.enter(point)
        if self.convention.is_fast:
            begun = e.asm.label()
            e.asm.jump("JUMP_FORWARD", begun)
            self.convention.begin_with_shadows()
            e.asm.place(begun)
        if self.begins_later:
            e.asm.place(self.generators.begun_clean)
        if context.lowered.iterates_first:
            self.generators.begin_with_iterator()
        self.frame.reset(self.verified.depths[begins])
        self.speculate(before)
        e.section("general version")
        super().body()
        context.groups = before + context.groups
        context.place_unused_entries()

    def new_version(self, before: list[Group]) -> None:
        """Begin another version of the groups; nothing jumps to the groups `before` them."""
        context, asm = self.context, self.context.emitter.asm
        labels = {group.offset: asm.label() for group in (*before, *context.groups)}
        for offset in {group.offset for group in before} - {group.offset for group in context.groups}:
            asm.place(labels[offset])
        context.labels = labels
        context.handlers.versions.append(labels)

    def speculate(self, before: list[Group]) -> None:
        """Emit the speculative version, if inferred types save anything."""
        if not enabled("speculative_tier") or not (self.code.co_flags & CO_OPTIMIZED or self.loops()):
            return
        context, runtime = self.context, self.context.runtime
        inferred = TypeInference(
            context.lowered, self.verified.depths, context.start, context.inside, context.analyses.points,
            runtime.heap.assumptions.plain_attributes, self.places.takes, self.builtins.takes,
        )  # fmt: skip
        if not inferred.useful:
            return
        context.types = inferred
        context.emitter.section("speculative version")
        super().body()
        context.emitter.emit_pending()
        context.types = None
        self.speculative = SpeculativeTier(context, inferred, context.labels)
        self.new_version(before)
        self.frame.reset(self.verified.depths[context.start])

    def loops(self) -> bool:
        """Return True if any instruction may be executed twice in a frame."""
        return any(each.target is not None and each.target <= index for index, each in enumerate(self.instructions))

    def places_itself(self, group: Group) -> bool:
        """Return True if the label of a group is placed after the hooks that come first."""
        return not self.cleaning and super().places_itself(group)

    def concerns(self, index: int) -> bool:
        """Return True if an instruction cannot stay as it is."""
        if index in self.context.inside or self.verified.depths[index] < 0:
            return False
        return self.clean.concerns(index) if self.cleaning else True

    def group(self, group: Group) -> None:
        """Emit a group."""
        if not self.cleaning and self.context.types is None and group.count:
            self.context.place_osr_entry(group.first)
        if self.cleaning and self.begins_later and any(opcode == _RETURN_GENERATOR for opcode, _ in group.raws):
            self.generators.make(group)
        super().group(group)

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit one lowered instruction."""
        context = self.context
        if self.cleaning:
            self.clean.instruction(index, raws, group)
            return
        if context.types is None:
            context.place_osr_entry(index)
        if index in context.inside or self.verified.depths[index] < 0:
            super().instruction(index, raws, group)
            return
        self.arrive(index)
        self.propagate(index, raws, group)
        if index + 1 in context.leaders and INSTRUCTIONS[self.instructions[index].op].falls_through:
            self.frame.spill_all()

    # --- the general version

    def arrive(self, index: int) -> None:
        """Emit what comes before an instruction: the shadows of what a handler finds, and spills for joins."""
        frame, context, e = self.frame, self.context, self.context.emitter
        depth = self.verified.depths[index]
        context.emitter.hook_key = context.handlers.hook_key(index)
        context.cover(index)
        if index in context.leaders or len(frame.stack) != depth:
            frame.reset(depth)
        bottom = self.handlers_at.get(index)
        if bottom is not None:
            e.push_function(self.unwound)
            e.sequences.call(0)
            e.emit("POP_TOP")
            for position in range(bottom, depth):
                e.load_const(None)
                frame.store(frame.place(position))
        handler = self.verified.handler_at(index)
        if handler is not None:
            frame.spill(range(min(handler.depth, len(frame.stack))))

    def propagate(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit an instruction with the propagation of its shadows."""
        instruction, context = self.instructions[index], self.context
        frame = self.frame
        moved = references(instruction)
        slow_path = context.shadows.slow_paths.get(index)
        raising = context.shadows.raising.get(index)
        if moved.jump is not None:
            frame.spill(range(len(frame.stack) - (0 if moved.after and moved.jump else moved.need)))
        if raising is not None:
            context.hook_caller.call(raising, None, [context.emitter.at(instruction.arg)])
        if instruction.op == "RETURN" and self.returns(index):
            point = self.plan.points[index]
            self.frames.arrive(index, instruction, point)
            context.cover(index)
            self.convention.return_shadow(index, point)
            context.raws(raws, index, group)
            self.move(index, instruction, moved)
            return
        if instruction.op == "YIELD" and self.yields:
            self.generators.write_yield(index, instruction, raws, group)
            self.move(index, instruction, moved)
            return
        if slow_path is None:
            if instruction.op == "JUMP" and not self.plan.points.get(index) and self.speculative is not None:
                self.speculative.reenter(index, raws, group)
            super().instruction(index, raws, group)
            self.move(index, instruction, moved)
            return
        outline = context.emitter.outline
        if self.fast_path(index, instruction, slow_path, raws, group):
            if outline is not None:
                outline.take("fast path")
        else:
            context.evict_results(moved)
            if outline is not None:
                outline.take("slow path")
            if instruction.op == "SEND" and not slow_path.observed:
                self.generators.delegate(index, instruction, raws, group)
            else:
                super().instruction(index, raws, group)
        if moved.after is not None and instruction.op != "SEND":
            self.performed(moved)

    def fast_path(
        self, index: int, instruction: Instruction, slow_path: SlowPath, raws: list[Raw], group: Group
    ) -> bool:
        """Emit an instruction with a fast path; return True if it has one."""
        site = self.call_sites.site(index, instruction, slow_path, raws)
        if site is None:
            return self.places.write(index, instruction, raws, group)
        if not self.builtins.write(site):
            site.write()
        return True

    def returns(self, index: int) -> bool:
        """Return True if no analysis observes what a function returns."""
        point = self.context.analyses.points.get(index)
        return (point is None or point.leave is None) and bool(self.code.co_flags & CO_OPTIMIZED)

    def performed(self, moved: References) -> None:
        """Track the operands after a primitive, the shadows of whose results are in the slots of their places."""
        frame = self.frame
        base = len(frame.stack) - moved.need
        window = frame.stack[base:]
        frame.stack[base:] = [
            window[source] if source >= 0 else CLEAN if source == -1 else (frame.place(base + position),)
            for position, source in enumerate(moved.after or ())
        ]

    def move(self, index: int, instruction: Instruction, moved: References) -> None:
        """Track the operands after an instruction that only moves references, or joins them."""
        frame, e = self.frame, self.context.emitter
        name = moved.call.name if moved.call is not None else ""
        if moved.after is None:
            frame.stack[len(frame.stack) - moved.need :] = []
            return
        variable = instruction.arg.index if name in SLOTS else -1
        base = len(frame.stack) - moved.need
        window = frame.stack[base:]
        fresh = CLEAN
        if name in LOADS:
            fresh = (variable,)
        elif name in PREDICATES:
            fresh = frame.joined(window[p] for p in moved.operands if p is not None)
        elif name in ("suspend", "async_gen_wrap"):
            fresh = (frame.place(base),) if name == "suspend" else window[0]
        frame.stack[base:] = [
            window[source] if source >= 0 else CLEAN if source == -1 else fresh for source in moved.after
        ]
        if name in STORES:
            frame.evict(variable)
            frame.assign(window[0], variable)
        elif name in CLEARS:
            frame.evict(variable)
            e.load_const(None)
            frame.store(variable)
        if instruction.op == "PUSH_EXC_INFO":
            place = len(frame.stack) - 1
            frame.evict(frame.place(place))
            e.reserve(8)
            e.apply(self.caught, 1)
            frame.store(frame.place(place))
            frame.stack[place] = (frame.place(place),)

    # --- functions that the general version calls

    def unwound(self) -> None:
        """Notify the runtime that a handler has caught an exception."""
        self.context.runtime.channel.unwind(_frame(1))

    def caught(self, exception: BaseException) -> Any:
        """Return the shadow of the exception that a handler has caught."""
        return self.context.runtime.caught(_frame(1), exception)


class _Primitives(Primitives):
    context: ShadowContext

    def operands(self, index: int, instruction: Instruction, call: Call, row: Primitive, above: int) -> list[Operand]:
        """Return the operands, and the variable's cell after them."""
        found = super().operands(index, instruction, call, row, above)
        if self.context.shadows.places.get(index):
            found.append(lambda pushed: self.emitter.sequences.load_cell(instruction.arg.index))
        return found


class _Frames(Frames):
    context: ShadowContext

    def enter(self, point: Point) -> None:
        """Emit the beginning of the frame: the hook gets its arguments and their cells, and returns their shadows."""
        context, e, frame = self.context, self.emitter, self.context.frame
        code, hook_caller = context.code, context.hook_caller
        variables = context.lowered.variables[: len(code.co_varnames)] if code.co_flags & CO_OPTIMIZED else []
        captured = [each for each in variables if each.scope == "cell"]
        e.reserve(2 * len(code.co_varnames) + 16)

        def cells(pushed: int) -> None:
            e.reserve(pushed + 2 * len(captured) + 4)
            for variable in captured:
                e.load_const(variable.name)
                e.sequences.load_cell(variable.index)
            e.emit("BUILD_MAP", len(captured))

        e.hook_key = context.handlers.hook_key(context.start)
        e.cover(e.hook_key)
        e.load_const((None,) * (frame.count - frame.variables))
        e.emit("UNPACK_SEQUENCE", frame.count - frame.variables)
        assert point.enter is not None
        hook_caller.call_for_result(point.enter, point.site, [self.arguments(), cells])
        if frame.variables:
            e.emit("UNPACK_SEQUENCE", frame.variables)
        else:
            e.emit("POP_TOP")
