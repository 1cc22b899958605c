"""The quick copy of woven code that keeps shadows: it has no way for what is not as it is known to be, as a rule.

It stands before the shadowed copy, and frames whose arguments have shadows begin in it. Where a test of a type comes
out otherwise than expected, the frame goes on in the shadowed copy with the same instruction; it comes back at the end
of a turn of a loop, if all that is known where the loop begins (`type_inference`) is so. Both copies have the shadows
in the same slots.
"""

from __future__ import annotations

from bytescope.code.lowering.groups import Group, Raw
from bytescope.startup.stdlib_lite import TYPE_CHECKING
from bytescope.weave.shadow.type_inference import Facts

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_MOST_TESTS = 6
"""So many values are tested at most before a frame comes back."""


class QuickCopy:
    """Writes it for a writer."""

    def __init__(self, writer: ShadowWriter) -> None:
        self.writer = writer
        self._facts: Facts | None = None
        self._labels: dict[int, int] = {}
        self._again: dict[int, int] = {}

    def write(self, before: list[Group]) -> None:
        """Write all groups, if that is of use.

        Args:
            before: the groups that come before, see `ShadowWriter.new_copy`.
        """
        writer = self.writer
        facts = Facts(writer, writer.inline.takes, writer.builtins.takes)
        if not facts.useful:
            return
        writer.facts = facts
        writer.emitter.section("speculative version")
        writer.copy()
        writer.emitter.write_later()
        writer.facts = None
        self._facts, self._labels = facts, writer.labels
        writer.new_copy(before)
        writer.slots.settled(writer.verified.depths[writer.start])

    def again(self, index: int) -> int:
        """The label in the shadowed copy where an instruction begins for which the quick copy has no way."""
        return self._again.setdefault(index, self.writer.emitter.asm.label())

    def take_over(self, index: int) -> None:
        """Say that an instruction begins here, in the shadowed copy."""
        if self.writer.facts is None and index in self._again:
            self.writer.emitter.asm.place(self._again.pop(index))

    def come_back(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write, before a jump back in the shadowed copy, a jump to the quick one, if all is as it is known there.

        Args:
            index: the instruction.
            raws: what does its work.
            group: the group that it is in.
        """
        writer = self.writer
        target = writer.instructions[index].target
        if self._facts is None or writer.facts is not None or target is None or group.target is None:
            return
        tests = self._facts.tests(target)
        if target > index or tests is None or len(tests) > _MOST_TESTS:
            return
        e, stay = writer.emitter, writer.emitter.asm.label()
        e.room(12)
        for test in tests:
            e.push_function(type)
            if test.variable >= 0:
                e.sequences.load_variable(test.variable, "local")
            else:
                e.emit("COPY", test.depth + 2)
            e.sequences.call(1)
            e.load_const(test.kinds)
            e.emit("CONTAINS_OP", 0)
            e.sequences.jump_if("FALSE", stay)
        labels, writer.labels = writer.labels, self._labels
        writer.raws(raws, index, group)
        writer.labels = labels
        e.asm.place(stay)
