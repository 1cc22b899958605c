"""Operands of the wrong type for what the host does not check itself are errors, and no crash."""

from __future__ import annotations

import types

import pytest

import bytescope
from bytescope.code import host
from tests.tools.handmade import code_bytes

NONE = ("LOAD_CONST", 0)
PREPARE = (
    ["PREP_RERAISE_STAR"]
    if "PREP_RERAISE_STAR" in host.OPMAP
    else [("CALL_INTRINSIC_2", host.INTRINSICS_2.index("INTRINSIC_PREP_RERAISE_STAR"))]
)
TYPEVAR = [("CALL_INTRINSIC_1", each) for each, name in enumerate(host.INTRINSICS_1) if name in (
    "INTRINSIC_TYPEVAR", "INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE", "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
)]  # fmt: skip


@pytest.mark.parametrize(
    "units",
    [
        [NONE, NONE, "PUSH_EXC_INFO", "POP_TOP", "POP_EXCEPT"],
        [NONE, ("RERAISE", 0)],
        [NONE, NONE, *PREPARE],
        *([NONE, each] for each in TYPEVAR),
    ],
)
def test_wrong_operands(units: list[str | tuple[str, int]]) -> None:
    def function() -> None:
        pass

    code = code_bytes("RESUME", *units, "POP_TOP", NONE, "RETURN_VALUE")
    made = function.__code__.replace(co_code=code, co_consts=(None,), co_stacksize=10, co_linetable=b"")
    with pytest.raises(SystemError, match="bad bytecode"):
        bytescope.VM().call(types.FunctionType(made, {}))
