"""Mutated programs that the verifier takes behave as on CPython; see `tests.support.execute_mutants`."""

from __future__ import annotations

import pytest

from tests.support.scale import numbers

execute_mutants = pytest.importorskip("tests.support.execute_mutants", exc_type=ImportError)
"""Which needs processes that fork."""


@pytest.mark.process
def test_mutated_programs_behave_as_on_cpython() -> None:
    mutants = numbers(600)
    endings, faults = execute_mutants.execute(mutants, 0, ["interpreter", "woven", "shadows"])
    assert not faults
    for counted in endings.values():
        assert counted["the same"] > len(mutants) / 20, "mutants are executed"
