"""Mutated code is woven, with stacks that are as they should be, or refused; see `tests.support.weave_mutants`."""

from __future__ import annotations

import pytest

from tests.support import mutate, weave_mutants
from tests.support.scale import POSITION, share


def check(count: int, seed: int, shadows: bool = False) -> None:
    outcomes = weave_mutants.weave(count, seed, mutate.corpus(), shadows=shadows).outcomes
    assert outcomes["woven"] == count
    assert outcomes["invalid"] > count, "most mutants are nothing that anybody could execute"
    assert outcomes["refused"] < count / 5


def test_mutated_standard_library_is_woven() -> None:
    check(share(300), seed=2 + 1000 * POSITION)


def test_mutated_standard_library_keeps_shadows() -> None:
    check(100, seed=4 + 1000 * POSITION, shadows=True)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_million() -> None:
    check(1_000_000, seed=3)
