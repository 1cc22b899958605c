"""The examples of Gopinath's article "A tiny and incomplete Python Virtual Machine" run and give what it says."""

from __future__ import annotations

import pytest

import bytescope


def my_add(a: int, b: int) -> int:
    return a + b


def gcd(a: int, b: int) -> int:
    if a < b:
        c = a
        a = b
        b = c

    while b != 0:
        c = a
        a = b
        b = c % b

    return a


@pytest.fixture
def vm() -> bytescope.VM:
    return bytescope.VM()


def test_my_add(vm: bytescope.VM) -> None:
    assert vm.call(my_add, 2, 3) == 5
    assert vm.instructions >= 3
    assert vm.functions >= 1


def test_gcd(vm: bytescope.VM) -> None:
    assert vm.call(gcd, 12, 15) == 3
    before = vm.instructions
    assert vm.call(gcd, 3 * 5 * 7 * 11, 7 * 11 * 13) == 77
    assert vm.instructions - before > 30


def test_statement_then_expression_using_it(vm: bytescope.VM) -> None:
    vm.exec("def x(a, b): return a+b")
    assert vm.eval("x(1, 2)") == 3


def test_lambda_called_in_place(vm: bytescope.VM) -> None:
    assert vm.eval("(lambda x, y: x + y)(1, 2)") == 3


def test_eval_returns_the_value(vm: bytescope.VM, capsys: pytest.CaptureFixture[str]) -> None:
    assert vm.eval("1 + 2") == 3
    assert vm.eval(compile("1 + 2", "<article>", "eval")) == 3
    assert capsys.readouterr().out == ""


def test_exec_discards_the_value(vm: bytescope.VM, capsys: pytest.CaptureFixture[str]) -> None:
    assert vm.exec("1 + 2") is None
    vm.exec("a = 1 + 2\na")
    assert vm.globals["a"] == 3
    assert capsys.readouterr().out == ""


def test_single_echoes_the_value(vm: bytescope.VM, capsys: pytest.CaptureFixture[str]) -> None:
    assert vm.single("1 + 2") is None
    assert capsys.readouterr().out == "3\n"
    vm.single("a = 5; a; None; a * 2")
    assert capsys.readouterr().out == "5\n10\n"


def test_eval_refuses_a_statement_and_single_more_than_one(vm: bytescope.VM) -> None:
    with pytest.raises(SyntaxError):
        vm.eval("a = 1")
    with pytest.raises(SyntaxError):
        vm.single("a = 1\nb = 2\n")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 + 2", 9), ("7 - 2", 5), ("7 * 2", 14), ("7 / 2", 3.5), ("7 // 2", 3), ("7 % 2", 1), ("7 ** 2", 49),
        ("7 << 2", 28), ("7 >> 2", 1), ("7 & 2", 2), ("7 | 8", 15), ("7 ^ 2", 5), ("-7", -7), ("+7", 7), ("~7", -8),
        ("7 < 2", False), ("7 <= 7", True), ("7 == 2", False), ("7 != 2", True), ("7 > 2", True), ("7 >= 8", False),
        ("7 in (2, 7)", True), ("7 not in (2, 7)", False), ("None is None", True), ("None is not None", False),
        ("not 7", False), ("0 or 2", 2), ("7 and 2", 2), ("1 if 7 else 2", 1),
    ],
)  # fmt: skip
def test_operators_of_the_article(vm: bytescope.VM, expression: str, value: object) -> None:
    # Operands in variables, so that the compiler cannot compute the result itself.
    vm.globals.update(a=7, b=2, c=8)
    names = expression.replace("7", "a").replace("2", "b").replace("8", "c")
    for source in (expression, names):
        assert vm.eval(source) == value
        assert type(vm.eval(source)) is type(value)


def test_jumps_and_loops(vm: bytescope.VM) -> None:
    vm.exec("total = 0\nfor i in range(10):\n    if i % 2:\n        continue\n    total += i\nelse:\n    done = True")
    assert vm.globals["total"] == 20
    assert vm.globals["done"] is True
    vm.exec("n = 10\nwhile n:\n    n -= 3\n    if n < 3:\n        break")
    assert vm.globals["n"] == 1
