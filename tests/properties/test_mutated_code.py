"""Mutated code is taken or refused with `InvalidBytecode`; `python -m tests.tools.mutate` has more of it."""

from __future__ import annotations

from tests.tools import mutate


def test_mutated_standard_library() -> None:
    outcomes = mutate.mutants(2000, seed=1, codes=mutate.corpus())
    assert sum(outcomes.values()) == 2000
    valid = outcomes.pop("valid")
    assert 200 < valid < 1800, "mutants of both kinds are looked at"
    assert len(outcomes) > 20, "mutants are refused for many reasons"
