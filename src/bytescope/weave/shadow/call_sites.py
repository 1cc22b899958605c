"""Call sites that use the fast calling convention: of functions, methods, classes and generators.

Pre-call models may give the shadow of a builtin function's result (`shadow.models`). Each site has an inline
cache (`inline_cache`) of the code objects that have been called there. A miss takes the slow path, with hooks, which
adds what was called to the cache if the fast calling convention can call it.
"""

from __future__ import annotations

import types
from collections.abc import Callable

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Raw
from bytescope.isa.kinds import NULLS
from bytescope.isa.moves import references
from bytescope.shadow.channel import InFlight
from bytescope.shadow.models.before_call import SLOW, InFlightFill
from bytescope.weave.hooks.on_calls import Calls
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.shadow.calling_convention import CallingConvention
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.frame import CALLED, CLEAN, MADE, Shade
from bytescope.weave.shadow.inline_cache import InlineCache
from bytescope.weave.shadow.slowpath import SlowPath

_BUILTIN = frozenset({types.BuiltinFunctionType, type})

_UNSETTLED = frozenset({InFlight, InFlightFill})
"""Types of what a pre-call model returns when the result's shadow is known only after the call."""


class CallSites:
    """Emitter of calls.

    Args:
        context: the shared state.
        convention: the fast calling convention.
        calls, frames: emitters of hooks.
    """

    def __init__(self, context: ShadowContext, convention: CallingConvention, calls: Calls, frames: Frames) -> None:
        self.context, self.convention, self.calls, self.frames = context, convention, calls, frames

    def site(self, index: int, instruction: Instruction, slow_path: SlowPath, raws: list[Raw]) -> CallSite | None:
        """Return a call site, which is to be emitted next; None if it cannot use the fast calling convention."""
        context = self.context
        kinds = context.kinds[index]
        if not self.takes(index, instruction, slow_path):
            return None
        need = references(instruction).need
        assert kinds is not None
        context.evict_results(references(instruction))
        self.frames.arrive(index, instruction, context.plan.points[index])
        context.place_side_exit(index)
        has_null = not NULLS.isdisjoint(kinds[len(kinds) - need : len(kinds) - need + 2])
        function = need - 1 if NULL_FIRST and has_null else need
        return CallSite(context, self.convention, self.calls, index, slow_path, raws, function)

    def takes(self, index: int, instruction: Instruction, slow_path: SlowPath) -> bool:
        """Return True if a call can use the fast calling convention."""
        if instruction.op != "CALL" or slow_path.own_rule or index in self.context.executing:
            return False
        return self.context.kinds[index] is not None and not (slow_path.observed and slow_path.cache.wanted is None)


