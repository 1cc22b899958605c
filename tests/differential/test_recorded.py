"""Programs behave as they do otherwise while they are recorded."""

from __future__ import annotations

import pytest

from tests.support import harness

from . import corpus
from .known import RECORDED_DIFFERS

pytestmark = pytest.mark.process

TOPICS = ("async_generators", "class_namespaces", "closures", "exceptions", "generators", "names", "recursion")


def _differences(topic: str) -> dict[str, list[str]]:
    snippets = [each for each in corpus.load(topic) if not each.own_process and each.id not in RECORDED_DIFFERS]
    expected = harness.run(snippets, "cpython")
    actual = harness.run(snippets, "taped", seconds=60)
    found = {name: harness.differences(outcome, actual[name]) for name, outcome in expected.items()}
    return {name: each for name, each in found.items() if each}


@pytest.mark.parametrize("topic", [each for each in TOPICS if each in corpus.TOPICS])
def test_same_as_cpython(topic: str) -> None:
    assert not _differences(topic)


@pytest.mark.slow
@pytest.mark.parametrize("topic", [each for each in corpus.TOPICS if each not in TOPICS])
def test_the_others_as_well(topic: str) -> None:
    assert not _differences(topic)
