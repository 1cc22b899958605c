"""Calls that go the direct way (`calling_convention`): of functions, methods, classes and generators.

Of builtin functions the shadow of the result may be known beforehand (`shadow.pre_call_models`). What has been called
before at the same place, and by what code it begins, is kept there; what has not goes the roundabout way, with hooks,
and is known from then on if it can be called directly.
"""

from __future__ import annotations

import types
from collections.abc import Callable

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.moves import references
from bytescope.shadow.channel import InFlight
from bytescope.shadow.pre_call_models import SLOW, InFlightFill
from bytescope.startup.stdlib_lite import TYPE_CHECKING
from bytescope.weave.shadow.calling_convention import CALLED, MADE
from bytescope.weave.shadow.frame import CLEAN, Shade
from bytescope.weave.shadow.inline_cache import Known
from bytescope.weave.shadow.slowpath import NULLS, Around

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_BUILTIN = frozenset({types.BuiltinFunctionType, type})

_UNSETTLED = frozenset({InFlight, InFlightFill})
"""Types of what a pre-call model returns when the result's shadow is known only after the call."""


class Callers:
    """Writes calls, for a writer."""

    def __init__(self, writer: ShadowWriter) -> None:
        self.writer = writer

    def write(self, index: int, instruction: Instruction, around: Around, raws: list[Raw], group: Group) -> bool:
        """Write a call, if it can go the direct way."""
        writer = self.writer
        kinds = writer.kinds[index]
        if not self.takes(index, instruction, around):
            return False
        need = references(instruction).need
        assert kinds is not None
        writer.release_results(references(instruction))
        writer.frames.arrive(index, instruction, writer.plan.points[index])
        writer.calls.check(index, kinds, instruction.arg)
        writer.quick.take_over(index)
        has_null = any(each in NULLS for each in kinds[len(kinds) - need : len(kinds) - need + 2])
        call = Call(writer, index, instruction, around, raws, need - 1 if NULL_FIRST and has_null else need)
        if not writer.builtins.write(call):
            call.write()
        return True

    def takes(self, index: int, instruction: Instruction, around: Around) -> bool:
        """Whether a call can go the direct way."""
        if instruction.op != "CALL" or around.own_rule or index in self.writer.executing:
            return False
        return self.writer.kinds[index] is not None and not (around.telling and around.known.wanted is None)


