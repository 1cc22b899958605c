"""The fast calling convention between instrumented frames: argument shadows are passed without calling the runtime.

Right before the call, the caller stores a list in a global cell: None, then the argument shadows. The callee takes it
before any other code can run, and stores the shadow of what it returns in the list's first item. The caller's inline
cache says which code will begin: that of a function, or of a bound method's, which was called here on the slow path
before, with positional arguments, one for each parameter. So the argument shadows are definitely taken, unless the call
fails before its frame begins; then an exception handler clears the cell. `call_sites` emits the caller, here is the
callee.
"""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS, CO_VARARGS, CO_VARKEYWORDS
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.shadow.helpers import Helpers
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.frame import GIVEN

_OTHERS = CO_VARKEYWORDS | CO_SUSPENDS
"""Flags of functions with `**kwargs`, of generators and coroutines."""


class CallingConvention:
    """Emitter of the beginning and the end of a frame that takes argument shadows.

    Attributes:
        is_fast: whether the code object can be called by the fast calling convention.
        clearing: emits code that clears the cell: one object, which identifies exception handlers.
    """

    def __init__(self, context: ShadowContext) -> None:
        self.context = context
        self.emitter = context.emitter
        self.cell = context.callees.passed
        self.clearing = self.clear
        self.is_fast = self._is_fast()

    # --- the callee

    def _is_fast(self) -> bool:
        code = self.context.code
        starred = bool(code.co_flags & CO_VARARGS)
        variables = self.context.lowered.variables[: code.co_argcount + starred]
        return (
            bool(code.co_flags & CO_OPTIMIZED)
            and not code.co_flags & _OTHERS
            and not code.co_kwonlyargcount
            and all(variable.scope == "local" for variable in variables)
            and self.context.analyses.points.get(self.context.start) is None
        )

    def returns_nothing(self) -> bool:
        """Return True if the code object always returns None."""
        instructions = self.context.instructions
        returns = [index for index, each in enumerate(instructions) if each.op == "RETURN"]
        return bool(returns) and all(
            instructions[index - 1].op == "LOAD_CONST"
            and instructions[index - 1].arg is None
            and index not in self.context.leaders
            and index not in self.context.analyses.points
            for index in returns
        )

    def begin(self, raws: list[Raw], group: Group) -> None:
        """Emit the beginning of a frame, which first takes its argument shadows."""
        context, e, frame = self.context, self.emitter, self.context.frame
        index = context.start
        label = e.asm.label()
        position, e.asm.position = e.asm.position, None  # no line of the program's has begun yet
        e.load_const(context.runtime.shadows_exist)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", label)
        e.asm.position = position
        context.raws(raws, index, group)
        e.asm.position = None
        self.passed = e.asm.label()

        def cold() -> None:
            e.asm.place(label)
            self.push_passed()
            self.clear()
            e.asm.position = position
            context.raws(raws, index, None)
            e.asm.position = None
            directly = e.asm.label()
            e.emit("COPY", 1)
            e.sequences.jump_if("NOT_NONE", directly)
            e.emit("POP_TOP")
            e.asm.jump("JUMP_FORWARD", context.begun)
            e.asm.place(directly)
            frame.insert(1)
            e.asm.jump("JUMP_FORWARD", self.passed)

        e.emit_cold(cold)

    def begin_with_shadows(self) -> None:
        """Emit the unpacking of the argument shadows to the slots of the variables."""
        e, frame = self.emitter, self.context.frame
        count = self.context.code.co_argcount
        e.asm.place(self.passed)
        e.emit("COPY", 1)
        frame.store(frame.scratch(GIVEN))
        if self.context.code.co_flags & CO_VARARGS:
            e.push_function(spreading(self.context.runtime.helpers, count + 1))
            e.emit("COPY", 3)
            e.sequences.load_variable(count, "local")
            e.sequences.call(2)
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
        e.emit("UNPACK_SEQUENCE", count + 1)
        e.emit("POP_TOP")
        for slot in range(count):
            frame.store(slot)

    def push_passed(self) -> None:
        """Emit code that pushes the argument shadows that have been passed, None if there are none."""
        self.emitter.load_const(self.cell)
        self.emitter.load_const(0)
        self.emitter.sequences.load_item()

    def clear(self) -> None:
        """Emit code that clears the cell."""
        self.emitter.load_const(None)
        self.pass_arguments()

    def pass_arguments(self) -> None:
        """Emit code that pops the argument shadows into the cell."""
        self.emitter.load_const(self.cell)
        self.emitter.load_const(0)
        self.emitter.emit("STORE_SUBSCR")

    def return_shadow(self, index: int, point: Point) -> None:
        """Emit code before a return that stores the value's shadow where the caller reads it."""
        context, e, frame = self.context, self.emitter, self.context.frame
        shade = frame.stack[-1]
        if not shade:
            return
        shadowed, done, otherwise = e.asm.label(), e.asm.label(), e.asm.label()
        frame.push(shade)
        e.sequences.jump_if("NOT_NONE", shadowed)
        e.asm.place(done)
        stack = list(frame.stack)
        cover = e.covered_by

        def cold() -> None:
            e.asm.place(shadowed)
            frame.stack = list(stack)
            e.cover(cover)
            if self.is_fast:
                frame.load(frame.scratch(GIVEN))
                e.sequences.jump_if("NONE", otherwise)
                frame.push(shade)
                frame.load(frame.scratch(GIVEN))
                e.load_const(0)
                e.emit("STORE_SUBSCR")
                e.sequences.jump_back(done)
            e.asm.place(otherwise)
            context.emitter.hook_key = context.handlers.hook_key(index)
            assert point.leave is not None
            context.hook_caller.call(point.leave, point.site, [e.at(1)])
            e.cover(cover)
            e.sequences.jump_back(done)

        e.emit_cold(cold)


def spreading(helpers: Helpers, count: int) -> Callable[[list[Any], tuple[Any, ...]], list[Any]]:
    """Return a function that gives the items of `*args` the last of the argument shadows.

    Args:
        helpers: see `bytescope.shadow.helpers`.
        count: how many shadows the function returns.
    """

    def spread(passed: list[Any], rest: tuple[Any, ...]) -> list[Any]:
        shadows = passed[count:]
        if shadows.count(None) != len(shadows):
            helpers.built(rest, shadows)
        return passed[:count]

    return spread
