"""The clean copy of woven code that keeps shadows: the program, with tests whether there is any shadow yet.

Once there is one that may concern the frame, the frame is given slots, and goes on in the shadowed copy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.instrumentation import Plan
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.shadow.clean_containers import METHODS, Filling
from bytescope.weave.shadow.plan import MOVES
from bytescope.weave.shadow.slowpath import NULLS, watched

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_frame = sys._getframe

_SILENT = MOVES | {"load_cell", "store_cell", "delete_cell", "load_global", "store_global", "delete_global"}
"""Primitives that run no code of the program's."""


class CleanCopy:
    """Writes it for a writer.

    Attributes:
        begun: the label at which frames begin in the shadowed copy.
    """

    def __init__(self, writer: ShadowWriter, plan: Plan) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.plan = plan
        self.runtime = writer.runtime
        self.verified, self.instructions, self.primitives = writer.verified, writer.instructions, writer.primitives
        self.entries = {index: self.emitter.asm.label() for index in range(len(self.instructions) + 1)}
        self.begun = self.emitter.asm.label()
        self.switched: set[int] = set()
        self.delegated = {each.target for each in self.instructions if each.op == "SEND"}
        self.methods = self.unbroken_methods()
        self.filling = Filling(self)

    def concerns(self, index: int) -> bool:
        """Whether an instruction cannot stay as it is."""
        marked = index == self.writer.start or index in self.delegated or index in self.plan.points
        return marked or self.tested(index) or self.primitives.pushes_method(index)

    def enter_here(self, index: int) -> None:
        """Say that this is where frames go on that change to the shadowed copy at an instruction."""
        if index not in self.switched:
            self.switched.add(index)
            self.emitter.asm.place(self.entries[index])

    def place_unused(self) -> None:
        """Give the other labels a place."""
        for index, label in self.entries.items():
            if index not in self.switched:
                self.emitter.asm.place(label)

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write an instruction, with the tests around it."""
        writer, instruction = self.writer, self.instructions[index]
        if index in self.delegated:
            self.test(index, [1], self.switch_after(1), [self.verified.depths[index] - 1])
        point = self.plan.points.get(index)
        if index == writer.start and writer.is_direct:
            writer.direct.begin(raws, group, self.begun)
            return
        if index == writer.start:
            writer.raws(raws, index, group)
            self.emitter.asm.position = None  # no line of the program's has begun yet
            if point is not None:
                self.go(self.begun)
            else:
                self.begin_shadowed()
            return
        if point:
            only = watched(instruction, point)
            if only is None:
                self.switch_here(index)
                return
            self.guard(index, only)
        if index in self.filling.kept:
            self.filling.write(index, raws, group)
            return
        if self.primitives.pushes_method(index) and index not in self.methods:
            self.primitives.load_method(index, raws, group)
        else:
            writer.raws(raws, index, group)
        if self.tested(index) and index not in self.methods:
            self.test_after(index, instruction)

    def tested(self, index: int) -> bool:
        """Whether there may be a shadow after an instruction although there was none before it."""
        if self.verified.depths[index] < 0 or index in self.writer.inside:
            return False
        instruction = self.instructions[index]
        if instruction.op in ("YIELD", "PUSH_EXC_INFO"):
            return True
        moved = references(instruction)
        if moved.call is None or moved.call.name in _SILENT or instruction.op == "SEND":
            return False
        return moved.after is not None and (moved.jump is None or instruction.op == "FOR_ITER")

    def test_after(self, index: int, instruction: Instruction) -> None:
        """Write the test behind an instruction."""
        following = index + 1
        depth = self.verified.depths[following]
        if instruction.op == "YIELD":
            self.writer.after_resume = lambda: self.test(following, [1], self.switch_resumed, [depth - 1])
        elif instruction.op == "PUSH_EXC_INFO":
            self.test(following, [], self.switch_caught, [depth - 1])
        else:
            container = self.filling.stays(index)
            if container:
                self.test(following, [container], self.filling.switch_stayed, [])
                return
            moved = references(instruction)
            places = [self.verified.depths[index] - moved.need + position for _, position in moved.results(False)]
            inplace = moved.call is not None and moved.call.name == "inplace"
            self.test(following, [depth - place for place in places], self.switch_after(len(places), inplace), places)

    def test(self, index: int, results: list[int], switch: Callable[..., Any], places: list[int]) -> None:
        """Write a test: whether to go on in the shadowed copy at an instruction.

        Args:
            index: the instruction.
            results: depths of the values that `switch` gets, in a tuple.
            switch: gives the shadows of what is in some places, if there are any; None if the frame can stay.
            places: positions of these operands.
        """
        e = self.emitter
        label, stay = self.alarmed()
        key = self.writer.teller.key
        given = e.tuple_of([e.at(depth) for depth in results])
        depth = self.verified.depths[index]

        def out_of_the_way() -> None:
            slots = self.writer.slots
            e.cover(key)
            e.asm.place(label)
            leaving = e.asm.label()
            e.push_function(switch)
            e.room(16)
            e.push(given, 2)
            e.sequences.call(1)
            e.sequences.jump_unless_none(leaving)
            e.emit("POP_TOP")
            e.sequences.jump_back(stay)
            e.asm.place(leaving)
            slots.insert(depth + 1)
            if places:
                e.emit("UNPACK_SEQUENCE", len(places))
                for place in places:
                    slots.store(slots.place(place))
            else:
                e.emit("POP_TOP")
            self.go(self.entries[index])

        e.later(out_of_the_way)

    def alarmed(self) -> tuple[int, int]:
        """Write the test whether there is any shadow; the labels to which it jumps then, and where to come back."""
        e = self.emitter
        label, stay = e.asm.label(), e.asm.label()
        e.load_const(self.runtime.shadows_exist)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", label)
        e.asm.place(stay)
        e.room(8)
        return label, stay

    def begin_shadowed(self) -> None:
        """Write the test whether the frame goes on in the shadowed copy at once."""
        label, _ = self.alarmed()
        e = self.emitter

        def out_of_the_way() -> None:
            e.asm.place(label)
            self.go(self.begun)

        e.later(out_of_the_way)

    def switch_here(self, index: int) -> None:
        """Write the change to the shadowed copy, with no shadows."""
        depth = self.verified.depths[index]
        if self.instructions[index].op == "CALL_KW" and not self.emitter.sequences.PUSHES_KEYWORD_NAMES:
            depth -= 1  # the names are no operand here
        self.writer.slots.insert(depth)
        self.go(self.entries[index])

    def go(self, label: int) -> None:
        """Write the jump to the shadowed copy, which comes behind everything that is written now."""
        self.emitter.asm.jump("JUMP_FORWARD", label)

    def guard(self, index: int, watched: tuple[object, ...]) -> None:
        """Write the test whether a call is one of those that an analysis wants to be told of."""
        e = self.emitter
        kinds = self.writer.kinds[index]
        assert kinds is not None
        need = references(self.instructions[index]).need
        pair = kinds[len(kinds) - need : len(kinds) - need + 2]
        depth = need - 1 if NULL_FIRST and any(each in NULLS for each in pair) else need
        if self.instructions[index].op == "CALL_KW" and not e.sequences.PUSHES_KEYWORD_NAMES:
            depth -= 1
        for each in watched:
            label, key = e.asm.label(), self.writer.teller.key
            e.emit("COPY", depth)
            e.load_const(each)
            e.emit("IS_OP", 0)
            e.sequences.jump_if("TRUE", label)
            e.room(4)

            def write(label: int = label, key: Any = key) -> None:
                e.cover(key)
                e.asm.place(label)
                self.switch_here(index)

            e.later(write)

    def unbroken_methods(self) -> frozenset[int]:
        """Loads of methods that stay as they are: between them and their call nothing is tested."""
        found: set[int] = set()
        for index in range(len(self.instructions)):
            name = str(self.instructions[index].arg)
            if not self.primitives.pushes_method(index) or name.startswith("__") or name in METHODS:
                continue
            place = self.verified.depths[index] - references(self.instructions[index]).need
            for after in range(index + 1, len(self.instructions)):
                each = self.instructions[after]
                if each.op == "CALL" and self.verified.depths[after] - each.arg - 2 == place:
                    if self.stays(after):
                        found.add(index)
                    break
                if each.target is not None or each.op.startswith("CALL"):
                    break
                if after in self.plan.points or self.tested(after):
                    break
        return frozenset(found)

    def stays(self, index: int) -> bool:
        """Whether the frame can stay at an instruction though an analysis may be told of it."""
        point = self.plan.points.get(index)
        return not point or watched(self.instructions[index], point) is not None

    # --- changing copies

    def switch_after(self, count: int, inplace: bool = False) -> Callable[..., Any]:
        """What is called when a primitive has been performed: its results may have been given shadows meanwhile."""
        runtime, tables = self.runtime, self.runtime.heap.tables
        late, channel, clean = runtime.collect_returned, runtime.channel, [None] * count

        def switch(results: tuple[Any, ...]) -> Any:
            if not tables and not channel.returned:
                return None
            shadows = late(_frame(1), results, results[0] if inplace else None)
            return None if not tables and shadows == clean else shadows

        return switch

    def switch_resumed(self, results: tuple[Any, ...]) -> Any:
        """What is called when the frame has been suspended meanwhile."""
        shadow = self.runtime.sent(_frame(1), results[0])
        return None if shadow is None and not self.runtime.heap.tables else [None]

    def switch_caught(self, results: tuple[Any, ...]) -> Any:
        """What is called when a handler has taken an exception."""
        exception = sys.exception()
        assert exception is not None
        shadow = self.runtime.caught(_frame(1), exception)
        return None if shadow is None and not self.runtime.heap.tables else [shadow]
