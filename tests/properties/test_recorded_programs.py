"""Whatever program is written, it behaves the same while it is recorded, and the recording says what really was."""

from __future__ import annotations

import contextlib
import io

import pytest

import bytescope
from bytescope.recording import record
from tests.differential import random_programs
from tests.support.recording_truth import Truth, mistakes
from tests.support.scale import POSITION, share


def _check_behaviour(kind: str, count: int, first: int) -> None:
    tally = random_programs.Tally()
    for tally in random_programs.compare(count, first, kind, engine="taped"):
        different = "\n".join(f"{name}: {' '.join(found)}" for name, found in tally.different.items())
        assert not tally.different, different
    assert tally.compared == count


@pytest.mark.process
def test_a_sample_behaves_the_same() -> None:
    _check_behaviour("grammar", share(10), first=20_000 + 1_000 * POSITION)


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", sorted(random_programs.KINDS))
def test_500_behave_the_same(kind: str) -> None:
    _check_behaviour(kind, 500, first=30_000 + 1_000 * POSITION)


def _usable(seed: int) -> str:
    """Return the program of a seed, or that of the next one that has some."""
    while (source := random_programs.KINDS["grammar"].make(seed, 0, "taped")) is None:
        seed += 1
    return source


def _mistakes(seed: int) -> list[str]:
    code = compile(_usable(seed), "<program>", "exec")
    output = contextlib.redirect_stdout(io.StringIO())
    with Truth() as truth, record() as recording, output, contextlib.suppress(Exception):
        truth.tape = recording.tape
        bytescope.VM(max_instructions=20_000).run_code(code, {"__name__": "__main__"})
    assert recording.steps == len(truth.steps) > 0
    return mistakes(recording.tape, truth)


@pytest.mark.parametrize("seed", range(40_000 + 100 * POSITION, 40_000 + 100 * POSITION + share(6)))
def test_every_step_of_a_sample_is_as_it_was(seed: int) -> None:
    assert not _mistakes(seed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_step_of_500_is_as_it_was() -> None:
    different = {seed: found[:3] for seed in range(50_000, 50_500) if (found := _mistakes(seed))}
    assert not different
