"""An analysis that only takes note of all events changes no program, and is told the same in both engines."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support import harness
from tests.support.scale import FULL, IS_NEWEST, half, third

from . import corpus
from .corpus import Snippet
from .known import EVENTS_DIFFER, LEFT_OUT, WOVEN_DIFFERS, is_known

EVERY = [snippet for snippet in corpus.load() if not snippet.own_process and snippet.id not in LEFT_OUT]
TOPICS = (half if IS_NEWEST else third)(corpus.TOPICS)
WOVEN = "woven" if FULL else "woven_unrecorded"
"""Events are noted where they are compared; that takes as long as all else."""
SHARED = [snippet for snippet in EVERY if snippet.topic in TOPICS]


@cache
def _topic(topic: str, engine: str) -> dict[str, harness.Outcome]:
    return harness.run([snippet for snippet in SHARED if snippet.topic == topic], engine, seconds=60)


def _cases(differing: dict[str, str]) -> list[object]:
    # A topic runs as a whole, so its tests belong into one process of a parallel run.
    return [
        pytest.param(snippet, id=snippet.id, marks=pytest.mark.xdist_group(snippet.topic))
        for snippet in SHARED
        if not is_known(snippet.id, differing)
    ]


@pytest.mark.process
@pytest.mark.parametrize("snippet", _cases({}))
def test_same_as_unobserved(snippet: Snippet) -> None:
    plain = _topic(snippet.topic, "machine")[snippet.id]
    observed = _topic(snippet.topic, "observed")[snippet.id]
    found = harness.differences(plain, observed)
    assert not found, "\n".join(found)


@pytest.mark.process
@pytest.mark.parametrize("snippet", _cases(WOVEN_DIFFERS))
def test_woven_same_as_cpython(snippet: Snippet) -> None:
    native = _topic(snippet.topic, "cpython")[snippet.id]
    woven = _topic(snippet.topic, WOVEN)[snippet.id]
    found = harness.differences(native, woven)
    assert not found, "\n".join(found)


@pytest.mark.slow  # as long as all else here together; the golden streams are compared always
@pytest.mark.process
@pytest.mark.parametrize("snippet", _cases(EVENTS_DIFFER))
def test_same_events_in_both_engines(snippet: Snippet) -> None:
    interpreted = _topic(snippet.topic, "recorded")[snippet.id]
    woven = _topic(snippet.topic, "woven")[snippet.id]
    assert woven["events"], "every event is observed"
    found = harness.event_differences(interpreted, woven)
    assert not found, "\n".join(found)
