"""Calls of some builtin functions in the speculative version, guarded by the function's identity.

They run no user code, and the shadow of their result follows from the arguments' shadows. If a guard fails, because
another function is called or an argument has another type, the general version makes the call.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable

from bytescope.isa import typesets
from bytescope.isa.builtins import SPECULATED, Builtin
from bytescope.isa.typesets import ATOMIC
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.call_sites import CallSite, CallSites
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.frame import CLEAN


class Builtins:
    """Emitter of such calls.

    Args:
        context: the shared state.
        call_sites: the emitter of all calls.
        is_atomic: tells whether an operand definitely has an atomic value.
    """

    def __init__(self, context: ShadowContext, call_sites: CallSites, is_atomic: Callable[[int, int], bool]) -> None:
        self.context, self.call_sites, self.is_atomic = context, call_sites, is_atomic

    def takes(self, index: int, name: str) -> bool:
        """Return True if a call of a builtin function is emitted here.

        Args:
            index: the instruction.
            name: of the function.
        """
        slow_path = self.context.shadows.slow_paths.get(index)
        if slow_path is None or not self.call_sites.takes(index, self.context.instructions[index], slow_path):
            return False
        row = SPECULATED[name]
        function = getattr(builtins if row.owner is None else row.owner(), row.name)
        if self.context.runtime.algebra.model(function, None) is not None:
            return False
        observed = slow_path.observed and (slow_path.cache.wanted is None or slow_path.cache.wanted(function))
        count = len(slow_path.arguments)
        return not observed and count in row.direct and not (row.model == "item_taken" and count)

    def write(self, call: CallSite) -> bool:
        """Emit a call, if it is one of these; return True if it is."""
        context, e, frame = self.context, call.emitter, call.frame
        name = context.types.callee(call.index) if context.types is not None else ""
        if not name:
            return False
        count = len(call.shades)
        e.reserve(2 * count + 16)
        e.cover(call.program)
        row = SPECULATED[name]
        if row.model == "item_added":
            self._append(call)
            return True
        side_exit = context.side_exit(call.index)
        if row.model == "item_taken":
            self._test_table(call, side_exit)
            call.call()
            frame.assign(call.bound, call.result)
            return True
        if row.owner is None:
            e.emit("COPY", call.function)
            e.jump_unless_is(getattr(builtins, name), side_exit)
        if row.model == "instance_test":
            self._test(call, 1, None, side_exit)
            self._test(call, 2, context.runtime.heap.assumptions.pure_load("__class__"), side_exit)
        for depth in range(count, 0, -1) if row.model != "instance_test" else ():
            if not self.is_atomic(call.index, depth) and not self._holds_atomic(call.index, depth):
                self._test(call, depth, self._kinds(row, count - depth), side_exit)
        call.call()
        shades = call.shades if row.owner is None else [call.bound, *call.shades]
        frame.assign(CLEAN if row.model == "instance_test" else frame.joined(shades), call.result)
        return True

    def _holds_atomic(self, index: int, depth: int) -> bool:
        """Return True if an argument is a constant tuple of atomic values."""
        before = self.context.instructions[index - 1]
        if depth != 1 or before.op != "LOAD_CONST" or type(before.arg) is not tuple or index in self.context.leaders:
            return False
        return all(type(each) in ATOMIC for each in before.arg)

    def _kinds(self, row: Builtin, number: int) -> Any:
        """Return the types that an argument may be of."""
        if row.model == "extreme":
            return self.context.runtime.heap.assumptions.default_comparison
        return getattr(typesets, row.argument(number))

    def _test(self, call: CallSite, depth: int, kinds: Any, otherwise: int) -> None:
        """Emit a test that an argument has one of some types, or is a class if there are none."""
        e = call.emitter
        call.push_type(depth)
        e.load_const(type if kinds is None else kinds)
        e.emit("IS_OP" if kinds is None else "CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", otherwise)

    def _append(self, call: CallSite) -> None:
        """Emit an append to a list: [.. the list's method .. value]."""
        context, e, frame = self.context, call.emitter, call.frame
        shadowed = e.asm.label()
        (shade,) = call.shades
        if shade:
            frame.push(shade)
            e.sequences.jump_if("NOT_NONE", shadowed)
        self._test_table(call, shadowed)
        call.call()
        e.asm.place(call.done)
        frame.assign(CLEAN, call.result)

        def append() -> None:
            frame.stack = list(call.stack)
            e.cover(call.program)
            e.asm.place(shadowed)
            e.push_function(context.runtime.helpers.appended)
            self._push_list(call, 2)
            e.emit("COPY", 4)
            frame.push(shade)
            e.sequences.call(3)
            e.emit("POP_TOP")
            call.call()
            e.sequences.jump_back(call.done)

        e.emit_cold(append)

    def _test_table(self, call: CallSite, found: int) -> None:
        """Emit a test that a list has no table on the shadow heap."""
        e = call.emitter
        e.push_function(id)
        self._push_list(call, 2)
        e.sequences.call(1)
        e.jump_if_in(self.context.runtime.heap.tables, found)

    def _push_list(self, call: CallSite, pushed: int) -> None:
        call.emitter.emit("COPY", call.function + pushed)
        call.emitter.sequences.load_attribute(call.emitter.name("__self__"))
