"""Calls between frames that keep shadows, without a word to the runtime.

A caller that knows a function's code takes the *direct* way: it lays a list down right before the call - None for now,
then the shadows of the arguments - which the callee takes before anything else can happen, and in which it leaves the
shadow of what it returns. The caller knows what code will begin: that of a function (or a bound method's) that it has
called here before in the roundabout way, with arguments by position, one for each parameter. So what has been laid down
is taken for certain, but for a call that fails before its frame begins; then a handler takes it away. `call_sites`
has the caller, here is the callee.
"""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS, CO_VARARGS, CO_VARKEYWORDS
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Point
from bytescope.shadow.helpers import Helpers
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_NO_DIRECT_WAY = CO_VARKEYWORDS | CO_SUSPENDS
"""Flags: of functions; of those with a parameter `*args`, with `**kwargs`, and of generators and coroutines."""

CALLED, GIVEN, MADE = 1, 2, 3
"""The numbers of the slots that hold what has been laid down for the last call, what the frame was given itself, and an
instance that is being made."""


class DirectCalls:
    """Writes the beginning and the end of a frame that can be called directly, for a writer."""

    def __init__(self, writer: ShadowWriter) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.laid_down = writer.callees.laid_down
        self.clearing = self.clear  # one object, by which handlers are told apart

    # --- the callee

    def possible(self) -> bool:
        """Whether the code object that is written can be called in the direct way."""
        code = self.writer.code
        starred = bool(code.co_flags & CO_VARARGS)
        variables = self.writer.lowered.variables[: code.co_argcount + starred]
        return (
            bool(code.co_flags & CO_OPTIMIZED)
            and not code.co_flags & _NO_DIRECT_WAY
            and not code.co_kwonlyargcount
            and all(variable.scope == "local" for variable in variables)
            and self.writer.clean.plan.points.get(self.writer.start) is None
        )

    def returns_nothing(self) -> bool:
        """Whether the code object that is written returns None always."""
        instructions = self.writer.instructions
        returns = [index for index, each in enumerate(instructions) if each.op == "RETURN"]
        return bool(returns) and all(
            instructions[index - 1].op == "LOAD_CONST"
            and instructions[index - 1].arg is None
            and index not in self.writer.leaders
            and index not in self.writer.clean.plan.points
            for index in returns
        )

    def begin(self, raws: list[Raw], group: Group, begun: int) -> None:
        """Write the beginning of a frame: before it goes on, it takes what has been laid down for it."""
        writer, e, slots = self.writer, self.emitter, self.writer.slots
        index = writer.start
        label = e.asm.label()
        position, e.asm.position = e.asm.position, None  # no line of the program's has begun yet
        e.load_const(writer.runtime.shadows_exist)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", label)
        e.asm.position = position
        writer.raws(raws, index, group)
        e.asm.position = None
        self.direct = e.asm.label()

        def out_of_the_way() -> None:
            e.asm.place(label)
            self.push_laid_down()
            self.clear()
            e.asm.position = position
            writer.raws(raws, index, None)
            e.asm.position = None
            directly = e.asm.label()
            e.emit("COPY", 1)
            e.sequences.jump_if("NOT_NONE", directly)
            e.emit("POP_TOP")
            writer.clean.go(begun)
            e.asm.place(directly)
            slots.insert(1)
            writer.clean.go(self.direct)

        e.later(out_of_the_way)

    def begun_directly(self) -> None:
        """Write how the shadows of the arguments are taken from what has been laid down."""
        e, slots = self.emitter, self.writer.slots
        count = self.writer.code.co_argcount
        e.asm.place(self.direct)
        e.emit("COPY", 1)
        slots.store(slots.own(GIVEN))
        if self.writer.code.co_flags & CO_VARARGS:
            e.push_function(spreading(self.writer.runtime.helpers, count + 1))
            e.emit("COPY", 3)
            e.sequences.load_variable(count, "local")
            e.sequences.call(2)
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
        e.emit("UNPACK_SEQUENCE", count + 1)
        e.emit("POP_TOP")
        for slot in range(count):
            slots.store(slot)

    def push_laid_down(self) -> None:
        """Push what has been laid down, None if nothing has."""
        self.emitter.load_const(self.laid_down)
        self.emitter.load_const(0)
        self.emitter.sequences.load_item()

    def clear(self) -> None:
        """Write that nothing is laid down."""
        self.emitter.load_const(None)
        self.lay_down()

    def lay_down(self) -> None:
        """Lay the top down."""
        self.emitter.load_const(self.laid_down)
        self.emitter.load_const(0)
        self.emitter.emit("STORE_SUBSCR")

    def give_back(self, index: int, point: Point) -> None:
        """Write what comes before a return: the shadow of the value goes to who waits for it."""
        writer, e, slots = self.writer, self.emitter, self.writer.slots
        shade = slots.stack[-1]
        if not shade:
            return
        shadowed, done, otherwise = e.asm.label(), e.asm.label(), e.asm.label()
        slots.push(shade)
        e.sequences.jump_if("NOT_NONE", shadowed)
        e.asm.place(done)
        stack = list(slots.stack)
        cover = e.covered_by

        def out_of_the_way() -> None:
            e.asm.place(shadowed)
            slots.stack = list(stack)
            e.cover(cover)
            if writer.is_direct:
                slots.load(slots.own(GIVEN))
                e.sequences.jump_if("NONE", otherwise)
                slots.push(shade)
                slots.load(slots.own(GIVEN))
                e.load_const(0)
                e.emit("STORE_SUBSCR")
                e.sequences.jump_back(done)
            e.asm.place(otherwise)
            writer.teller.key = writer.handlers.hook_key(index)
            assert point.leave is not None
            writer.teller.tell(point.leave, point.site, [e.at(1)])
            e.cover(cover)
            e.sequences.jump_back(done)

        e.later(out_of_the_way)


def spreading(helpers: Helpers, count: int) -> Callable[[list[Any], tuple[Any, ...]], list[Any]]:
    """What gives the arguments that `*args` has taken the last of the shadows that have been laid down.

    Args:
        helpers: see `bytescope.shadow.helpers`.
        count: how many stay; they are given back.
    """

    def spread(laid_down: list[Any], rest: tuple[Any, ...]) -> list[Any]:
        shadows = laid_down[count:]
        if shadows.count(None) != len(shadows):
            helpers.built(rest, shadows)
        return laid_down[:count]

    return spread
