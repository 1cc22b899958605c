"""Mutated code is taken or refused with `InvalidBytecode`; `python -m tests.support.mutate` has more of it."""

from __future__ import annotations

from tests.support import mutate
from tests.support.scale import POSITION, share


def test_mutated_standard_library() -> None:
    count = share(2000)
    outcomes = mutate.mutants(count, seed=1 + 1000 * POSITION, codes=mutate.corpus())
    assert sum(outcomes.values()) == count
    valid = outcomes.pop("valid")
    assert count / 10 < valid < count * 9 / 10, "mutants of both kinds are looked at"
    assert len(outcomes) > 20, "mutants are refused for many reasons"
