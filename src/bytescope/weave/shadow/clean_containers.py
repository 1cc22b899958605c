"""Containers that the clean version fills, perhaps with the first values that have a shadow.

Shadows that generators return to native code are collected after an instruction, when a list that it has extended may
no longer be on the stack. So a copy is kept below the operands meanwhile. How many items the list had before is not
known: if one of them is the very object that is the first to have a shadow, it gets that shadow.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.builtins import FILLING_METHODS
from bytescope.isa.effects import FILLING
from bytescope.isa.kinds import NULLS
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.hooks.on_primitives import pushes_method
from bytescope.weave.shadow.context import ShadowContext

_frame = sys._getframe


class CleanContainers:
    """Emitter of instructions of the clean version that may fill a container.

    Args:
        context: the shared state.
        stays: tells whether the frame can stay in the clean version at an instruction.
        test_flag: emits the test of the shadows_exist flag; returns the labels of its cold code, and of the way back.

    Attributes:
        kept: by instruction, the depth of what is kept: the container, or its bound method.
    """

    def __init__(
        self, context: ShadowContext, stays: Callable[[int], bool], test_flag: Callable[[], tuple[int, int]]
    ) -> None:
        self.context, self.emitter = context, context.emitter
        self.stays, self.test_flag = stays, test_flag
        self.instructions, self.depths = context.instructions, context.verified.depths
        self.kept = dict(filter(None, map(self._kept, range(len(self.instructions)))))

    def _kept(self, index: int) -> tuple[int, int] | None:
        """Return the instruction that fills the container, and the depth of what is kept."""
        instruction = self.instructions[index]
        if self.depths[index] < 0 or index in self.context.inside:
            return None
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        before = self.instructions[index - 1]
        sliced = before.op == "BUILD_SLICE" or (before.op == "LOAD_CONST" and type(before.arg) is slice)
        if name == "setslice" or (name == "setitem" and sliced):
            assert moved.operands[0] is not None
            return (index, moved.need - moved.operands[0]) if self.stays(index) else None
        if str(instruction.arg) not in FILLING_METHODS or not pushes_method(instruction):
            return None
        place = self.depths[index] - moved.need
        for call in range(index + 1, len(self.instructions)):
            each = self.instructions[call]
            if each.op == "CALL" and self.depths[call] - each.arg - 2 == place:
                kinds = self.context.kinds[call]
                known = each.arg == 1 and kinds is not None and not NULLS.isdisjoint(kinds[-3:-1])
                return (call, 2 if NULL_FIRST else 3) if known and self.stays(call) else None
        return None

    def filled(self, index: int) -> int:
        """Return the depth of the container that an instruction has filled and left on the stack, or 0."""
        moved = references(self.instructions[index])
        if moved.call is None or moved.call.name not in FILLING or not moved.after:
            return 0
        container = moved.operands[0]
        return 0 if container not in moved.after else len(moved.after) - moved.after.index(container)

    def write(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit an instruction with what is kept for it, and the test after it."""
        e, frame = self.emitter, self.context.frame
        moved = references(self.instructions[index])
        e.reserve(8)
        e.emit("COPY", self.kept[index])
        for above in range(moved.need + 1, 1, -1):
            e.emit("SWAP", above)
        self.context.raws(raws, index, group)
        results = len(moved.results(False))
        label, _ = self.test_flag()
        done, key = e.asm.label(), self.context.emitter.hook_key
        if results:
            e.emit("SWAP", 2)
        e.emit("POP_TOP")
        e.asm.place(done)

        def cold() -> None:
            e.cover(key)
            e.asm.place(label)
            leaving = e.asm.label()
            e.push_function(self.osr_exit_filled)
            e.emit("COPY", results + 3)
            if results:
                e.emit("COPY", 4)
            e.sequences.call(1 + results)
            e.emit("SWAP", results + 2)
            e.emit("POP_TOP")
            if results:
                e.emit("SWAP", 2)
            e.sequences.jump_unless_none(leaving)
            e.emit("POP_TOP")
            e.sequences.jump_back(done)
            e.asm.place(leaving)
            depth = self.depths[index + 1]
            frame.insert(depth + 1)
            if results:
                e.emit("UNPACK_SEQUENCE", 1)
                frame.store(frame.place(depth - 1))
            else:
                e.emit("POP_TOP")
            e.asm.jump("JUMP_FORWARD", self.context.osr_entry(index + 1))

        e.emit_cold(cold)

    def osr_exit_filled(self, kept: Any, *results: Any) -> Any:
        """Return the shadows of the results after a container has been filled; None if the frame can stay."""
        container = kept.__self__ if type(kept) is types.BuiltinFunctionType else kept
        return self._found(_frame(1), container, results)

    def osr_exit_stayed(self, operands: tuple[Any, ...]) -> Any:
        """Do the same for a container that is still on the stack."""
        return self._found(_frame(1), operands[0], ())

    def _found(self, frame: types.FrameType, container: Any, results: tuple[Any, ...]) -> Any:
        runtime = self.context.runtime
        if not runtime.heap.tables and not runtime.channel.returned:
            return None
        shadows = runtime.collect_returned(frame, results, container)
        return shadows if runtime.heap.tables or any(each is not None for each in shadows) else None
