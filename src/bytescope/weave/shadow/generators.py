"""Generators whose values' shadows are handed over without a word to the runtime.

A generator says what shadow a value has right before it yields it, and a loop looks there right after it has got one
from a generator that does; nothing can happen in between. That is all it takes where there is no shadow. If there is,
the runtime is told, too: perhaps somebody else gets the value.
"""

from __future__ import annotations

import types

from bytescope.code.flags import CO_GENERATOR, CO_STARRED, CO_SUSPENDS
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_OTHERS = CO_SUSPENDS & ~CO_GENERATOR
_UNKNOWN = _OTHERS | CO_STARRED
"""Flags: of generators, of coroutines, of these and functions with starred parameters."""


class Generators:
    """Writes such, for a writer.

    Attributes:
        begun_clean: the label at which the frames go on whose arguments are known to be clean.
    """

    def __init__(self, writer: ShadowWriter) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.yielded = writer.callees.yielded
        self.begun_clean = writer.emitter.asm.label()

    def begins_later(self) -> bool:
        """Whether calling the code object that is written makes a generator of arguments that are known one by one."""
        code = self.writer.code
        known = bool(code.co_flags & CO_GENERATOR) and not code.co_flags & _UNKNOWN and not code.co_kwonlyargcount
        return known and self.writer.clean.plan.points.get(self.writer.start) is None

    def make(self, group: Group) -> None:
        """Write how the frame makes its generator: at another place if its arguments are said to be clean."""
        writer, e = self.writer, self.emitter
        before = [each for each in writer.groups if group.offset <= each.offset and each.first <= writer.start]
        label, position = e.asm.label(), e.asm.position
        e.asm.position = None
        writer.direct.push_laid_down()
        e.sequences.jump_if("NOT_NONE", label)
        e.asm.position = position

        def out_of_the_way() -> None:
            e.asm.place(label)
            e.asm.position = None
            writer.direct.clear()
            for each in before:
                e.asm.position = writer.position(each)
                writer.raws(each.raws, each.first, None)
            e.asm.position = None
            writer.slots.insert(0)
            writer.clean.go(self.begun_clean)

        e.later(out_of_the_way)

    def yields(self) -> bool:
        """Whether nobody but who gets the values is interested in what the code object that is written yields."""
        flags = self.writer.code.co_flags
        points = self.writer.clean.plan.points
        if not flags & CO_GENERATOR or flags & _OTHERS:
            return False
        return not any(index in points for index, each in enumerate(self.writer.instructions) if each.op == "YIELD")

    def says(self) -> bool:
        """Whether the code object that is written says what shadow each value has that it yields."""
        return self.yields() and not any(each.op == "SEND" for each in self.writer.instructions)

    def write_yield(self, index: int, instruction: Instruction, raws: list[Raw], group: Group) -> None:
        """Write a yield."""
        writer, e, slots = self.writer, self.emitter, self.writer.slots
        point = writer.plan.points[index]
        shade = slots.stack[-1]
        writer.frames.arrive(index, instruction, point)
        program = writer.handlers.key(index)
        e.cover(program)
        shadowed, done = e.asm.label(), e.asm.label()
        if shade:
            slots.push(shade)
            e.sequences.jump_if("NOT_NONE", shadowed)
        self.say(lambda: e.load_const(None))
        e.asm.place(done)
        writer.raws(raws, index, group)
        stack = list(slots.stack)
        place = slots.place(len(stack) - 1)

        def tell() -> None:
            slots.stack = list(stack)
            e.asm.place(shadowed)
            writer.teller.key = writer.handlers.hook_key(index)
            assert point.suspend is not None
            writer.teller.tell(point.suspend, point.site, [e.at(1)])
            e.cover(program)
            self.say(lambda: slots.push(shade))
            e.sequences.jump_back(done)

        if shade:
            e.later(tell)
        writer.after_resume = lambda: self.resumed(index, point, stack, place)

    def say(self, push: Any) -> None:
        """Say what shadow the value that is about to be yielded has."""
        e = self.emitter
        push()
        e.load_const(self.yielded)
        e.load_const(0)
        e.emit("STORE_SUBSCR")

    def resumed(self, index: int, point: Point, stack: list[Any], place: int) -> None:
        """Write how a generator goes on: what has been sent is None, as a rule."""
        writer, e, slots = self.writer, self.emitter, self.writer.slots
        program = writer.handlers.key(index)
        e.cover(program)
        sent, done = e.asm.label(), e.asm.label()
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", sent)
        e.load_const(None)
        slots.store(place)
        e.asm.place(done)

        def ask() -> None:
            slots.stack = list(stack)
            e.asm.place(sent)
            writer.teller.key = writer.handlers.hook_key(index)
            assert point.resume is not None
            writer.teller.tell(point.resume, point.site, [e.at(1)])
            e.cover(program)
            e.sequences.jump_back(done)

        e.later(ask)

    def delegate(self, index: int, instruction: Instruction, raws: list[Raw], group: Group) -> None:
        """Write a delegation: that one to a generator that keeps shadows begins, the runtime need not be told."""
        writer, e = self.writer, self.emitter
        point = writer.plan.points[index]
        program = writer.handlers.key(index)
        writer.frames.arrive(index, instruction, point)
        writer.handlers.mark(index)
        e.cover(program)
        tells, begun = e.asm.label(), e.asm.label()
        e.room(8)
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", tells)
        e.push_function(type)
        e.emit("COPY", 4)
        e.sequences.call(1)
        e.load_const(types.GeneratorType)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", tells)
        self.push_code(2)
        e.load_const(writer.callees.made)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", tells)
        e.push_function(writer.forget)
        e.sequences.call(0)
        e.emit("POP_TOP")
        e.asm.place(begun)
        stack = list(writer.slots.stack)

        def tell() -> None:
            writer.slots.stack = list(stack)
            e.asm.place(tells)
            writer.teller.key = writer.handlers.hook_key(index)
            assert point.before is not None
            writer.teller.tell(point.before, point.site, [e.at(2), e.at(1)])
            e.cover(program)
            e.sequences.jump_back(begun)

        e.later(tell)
        writer.teller.key = writer.handlers.hook_key(index)
        writer.jumps.delegate(index, instruction, Point(point.site, after=point.after), raws, group)

    def push_code(self, depth: int) -> None:
        """Push the address of a generator's code object."""
        e = self.emitter
        e.push_function(id)
        e.emit("COPY", depth + 2)
        e.sequences.load_attribute(e.name("gi_code"))
        e.sequences.call(1)

    def next(self, site: Any, says: int) -> None:
        """[generator]: write how a loop gets the next value of a generator, if it says what shadow that has.

        Args:
            site: the loop.
            says: the label to which it goes if this is known.
        """
        writer, e, slots = self.writer, self.emitter, self.writer.slots
        self.push_code(1)
        e.load_const(writer.callees.generators)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", site.slow)
        e.asm.place(says)
        site.perform(elsewhere=True, ended=lambda: site.tell(writer.forget, []))
        shadowed = e.asm.label()
        e.load_const(self.yielded)
        e.load_const(0)
        e.sequences.load_item()
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", shadowed)
        e.emit("POP_TOP")
        site.result(site.shades[0])
        site.back()
        e.asm.place(shadowed)
        slots.store(slots.place(site.around.results[0]))
        e.push_function(writer.forget)
        e.sequences.call(0)
        e.emit("POP_TOP")
        site.back()
