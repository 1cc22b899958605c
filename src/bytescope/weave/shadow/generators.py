"""Shadows of values that generators yield, on the fast path.

A generator stores a value's shadow right before it yields the value, and a loop over such a generator reads it right
after; no code runs in between. Where the shadow is clean, that is all. Otherwise the runtime is called as well, because
the value may go elsewhere.
"""

from __future__ import annotations

import types

from bytescope.code.flags import CO_GENERATOR, CO_STARRED, CO_SUSPENDS
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.hooks.on_jumps import Jumps
from bytescope.weave.shadow.calling_convention import CallingConvention
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.fastpath import FastPath

_OTHERS = CO_SUSPENDS & ~CO_GENERATOR
_UNKNOWN = _OTHERS | CO_STARRED
"""Flags: of coroutines; of these and functions with starred parameters."""


class Generators:
    """Emitter of yields, and of loops and delegations to generators.

    Args:
        context: the shared state.
        convention: the fast calling convention.
        frames, jumps: emitters of hooks.

    Attributes:
        begun_clean: the label at which frames begin whose arguments are known to be clean.
    """

    def __init__(self, context: ShadowContext, convention: CallingConvention, frames: Frames, jumps: Jumps) -> None:
        self.context, self.convention, self.frames, self.jumps = context, convention, frames, jumps
        self.emitter = context.emitter
        self.yielded = context.callees.yielded
        self.begun_clean = context.emitter.asm.label()

    def begins_later(self) -> bool:
        """Return True if calling the code object makes a generator whose arguments are all named parameters."""
        code = self.context.code
        known = bool(code.co_flags & CO_GENERATOR) and not code.co_flags & _UNKNOWN and not code.co_kwonlyargcount
        return known and self.context.analyses.points.get(self.context.start) is None

    def make(self, group: Group) -> None:
        """Emit the making of the generator: in cold code if the caller has passed that all arguments are clean."""
        context, e = self.context, self.emitter
        before = [each for each in context.groups if group.offset <= each.offset and each.first <= context.start]
        label, position = e.asm.label(), e.asm.position
        e.asm.position = None
        self.convention.push_passed()
        e.sequences.jump_if("NOT_NONE", label)
        e.asm.position = position

        def cold() -> None:
            e.asm.place(label)
            e.asm.position = None
            self.convention.clear()
            for each in before:
                e.asm.position = context.position(each)
                context.raws(each.raws, each.first, None)
            e.asm.position = None
            context.frame.insert(0)
            e.asm.jump("JUMP_FORWARD", self.begun_clean)

        e.emit_cold(cold)

    def begin_with_iterator(self) -> None:
        """Emit the beginning of a generator expression with shadows: its iterator has that of its variable."""
        context, frame = self.context, self.context.frame
        self.emitter.sequences.load_iterator(context.lowered.iterates_first)
        frame.push((0,))
        frame.store(frame.place(0))

    def yields(self) -> bool:
        """Return True if no analysis observes what the code object yields."""
        flags = self.context.code.co_flags
        points = self.context.analyses.points
        if not flags & CO_GENERATOR or flags & _OTHERS:
            return False
        return not any(index in points for index, each in enumerate(self.context.instructions) if each.op == "YIELD")

    def stores_all(self) -> bool:
        """Return True if the shadow of every value that the code object yields is stored."""
        return self.yields() and not any(each.op == "SEND" for each in self.context.instructions)

    def write_yield(self, index: int, instruction: Instruction, raws: list[Raw], group: Group) -> None:
        """Emit a yield."""
        context, e, frame = self.context, self.emitter, self.context.frame
        point = context.plan.points[index]
        shade = frame.stack[-1]
        self.frames.arrive(index, instruction, point)
        program = context.handlers.key(index)
        e.cover(program)
        shadowed, done = e.asm.label(), e.asm.label()
        if shade:
            frame.push(shade)
            e.sequences.jump_if("NOT_NONE", shadowed)
        self.store(lambda: e.load_const(None))
        e.asm.place(done)
        context.raws(raws, index, group)
        stack = list(frame.stack)
        place = frame.place(len(stack) - 1)

        def cold() -> None:
            frame.stack = list(stack)
            e.asm.place(shadowed)
            context.emitter.hook_key = context.handlers.hook_key(index)
            assert point.suspend is not None
            context.hook_caller.call(point.suspend, point.site, [e.at(1)])
            e.cover(program)
            self.store(lambda: frame.push(shade))
            e.sequences.jump_back(done)

        if shade:
            e.emit_cold(cold)
        context.after_resume = lambda: self.resumed(index, point, stack, place)

    def store(self, push: Any) -> None:
        """Emit code that stores the shadow of the value that is about to be yielded."""
        e = self.emitter
        push()
        e.load_const(self.yielded)
        e.load_const(0)
        e.emit("STORE_SUBSCR")

    def resumed(self, index: int, point: Point, stack: list[Any], place: int) -> None:
        """Emit the resumption of a generator: the value that was sent is usually None."""
        context, e, frame = self.context, self.emitter, self.context.frame
        program = context.handlers.key(index)
        e.cover(program)
        sent, done = e.asm.label(), e.asm.label()
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", sent)
        e.load_const(None)
        frame.store(place)
        e.asm.place(done)

        def ask() -> None:
            frame.stack = list(stack)
            e.asm.place(sent)
            context.emitter.hook_key = context.handlers.hook_key(index)
            assert point.resume is not None
            context.hook_caller.call(point.resume, point.site, [e.at(1)])
            e.cover(program)
            e.sequences.jump_back(done)

        e.emit_cold(ask)

    def delegate(self, index: int, instruction: Instruction, raws: list[Raw], group: Group) -> None:
        """Emit a delegation: the runtime need not be called when one to an instrumented generator begins."""
        context, e = self.context, self.emitter
        point = context.plan.points[index]
        program = context.handlers.key(index)
        self.frames.arrive(index, instruction, point)
        context.handlers.mark(index)
        e.cover(program)
        tells, begun = e.asm.label(), e.asm.label()
        e.reserve(8)
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", tells)
        receiver = references(instruction).need
        e.apply(type, receiver)
        e.jump_unless_is(types.GeneratorType, tells)
        self.push_code(receiver)
        e.jump_unless_in(context.callees.made, tells)
        e.push_function(context.forget)
        e.sequences.call(0)
        e.emit("POP_TOP")
        e.asm.place(begun)
        stack = list(context.frame.stack)

        def cold() -> None:
            context.frame.stack = list(stack)
            e.asm.place(tells)
            context.emitter.hook_key = context.handlers.hook_key(index)
            assert point.before is not None
            context.hook_caller.call(point.before, point.site, [e.at(receiver), e.at(1)])
            e.cover(program)
            e.sequences.jump_back(begun)

        e.emit_cold(cold)
        context.emitter.hook_key = context.handlers.hook_key(index)
        self.jumps.delegate(index, instruction, Point(point.site, after=point.after), raws, group)

    def push_code(self, depth: int) -> None:
        """Emit code that pushes the address of a generator's code object."""
        e = self.emitter
        e.push_function(id)
        e.emit("COPY", depth + 2)
        e.sequences.load_attribute(e.name("gi_code"))
        e.sequences.call(1)

    def next(self, path: FastPath, stores: int) -> None:
        """Emit the next value of a loop over a generator that stores shadows: [generator].

        Args:
            path: the fast path of the loop.
            stores: the label to jump to if the generator is known to do so.
        """
        context, e, frame = self.context, self.emitter, self.context.frame
        self.push_code(path.iterator)
        e.jump_unless_in(context.callees.generators, path.slow)
        e.asm.place(stores)
        path.perform(cold=True, ended=lambda: path.call(context.forget, []))
        shadowed = e.asm.label()
        e.load_const(self.yielded)
        e.load_const(0)
        e.sequences.load_item()
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", shadowed)
        e.emit("POP_TOP")
        path.result(path.shades[0])
        path.back()
        e.asm.place(shadowed)
        frame.store(frame.place(path.slow_path.results[0]))
        e.push_function(context.forget)
        e.sequences.call(0)
        e.emit("POP_TOP")
        path.back()
