"""Whatever program is written, its values have the same labels on both engines."""

from __future__ import annotations

import pytest

from tests.support.labelling import WAYS, differences, labels_of, random_program
from tests.support.scale import numbers


@pytest.mark.parametrize("first", numbers(40)[::10])
def test_random_programs(first: int) -> None:
    found = differences(range(first, first + 10))
    assert not found, "\n".join(found)


def test_random_programs_have_labels() -> None:
    found = labels_of({str(seed): random_program(seed) for seed in range(10)}, *WAYS[1])
    assert sum(map(len, found.values())) > 30
