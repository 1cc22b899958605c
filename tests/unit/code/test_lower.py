"""Lowering: what malformed code objects are refused for, and what is lowered together."""

from __future__ import annotations

import types
from typing import Any

import pytest

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host import facts
from bytescope.code.instruction import Instruction
from bytescope.code.lowering.lower import lower
from tests.support.handmade import BEGUN, after_resume, handmade

RETURN = [("LOAD_CONST", 0), "RETURN_VALUE"]
JUMP_FORWARD, EXTENDED = facts.OPMAP["JUMP_FORWARD"], facts.OPMAP["EXTENDED_ARG"]
UNKNOWN = next(opcode for opcode in range(1, 256) if facts.OPNAME[opcode].startswith("<"))


def refused(code: Any) -> InvalidBytecode:
    with pytest.raises(InvalidBytecode) as caught:
        lower(code)
    assert caught.value.code == code.co_qualname
    return caught.value


@pytest.mark.parametrize(
    ("code", "offset", "reason"),
    [
        (handmade(), 0, "empty"),
        (handmade(co_code=b"\x01"), 0, "odd length"),
        (handmade("RESUME", bytes((UNKNOWN, 0)), *RETURN), 2, "no instruction has opcode"),
        (handmade("RESUME", bytes((0, 0)), *RETURN), 2, "no instruction has opcode 0"),
        (handmade("RESUME", ("LOAD_CONST", 1), "RETURN_VALUE"), 2, "constant 1 out of range"),
        (handmade("RESUME", ("DELETE_GLOBAL", 0), *RETURN), 2, "name 0 out of range"),
        (handmade("RESUME", ("LOAD_FAST", 3), "RETURN_VALUE"), 2, "variable 3 out of range"),
        (handmade("RESUME", ("LOAD_DEREF", 0), *RETURN, co_varnames=("x",)), 2, "used as a cell"),
        (handmade("RESUME", ("DELETE_FAST", 0), *RETURN, co_freevars=("x",)), 2, "used as a local"),
        (handmade("RESUME", *RETURN[:1], *RETURN[:1], ("IS_OP", 2), "RETURN_VALUE"), 6, "'is' with argument 2"),
        (handmade(*RETURN, bytes((EXTENDED, 1))), 4, "EXTENDED_ARG at the end"),
        (handmade("RESUME", bytes((EXTENDED, 255)) * 4, *RETURN), 2, "too many EXTENDED_ARGs"),
        (handmade("RESUME", bytes((facts.OPMAP["BINARY_OP"], 0))), 2, "cut off"),
        (handmade("RESUME", ("BINARY_OP", 200), *RETURN), 2, "no binary operator 200"),
        (handmade("RESUME", ("COMPARE_OP", 255), *RETURN), 2, "no comparison"),
        (handmade("RESUME", ("RAISE_VARARGS", 3)), 2, "raise with 3 operands"),
        (handmade("RESUME", ("BUILD_SLICE", 4), *RETURN), 2, "slice of 4"),
        (handmade("RESUME", ("COPY", 0), *RETURN), 2, "COPY 0"),
        (handmade("RESUME", ("SWAP", 0), *RETURN), 2, "SWAP 0"),
        (handmade("RESUME", ("UNPACK_SEQUENCE", 11), *RETURN), 2, "the stack holds 10"),
        (handmade("RESUME", ("JUMP_FORWARD", 9), *RETURN), 2, f"jump to {22 + BEGUN}, where no instruction starts"),
        (handmade("RESUME", ("JUMP_FORWARD", 2), *RETURN), 2, f"jump to {8 + BEGUN}, where no instruction starts"),
        (handmade("RESUME", ("JUMP_BACKWARD", 9), *RETURN), 2, "where no instruction starts"),
        (handmade("RESUME", ("JUMP_FORWARD", 1), ("BINARY_OP", 0), *RETURN), 2, f"jump to {6 + BEGUN}"),
        (handmade("RESUME", ("JUMP_FORWARD", 1), bytes((EXTENDED, 0)), *RETURN), 2, f"jump to {6 + BEGUN}"),
        (handmade("RESUME", "YIELD_VALUE", "RETURN_VALUE"), 2, "no generator's"),
        (handmade("RESUME", "RETURN_GENERATOR", *RETURN), 2, "RETURN_GENERATOR out of place"),
        (handmade("RESUME", *RETURN, co_flags=0x20), 0, "without RETURN_GENERATOR"),
        (handmade(("COPY_FREE_VARS", 2), "RESUME", *RETURN), 0, "COPY_FREE_VARS 2"),
        (handmade("RESUME", *RETURN, co_exceptiontable=b"\x80\x01"), 0, "ends within an entry"),
        (handmade("RESUME", *RETURN, co_exceptiontable=b"\x01\x01\x01\x01"), 0, "start byte"),
        (handmade("RESUME", *RETURN, regions=[(0, 2, 7, 0, False)]), 0, "off the instructions"),
        (handmade("RESUME", *RETURN, regions=[(0, 9, 2, 0, False)]), 0, "off the instructions"),
        (handmade(("BINARY_OP", 0), *RETURN, regions=[(1, 2, 0, 0, False)]), 2, "off the instructions"),
        (handmade("RESUME", *RETURN, regions=[(0, 1, 3, 0, False)]), 0, "off the instructions"),
    ],
)
def test_malformed_code_is_refused(code: Any, offset: int, reason: str) -> None:
    error = refused(code)
    assert reason in error.reason
    assert error.offset == after_resume(code, offset)


