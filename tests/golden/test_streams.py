"""The events of the golden programs are, in both engines, what they were when they were checked by hand."""

from __future__ import annotations

import pytest

from . import streams


@pytest.mark.parametrize("engine", sorted(streams.ENGINES))
@pytest.mark.parametrize("name", streams.PROGRAMS)
def test_golden_stream(name: str, engine: str) -> None:
    found = streams.difference(name, engine)
    assert not found, found


def test_there_are_enough_programs() -> None:
    assert len(streams.PROGRAMS) >= 40
