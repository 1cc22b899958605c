"""Writes woven code that keeps shadows.

There are two copies of the program in it. Every frame begins in the *clean* one, which is the program with tests
between its instructions: whether there is any shadow yet (`service.alarm`). Once there is one that may concern the
frame, or where an analysis wants to be told something, the frame goes on in the *shadowed* one, at the same place, with
hooks that keep shadows; it stays there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from bytescope.code.groups import Group, Raw
from bytescope.code.instruction import Instruction
from bytescope.code.light import Any
from bytescope.code.sequences import NULL_FIRST
from bytescope.isa.lift import Call
from bytescope.isa.plan import Plan, Point
from bytescope.isa.primitives import Primitive
from bytescope.isa.references import references
from bytescope.weave.emitter import Operand
from bytescope.weave.frames import Frames
from bytescope.weave.primitives import Primitives
from bytescope.weave.shadow import MOVES, ShadowPlan
from bytescope.weave.shadow_primitives import NULLS, State, watched
from bytescope.weave.writer import Writer

_frame = sys._getframe

_SILENT = MOVES | {"load_cell", "store_cell", "delete_cell", "load_global", "store_global", "delete_global"}
"""Primitives that run no code of the program's."""


class ShadowWriter(Writer):
    """Writes one code object that keeps shadows.

    Args:
        lowered: as for `Writer`.
        verified: likewise.
        plan: the hooks of the analyses.
        shadows: what is written in the shadowed copy.
        planner: whose frames' shadows these are.
        given: as for `Writer`, behind the plan.
    """

    def __init__(self, lowered: Any, verified: Any, plan: Plan, shadows: ShadowPlan, planner: Any, *given: Any) -> None:
        super().__init__(lowered, verified, shadows.plan, *given)
        self.shadows = shadows
        self.primitives = _Primitives(self)
        self.frames = _Frames(self)
        self.clean_plan = plan
        self.planner = planner
        self.service = planner.service
        self.states: dict[int, State] = planner.states
        self.first = len(lowered.variables)
        self.size = self.first + verified.max_depth
        self.entries = {index: self.emitter.asm.label() for index in range(len(self.instructions) + 1)}
        self.begun = self.emitter.asm.label()
        self.clean = False
        self.switched: set[int] = set()
        self.delegated = {each.target for each in self.instructions if each.op == "SEND"}
        self.methods = self.unbroken_methods()

    # --- the two copies

    def body(self) -> None:
        """Write all groups twice."""
        start = next((group for group in self.groups if group.first <= self.start < group.first + group.count), None)
        if start is None or self.instructions[self.start].op != "RESUME":
            super().body()
            return
        self.clean = True
        super().body()
        self.emitter.write_later()
        self.clean = False
        self.labels = self.new_labels()
        self.handlers.copies.append(self.labels)
        self.groups, every = self.groups[self.groups.index(start) + 1 :], self.groups
        self.emitter.asm.position = None
        self.emitter.asm.place(self.begun)
        for offset in {group.offset for group in every} - {group.offset for group in self.groups}:
            self.emitter.asm.place(self.labels[offset])  # nobody jumps there
        point = self.plan.points[self.start]
        self.emitter.cover(self.handlers.key(self.start))
        self.frames.arrive(self.start, self.instructions[self.start], point)
        self.frames.enter(point)
        super().body()
        self.groups = every
        for index, label in self.entries.items():
            if index not in self.switched:
                self.emitter.asm.place(label)

    def concerns(self, index: int) -> bool:
        """Whether an instruction cannot stay as it is."""
        if not self.clean:
            return super().concerns(index) or index in self.shadows.raising
        if index in self.inside or self.verified.depths[index] < 0:
            return False
        marked = index == self.start or index in self.delegated or index in self.clean_plan.points
        return marked or self.tested(index) or self.primitives.pushes_method(index)

    def group(self, group: Group) -> None:
        """Write a group."""
        if not self.clean and group.count:
            self.enter_here(group.first)
        super().group(group)

    def enter_here(self, index: int) -> None:
        """Say that this is where frames go on that change to the shadowed copy at an instruction."""
        if index not in self.switched:
            self.switched.add(index)
            self.emitter.asm.place(self.entries[index])

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write one lowered instruction."""
        if self.clean:
            self.clean_instruction(index, raws, group)
            return
        self.enter_here(index)
        raising = self.shadows.raising.get(index)
        if raising is not None:
            self.teller.tell(raising, None, [self.emitter.at(self.instructions[index].arg)])
        super().instruction(index, raws, group)

    # --- the clean copy

    def clean_instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write an instruction of the clean copy, with the tests around it."""
        instruction = self.instructions[index]
        if index in self.delegated:
            self.test(index, [1], self.switch_after(index, (self.first + self.verified.depths[index] - 1,)))
        point = self.clean_plan.points.get(index)
        if index == self.start:
            self.raws(raws, index, group)
            self.emitter.asm.position = None  # no line of the program's has begun yet
            if point is not None:
                self.go(self.begun)
            else:
                self.alarmed(_always, [], self.begun)
            return
        if point:
            only = watched(instruction, point)
            if only is None:
                self.switch(self.switch_here, self.entries[index])
                return
            self.guard(index, only)
        if self.primitives.pushes_method(index) and index not in self.methods:
            self.primitives.load_method(index, raws, group)
        else:
            self.raws(raws, index, group)
        if self.tested(index) and index not in self.methods:
            self.test_after(index, instruction)

    def tested(self, index: int) -> bool:
        """Whether there may be a shadow after an instruction although there was none before it."""
        if self.verified.depths[index] < 0 or index in self.inside:
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
        depth = self.first + self.verified.depths[following]
        if instruction.op == "YIELD":
            self.after_resume = lambda: self.test(following, [1], self.switch_resumed)
        elif instruction.op == "PUSH_EXC_INFO":
            self.test(following, [], self.switch_caught(depth - 1))
        else:
            base = self.first + self.verified.depths[index] - references(instruction).need
            places = [base + position for _, position in references(instruction).results(False)]
            self.test(following, [depth - place for place in places], self.switch_after(following, tuple(places)))

    def test(self, index: int, results: list[int], switch: Callable[..., bool]) -> None:
        """Write a test: whether to go on in the shadowed copy at an instruction.

        Args:
            index: the instruction.
            results: depths of the values that `switch` gets, in a tuple.
            switch: makes the frame's shadows, if there are any.
        """
        e = self.emitter
        self.alarmed(switch, [e.tuple_of([e.at(depth) for depth in results])], self.entries[index])

    def alarmed(self, switch: Callable[..., bool], operands: list[Operand], entry: int) -> None:
        """Write a test whether there is any shadow; then, out of the way, whether there is one that concerns the frame.

        Args:
            switch: says so, and makes the frame's shadows.
            operands: its arguments.
            entry: where the frame goes on then.
        """
        e = self.emitter
        label, stay, key = e.asm.label(), e.asm.label(), self.teller.key
        e.load_const(self.service.alarm)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", label)
        e.asm.place(stay)
        e.room(8)

        def out_of_the_way() -> None:
            e.cover(key)
            e.asm.place(label)
            leaving = e.asm.label()
            e.push_function(switch)
            e.room(16)
            for number, operand in enumerate(operands):
                e.push(operand, 2 + number)
            e.sequences.call(len(operands))
            e.sequences.jump_if("TRUE", leaving)
            e.sequences.jump_back(stay)
            e.asm.place(leaving)
            self.go(entry)

        e.later(out_of_the_way)

    def switch(self, function: Callable[..., None], entry: int) -> None:
        """Write the change to the shadowed copy."""
        e = self.emitter
        e.push_function(function)
        e.room(8)
        e.sequences.call(0)
        e.emit("POP_TOP")
        self.go(entry)

    def go(self, label: int) -> None:
        """Write the jump to the shadowed copy, which comes behind everything that is written now."""
        self.emitter.asm.jump("JUMP_FORWARD", label)

    def guard(self, index: int, watched: tuple[object, ...]) -> None:
        """Write the test whether a call is one of those that an analysis wants to be told of."""
        e = self.emitter
        kinds = self.kinds[index]
        assert kinds is not None
        need = references(self.instructions[index]).need
        pair = kinds[len(kinds) - need : len(kinds) - need + 2]
        depth = need - 1 if NULL_FIRST and any(each in NULLS for each in pair) else need
        if self.instructions[index].op == "CALL_KW" and not e.sequences.PUSHES_KEYWORD_NAMES:
            depth -= 1
        for each in watched:
            label, key = e.asm.label(), self.teller.key
            e.emit("COPY", depth)
            e.load_const(each)
            e.emit("IS_OP", 0)
            e.sequences.jump_if("TRUE", label)
            e.room(4)

            def write(label: int = label, key: Any = key) -> None:
                e.cover(key)
                e.asm.place(label)
                self.switch(self.switch_here, self.entries[index])

            e.later(write)

    def unbroken_methods(self) -> frozenset[int]:
        """Loads of methods that stay as they are: between them and their call nothing is tested."""
        found: set[int] = set()
        for index in range(len(self.instructions)):
            if not self.primitives.pushes_method(index) or str(self.instructions[index].arg).startswith("__"):
                continue
            place = self.verified.depths[index] - references(self.instructions[index]).need
            for after in range(index + 1, len(self.instructions)):
                each = self.instructions[after]
                if each.op == "CALL" and self.verified.depths[after] - each.arg - 2 == place:
                    found.add(index)
                    break
                if each.target is not None or each.op.startswith("CALL"):
                    break
                if after in self.clean_plan.points or self.tested(after):
                    break
        return frozenset(found)

    # --- changing copies

    def switch_here(self) -> None:
        """The frame goes on with no shadows."""
        self.states[id(_frame(1))] = State(self.size)

    def switch_after(self, index: int, places: tuple[int, ...]) -> Callable[..., bool]:
        """What is called when a primitive has been performed: its results may have been given shadows meanwhile."""
        service, states, size, tables = self.service, self.states, self.size, self.service.heap.tables
        late, channel, clean = service.late, service.channel, [None] * len(places)

        def switch(results: tuple[Any, ...]) -> bool:
            if not tables and not channel.answers:
                return False
            frame = _frame(1)
            shadows = late(frame, results)
            if not tables and shadows == clean:
                return False
            state = states[id(frame)] = State(size)
            for place, shadow in zip(places, shadows, strict=True):
                state.S[place] = shadow
            return True

        return switch

    def switch_resumed(self, results: tuple[Any, ...]) -> bool:
        """What is called when the frame has been suspended meanwhile."""
        frame = _frame(1)
        if self.service.sent(frame, results[0]) is None and not self.service.heap.tables:
            return False
        self.states[id(frame)] = State(self.size)
        return True

    def switch_caught(self, place: int) -> Callable[..., bool]:
        """What is called when a handler has taken an exception."""
        service, states, size = self.service, self.states, self.size

        def switch(results: tuple[Any, ...]) -> bool:
            frame = _frame(1)
            shadow = service.caught(frame, sys.exception())
            if shadow is None and not service.heap.tables:
                return False
            state = states[id(frame)] = State(size)
            state.S[place] = shadow
            return True

        return switch


def _always() -> bool:
    return True


class _Primitives(Primitives):
    writer: ShadowWriter

    def operands(self, index: int, instruction: Instruction, call: Call, row: Primitive, above: int) -> list[Operand]:
        """The operands, and the variable's cell behind them."""
        found = super().operands(index, instruction, call, row, above)
        if self.writer.shadows.places.get(index):
            found.append(lambda pushed: self.emitter.sequences.load_cell(instruction.arg.index))
        return found


class _Frames(Frames):
    def enter(self, point: Point) -> None:
        """The frame begins: with its arguments, and their cells."""
        code = self.writer.code
        variables = self.writer.lowered.variables[: len(code.co_varnames)] if code.co_flags & 1 else []
        captured = [each for each in variables if each.scope == "cell"]
        e = self.emitter
        e.room(2 * len(code.co_varnames) + 16)

        def cells(pushed: int) -> None:
            e.room(pushed + 2 * len(captured) + 4)
            for variable in captured:
                e.load_const(variable.name)
                e.sequences.load_cell(variable.index)
            e.emit("BUILD_MAP", len(captured))

        self.tell(point.enter, point.site, [self.arguments(), cells])
