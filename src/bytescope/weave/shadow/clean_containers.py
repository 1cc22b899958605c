"""Containers that the clean copy of woven code fills, perhaps with the first values that have a shadow.

What generators hand to native code is found out behind an instruction, when a list that it has extended may be gone
from the stack. So it is kept there meanwhile, below the operands. How many items it had before is not known: if one of
them is the very object that is the first to have a shadow, it is taken for that.
"""

from __future__ import annotations

import sys
import types

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.shadow.slowpath import NULLS

if TYPE_CHECKING:
    from bytescope.weave.shadow.clean_tier import CleanCopy

_frame = sys._getframe

METHODS = frozenset({"extend", "extendleft", "update"})
"""Methods of builtin containers that put into them what an iterable gives."""

_STAYING = frozenset({"list_extend", "set_update", "dict_update", "dict_merge"})
"""Primitives that do so, and leave the container on the stack."""


class Filling:
    """Writes instructions that may fill a container, for the clean copy.

    Attributes:
        kept: by instruction, how deep what is kept lies: the container, or its bound method.
    """

    def __init__(self, clean: CleanCopy) -> None:
        self.clean = clean
        self.writer, self.emitter = clean.writer, clean.emitter
        self.instructions, self.depths = clean.instructions, clean.verified.depths
        self.kept = dict(filter(None, map(self._kept, range(len(self.instructions)))))

    def _kept(self, index: int) -> tuple[int, int] | None:
        """The instruction that is concerned, and how deep what is kept lies."""
        instruction, clean = self.instructions[index], self.clean
        if self.depths[index] < 0 or index in self.writer.inside:
            return None
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        before = self.instructions[index - 1]
        sliced = before.op == "BUILD_SLICE" or (before.op == "LOAD_CONST" and type(before.arg) is slice)
        if name == "setslice" or (name == "setitem" and sliced):
            assert moved.operands[0] is not None
            return (index, moved.need - moved.operands[0]) if clean.stays(index) else None
        if str(instruction.arg) not in METHODS or not clean.primitives.pushes_method(index):
            return None
        place = self.depths[index] - moved.need
        for call in range(index + 1, len(self.instructions)):
            each = self.instructions[call]
            if each.op == "CALL" and self.depths[call] - each.arg - 2 == place:
                kinds = self.writer.kinds[call]
                known = each.arg == 1 and kinds is not None and any(kind in NULLS for kind in kinds[-3:-1])
                return (call, 2 if NULL_FIRST else 3) if known and clean.stays(call) else None
        return None

    def stays(self, index: int) -> int:
        """How deep the container lies that an instruction has filled and left on the stack, 0 if there is none."""
        moved = references(self.instructions[index])
        if moved.call is None or moved.call.name not in _STAYING or moved.operands[0] is None or moved.after is None:
            return 0
        return len(moved.after) - moved.after.index(moved.operands[0])

    def write(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write an instruction with what is kept for it, and the test behind it."""
        e, clean, slots = self.emitter, self.clean, self.writer.slots
        moved = references(self.instructions[index])
        e.room(8)
        e.emit("COPY", self.kept[index])
        for above in range(moved.need + 1, 1, -1):
            e.emit("SWAP", above)
        self.writer.raws(raws, index, group)
        results = len(moved.results(False))
        label, _ = clean.alarmed()
        done, key = e.asm.label(), self.writer.teller.key
        if results:
            e.emit("SWAP", 2)
        e.emit("POP_TOP")
        e.asm.place(done)

        def out_of_the_way() -> None:
            e.cover(key)
            e.asm.place(label)
            leaving = e.asm.label()
            e.push_function(self.switch_filled)
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
            slots.insert(depth + 1)
            if results:
                e.emit("UNPACK_SEQUENCE", 1)
                slots.store(slots.place(depth - 1))
            else:
                e.emit("POP_TOP")
            clean.go(clean.entries[index + 1])

        e.later(out_of_the_way)

    def switch_filled(self, kept: Any, *results: Any) -> Any:
        """The shadows of the results, when a container has been filled; None if the frame can stay."""
        container = kept.__self__ if type(kept) is types.BuiltinFunctionType else kept
        return self._found(_frame(1), container, results)

    def switch_stayed(self, operands: tuple[Any, ...]) -> Any:
        """The same of a container that has stayed on the stack."""
        return self._found(_frame(1), operands[0], ())

    def _found(self, frame: types.FrameType, container: Any, results: tuple[Any, ...]) -> Any:
        runtime = self.clean.runtime
        if not runtime.heap.tables and not runtime.channel.returned:
            return None
        shadows = runtime.collect_returned(frame, results, container)
        return shadows if runtime.heap.tables or any(each is not None for each in shadows) else None
