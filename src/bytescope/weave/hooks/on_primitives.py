"""Hooks around an instruction that performs a primitive and falls through.

before:   [.. operands]                          hook(site, operands); a replacement skips the rest
copies:   [.. operands, operands]                of those that the instruction takes
itself:   [.. operands, results]
after:    [.. operands, results]                 hook(site, operands, results)
          [.. results]
"""

from __future__ import annotations

import types
from collections.abc import Callable

from bytescope.code.assembly.insertion import DROPS, ITERATES
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.events import after_stack, immediate, observed_primitive, stored_operand
from bytescope.isa.instrumentation import Point
from bytescope.isa.lift import Call, Lifted, Symbol, lift
from bytescope.isa.primitives import PRIMITIVES, Primitive
from bytescope.startup.stdlib_lite import Any, record
from bytescope.weave.context import WeaveContext
from bytescope.weave.emitter import Operand

_METHODS = frozenset({"GETATTR", "SUPER_ATTR", "LOAD_SPECIAL"})


@record(slots=True)
class Shape:
    """Stack effect of the instructions that are lifted alike.

    call: the primitive; row: its row; null: whether a NULL is pushed beside the result; need: the number of operands;
    size: the number of values that are in their place afterwards; kept: how many of them are the operands that were
    there; results: the depths of the primitive's results among them; plural: whether there may be several, or none;
    stored: which operand is stored, if one is.
    """

    call: Call
    row: Primitive
    null: bool
    need: int
    size: int
    kept: int
    results: list[int]
    plural: bool
    stored: int | None


_shapes: dict[int, Shape] = {}
"""By id of the result of `lift`, which is cached for good."""


def shape_of(instruction: Instruction) -> Shape:
    """Return the shape of an instruction whose primitive is observed."""
    lifted = lift(instruction)
    found = _shapes.get(id(lifted))
    if found is None:
        found = _shapes[id(lifted)] = _shape(instruction, lifted)
    return found


def _shape(instruction: Instruction, lifted: Lifted) -> Shape:
    call = observed_primitive(instruction)
    assert call is not None
    row = PRIMITIVES[call.name]
    everything = after_stack(instruction, lifted)
    stack = [each for each in everything if each.is_operand or lifted.calls[each.call].name != "null"]
    kept = 0
    while kept < min(len(stack), lifted.need) and stack[kept] == Symbol(-1, lifted.need - 1 - kept):
        kept += 1
    number = lifted.calls.index(call)
    results = {each.index: len(stack) - place for place, each in enumerate(stack) if each.call == number}
    return Shape(
        call=call,
        row=row,
        null=len(stack) < len(everything),
        need=lifted.need,
        size=len(stack),
        kept=kept,
        results=[results[number] for number in sorted(results)],
        plural=len(row.results) != 1 or row.results[0].startswith("*"),
        stored=stored_operand(row),
    )


def pushes_method(instruction: Instruction) -> bool:
    """Return True if an instruction may push a function and its `self` in the place of a bound method."""
    return instruction.op in _METHODS and (bool(instruction.flag) or instruction.op == "LOAD_SPECIAL")


