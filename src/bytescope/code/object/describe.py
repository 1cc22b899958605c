"""Meaning of a raw instruction's argument, in words, for listings."""

from __future__ import annotations

import types

from bytescope.code.instruction import Variable
from bytescope.code.object.raw import RawInstruction
from bytescope.code.stored import AnyCode, FrozenMapping, StoredCode
from bytescope.startup.stdlib_lite import Sequence

__all__ = ["argument_text", "constant_text"]

_TABLES = {
    "BINARY_OP": "binary_ops",
    "CALL_INTRINSIC_1": "intrinsics_1",
    "CALL_INTRINSIC_2": "intrinsics_2",
    "LOAD_COMMON_CONSTANT": "common_constants",
    "LOAD_SPECIAL": "special_methods",
}

_ROOM = 2000
"""Characters of a constant that are shown."""

_DEPTH = 20
"""Tuples and sets within each other that are shown."""

_BRACKETS: dict[type, tuple[str, str]] = {tuple: ("(", ")"), frozenset: ("frozenset({", "})")}


def constant_text(value: object, room: int = _ROOM, depth: int = _DEPTH) -> str:
    """Return a constant on one line, not much longer than there is room; of a code object only its name."""
    if isinstance(value, types.CodeType | StoredCode):
        return f"<code {value.co_qualname}>"
    if isinstance(value, str | bytes):
        return repr(value[:room]) + ("" if len(value) <= room else "…")
    if isinstance(value, int):
        return repr(value) if value.bit_length() <= 2 * room else f"{value >> value.bit_length() - 4 * room:#x}…"
    if isinstance(value, slice):
        return f"slice{constant_text((value.start, value.stop, value.step), room, depth)}"
    if isinstance(value, list | set | dict | FrozenMapping):
        return f"<{type(value).__name__}>"  # which no compiler makes
    if not value or type(value) not in _BRACKETS:
        return repr(value)
    opening, closing = _BRACKETS[type(value)]
    texts: list[str] = []
    for each in value:  # type: ignore[attr-defined]
        if room <= 0 or not depth:
            texts.append("…")
            break
        texts.append(constant_text(each, room, depth - 1))
        room -= len(texts[-1]) + 2
    return opening + ", ".join(texts) + ("," if closing == ")" and len(texts) == 1 else "") + closing


def argument_text(instruction: RawInstruction, code: AnyCode, variables: Sequence[Variable]) -> str:
    """The argument of an instruction as text.

    Args:
        instruction: the instruction.
        code: the code object that it is from.
        variables: the code object's variable slots.

    Returns:
        A constant, a name, an operator, "to" the offset of a jump's target, or the number; nothing where none is used.
    """
    opcode, arg, opcodes = instruction.opcode, instruction.arg, instruction.opcodes
    if instruction.target is not None:
        return f"to {instruction.target.offset}"
    if opcode not in opcodes.has_arg:
        return ""
    shift = opcodes.shifts.get(opcode, 0)
    try:
        if opcode in opcodes.has_const:
            return constant_text(code.co_consts[arg])
        if opcode in opcodes.has_name:
            flags = arg & (1 << shift) - 1
            return code.co_names[arg >> shift] + (f" (+{flags})" if flags else "")
        if opcode in opcodes.two_variables:
            return f"{variables[arg >> 4].name}, {variables[arg & 15].name}"
        if opcode in opcodes.has_free and not opcodes.joint_variables:
            return (code.co_cellvars + code.co_freevars)[arg]
        if opcode in opcodes.has_local or opcode in opcodes.has_free:
            return variables[arg].name
        if opcode in opcodes.has_compare:
            return opcodes.compare_ops[arg >> shift]
        if instruction.name in _TABLES:
            return str(getattr(opcodes, _TABLES[instruction.name])[arg])
    except IndexError:
        pass  # malformed: the number says as much as there is to say
    return str(arg)
