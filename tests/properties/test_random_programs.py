"""Whatever program is written, it behaves on the machine and woven as on CPython, and both tell of the same events."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.differential import grammar, random_programs
from tests.support import engines, harness
from tests.support.scale import POSITION, share
from tests.support.worker import execute


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Programs of the grammar; Hypothesis makes every choice, and so can make a failing program smaller."""
    return grammar.write(lambda below: draw(st.integers(0, below - 1)), draw(st.integers(1, 20)))


@contextmanager
def without_collector_callbacks() -> Iterator[None]:
    """Hypothesis has the collector call it, which fails where a program is at the recursion limit."""
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    try:
        yield
    finally:
        gc.callbacks[:] = callbacks


def behaviour(program: str, engine: str) -> harness.Outcome:
    run, count = engines.ENGINES[engine]()
    with without_collector_callbacks():
        return execute(program, "<program>", run, count)


def test_collector_calls_nothing_of_the_test_run_while_a_program_runs() -> None:
    def callback(phase: str, about: dict[str, int]) -> None: ...

    gc.callbacks.append(callback)
    try:
        found = behaviour("import gc\nprint(gc.callbacks)", "cpython")
        assert found["stdout"] == "[]\n"
        assert callback in gc.callbacks
    finally:
        gc.callbacks.remove(callback)


@seed(POSITION)
@settings(max_examples=share(40))
@given(programs())
def test_programs_that_make_sense(program: str) -> None:
    found = harness.differences(behaviour(program, "cpython"), behaviour(program, "machine"))
    assert not found, "\n".join(found)


def check(kind: str, count: int, first: int, engine: str) -> None:
    tally = random_programs.Tally()
    for tally in random_programs.compare(count, first, kind, engine=engine):
        different = "\n".join(f"{name}: {' '.join(found)}" for name, found in tally.different.items())
        assert not tally.different, different
    assert tally.compared == count
    assert tally.instructions > 0


@pytest.mark.process
@pytest.mark.parametrize("engine", ["machine", "woven"])
@pytest.mark.parametrize("kind", sorted(random_programs.KINDS))
def test_a_sample(kind: str, engine: str) -> None:
    check(kind, share(25), first=10_000 + 1_000 * POSITION, engine=engine)


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ["machine", "woven"])
@pytest.mark.parametrize("kind", sorted(random_programs.KINDS))
def test_five_hundred(kind: str, engine: str) -> None:
    check(kind, 500, first=20_000, engine=engine)