class Primitives:
    """Emitter of such instructions."""

    def __init__(self, context: WeaveContext) -> None:
        self.context = context
        self.emitter = context.emitter
        self.call_hook = context.hook_caller.call

    def load_method(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit the load of a callable so that it is one object, with the NULL that goes with it."""
        instruction = self.context.instructions[index]
        if instruction.op == "LOAD_SPECIAL":
            self.special(index, instruction, Point(None), raws, group)
        else:
            self.context.raws(self.without_null(raws), index, group)
        self.emitter.sequences.null_for()

    def without_null(self, raws: list[Raw]) -> list[Raw]:
        """Return the load of a callable alone."""
        plain = [self.emitter.sequences.plain_load(*raw) for raw in raws]
        return [*plain, (DROPS, 0)] if raws[-1][0] == ITERATES else plain

    def write(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit an instruction with its hooks.

        Args:
            index: the instruction.
            instruction: itself.
            point: its hooks.
            raws: the host's instructions for it.
            group: the group that it is in.
        """
        shape = shape_of(instruction)
        e = self.emitter
        if shape.null:
            raws = self.without_null(raws)
            if instruction.flag == "null below":
                e.emit("PUSH_NULL")
        if shape.call.name == "special":
            self.special(index, instruction, point, raws, group)
        else:
            self.perform(index, instruction, point, shape, raws, group)
        if shape.null:
            self.null_after(instruction)

    def null_after(self, instruction: Instruction) -> None:
        """Emit the NULL that belongs to the callable that has been loaded, unless it lies below."""
        if instruction.flag == "null above":
            self.emitter.emit("PUSH_NULL")
        elif instruction.flag != "null below":
            self.emitter.sequences.null_for()

    def perform(
        self, index: int, instruction: Instruction, point: Point, shape: Shape, raws: list[Raw], group: Group
    ) -> None:
        """Emit the common form."""
        if not raws:  # a constant that is pushed as part of what follows
            constant = [self.emitter.constant(instruction.arg)]
            self.around_nothing(point, constant)
            return
        kept = shape.kept
        looks_below = kept and kept < shape.need and not self.emitter.sequences.counts_depth(raws[0][0])
        if looks_below and point.after is not None:
            kept = 0  # it looks below what it takes, so that all of it has to lie together

        def perform(depth: int) -> None:
            self.context.raws(raws, index, group, depth)

        def operands(above: int) -> list[Operand]:
            return self.operands(index, instruction, shape.call, shape.row, above)

        self.around(point, operands, perform, shape.need - kept, shape.size - kept, shape, instruction)

    def operands(self, index: int, instruction: Instruction, call: Call, row: Primitive, above: int) -> list[Operand]:
        """Return the operands as the hooks get them, with `above` values above them."""
        e = self.emitter
        found = [self.operand(index, row, symbol, above) for symbol in call.operands]
        if row.name == "with_except":
            found[1] = e.constant(None)  # there is a NULL, since the method was loaded whole
        if row.variadic:
            fixed = len(row.operands) - 1
            found = [*found[:fixed], e.tuple_of(found[fixed:])]
        return [*map(e.constant, immediate(instruction, call)), *found]

    def operand(self, index: int, row: Primitive, symbol: Symbol, above: int) -> Operand:
        """Return one operand. The code object of a function that is made is the program's own, not the woven one."""
        if row.name == "make_function" and symbol.index == 0:
            before = self.context.instructions[index - 1]
            if before.op == "LOAD_CONST" and isinstance(before.arg, types.CodeType):
                return self.emitter.constant(before.arg)
        if not symbol.is_operand:
            return self.emitter.constant(None)
        return self.emitter.at(symbol.index + 1 + above)

    def around(
        self,
        point: Point,
        operands: Callable[[int], list[Operand]],
        perform: Callable[[int], None],
        taken: int,
        made: int,
        shape: Shape,
        instruction: Instruction,
    ) -> None:
        """Emit hooks around the code that performs a primitive.

        Args:
            point: the hooks.
            operands: returns the operands when a number of values lie above them.
            perform: emits the primitive, when a number of values lie between its operands and what it counts from them.
            taken: the number of operands that it takes.
            made: the number of results.
            shape: the instruction's shape.
            instruction: the instruction.
        """
        e = self.emitter
        performed, done = e.asm.label(), e.asm.label()
        row, call, stored, plural, results = shape.row, shape.call, shape.stored, shape.plural, shape.results

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
            self.call_hook(point.before, point.site, operands(0), skip)
        if point.after is None:
            perform(0)
            e.asm.place(performed)
            e.asm.place(done)
            return
        e.reserve(taken + 2 * made + 8)
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
            self.call_hook(point.after, point.site, [*operands(made), value], replace)
        else:
            self.call_hook(point.after, point.site, operands(made))
        e.sequences.drop_below(taken, made)
        e.asm.place(done)

    def value(self, instruction: Instruction, results: list[int], plural: bool) -> Operand:
        """Return the result as the hooks get it: a tuple, where there are several."""
        e = self.emitter
        if plural:
            return e.tuple_of([e.at(depth) for depth in results])
        if instruction.op == "LOAD_CONST" and isinstance(instruction.arg, types.CodeType):
            return e.constant(instruction.arg)
        return e.at(results[0])

    def spread(self, results: list[int]) -> None:
        """Emit code that unpacks a sequence of results on top, so that each comes to its depth."""
        e = self.emitter
        e.emit("UNPACK_SEQUENCE", len(results))  # the first on top
        if len(results) > 1 and results[0] != 1:
            e.emit("BUILD_TUPLE", len(results))
            e.emit("UNPACK_SEQUENCE", len(results))

    def around_nothing(self, point: Point, operands: list[Operand]) -> None:
        """Emit hooks of a constant that is not on the stack, so that it cannot be replaced."""
        e = self.emitter

        def refuse(go_on: int) -> None:
            e.emit("POP_TOP")
            e.push_function(refuse_replacement)
            e.sequences.call(0)
            e.emit("POP_TOP")
            e.sequences.jump_back(go_on)

        if point.before is not None:
            self.call_hook(point.before, point.site, [], refuse)
        if point.after is not None:
            self.call_hook(point.after, point.site, operands, refuse)

    def special(self, index: int, instruction: Instruction, point: Point, raws: list[Raw], group: Group) -> None:
        """Emit the load of a special method as one object, which the host loads in two parts."""
        e, sequences = self.emitter, self.emitter.sequences
        performed, found = e.asm.label(), e.asm.label()

        def skip(go_on: int) -> None:
            sequences.jump_back(performed)

        if point.before is not None:
            self.call_hook(point.before, point.site, [e.constant(instruction.arg), e.at(1)], skip)
        e.reserve(8)
        e.push_function(bound_special)
        e.emit("COPY", 3)
        e.load_const(instruction.arg)
        sequences.call(2)
        e.emit("COPY", 1)
        e.load_const(MISSING)
        e.emit("IS_OP", 0)
        sequences.jump_if("FALSE", found)
        e.emit("POP_TOP")
        self.context.raws(raws, index, group)  # raises, and says why
        e.asm.place(found)
        e.asm.place(performed)

        if point.after is not None:
            given = [e.constant(instruction.arg), e.at(2), e.at(1)]
            self.call_hook(point.after, point.site, given, sequences.replace_top)
        sequences.drop_below(1)


MISSING = object()


def bound_special(owner: Any, name: str) -> Any:
    """Return what a `with` statement finds on the type of its manager, bound."""
    for base in type(owner).__mro__:
        if name in vars(base):
            value = vars(base)[name]
            bind = getattr(type(value), "__get__", None)
            return value if bind is None else bind(value, owner, type(owner))
    return MISSING


def refuse_replacement() -> None:
    """Raise the error for a replacement of what cannot be replaced."""
    raise TypeError("the names of keyword arguments cannot be replaced on this version of Python: return None for them")
