"""Writes woven code that keeps shadows: its hooks get more than operands."""

from __future__ import annotations

from bytescope.code.groups import Group, Raw
from bytescope.code.instruction import Instruction
from bytescope.code.light import Any
from bytescope.isa.lift import Call
from bytescope.isa.plan import Point
from bytescope.isa.primitives import Primitive
from bytescope.weave.emitter import Operand
from bytescope.weave.frames import Frames
from bytescope.weave.primitives import Primitives
from bytescope.weave.shadow import ShadowPlan
from bytescope.weave.writer import Writer


class ShadowWriter(Writer):
    """Writes one code object that keeps shadows.

    Args:
        shadows: what is written.
        given: as for `Writer`, behind the plan.
    """

    def __init__(self, lowered: Any, verified: Any, shadows: ShadowPlan, *given: Any) -> None:
        super().__init__(lowered, verified, shadows.plan, *given)
        self.shadows = shadows
        self.primitives = _Primitives(self)
        self.frames = _Frames(self)

    def concerns(self, index: int) -> bool:
        """Whether an instruction cannot stay as it is."""
        return super().concerns(index) or index in self.shadows.raising

    def instruction(self, index: int, raws: list[Raw], group: Group) -> None:
        """Write one lowered instruction with its hooks."""
        raising = self.shadows.raising.get(index)
        if raising is not None:
            self.teller.tell(raising, None, [self.emitter.at(self.instructions[index].arg)])
        super().instruction(index, raws, group)


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
        variables = [
            each for each in self.writer.lowered.variables[: len(code.co_varnames)] if each.scope == "cell"
        ] if code.co_flags & 1 else []  # fmt: skip
        e = self.emitter
        e.room(2 * len(code.co_varnames) + 16)

        def cells(pushed: int) -> None:
            e.room(pushed + 2 * len(variables) + 4)
            for variable in variables:
                e.load_const(variable.name)
                e.sequences.load_cell(variable.index)
            e.emit("BUILD_MAP", len(variables))

        self.tell(point.enter, point.site, [self.arguments(), cells])
