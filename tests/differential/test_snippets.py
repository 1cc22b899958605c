"""Every snippet of the corpus behaves on the machine as on CPython."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support import harness
from tests.support.scale import chosen

from . import corpus
from .corpus import Snippet
from .known import LENDING_DIFFERS, LENDS_REFERENCES

pytestmark = pytest.mark.process

TOPICS = chosen(corpus.TOPICS)
SNIPPETS = [snippet for snippet in corpus.load() if snippet.topic in TOPICS]


@cache
def _topic(topic: str, engine: str) -> dict[str, harness.Outcome]:
    return harness.run(corpus.load(topic), engine, hash_seed=2 if engine == "machine" else 1)


def _together(topic: str, *values: object, id: str, marks: tuple[pytest.MarkDecorator, ...] = ()) -> object:
    # A topic runs as a whole, so its tests belong into one process of a parallel run.
    return pytest.param(*values, id=id, marks=(pytest.mark.xdist_group(topic), *marks))


def _case(snippet: Snippet) -> object:
    reason = LENDING_DIFFERS.get(snippet.id) if LENDS_REFERENCES else None
    marks = () if reason is None else (pytest.mark.xfail(reason=reason),)
    return _together(snippet.topic, snippet, id=snippet.id, marks=marks)


@pytest.mark.parametrize("snippet", [_case(snippet) for snippet in SNIPPETS])
def test_same_as_cpython(snippet: Snippet) -> None:
    expected = _topic(snippet.topic, "cpython")[snippet.id]
    actual = _topic(snippet.topic, "machine")[snippet.id]
    assert "died" not in expected, expected["died"]
    found = harness.differences(expected, actual)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "topic", [_together(topic, topic, id=topic) for topic in sorted({snippet.topic for snippet in SNIPPETS})]
)
def test_really_interpreted(topic: str) -> None:
    """The machine interpreted at least one instruction for every line that CPython executed."""
    executed = _topic(topic, "lines")
    interpreted = _topic(topic, "machine")
    too_few = {
        name: (interpreted[name].get("count"), lines["count"])
        for name, lines in executed.items()
        if "count" in interpreted[name] and lines.get("count", 0) > interpreted[name]["count"]
    }
    assert not too_few, f"snippets with fewer instructions than lines: {too_few}"


def test_the_corpus_is_large() -> None:
    assert len(corpus.load()) >= 400
