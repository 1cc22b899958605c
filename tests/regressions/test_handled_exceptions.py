"""Whatever ends a run while the guest handles an exception leaves nothing behind: the host handles what it did before.

An error that ends the run passes by the guest's own cleanup, which is where CPython sets `sys.exception()` back.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest

import bytescope
from bytescope import Analysis, AnalysisError, attach
from bytescope.analyses.labels import Labels
from bytescope.analysis.engines.woven import WOVEN
from tests.support import scale
from tests.support.every_event import every_event

BODIES = {
    "except": """
    try: end()
    except KeyError as error: return hit()
""",
    "except*": """
    try: end()
    except* KeyError: hit()
    except* ValueError: hit()
""",
    "finally": """
    try: end()
    finally: hit()
""",
    "with": """
    class Manager:
        def __enter__(self): return 1
        def __exit__(self, *what): return hit()
    with Manager(), Manager(): end()
""",
    "handlers in handlers": """
    try: end()
    except KeyError:
        try: end()
        except KeyError:
            try: end()
            finally: hit()
""",
    "a callee": """
    def callee():
        try: end()
        except KeyError: hit()
    try: end()
    except KeyError:
        for n in [1, 2]: callee()
""",
    "a generator": """
    def generator():
        try: yield end()
        except KeyError:
            yield 1
            yield hit()
    try: end()
    except KeyError: yield from generator()
""",
    "a coroutine": """
    class Manager:
        async def __aenter__(self): return 1
        async def __aexit__(self, *what): return hit()
    async def coroutine():
        async with Manager(): end()
        try: end()
        except KeyError: return [await callee() async for n in source()]
    async def callee(): hit()
    async def source():
        try: end()
        except KeyError: yield 1
    try: coroutine().send(None)
    except StopIteration: pass
""",
}
"""Bodies of functions that handle the KeyError of `end()`, and call `hit()` meanwhile."""

ENGINES = ("woven", "shadows", "interpreter")


def run(body: str, engine: str, hit: Callable[[], object], *analyses: Analysis) -> None:
    source = f"def end(): raise KeyError(1)\ndef f():\n{body}\nlist(f() or ())\n"
    namespace: dict[str, Any] = {"__name__": "handling", "hit": hit}
    code = compile(source, "handling.py", "exec")
    how = "interpreter" if engine == "interpreter" else "woven"
    labels = attach(Labels(sources="hit"), include=["handling"]) if engine == "shadows" else nullcontext()
    with (
        labels,
        attach(*analyses or [every_event(lambda name, given: None, "line", "raise")], engine=how, include=["handling"]),
    ):
        if engine == "interpreter":
            bytescope.VM().run_code(code, namespace)
        else:
            exec(WOVEN.load(code, "handling"), namespace)


def told_meanwhile(body: str, engine: str) -> list[tuple[int, int, str]]:
    """Return the events that come while an exception is handled: number among all, among those of its name, name."""
    found = []
    counts: Counter[str] = Counter()

    def told(name: str, given: tuple[object, ...]) -> None:
        counts[name] += 1
        if sys.exception() is not None:
            found.append((counts.total(), counts[name], name))

    with suppress(KeyError):
        run(body, engine, lambda: None, every_event(told))
    return found


def fail_at(number: int, body: str, engine: str, *names: str) -> None:
    """Run with an analysis that fails at the event with a number, of all or of those with some names."""
    left = number

    def told(name: str, given: tuple[object, ...]) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise ValueError("a bug in the analysis")

    with pytest.raises(AnalysisError):
        run(body, engine, lambda: None, every_event(told, *names))


KINDS = "raise handle unwind instruction branch before_call leave".split()
COMBINATIONS = [(engine, body) for engine in ENGINES for body in BODIES]
ENDINGS = (SystemExit, KeyboardInterrupt, bytescope.BudgetExceeded)


@pytest.mark.parametrize(("engine", "body"), scale.third(COMBINATIONS))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_each_kind_of_event_may_fail_while_an_exception_is_handled(engine: str, body: str) -> None:
    last = {name: number for _, number, name in told_meanwhile(BODIES[body], engine) if name in KINDS}
    assert len(last) > 1
    for name, number in last.items():
        fail_at(number, BODIES[body], engine, name)
        assert sys.exception() is None, (name, number)


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "body"), COMBINATIONS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_single_event_may_fail_while_an_exception_is_handled(engine: str, body: str) -> None:
    for number, _, name in told_meanwhile(BODIES[body], engine):
        fail_at(number, BODIES[body], engine)
        assert sys.exception() is None, (name, number)


@pytest.mark.parametrize(
    ("engine", "body", "ending"), scale.third((*each, end) for end in ENDINGS for each in COMBINATIONS)
)
def test_a_run_may_end_while_an_exception_is_handled(engine: str, body: str, ending: type[BaseException]) -> None:
    vm = bytescope.VM(max_instructions=1000) if ending is bytescope.BudgetExceeded else bytescope.VM()

    def hit() -> None:
        if ending is bytescope.BudgetExceeded:
            vm.exec("while True: pass")
        raise ending

    try:
        raise OSError("the host's own")
    except OSError as error:
        with pytest.raises(ending):
            run(BODIES[body], engine, hit)
        assert sys.exception() is error


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_a_budget_may_end_anywhere(body: str) -> None:
    source = f"def end(): raise KeyError(1)\ndef hit(): pass\ndef f():\n{BODIES[body]}\nlist(f() or ())\n"
    ended = 0
    for budget in scale.third(range(1, 1000)):
        try:
            bytescope.VM(max_instructions=budget).exec(source)
        except bytescope.BudgetExceeded:
            ended += 1
        except KeyError:
            break
        else:
            break
        assert sys.exception() is None, budget
    assert 5 < ended < 300
