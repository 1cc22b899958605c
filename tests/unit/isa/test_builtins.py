"""The table of builtin functions and methods agrees with the builtins, and its consumers with the table."""

from __future__ import annotations

import builtins
import itertools
from typing import Any

import pytest

from bytescope.isa import typesets
from bytescope.isa.builtins import DIRECT, FUNCTIONS, METHODS, Builtin
from bytescope.shadow.models.model_table import MODELS

ROWS = [*FUNCTIONS.values(), *METHODS.values()]
SAMPLES: dict[str, list[Any]] = {
    "ATOMIC": [3, -1.5, 1j, "ab", True, None, b"x", "", 0],
    "ANY": [3, object()],
    "CONTAINERS": [[1], (), "ab", {1: 2}, range(3), 5],
    "BOUNDS": [0, -1, None],
    "INSPECTED": [3, []],
    "CLASS": [int, str],
}
TESTS = {"ANY", "INSPECTED", "CLASS"}


def title(row: Builtin) -> str:
    return row.name if row.owner is None else f"{row.owner.__name__}.{row.name}"


def receivers(row: Builtin) -> list[Any]:
    return {str: ["ab", "", "x{}"], list: [[1, "x"], [None]], dict: [{3: 1, "ab": []}, {}]}[row.owner]


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_a_row_names_what_there_is(row: Builtin) -> None:
    assert callable(getattr(builtins if row.owner is None else row.owner, row.name))
    assert all(each in TESTS or hasattr(typesets, each) for each in row.arguments)


@pytest.mark.parametrize("row", [row for row in ROWS if row.direct], ids=title)
def test_results_are_of_the_types_that_are_declared(row: Builtin) -> None:
    found = set()
    for count in row.direct[:4]:
        for arguments in itertools.product(*(SAMPLES[row.argument(number)] for number in range(count))):
            for receiver in [None] if row.owner is None else receivers(row):
                owner: Any = builtins if row.owner is None else type(receiver)(receiver)
                try:
                    found.add(type(getattr(owner, row.name)(*arguments)))
                except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
                    pass
    assert found
    assert row.result is None or found <= row.result


def test_a_name_stands_for_one_method_that_is_called_directly() -> None:
    assert len(DIRECT) == sum(bool(row.direct) for row in METHODS.values())
    likely = [row.name for row in METHODS.values() if row.likely]
    assert len(likely) == len(set(likely))


def test_every_model_is_one() -> None:
    assert {row.model for row in ROWS} - {""} <= set(MODELS)
    assert set(MODELS) <= {row.model for row in ROWS} | {"compared"}
    assert all(model.before or model.after for model in MODELS.values())


def test_likely_rows_are_called_directly_by_compiled_code() -> None:
    assert all(row.direct and row.model for row in ROWS if row.likely)
