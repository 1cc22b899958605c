"""Meaning of a raw instruction's argument, in words, for listings."""

from __future__ import annotations

import types

from bytescope.code.host.facts import (
    BINARY_OPS,
    COMMON_CONSTANTS,
    COMPARE_OPS,
    COMPARE_SHIFT,
    HAS_ARG,
    HAS_COMPARE,
    HAS_CONST,
    HAS_NAME,
    HAS_VARIABLE,
    INTRINSICS_1,
    INTRINSICS_2,
    NAME_SHIFT,
    SPECIAL_METHODS,
    TWO_VARIABLES,
)
from bytescope.code.instruction import Variable
from bytescope.code.object.raw import RawInstruction
from bytescope.startup.stdlib_lite import Sequence

__all__ = ["argument_text", "constant_text"]

_TABLES: dict[str, Sequence[object]] = {
    "BINARY_OP": BINARY_OPS,
    "CALL_INTRINSIC_1": INTRINSICS_1,
    "CALL_INTRINSIC_2": INTRINSICS_2,
    "LOAD_COMMON_CONSTANT": COMMON_CONSTANTS,
    "LOAD_SPECIAL": SPECIAL_METHODS,
}


def constant_text(value: object) -> str:
    """A constant, on one line; of a code object only its name."""
    if isinstance(value, types.CodeType):
        return f"<code {value.co_qualname}>"
    return repr(value)


def argument_text(instruction: RawInstruction, code: types.CodeType, variables: Sequence[Variable]) -> str:
    """The argument of an instruction as text.

    Args:
        instruction: the instruction.
        code: the code object that it is from.
        variables: the code object's variable slots.

    Returns:
        A constant, a name, an operator, "to" the offset of a jump's target, or the number; nothing where none is used.
    """
    opcode, arg = instruction.opcode, instruction.arg
    if instruction.target is not None:
        return f"to {instruction.target.offset}"
    if opcode not in HAS_ARG:
        return ""
    try:
        if opcode in HAS_CONST:
            return constant_text(code.co_consts[arg])
        if opcode in HAS_NAME:
            shift = NAME_SHIFT[opcode]
            flags = arg & (1 << shift) - 1
            return code.co_names[arg >> shift] + (f" (+{flags})" if flags else "")
        if opcode in TWO_VARIABLES:
            return f"{variables[arg >> 4].name}, {variables[arg & 15].name}"
        if opcode in HAS_VARIABLE:
            return variables[arg].name
        if opcode in HAS_COMPARE:
            return COMPARE_OPS[arg >> COMPARE_SHIFT]
        if instruction.name in _TABLES:
            return str(_TABLES[instruction.name][arg])
    except IndexError:
        pass  # malformed: the number says as much as there is to say
    return str(arg)