class CallSite:
    """One call.

    Attributes:
        function: the depth of the callable.
        shades: symbolic shadows of the arguments.
        bound: that of the callable.
    """

    def __init__(
        self, context: ShadowContext, convention: CallingConvention, calls: Calls, index: int, slow_path: SlowPath,
        raws: list[Raw], function: int,
    ) -> None:  # fmt: skip
        self.context, self.emitter, self.frame = context, context.emitter, context.frame
        self.convention, self.calls = convention, calls
        self.index, self.instruction, self.raws = index, context.instructions[index], raws
        self.cache: InlineCache = slow_path.cache
        self.function = function
        stack = self.stack = list(self.frame.stack)
        self.shades = [stack[slow_path.positions[p]] for p in slow_path.arguments]
        self.bound = stack[slow_path.positions[slow_path.function]]
        self.result = self.frame.place(slow_path.results[0])
        self.other, self.slow, self.done = (self.emitter.asm.label() for _ in range(3))
        self.program = context.handlers.key(index)
        self.clearing = context.handlers.key_with(index, convention.clearing)
        self.pending: list[Callable[[], None]] = []

    def write(self) -> None:
        """Emit the fast path, for functions in the inline cache."""
        e = self.emitter
        e.reserve(2 * len(self.shades) + 16)
        e.cover(self.program)
        self.push_type(self.function)
        e.jump_unless_is(types.FunctionType, self.other)
        self.if_cached("functions", self.shades, lambda: e.emit("COPY", self.function))
        self.call_fast(self.shades)
        e.asm.place(self.done)
        e.emit_cold(self.cold)

    def cold(self) -> None:
        """Emit the cold code for other callables, and for functions that are not in the inline cache."""
        context, e = self.context, self.emitter
        self.frame.stack = list(self.stack)
        e.cover(self.program)
        e.asm.place(self.other)
        self.push_type(self.function)
        no_function, others = e.asm.label(), e.asm.label()
        e.emit("COPY", 1)
        e.jump_unless_is(types.MethodType, others)
        e.emit("POP_TOP")
        e.emit("COPY", self.function)
        e.sequences.load_attribute(e.name("__func__"))
        self.if_function(no_function)
        self.if_cached("methods", [self.bound, *self.shades])
        self.call_fast([self.bound, *self.shades])
        e.sequences.jump_back(self.done)
        e.asm.place(others)  # [type]
        self.construct(no_function)
        self.call_builtin()
        e.asm.place(no_function)
        e.emit("POP_TOP")
        e.asm.place(self.slow)
        if context.types is not None:
            e.asm.jump("JUMP_FORWARD", context.side_exit(self.index))
            for write in self.pending:
                write()
            return
        context.emitter.hook_key = context.handlers.hook_key(self.index)
        self.calls.write(self.index, self.instruction, context.plan.points[self.index])
        e.cover(self.program)
        e.sequences.jump_back(self.done)
        for write in self.pending:
            write()

    # --- parts

    def push_type(self, depth: int) -> None:
        """Emit code that pushes the type of a value."""
        e = self.emitter
        e.apply(type, depth)

    def if_function(self, otherwise: int) -> None:
        """Emit a test whether a value is a function; if not, it stays on the stack: [value]."""
        e = self.emitter
        self.push_type(1)
        e.jump_unless_is(types.FunctionType, otherwise)

    def if_cached(self, kind: str, shades: list[Shade], push: Callable[[], object] | None = None) -> None:
        """Emit a look-up of a function's code in the inline cache, monomorphic entry first: [function].

        Args:
            kind: of entries.
            shades: of all arguments.
            push: emits a push of the function, if it is not on the stack.
        """
        e = self.emitter
        last, before = self.cache.monomorphic(kind), self.cache.polymorphic(kind)
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
                e.load_const(self.cache.monomorphic(kind + " of generators"))
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
                self.if_among(self.cache.polymorphic(kind + " of generators"), unknown)
                e.asm.place(generator)
                e.emit("POP_TOP")
                self.make_generator(shades)
            e.asm.place(unknown)
            e.emit("POP_TOP")
            e.sequences.jump_back(self.slow)

        self.pending.append(earlier)

    def if_among(self, addresses: set[int], otherwise: int) -> None:
        """Emit a test whether a value's address is one of some; the value stays on the stack: [value]."""
        e = self.emitter
        e.apply(id, 1)
        e.jump_unless_in(addresses, otherwise)

    def call(self) -> None:
        """Emit the call itself."""
        self.context.handlers.mark(self.index)
        for opcode, arg in self.raws:
            self.emitter.asm.emit(opcode, arg)
        self.emitter.cover(self.program)

    def call_with(self, shades: list[Shade]) -> None:
        """Emit the passing of the argument shadows, and the call."""
        e, frame = self.emitter, self.frame
        e.load_const(None)
        for shade in shades:
            frame.push(shade)
        e.emit("BUILD_LIST", len(shades) + 1)
        e.emit("COPY", 1)
        frame.store(frame.scratch(CALLED))
        self.convention.pass_arguments()
        e.cover(self.clearing)
        self.call()

    def call_fast(self, shades: list[Shade]) -> None:
        """Emit a call by the fast calling convention, and store the shadow of its result."""
        e, frame = self.emitter, self.frame
        self.call_with(shades)
        frame.load(frame.scratch(CALLED))
        e.load_const(0)
        e.sequences.load_item()
        frame.store(self.result)

    def make_generator(self, shades: list[Shade]) -> None:
        """Emit a call of a generator's function: the frame begins later, and gets its argument shadows then."""
        e, frame = self.emitter, self.frame
        shadowed = e.asm.label()
        for slot in frame.joined(shades):
            frame.load(slot)
            e.sequences.jump_if("NOT_NONE", shadowed)
        e.load_const(True)
        self.convention.pass_arguments()
        e.cover(self.clearing)
        self.call()
        frame.assign(CLEAN, self.result)
        e.sequences.jump_back(self.done)
        e.asm.place(shadowed)
        self.call()
        e.push_function(self.context.runtime.generator_made)
        e.emit("COPY", 3)
        e.tuple_of([frame.pusher(shade) for shade in shades])(0)
        e.sequences.call(2)
        e.emit("POP_TOP")
        frame.assign(CLEAN, self.result)
        e.sequences.jump_back(self.done)

    def construct(self, no_function: int) -> None:
        """Emit the making of an instance, for classes with the default `__new__`: [type of the callable]."""
        e, frame = self.emitter, self.frame
        others = e.asm.label()
        e.emit("COPY", 1)
        e.jump_unless_is(type, others)
        e.emit("COPY", self.function + 1)
        unknown = e.asm.label()
        self.if_among(self.cache.polymorphic("constructors"), unknown)
        e.sequences.load_attribute(e.name("__init__"))
        e.emit("SWAP", 2)
        e.emit("POP_TOP")
        self.if_function(no_function)
        self.if_cached("classes", [])
        e.apply(object.__new__, self.function)
        e.emit("COPY", 1)
        frame.store(frame.scratch(MADE))
        e.sequences.load_attribute(e.name("__init__"))
        e.emit("SWAP", self.function + 1)
        e.emit("POP_TOP")
        self.call_with([self.bound, *self.shades])
        e.emit("POP_TOP")
        frame.load(frame.scratch(MADE))
        e.load_const(None)
        frame.store(frame.scratch(MADE))
        frame.assign(CLEAN, self.result)
        e.sequences.jump_back(self.done)
        e.asm.place(unknown)
        e.emit("POP_TOP")
        e.asm.place(others)

    def call_builtin(self) -> None:
        """Emit a call of a builtin function whose result's shadow a model gives: [type of the callable]."""
        e, frame = self.emitter, self.frame
        otherwise, unknown, later, settle = (e.asm.label() for _ in range(4))
        e.jump_unless_in(_BUILTIN, otherwise)
        count = len(self.shades)
        e.push_function(self.cache.before_builtin)
        e.emit("COPY", self.function + 2)
        for _ in range(count):
            e.emit("COPY", count + 3)
        e.emit("BUILD_TUPLE", count)
        for shade in self.shades:
            frame.push(shade)
        e.emit("BUILD_TUPLE", count)
        frame.push(self.bound)
        e.sequences.call(4)
        e.emit("COPY", 1)
        e.jump_if_is(SLOW, unknown)
        frame.store(self.result)
        self.call()
        frame.load(self.result)
        e.sequences.jump_if("NOT_NONE", later)
        e.sequences.jump_back(self.done)
        e.asm.place(later)
        e.push_function(type)
        frame.load(self.result)
        e.sequences.call(1)
        e.jump_if_in(_UNSETTLED, settle)
        e.sequences.jump_back(self.done)
        e.asm.place(settle)
        e.push_function(self.cache.after_builtin)
        frame.load(self.result)
        e.emit("COPY", 4)
        e.sequences.call(2)
        frame.store(self.result)
        e.sequences.jump_back(self.done)
        e.asm.place(otherwise)
        e.load_const(None)
        e.asm.place(unknown)
