"""Operands of the wrong type for what the host does not check itself are errors, and no crash."""

from __future__ import annotations

import types

import pytest

import bytescope
from bytescope.code.host import facts
from tests.support.handmade import code_bytes

NONE = ("LOAD_CONST", 0)
PREPARE = (
    ["PREP_RERAISE_STAR"]
    if "PREP_RERAISE_STAR" in facts.OPMAP
    else [("CALL_INTRINSIC_2", facts.INTRINSICS_2.index("INTRINSIC_PREP_RERAISE_STAR"))]
)
TYPEVAR = [("CALL_INTRINSIC_1", each) for each, name in enumerate(facts.INTRINSICS_1) if name in (
    "INTRINSIC_TYPEVAR", "INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE", "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
)]  # fmt: skip


@pytest.mark.parametrize(
    "units",
    [
        [NONE, ("RERAISE", 0)],
        [NONE, NONE, *PREPARE],
        *([NONE, each] for each in TYPEVAR),
    ],
)
def test_wrong_operands(units: list[str | tuple[str, int]]) -> None:
    """The verifier refuses those whose kind it knows; the others are found when they are there."""
    with pytest.raises((bytescope.InvalidBytecode, SystemError), match=r"operand is an object, not an?|bad bytecode"):
        run(*units, "POP_TOP", NONE, "RETURN_VALUE")


def test_handling_what_is_no_exception() -> None:
    with pytest.raises(bytescope.InvalidBytecode, match="PUSH_EXC_INFO: operand is an object, not an exception"):
        run(NONE, "PUSH_EXC_INFO", "GET_ITER", "POP_EXCEPT", "RETURN_VALUE")


def run(*units: str | tuple[str, int]) -> None:
    """Run a function with these instructions on the machine."""

    def function() -> None:
        pass

    code = code_bytes("RESUME", *units)
    made = function.__code__.replace(co_code=code, co_consts=(None,), co_stacksize=10, co_linetable=b"")
    bytescope.VM().call(types.FunctionType(made, {}))