def test_the_message_names_code_and_offset() -> None:
    error = refused(handmade("RESUME", ("LOAD_CONST", 1), "RETURN_VALUE"))
    assert str(error) == f"invalid bytecode in made.by.hand, offset {2 + BEGUN}: constant 1 out of range"


def operations(source: str) -> list[Instruction]:
    """What the last function of the source is lowered to."""
    code = compile(source, "<test>", "exec")
    found = code
    for const in code.co_consts:
        found = const if isinstance(const, types.CodeType) else found
    return lower(found).instructions


def test_keyword_names_are_an_operand_of_the_call() -> None:
    instructions = operations("def f(): g(1, a=2, b=3)")
    at = next(index for index, each in enumerate(instructions) if each.op == "CALL_KW")
    assert instructions[at].arg == 3
    assert (instructions[at - 1].op, instructions[at - 1].arg) == ("LOAD_CONST", ("a", "b"))


def test_a_function_is_made_by_one_instruction() -> None:
    instructions = operations("def f(x):\n  def g(a=1, *, b=2) -> 3: return x\n  return g")
    made = [each for each in instructions if each.op == "MAKE_FUNCTION"][-1]
    assert made.arg & 1 and made.arg & 2 and made.arg & 8 and made.arg & (4 | 16)


def test_jumps_name_instructions_by_index() -> None:
    instructions = operations("def f(x):\n  while x: x = x.y\n  return x")
    jumps = [each for each in instructions if each.target is not None]
    assert jumps
    for jump in jumps:
        assert jump.target is not None and 0 <= jump.target < len(instructions)


def test_positions_are_the_hosts() -> None:
    code = compile("x = [a.b for\n a in c] + d(\n e)", "<test>", "exec")
    positions = list(code.co_positions())
    for instruction in lower(code).instructions:
        expected = positions[instruction.offset // 2]
        assert instruction.position == (None if expected[0] is None else expected)


@pytest.mark.skipif("SET_FUNCTION_ATTRIBUTE" not in facts.OPMAP, reason="this version has no such opcode")
@pytest.mark.parametrize("flags", [(8, 8), (1, 8), (3,), (0,), (2, 4)])
def test_attributes_of_functions_come_in_the_order_of_the_stack(flags: tuple[int, ...]) -> None:
    units = ["RESUME", "MAKE_FUNCTION", *(("SET_FUNCTION_ATTRIBUTE", flag) for flag in flags), *RETURN]
    assert "out of place" in refused(handmade(*units)).reason


@pytest.mark.skipif("SET_FUNCTION_ATTRIBUTE" not in facts.OPMAP, reason="this version has no such opcode")
def test_nothing_jumps_into_the_making_of_a_function() -> None:
    units = ["RESUME", ("JUMP_FORWARD", 1), "MAKE_FUNCTION", ("SET_FUNCTION_ATTRIBUTE", 8), *RETURN]
    assert "no instruction starts" in refused(handmade(*units)).reason


@pytest.mark.skipif("KW_NAMES" not in facts.OPMAP, reason="this version has no such opcode")
@pytest.mark.parametrize(
    ("units", "reason"),
    [
        (["RESUME", "KW_NAMES", "NOP", ("CALL", 1), *RETURN], "not followed by its call"),
        (["RESUME", "KW_NAMES", "KW_NAMES", ("CALL", 1), *RETURN], "twice"),
        (["RESUME", "KW_NAMES", ("CALL", 0), *RETURN], "does not name"),
        (["RESUME", *RETURN, "KW_NAMES"], "without a call"),
        (["RESUME", ("JUMP_FORWARD", 1), "KW_NAMES", ("CALL", 1), *RETURN], "no instruction starts"),
    ],
)
def test_keyword_names_without_their_call(units: list[Any], reason: str) -> None:
    assert reason in refused(handmade(*units, co_consts=(("a",),))).reason


@pytest.mark.skipif("POP_ITER" not in facts.OPMAP, reason="this version has no such opcode")
def test_a_loop_ends_by_dropping_its_iterator() -> None:
    units = ["RESUME", ("LOAD_CONST", 0), ("FOR_ITER", 0), "END_FOR", "NOP", *RETURN]
    assert "POP_ITER" in refused(handmade(*units)).reason
