"""Tests in the clean version before calls and loads of attributes: whether an analysis observes them.

Of calls, the test is of identity where an analysis says which objects these are (`Analysis.calls_of`), and otherwise of
the names of functions and methods (`calls_named`), which few others have. For these, and for all other callables, the
analysis decides.
"""

from __future__ import annotations

import types
from collections.abc import Callable

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.isa.instrumentation import Point, callee_filter, has_others, observed_callables, observed_names
from bytescope.isa.kinds import NULLS
from bytescope.isa.moves import references
from bytescope.shadow.constants import Members
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.context import ShadowContext

_NAMED: Members[type] = Members(
    (type, types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)
)
"""Types of callables whose name is read without running code of the program's."""


class ObservationTests:
    """Emitter of these tests.

    Args:
        context: the shared state.
        leave: emits the OSR exit before an instruction.
    """

    def __init__(self, context: ShadowContext, leave: Callable[[int], None]) -> None:
        self.context, self.emitter, self.leave = context, context.emitter, leave
        self.instructions = context.instructions

    def observable(self, index: int, point: Point) -> bool:
        """Return True if a test can tell whether a point's hooks observe a call or load."""
        instruction = self.instructions[index]
        return (
            observed_callables(instruction, point) is not None
            or observed_names(instruction, point) is not None
            or self._owner_test(index, point) is not None
        )

    def need_object(self, index: int, point: Point | None) -> bool:
        """Return True if the test before a call needs the callable as one object: no method apart from its receiver."""
        return point is not None and observed_callables(self.instructions[index], point) is None

    def before_names(self, index: int, points: dict[int, Point]) -> Point | None:
        """Return the point of a call that is tested before an instruction which loads the names of its arguments.

        Where these names are no operand, nothing else can be called between their load and the call.
        """
        point = points.get(index + 1)
        if point is None or self.emitter.sequences.PUSHES_KEYWORD_NAMES:
            return None
        call = self.instructions[index + 1]
        is_named = call.op == "CALL_KW" and observed_callables(call, point) is None
        return point if is_named and observed_names(call, point) is not None else None

    def test(self, index: int, point: Point) -> None:
        """Emit the test before an instruction, which leaves the clean version if it is observed."""
        if self.before_names(index - 1, {index: point}) is not None:
            return
        only = observed_callables(self.instructions[index], point)
        if only is not None:
            self._test_identity(index, only)
        elif observed_names(self.instructions[index], point) is not None:
            self.test_names(index, point, index)
        else:
            self._test_owner(index, point)

    def _owner_test(self, index: int, point: Point) -> Callable[[str, object], bool] | None:
        """Return the analyses' test of the object whose attribute is loaded, None if there is none."""
        call = references(self.instructions[index]).call
        hooks_before = point.before is not None or has_others(point)
        if call is None or call.name != "getattr" or hooks_before or point.after is None:
            return None
        return point.after.wants_owner

    def _depth(self, index: int) -> int:
        """Return the depth of the callable."""
        kinds = self.context.kinds[index]
        assert kinds is not None
        need = references(self.instructions[index]).need
        pair = kinds[len(kinds) - need : len(kinds) - need + 2]
        depth = need - 1 if NULL_FIRST and not NULLS.isdisjoint(pair) else need
        if self.instructions[index].op == "CALL_KW" and not self.emitter.sequences.PUSHES_KEYWORD_NAMES:
            depth -= 1
        return depth

    def _test_identity(self, index: int, watched: tuple[object, ...]) -> None:
        e, depth = self.emitter, self._depth(index)
        for each in watched:
            label, key = e.asm.label(), e.hook_key
            e.emit("COPY", depth)
            e.load_const(each)
            e.emit("IS_OP", 0)
            e.sequences.jump_if("TRUE", label)
            e.reserve(4)

            def write(label: int = label, key: Any = key) -> None:
                e.cover(key)
                e.asm.place(label)
                self.leave(index)

            e.emit_cold(write)

    def _test_owner(self, index: int, point: Point) -> None:
        e, key, wanted = self.emitter, self.emitter.hook_key, self._owner_test(index, point)
        leaving = e.asm.label()
        e.reserve(6)
        e.call([wanted, self.instructions[index].arg], [e.at(1)])
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", leaving)

        def write() -> None:
            e.cover(key)
            e.asm.place(leaving)
            self.leave(index)

        e.emit_cold(write)

    def test_names(self, index: int, point: Point, leave_at: int) -> None:
        """Emit the test of a call by names, and the OSR exit before an instruction.

        Args:
            index: the call.
            point: its hooks.
            leave_at: the instruction.
        """
        e, depth, key = self.emitter, self._depth(index), self.emitter.hook_key
        named, wanted = observed_names(self.instructions[index], point), callee_filter(self.instructions[index], point)
        assert named is not None and wanted is not None
        unbound, unnamed, decide, stay = (e.asm.label() for _ in range(4))
        e.reserve(8)
        e.emit("COPY", depth)
        e.apply(type, 1)
        e.jump_unless_is(types.MethodType, unbound)
        e.sequences.load_attribute(e.name("__func__"))
        e.asm.place(unbound)
        e.apply(type, 1)
        e.jump_unless_in(_NAMED, unnamed)
        e.sequences.load_attribute(e.name("__name__"))
        for each in named[1:]:
            e.emit("COPY", 1)
            e.jump_if_in(each, unnamed)
        e.jump_if_in(named[0], decide)
        e.asm.place(stay)

        def write() -> None:
            e.cover(key)
            e.asm.place(unnamed)
            e.emit("POP_TOP")
            e.asm.place(decide)
            leaving = e.asm.label()
            e.apply(wanted, depth)
            e.sequences.jump_if("TRUE", leaving)
            e.sequences.jump_back(stay)
            e.asm.place(leaving)
            self.leave(leave_at)

        e.emit_cold(write)
