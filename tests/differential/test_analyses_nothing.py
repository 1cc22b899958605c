"""An analysis that defines all events and does nothing changes no program: the corpus again, observed."""

from __future__ import annotations

from functools import cache

import pytest

from . import corpus, harness
from .corpus import Snippet

LEFT_OUT = {
    "debuggers::reference_counts",
    "lifetime::operand_stack_temporaries",
    "lifetime::refcount_is_plausible",
    "recursion::infinite_recursion_through_c",
}
"""Snippets that count references (the operands of an observed primitive live until its result has been told) or show
what the host says, on standard error, when its own stack is exhausted."""

SHARED = [snippet for snippet in corpus.load() if not snippet.own_process and snippet.id not in LEFT_OUT]


@cache
def _topic(topic: str, engine: str) -> dict[str, harness.Outcome]:
    return harness.run([snippet for snippet in SHARED if snippet.topic == topic], engine, seconds=60)


@pytest.mark.process
@pytest.mark.parametrize("snippet", SHARED, ids=lambda snippet: snippet.id)
def test_same_as_unobserved(snippet: Snippet) -> None:
    plain = _topic(snippet.topic, "machine")[snippet.id]
    observed = _topic(snippet.topic, "observed")[snippet.id]
    found = harness.differences(plain, observed)
    assert not found, "\n".join(found)
