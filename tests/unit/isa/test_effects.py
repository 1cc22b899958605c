"""The table of effects agrees with the primitives, and the interpreter's inline forms with the table."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bytescope.isa import typesets
from bytescope.isa.effects import EFFECTS, FILLING, OPERATORS, guard_of, result_types
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.handlers.operations import guard_text, operation_of

IMMEDIATES: dict[str, list[Any]] = {
    "unary": ["-", "+", "~"],
    "binary": ["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"],
    "compare": ["<", "<=", "==", "!=", ">", ">="],
    "contains": ["in", "not in"],
    "convert": ["str", "repr", "ascii"],
}
VALUES: list[Any] = [True, 0, 3, -2, 1.5, "ab", "", None, 1j, b"x", {1}, {"ab": 1}, [3, "x"], (1,), iter(()), range(2)]


@pytest.mark.parametrize("name", EFFECTS)
def test_a_row_is_of_a_primitive_and_its_guard_of_sets_of_types(name: str) -> None:
    row = PRIMITIVES[name]
    guard = guard_of(name, IMMEDIATES.get(name, [None])[0], 2 if row.variadic else len(row.operands))
    for number, kinds in (test for tests in guard or () for test in tests if not isinstance(test, str)):
        assert hasattr(typesets, kinds)
        assert row.variadic or number < len(row.operands)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_what_has_an_inline_form_has_a_guard(name: str) -> None:
    row = PRIMITIVES[name]
    immediate = {"build": "list", "inplace": "+=", "identity": "is"}.get(name, IMMEDIATES.get(name, [None])[0])
    if name == "type_intrinsic" or name.startswith(("call", "load_", "store_local", "delete_")):
        return
    try:
        operation = operation_of(name, immediate, len(row.operands))
    except KeyError:  # it has a handler of its own
        return
    if operation.inline is not None:
        assert guard_text(name, immediate, len(row.operands)) is not None


@pytest.mark.parametrize(
    ("name", "immediate"), [(name, each) for name in sorted(OPERATORS) for each in IMMEDIATES.get(name, [None])]
)
def test_operators_give_the_types_that_are_declared(name: str, immediate: Any) -> None:
    if name == "inplace":
        return
    count = len(PRIMITIVES[name].operands)
    text = (operation_of(name, immediate, count).inline or "").format(*"abc", imm="immediate")
    done = 0
    for operands in itertools.product(VALUES, repeat=count):
        guard = guard_of(name, immediate, count)
        assert guard
        known = [frozenset({type(each)}) for each in operands]
        if any(all(known[test[0]] <= getattr(typesets, test[1]) for test in tests) for tests in guard):
            try:
                result = eval(text, dict(zip("abc", operands, strict=False)))
            except (TypeError, ValueError, ZeroDivisionError, OverflowError):
                continue
            kinds = result_types(name, immediate, known)
            assert kinds is not None and type(result) in kinds, (operands, result)
            done += 1
    assert done


def test_what_fills_has_a_container_for_its_first_operand() -> None:
    assert all(PRIMITIVES[name].operands[0] in ("list", "set", "dict", "container", "left") for name in FILLING)