class Call:
    """One call.

    function: how deep the callable lies; shades: of the arguments; bound: of the callable.
    """

    def __init__(
        self, writer: ShadowWriter, index: int, instruction: Instruction, around: Around, raws: list[Raw], function: int
    ) -> None:
        self.writer, self.emitter, self.slots = writer, writer.emitter, writer.slots
        self.index, self.instruction, self.around, self.raws = index, instruction, around, raws
        self.known: Known = around.known
        self.function = function
        stack = self.stack = list(self.slots.stack)
        self.shades = [stack[around.positions[p]] for p in around.arguments]
        self.bound = stack[around.positions[around.function]]
        self.result = self.slots.place(around.results[0])
        self.other, self.slow, self.done = (self.emitter.asm.label() for _ in range(3))
        self.program = writer.handlers.key(index)
        self.clearing = writer.handlers.key_with(index, writer.direct.clearing)
        self.pending: list[Callable[[], None]] = []

    def write(self) -> None:
        """Write it."""
        e = self.emitter
        e.room(2 * len(self.shades) + 16)
        e.cover(self.program)
        self.push_type(self.function)
        e.load_const(types.FunctionType)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", self.other)
        self.if_known("functions", self.shades, lambda: e.emit("COPY", self.function))
        self.call_directly(self.shades)
        e.asm.place(self.done)
        e.later(self.out_of_the_way)

    def out_of_the_way(self) -> None:
        """Write what is done where something else than a function is called, or one that is not known."""
        writer, e = self.writer, self.emitter
        self.slots.stack = list(self.stack)
        e.cover(self.program)
        e.asm.place(self.other)
        self.push_type(self.function)
        no_function, others = e.asm.label(), e.asm.label()
        e.emit("COPY", 1)
        e.load_const(types.MethodType)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", others)
        e.emit("POP_TOP")
        e.emit("COPY", self.function)
        e.sequences.load_attribute(e.name("__func__"))
        self.if_function(no_function)
        self.if_known("methods", [self.bound, *self.shades])
        self.call_directly([self.bound, *self.shades])
        e.sequences.jump_back(self.done)
        e.asm.place(others)  # [type]
        self.construct(no_function)
        self.foretell()
        e.asm.place(no_function)
        e.emit("POP_TOP")
        e.asm.place(self.slow)
        if writer.facts is not None:
            writer.clean.go(writer.quick.again(self.index))
            for write in self.pending:
                write()
            return
        writer.teller.key = writer.handlers.hook_key(self.index)
        writer.calls.write(self.index, self.instruction, writer.plan.points[self.index])
        e.cover(self.program)
        e.sequences.jump_back(self.done)
        for write in self.pending:
            write()

    # --- parts

    def push_type(self, depth: int) -> None:
        """Push the type of a value."""
        e = self.emitter
        e.push_function(type)
        e.emit("COPY", depth + 2)
        e.sequences.call(1)

    def if_function(self, otherwise: int) -> None:
        """[value]: whether it is a function; if not, it stays on the stack."""
        e = self.emitter
        self.push_type(1)
        e.load_const(types.FunctionType)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", otherwise)

    def if_known(self, kind: str, shades: list[Shade], push: Callable[[], object] | None = None) -> None:
        """[function]: whether one with its code has been called here before, the last time or earlier.

        Args:
            kind: what it was then.
            shades: of all arguments.
            push: pushes the function, if it is not on the stack.
        """
        e = self.emitter
        last, before = self.known.last(kind), self.known.earlier(kind)
        elsewhere, found = e.asm.label(), e.asm.label()
        if push is not None:
            push()
        e.sequences.load_attribute(e.name("__code__"))
        if push is None:
            e.emit("COPY", 1)
        e.load_const(last)
        e.load_const(0)
        e.sequences.load_item()
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", elsewhere)
        e.asm.place(found)
        if push is None:
            e.emit("POP_TOP")

        def earlier() -> None:
            unknown, generator, others = (e.asm.label() for _ in range(3))
            e.cover(self.program)
            e.asm.place(elsewhere)  # [code]
            if push is not None:
                push()
                e.sequences.load_attribute(e.name("__code__"))
            if kind != "classes":
                e.emit("COPY", 1)
                e.load_const(self.known.last(kind + " of generators"))
                e.load_const(0)
                e.sequences.load_item()
                e.emit("IS_OP", 0)
                e.sequences.jump_if("TRUE", generator)
            self.if_among(before, others)
            if push is not None:
                e.emit("POP_TOP")
            e.sequences.jump_back(found)
            e.asm.place(others)
            if kind != "classes":
                self.if_among(self.known.earlier(kind + " of generators"), unknown)
                e.asm.place(generator)
                e.emit("POP_TOP")
                self.make_generator(shades)
            e.asm.place(unknown)
            e.emit("POP_TOP")
            e.sequences.jump_back(self.slow)

        self.pending.append(earlier)

    def if_among(self, addresses: set[int], otherwise: int) -> None:
        """[value]: whether its address is one of some; the value stays on the stack."""
        e = self.emitter
        e.push_function(id)
        e.emit("COPY", 3)
        e.sequences.call(1)
        e.load_const(addresses)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", otherwise)

    def call(self) -> None:
        """Make the call."""
        self.writer.handlers.mark(self.index)
        for opcode, arg in self.raws:
            self.emitter.asm.emit(opcode, arg)
        self.emitter.cover(self.program)

    def call_with(self, shades: list[Shade]) -> None:
        """Lay the shadows of the arguments down, and make the call."""
        e, slots = self.emitter, self.slots
        e.load_const(None)
        for shade in shades:
            slots.push(shade)
        e.emit("BUILD_LIST", len(shades) + 1)
        e.emit("COPY", 1)
        slots.store(slots.own(CALLED))
        self.writer.direct.lay_down()
        e.cover(self.clearing)
        self.call()

    def call_directly(self, shades: list[Shade]) -> None:
        """The same, and take the shadow of the result."""
        e, slots = self.emitter, self.slots
        self.call_with(shades)
        slots.load(slots.own(CALLED))
        e.load_const(0)
        e.sequences.load_item()
        slots.store(self.result)

    def make_generator(self, shades: list[Shade]) -> None:
        """Call a generator's function: the frame begins later, and has its arguments' shadows then."""
        e, slots = self.emitter, self.slots
        shadowed = e.asm.label()
        for slot in slots.joined(shades):
            slots.load(slot)
            e.sequences.jump_if("NOT_NONE", shadowed)
        e.load_const(True)
        self.writer.direct.lay_down()
        e.cover(self.clearing)
        self.call()
        slots.put(CLEAN, self.result)
        e.sequences.jump_back(self.done)
        e.asm.place(shadowed)
        self.call()
        e.push_function(self.writer.runtime.generator_made)
        e.emit("COPY", 3)
        e.tuple_of([slots.pusher(shade) for shade in shades])(0)
        e.sequences.call(2)
        e.emit("POP_TOP")
        slots.put(CLEAN, self.result)
        e.sequences.jump_back(self.done)

    def construct(self, no_function: int) -> None:
        """[type of what is called]: make an instance of a class, if it is one whose instances are made as usual."""
        e, slots = self.emitter, self.slots
        others = e.asm.label()
        e.emit("COPY", 1)
        e.load_const(type)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("FALSE", others)
        e.emit("COPY", self.function + 1)
        unknown = e.asm.label()
        self.if_among(self.known.earlier("constructors"), unknown)
        e.sequences.load_attribute(e.name("__init__"))
        e.emit("SWAP", 2)
        e.emit("POP_TOP")
        self.if_function(no_function)
        self.if_known("classes", [])
        e.push_function(object.__new__)
        e.emit("COPY", self.function + 2)
        e.sequences.call(1)
        e.emit("COPY", 1)
        slots.store(slots.own(MADE))
        e.sequences.load_attribute(e.name("__init__"))
        e.emit("SWAP", self.function + 1)
        e.emit("POP_TOP")
        self.call_with([self.bound, *self.shades])
        e.emit("POP_TOP")
        slots.load(slots.own(MADE))
        e.load_const(None)
        slots.store(slots.own(MADE))
        slots.put(CLEAN, self.result)
        e.sequences.jump_back(self.done)
        e.asm.place(unknown)
        e.emit("POP_TOP")
        e.asm.place(others)

    def foretell(self) -> None:
        """[type of what is called]: find out the shadow of a builtin function's result, beforehand if possible."""
        e, slots = self.emitter, self.slots
        otherwise, unknown, later, settle = (e.asm.label() for _ in range(4))
        e.load_const(_BUILTIN)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", otherwise)
        count = len(self.shades)
        e.push_function(self.known.foretell)
        e.emit("COPY", self.function + 2)
        for _ in range(count):
            e.emit("COPY", count + 3)
        e.emit("BUILD_TUPLE", count)
        for shade in self.shades:
            slots.push(shade)
        e.emit("BUILD_TUPLE", count)
        slots.push(self.bound)
        e.sequences.call(4)
        e.emit("COPY", 1)
        e.load_const(SLOW)
        e.emit("IS_OP", 0)
        e.sequences.jump_if("TRUE", unknown)
        slots.store(self.result)
        self.call()
        slots.load(self.result)
        e.sequences.jump_if("NOT_NONE", later)
        e.sequences.jump_back(self.done)
        e.asm.place(later)
        e.push_function(type)
        slots.load(self.result)
        e.sequences.call(1)
        e.load_const(_UNSETTLED)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("TRUE", settle)
        e.sequences.jump_back(self.done)
        e.asm.place(settle)
        e.push_function(self.known.settle)
        slots.load(self.result)
        e.emit("COPY", 4)
        e.sequences.call(2)
        slots.store(self.result)
        e.sequences.jump_back(self.done)
        e.asm.place(otherwise)
        e.load_const(None)
        e.asm.place(unknown)
