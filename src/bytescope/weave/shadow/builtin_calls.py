"""Calls of some builtin functions in the quick copy of woven code: which function it is, is guessed and tested.

They run no code of the program's, and what shadow their result has is plain to see. If it is another function, or it is
given something else, the call is made in the shadowed copy, as any other.
"""

from __future__ import annotations

import builtins

from bytescope.isa.typesets import ATOMIC, ITERABLES
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.shadow.frame import CLEAN
from bytescope.weave.shadow.type_inference import APPEND, COMPARING, POP, TEXT_METHODS

if TYPE_CHECKING:
    from bytescope.weave.shadow.call_sites import Call
    from bytescope.weave.shadow.writer import ShadowWriter

_COUNTS = {
    **dict.fromkeys("abs chr float hash hex len ord".split(), range(1, 2)),
    "int": range(1, 3),
    "isinstance": range(2, 3),
    "max": range(2, 5),
    "min": range(2, 5),
    "range": range(1, 4),
    "round": range(1, 3),
    APPEND: range(1, 2),
    POP: range(1),
    **dict.fromkeys(TEXT_METHODS, range(4)),
}
"""With how many arguments calls of a function are written here."""

_SIZED = ITERABLES


class Builtins:
    """Writes such calls for a writer."""

    def __init__(self, writer: ShadowWriter) -> None:
        self.writer = writer

    def takes(self, index: int, name: str) -> bool:
        """Whether a call of a builtin function is written here.

        Args:
            index: the instruction.
            name: of the function.
        """
        around = self.writer.shadows.around.get(index)
        if around is None or not self.writer.callers.takes(index, self.writer.instructions[index], around):
            return False
        owner: Any = [] if name in (APPEND, POP) else "" if name in TEXT_METHODS else builtins
        function = getattr(owner, name.removeprefix("."))
        told = around.telling and (around.known.wanted is None or around.known.wanted(function))
        return not told and len(around.arguments) in _COUNTS[name]

    def write(self, call: Call) -> bool:
        """Write a call, if it is one of these."""
        writer, e, slots = self.writer, call.emitter, call.slots
        name = writer.facts.callee(call.index) if writer.facts is not None else ""
        if not name:
            return False
        count = len(call.shades)
        e.room(2 * count + 16)
        e.cover(call.program)
        if name == APPEND:
            self._append(call)
            return True
        again = writer.quick.again(call.index)
        if name == POP:
            self._test_table(call, again)
            call.call()
            slots.put(call.bound, call.result)
            return True
        if name not in TEXT_METHODS:
            e.emit("COPY", call.function)
            e.load_const(getattr(builtins, name))
            e.emit("IS_OP", 0)
            e.sequences.jump_if("FALSE", again)
        if name == "isinstance":
            self._test(call, 1, None, again)
            self._test(call, 2, writer.runtime.heap.assumptions.pure_load("__class__"), again)
        for depth in range(count, 0, -1) if name != "isinstance" else ():
            if not writer.inline.is_plain(call.index, depth) and not self._holds_plain(call.index, depth):
                self._test(call, depth, self._kinds(name), again)
        call.call()
        shades = [call.bound, *call.shades] if name in TEXT_METHODS else call.shades
        slots.put(CLEAN if name == "isinstance" else slots.joined(shades), call.result)
        return True

    def _holds_plain(self, index: int, depth: int) -> bool:
        """Whether an argument is a constant that holds plain values."""
        before = self.writer.instructions[index - 1]
        if depth != 1 or before.op != "LOAD_CONST" or type(before.arg) is not tuple or index in self.writer.leaders:
            return False
        return all(type(each) in ATOMIC for each in before.arg)

    def _kinds(self, name: str) -> Any:
        if name == "len":
            return _SIZED
        return self.writer.runtime.heap.assumptions.default_comparison if name in COMPARING else ATOMIC

    def _test(self, call: Call, depth: int, kinds: Any, otherwise: int) -> None:
        """Test that an argument is of one of some types, or a class if there are none."""
        e = call.emitter
        call.push_type(depth)
        e.load_const(type if kinds is None else kinds)
        e.emit("IS_OP" if kinds is None else "CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", otherwise)

    def _append(self, call: Call) -> None:
        """A list is given another item: [.. the list's method .. value]."""
        writer, e, slots = self.writer, call.emitter, call.slots
        shadowed = e.asm.label()
        (shade,) = call.shades
        if shade:
            slots.push(shade)
            e.sequences.jump_if("NOT_NONE", shadowed)
        self._test_table(call, shadowed)
        call.call()
        e.asm.place(call.done)
        slots.put(CLEAN, call.result)

        def append() -> None:
            slots.stack = list(call.stack)
            e.cover(call.program)
            e.asm.place(shadowed)
            e.push_function(writer.runtime.helpers.appended)
            self._push_list(call, 2)
            e.emit("COPY", 4)
            slots.push(shade)
            e.sequences.call(3)
            e.emit("POP_TOP")
            call.call()
            e.sequences.jump_back(call.done)

        e.later(append)

    def _test_table(self, call: Call, found: int) -> None:
        """Test that a list has no table on the shadow heap."""
        e = call.emitter
        e.push_function(id)
        self._push_list(call, 2)
        e.sequences.call(1)
        e.load_const(self.writer.runtime.heap.tables)
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("TRUE", found)

    def _push_list(self, call: Call, pushed: int) -> None:
        call.emitter.emit("COPY", call.function + pushed)
        call.emitter.sequences.load_attribute(call.emitter.name("__self__"))
