"""Hooks around an instruction that performs a primitive and goes on.

before:   [.. operands]                          hook(site, operands); a replacement skips the rest
copies:   [.. operands, operands]                of those that the instruction takes
itself:   [.. operands, results]
after:    [.. operands, results]                 hook(site, operands, results)
          [.. results]
"""

from __future__ import annotations

import types
from collections.abc import Callable

from bytescope.code.groups import Group, Raw
from bytescope.code.instruction import Instruction
from bytescope.code.light import TYPE_CHECKING, Any
from bytescope.isa.events import stored_operand
from bytescope.isa.lift import Call, Symbol, lift
from bytescope.isa.observed import after_stack, immediate, observed_primitive
from bytescope.isa.plan import Point
from bytescope.isa.primitives import PRIMITIVES, Primitive
from bytescope.weave.emitter import Operand

if TYPE_CHECKING:
    from bytescope.weave.writer import Writer

_METHODS = frozenset({"GETATTR", "SUPER_ATTR", "LOAD_SPECIAL"})


class Primitives:
    """Writes such instructions for a writer."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.tell = writer.teller.tell

    def pushes_method(self, index: int) -> bool:
        """Whether an instruction may push a function and its `self` in the place of a bound method."""
        instruction = self.writer.instructions[index]
        return instruction.op in _METHODS and (bool(instruction.flag) or instruction.op == "LOAD_SPECIAL")

    def load_method(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write the load of a callable so that it is one object, with the NULL that goes with it."""
        instruction = self.writer.instructions[index]
        if instruction.op == "LOAD_SPECIAL":
            self.special(index, instruction, Point(None), raws, group)
        else:
            self.writer.raws(self.without_null(raws), index, group)
        self.emitter.sequences.null_for()

    def without_null(self, raws: list[Raw]) -> list[Raw]:
        """The load of a callable alone."""
        return [self.emitter.sequences.plain_load(*raw) for raw in raws]

    def write(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Write an instruction with its hooks.

        Args:
            index: the instruction.
            instruction: itself.
            point: its hooks.
            raws: what does its work.
            group: the group that it is in.
        """
        call = observed_primitive(instruction)
        assert call is not None
        e, sequences = self.emitter, self.emitter.sequences
        lifted = lift(instruction)
        null = any(self.is_null(lifted.calls, each) for each in after_stack(instruction, lifted))
        if null:
            raws = self.without_null(raws)
            if instruction.flag == "null below":
                e.emit("PUSH_NULL")
        if call.name == "special":
            self.special(index, instruction, point, raws, group)
        else:
            self.perform(index, instruction, point, call, raws, group)
        if null and instruction.flag != "null below":
            e.emit("PUSH_NULL") if instruction.flag == "null above" else sequences.null_for()

    def perform(
        self, index: int, instruction: Instruction, point: Point, call: Call, raws: list[Raw], group: Group
    ) -> None:
        """The common form."""
        if not raws:  # a constant that is pushed as part of what follows
            constant = [self.emitter.constant(instruction.arg)]
            self.around_nothing(point, constant)
            return
        lifted = lift(instruction)
        row = PRIMITIVES[call.name]
        stack = [each for each in after_stack(instruction, lifted) if not self.is_null(lifted.calls, each)]
        kept = 0
        while kept < min(len(stack), lifted.need) and stack[kept] == Symbol(-1, lifted.need - 1 - kept):
            kept += 1
        looks_below = kept and kept < lifted.need and not self.emitter.sequences.counts_depth(raws[0][0])
        if looks_below and point.after is not None:
            kept = 0  # it looks below what it takes, so that all of it has to lie together
        taken, made = lifted.need - kept, len(stack) - kept
        number = lifted.calls.index(call)
        results = {each.index: len(stack) - place for place, each in enumerate(stack) if each.call == number}

        def perform(depth: int) -> None:
            self.writer.raws(raws, index, group, depth)

        def operands(above: int) -> list[Operand]:
            return self.operands(index, instruction, call, row, above)

        self.around(
            point, row, operands, perform, taken, made, [results[n] for n in sorted(results)], call, instruction
        )

    @staticmethod
    def is_null(calls: list[Call], symbol: Symbol) -> bool:
        """Whether a symbol stands for a NULL."""
        return not symbol.is_operand and calls[symbol.call].name == "null"

    def operands(self, index: int, instruction: Instruction, call: Call, row: Primitive, above: int) -> list[Operand]:
        """The operands as the hooks get them, with so many values above them."""
        e = self.emitter
        found = [self.operand(index, row, symbol, above) for symbol in call.operands]
        if row.name == "with_except":
            found[1] = e.constant(None)  # there is a NULL, since the method was loaded whole
        if row.variadic:
            fixed = len(row.operands) - 1
            found = [*found[:fixed], e.tuple_of(found[fixed:])]
        return [*map(e.constant, immediate(instruction, call)), *found]

    def operand(self, index: int, row: Primitive, symbol: Symbol, above: int) -> Operand:
        """An operand. The code object of a function that is made is the program's own, not the woven one."""
        if row.name == "make_function" and symbol.index == 0:
            before = self.writer.instructions[index - 1]
            if before.op == "LOAD_CONST" and isinstance(before.arg, types.CodeType):
                return self.emitter.constant(before.arg)
        if not symbol.is_operand:
            return self.emitter.constant(None)
        return self.emitter.at(symbol.index + 1 + above)

    def around(
        self,
        point: Point,
        row: Primitive,
        operands: Callable[[int], list[Operand]],
        perform: Callable[[int], None],
        taken: int,
        made: int,
        results: list[int],
        call: Call,
        instruction: Instruction,
    ) -> None:
        """Write hooks around what performs a primitive.

        Args:
            point: the hooks.
            row: the primitive.
            operands: gives the operands when so many values lie above them.
            perform: writes what performs it, when so many values lie between its operands and what it counts from them.
            taken: the number of operands that it takes.
            made: the number of results.
            results: the depths of the results afterwards, in their order.
            call: the primitive as the instruction calls it.
            instruction: the instruction.
        """
        e = self.emitter
        performed, done = e.asm.label(), e.asm.label()
        plural = len(row.results) != 1 or row.results[0].startswith("*")
        stored = stored_operand(row)

        def skip(go_on: int) -> None:
            if stored is not None:
                e.emit("SWAP", call.operands[stored].index + 2)
                e.emit("POP_TOP")
                e.sequences.jump_back(go_on)
                return
            if not made:
                e.emit("POP_TOP")
            elif plural:
                self.spread(results)
            elif made > 1:  # an operand that stays is among what is made
                e.emit("COPY", taken + 1)
                e.emit("SWAP", 2)
            if point.after is None or not row.results:
                e.sequences.drop_below(taken, made)
                e.sequences.jump_back(done)
            else:
                e.sequences.jump_back(performed)

        if point.before is not None:
            self.tell(point.before, point.site, operands(0), skip)
        if point.after is None:
            perform(0)
            e.asm.place(performed)
            e.asm.place(done)
            return
        e.room(taken + 2 * made + 8)
        e.sequences.copy(taken)
        perform(taken)
        e.asm.place(performed)
        value = self.value(instruction, results, plural)

        def replace(go_on: int) -> None:
            if plural:
                for _ in range(made):
                    e.emit("SWAP", 2)
                    e.emit("POP_TOP")
                self.spread(results)
                e.sequences.jump_back(go_on)
            else:
                e.sequences.replace_top(go_on)

        if row.results:
            self.tell(point.after, point.site, [*operands(made), value], replace)
        else:
            self.tell(point.after, point.site, operands(made))
        e.sequences.drop_below(taken, made)
        e.asm.place(done)

    def value(self, instruction: Instruction, results: list[int], plural: bool) -> Operand:
        """The result as the hooks get it: a tuple, where there are several."""
        e = self.emitter
        if plural:
            return e.tuple_of([e.at(depth) for depth in results])
        if instruction.op == "LOAD_CONST" and isinstance(instruction.arg, types.CodeType):
            return e.constant(instruction.arg)
        return e.at(results[0])

    def spread(self, results: list[int]) -> None:
        """Take a sequence of results on top apart, so that each comes to its depth."""
        e = self.emitter
        e.emit("UNPACK_SEQUENCE", len(results))  # the first on top
        if len(results) > 1 and results[0] != 1:
            e.emit("BUILD_TUPLE", len(results))
            e.emit("UNPACK_SEQUENCE", len(results))

    def around_nothing(self, point: Point, operands: list[Operand]) -> None:
        """Hooks of a constant that is not on the stack, so that it cannot be replaced."""
        e = self.emitter

        def refuse(go_on: int) -> None:
            e.emit("POP_TOP")
            e.push_function(_refuse)
            e.sequences.call(0)
            e.emit("POP_TOP")
            e.sequences.jump_back(go_on)

        if point.before is not None:
            self.tell(point.before, point.site, [], refuse)
        if point.after is not None:
            self.tell(point.after, point.site, operands, refuse)

    def special(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """The load of a special method as one object, which the host loads in two parts."""
        e, sequences = self.emitter, self.emitter.sequences
        performed, found = e.asm.label(), e.asm.label()

        def skip(go_on: int) -> None:
            sequences.jump_back(performed)

        if point.before is not None:
            self.tell(point.before, point.site, [e.constant(instruction.arg), e.at(1)], skip)
        e.room(8)
        e.push_function(_special)
        e.emit("COPY", 3)
        e.load_const(instruction.arg)
        sequences.call(2)
        e.emit("COPY", 1)
        e.load_const(_MISSING)
        e.emit("IS_OP", 0)
        sequences.jump_if("FALSE", found)
        e.emit("POP_TOP")
        self.writer.raws(raws, index, group)  # raises, and says why
        e.asm.place(found)
        e.asm.place(performed)

        if point.after is not None:
            given = [e.constant(instruction.arg), e.at(2), e.at(1)]
            self.tell(point.after, point.site, given, sequences.replace_top)
        sequences.drop_below(1)


_MISSING = object()


def _special(owner: Any, name: str) -> Any:
    """What a `with` statement finds on the type of its manager, bound."""
    for base in type(owner).__mro__:
        if name in vars(base):
            value = vars(base)[name]
            bind = getattr(type(value), "__get__", None)
            return value if bind is None else bind(value, owner, type(owner))
    return _MISSING


def _refuse() -> None:
    raise TypeError("the names of keyword arguments cannot be replaced on this version of Python")
