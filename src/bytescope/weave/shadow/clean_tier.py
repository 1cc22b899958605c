"""The clean version of instrumented code: the program, with tests of the shadows_exist flag.

Once there is a shadow that may concern the frame, the frame gets a shadow frame, and on-stack replacement (OSR)
continues it at the same instruction of the general version.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.builtins import FILLING_METHODS
from bytescope.isa.instrumentation import for_clean_data
from bytescope.isa.moves import references
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.hooks.on_primitives import Primitives, pushes_method
from bytescope.weave.shadow.calling_convention import CallingConvention
from bytescope.weave.shadow.clean_containers import CleanContainers
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.observation_tests import ObservationTests
from bytescope.weave.shadow.plan import MOVES

_frame = sys._getframe

_SILENT = MOVES | {"load_cell", "store_cell", "delete_cell", "load_global", "store_global", "delete_global"}
"""Primitives that run no user code."""
_OF_NAMESPACES = frozenset({"load_name", "store_name", "delete_name"})
"""Primitives that run none in a namespace that is a dict."""


class CleanTier:
    """Emitter of the clean version.

    Args:
        context: the shared state.
        convention: the fast calling convention.
        primitives: emitter of primitives.
    """

    def __init__(self, context: ShadowContext, convention: CallingConvention, primitives: Primitives) -> None:
        self.context, self.convention, self.primitives = context, convention, primitives
        self.emitter = context.emitter
        self.runtime = context.runtime
        clean = {index: for_clean_data(point) for index, point in context.analyses.points.items()}
        self.points = {index: point for index, point in clean.items() if point is not None}
        self.verified, self.instructions = context.verified, context.instructions
        self.delegated = {each.target for each in self.instructions if each.op == "SEND"}
        self.observed = ObservationTests(context, self.osr_exit_before)
        self.methods = self.unbroken_methods()
        self.containers = CleanContainers(context, self.stays, self.test_flag)

    def concerns(self, index: int) -> bool:
        """Return True if an instruction cannot stay as it is."""
        marked = index == self.context.start or index in self.delegated or index in self.points
        if self.observed.before_names(index, self.points) is not None:
            return True
        return marked or self.tested(index) or pushes_method(self.instructions[index])

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit an instruction, with the tests around it."""
        context, instruction = self.context, self.instructions[index]
        if index in self.delegated:
            self.test(index, [1], self.osr_exit_after(1), [self.verified.depths[index] - 1])
        point = self.points.get(index)
        if index == context.start and self.convention.is_fast:
            self.convention.begin(raws, group)
            return
        if index == context.start:
            context.raws(raws, index, group)
            self.emitter.asm.position = None  # no line of the program's has begun yet
            if point is not None:
                self.emitter.asm.jump("JUMP_FORWARD", self.context.begun)
            else:
                self.begin_shadowed()
                self.begin_in_namespace()
            if context.lowered.iterates_first:
                self.emitter.sequences.load_iterator(context.lowered.iterates_first)
            return
        named = self.observed.before_names(index, self.points)
        if named is not None:
            self.observed.test_names(index + 1, named, index)
        if point:
            if not self.observed.observable(index, point):
                self.osr_exit_before(index)
                return
            self.observed.test(index, point)
        if index in self.containers.kept:
            self.containers.write(index, raws, group)
            return
        if pushes_method(self.instructions[index]) and index not in self.methods:
            self.primitives.load_method(index, raws, group)
        else:
            context.raws(raws, index, group)
        if self.tested(index) and index not in self.methods:
            self.test_after(index, instruction)

    def tested(self, index: int) -> bool:
        """Return True if there may be a shadow after an instruction although there was none before it."""
        if self.verified.depths[index] < 0 or index in self.context.inside:
            return False
        instruction = self.instructions[index]
        if instruction.op in ("YIELD", "PUSH_EXC_INFO"):
            return True
        moved = references(instruction)
        if moved.call is None or moved.call.name in _SILENT | _OF_NAMESPACES or instruction.op == "SEND":
            return False
        return moved.after is not None and (moved.jump is None or instruction.op == "FOR_ITER")

    def test_after(self, index: int, instruction: Instruction) -> None:
        """Emit the test after an instruction."""
        following = index + 1
        depth = self.verified.depths[following]
        if instruction.op == "YIELD":
            self.context.after_resume = lambda: self.test(following, [1], self.osr_exit_resumed, [depth - 1])
        elif instruction.op == "PUSH_EXC_INFO":
            self.test(following, [], self.osr_exit_caught, [depth - 1])
        else:
            container = self.containers.filled(index)
            if container:
                self.test(following, [container], self.containers.osr_exit_stayed, [])
                return
            moved = references(instruction)
            places = [self.verified.depths[index] - moved.need + position for _, position in moved.results(False)]
            inplace = moved.call is not None and moved.call.name == "inplace"
            results = [1] if pushes_method(instruction) and NULL_FIRST else [depth - place for place in places]
            self.test(following, results, self.osr_exit_after(len(places), inplace), places)

    def test(self, index: int, results: list[int], osr_exit: Callable[..., Any], places: list[int]) -> None:
        """Emit a test before an instruction: whether the frame continues in the general version.

        Args:
            index: the instruction.
            results: depths of the values that `osr_exit` gets, in a tuple.
            osr_exit: returns the shadows of some operands, if there are any; None if the frame can stay.
            places: positions of these operands.
        """
        e = self.emitter
        label, stay = self.test_flag()
        key = self.context.emitter.hook_key
        given = e.tuple_of([e.at(depth) for depth in results])
        depth = self.verified.depths[index]

        def cold() -> None:
            frame = self.context.frame
            e.cover(key)
            e.asm.place(label)
            leaving = e.asm.label()
            e.push_function(osr_exit)
            e.reserve(16)
            e.push(given, 2)
            e.sequences.call(1)
            e.sequences.jump_unless_none(leaving)
            e.emit("POP_TOP")
            e.sequences.jump_back(stay)
            e.asm.place(leaving)
            frame.insert(depth + 1)
            if places:
                e.emit("UNPACK_SEQUENCE", len(places))
                for place in places:
                    frame.store(frame.place(place))
            else:
                e.emit("POP_TOP")
            e.asm.jump("JUMP_FORWARD", self.context.osr_entry(index))

        e.emit_cold(cold)

    def test_flag(self) -> tuple[int, int]:
        """Emit the test of the shadows_exist flag; return the labels of its cold code, and of the way back."""
        e = self.emitter
        label, stay = e.asm.label(), e.asm.label()
        e.load_const(self.runtime.shadows_exist)
        e.sequences.to_bool()
        e.sequences.jump_if("TRUE", label)
        e.asm.place(stay)
        e.reserve(8)
        return label, stay

    def begin_shadowed(self) -> None:
        """Emit the test whether the frame begins in the general version."""
        label, _ = self.test_flag()
        e = self.emitter

        def cold() -> None:
            e.asm.place(label)
            self.emitter.asm.jump("JUMP_FORWARD", self.context.begun)

        e.emit_cold(cold)

    def begin_in_namespace(self) -> None:
        """Emit the test whether the code of a class or module is executed in something that is no dict."""
        if _OF_NAMESPACES.isdisjoint(each.op.lower() for each in self.instructions):
            return
        e, label = self.emitter, self.emitter.asm.label()
        e.push_function(type)
        e.sequences.load_namespace(e.load_const)
        e.sequences.call(1)
        e.reserve(4)
        e.jump_unless_is(dict, label)

        def cold() -> None:
            e.asm.place(label)
            e.asm.jump("JUMP_FORWARD", self.context.begun)

        e.emit_cold(cold)

    def osr_exit_before(self, index: int) -> None:
        """Emit the OSR exit before an instruction, with no shadows."""
        depth = self.verified.depths[index]
        if self.instructions[index].op == "CALL_KW" and not self.emitter.sequences.PUSHES_KEYWORD_NAMES:
            depth -= 1  # the names are no operand here
        self.context.frame.insert(depth)
        self.emitter.asm.jump("JUMP_FORWARD", self.context.osr_entry(index))

    def unbroken_methods(self) -> frozenset[int]:
        """Return the loads of methods that stay as they are: between them and their call nothing is tested."""
        found: set[int] = set()
        for index in range(len(self.instructions)):
            name = str(self.instructions[index].arg)
            if not pushes_method(self.instructions[index]) or name.startswith("__") or name in FILLING_METHODS:
                continue
            place = self.verified.depths[index] - references(self.instructions[index]).need
            for after in range(index + 1, len(self.instructions)):
                each = self.instructions[after]
                if each.op == "CALL" and self.verified.depths[after] - each.arg - 2 == place:
                    if self.stays(after) and not self.observed.need_object(after, self.points.get(after)):
                        found.add(index)
                    break
                if each.target is not None or each.op.startswith("CALL"):
                    break
                if after in self.points or self.tested(after):
                    break
        return frozenset(found)

    def stays(self, index: int) -> bool:
        """Return True if the frame can stay at an instruction that an analysis may observe."""
        point = self.points.get(index)
        return point is None or self.observed.observable(index, point)

    # --- on-stack replacement

    def osr_exit_after(self, count: int, inplace: bool = False) -> Callable[..., Any]:
        """Return what is called after a primitive, whose results may have got shadows meanwhile."""
        runtime, tables = self.runtime, self.runtime.heap.tables
        late, channel, clean = runtime.collect_returned, runtime.channel, [None] * count

        def osr_exit(results: tuple[Any, ...]) -> Any:
            if not tables and not channel.returned:
                return None
            shadows = late(_frame(1), results, results[0] if inplace else None)
            return None if not tables and shadows == clean else shadows

        return osr_exit

    def osr_exit_resumed(self, results: tuple[Any, ...]) -> Any:
        """Return the shadow of the value sent, after the frame was suspended; None if the frame can stay."""
        shadow = self.runtime.sent(_frame(1), results[0])
        return None if shadow is None and not self.runtime.heap.tables else [None]

    def osr_exit_caught(self, results: tuple[Any, ...]) -> Any:
        """Return the shadow of the exception that a handler has caught; None if the frame can stay."""
        exception = sys.exception()
        assert exception is not None
        shadow = self.runtime.caught(_frame(1), exception)
        return None if shadow is None and not self.runtime.heap.tables else [shadow]
