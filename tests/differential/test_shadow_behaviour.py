"""Programs that keep shadows behave as they do without: while nothing has a shadow, and when much has."""

from __future__ import annotations

import pytest

from tests.support import harness

from . import corpus

pytestmark = pytest.mark.process

TOPICS = ("builtin_subclasses", "match_statement", "unpacking", "with_statement")


@pytest.mark.parametrize("engine", ["unlabelled", "labelled"])
@pytest.mark.parametrize("topic", [pytest.param(topic, marks=pytest.mark.xdist_group(topic)) for topic in TOPICS])
def test_same_as_cpython(topic: str, engine: str) -> None:
    snippets = [each for each in corpus.load(topic) if not each.own_process]
    expected = harness.run(snippets, "cpython")
    actual = harness.run(snippets, engine)
    found = {name: harness.differences(outcome, actual[name]) for name, outcome in expected.items()}
    assert not any(found.values()), {name: each for name, each in found.items() if each}
