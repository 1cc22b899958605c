"""Making room among the indices of a code object's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bytescope.code.host import HAS_VARIABLE, TWO_VARIABLES
from bytescope.code.raw import RawInstruction

if TYPE_CHECKING:
    from bytescope.code.proxy import Code

__all__ = ["shift_variables"]


def shift_variables(code: Code, first: int) -> None:
    """Raise by one every variable's index from `first` on.

    Instructions that hold two indices of four bits each fall apart where there is no room.

    Args:
        code: the code object.
        first: the index at which there shall be room.
    """

    def shift(instruction: RawInstruction) -> list[RawInstruction] | None:
        if instruction.opcode not in HAS_VARIABLE:
            return None
        if instruction.opcode not in TWO_VARIABLES:
            instruction.arg += instruction.arg >= first
            return None
        one, two = instruction.arg >> 4, instruction.arg & 15
        one += one >= first
        two += two >= first
        if one < 16 and two < 16:
            instruction.arg = one << 4 | two
            return None
        opcodes = TWO_VARIABLES[instruction.opcode]
        return [
            RawInstruction(opcode, arg, instruction.positions) for opcode, arg in zip(opcodes, (one, two), strict=True)
        ]

    code.rewrite(shift)
