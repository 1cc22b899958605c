"""What a trace returns says where it was left."""

import pytest

from bytescope.machine.registers import RETURN, exit_before, exit_index, exit_requesting


@pytest.mark.parametrize("index", [0, 1, 2, 65_535])
def test_exits_can_be_told_apart(index: int) -> None:
    results = exit_before(index), exit_requesting(index)
    assert [exit_index(each) for each in results] == [index, index]
    assert [each & 1 for each in results] == [1, 0]
    assert max(results) < RETURN
