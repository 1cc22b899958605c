"""The dataflow solver, with a lattice of constants."""

from __future__ import annotations

from collections.abc import Sequence
from types import CodeType
from typing import Any

from bytescope.code.instruction import Instruction
from bytescope.code.lowering.lower import lower
from bytescope.flow.dataflow import State, solve
from bytescope.flow.verify import verify
from bytescope.isa.lift import Call

UNKNOWN = object()


class Constants:
    """What is known of a value is the value."""

    variables = True
    unknown = UNKNOWN
    caught = "caught"

    def join(self, index: int, one: Any, other: Any) -> Any:
        return UNKNOWN

    def results(self, index: int, instruction: Instruction, call: Call, operands: Sequence[Any]) -> list[Any]:
        if call.name == "const":
            return [instruction.arg]
        if call.name == "load_local":
            return list(operands)
        if call.name == "binary" and UNKNOWN not in operands:
            return [operands[0] + operands[1]]
        return [UNKNOWN] * len(call.results)


def returned(body: str) -> list[Any]:
    """What is known of the values that a function of x returns, None for returns that cannot be reached."""
    module = compile("def f(x):\n" + "".join(f"    {line}\n" for line in body.splitlines()), "f", "exec")
    lowered = lower(next(each for each in module.co_consts if isinstance(each, CodeType)))
    states: list[State | None] = solve(lowered, verify(lowered), Constants(), {0: 5})
    ends = [index for index, each in enumerate(lowered.instructions) if each.op == "RETURN"]
    return [state.stack[-1] for index in ends if (state := states[index]) is not None]


def test_values_go_through_variables_and_operators() -> None:
    assert returned("y = x\nx = 1\nreturn y + x") == [6]


def test_paths_are_joined() -> None:
    assert returned("y = 1\nif g(): y = 1\nreturn y") == [1]
    assert returned("y = 1\nif g(): y = 2\nreturn y") == [UNKNOWN]
    assert returned("if g(): y = 1\nreturn y") == [UNKNOWN]


def test_a_loop_is_followed_until_nothing_changes() -> None:
    assert returned("y = 1\nz = 2\nwhile g():\n    y = z\n    z = x\nreturn y") == [UNKNOWN]
    assert returned("y = 1\nz = 1\nwhile g():\n    y = z\nreturn y") == [1]


def test_a_handler_knows_the_variables_of_all_that_may_raise() -> None:
    body = "y = 1\ntry:\n    g()\n    y = 2\n    h()\nexcept E as e:\n    return {}\nreturn 0"
    assert set(returned(body.format("x"))) == {0, 5}
    assert set(returned(body.format("y"))) == {0, UNKNOWN}
    assert set(returned(body.format("e"))) == {0, "caught"}
