"""The work to weave or link a program grows with its size, not with its square: work is calls and jumps."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import bytescope
from bytescope import Analysis, attach
from bytescope.analyses.labels import Labels
from bytescope.analysis.engines.woven import WOVEN
from bytescope.flow.graph import immediate_dominators, natural_loops
from tests.support import scale
from tests.support.every_event import every_event

pytestmark = [
    pytest.mark.any_host,
    pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="jumps are counted by sys.monitoring"),
]

PARTS = {
    "with": "with c: a = 1",
    "async with": "async with c: a = 1",
    "await": "await c",
    "try": "try: a()\nexcept KeyError as e: a = 1",
    "except*": "try: a()\nexcept* KeyError as e: a = 1",
    "finally": "try: a()\nfinally: a = 1",
    "comprehension": "[a for b in c if b]",
    "loop": "for a in c:\n if a: continue\n a = 1",
    "while": "while a: a = a - 1",
    "yield from": "yield from c",
    "condition": "a = a and b or c",
    "statement": "a.append(b)",
    "function": "def b(): return a",
    "nothing": "pass",
}
"""Statements that a function is made of."""

MODULE = [part for part in PARTS if part not in ("async with", "await", "yield from")]
ANALYSES: dict[str, Callable[[], Analysis]] = {
    "a few events": lambda: every_event(lambda name, given: None, "line", "raise", "branch", "loop", "call"),
    "every event": lambda: every_event(lambda name, given: None),
    "shadows": lambda: Labels(sources="input"),
}


def program(part: str, count: int, indent: str) -> str:
    return indent + "\n".join([PARTS[part]] * count).replace("\n", f"\n{indent}") + "\n"


def function(part: str, count: int) -> types.CodeType:
    """Compile a function that returns at once and has so many of the parts."""
    head = "async def" if "await" in part or "async" in part else "def"
    body = program(part, count, "  ")
    return compile(f"{head} work(a, b, c):\n  if not a: return\n{body}", "linear.py", "exec")


def steps(work: Callable[[], object]) -> int:
    """Return how many functions are called and how many jumps are made meanwhile: rounds of loops, in one line too."""
    monitoring, count = sys.monitoring, 0

    def step(*event: object) -> None:
        nonlocal count
        count += 1

    tool = next(each for each in range(6) if monitoring.get_tool(each) is None)
    counted = monitoring.events.PY_START, monitoring.events.PY_RESUME, monitoring.events.JUMP
    monitoring.use_tool_id(tool, "steps")
    try:
        for event in counted:
            monitoring.register_callback(tool, event, step)
        monitoring.set_events(tool, sum(counted))
        work()
    finally:
        monitoring.set_events(tool, 0)
        for event in counted:
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)
    return count


def weaving(code: types.CodeType, analysis: Analysis, called: bool) -> int:
    """Return the work to load a module, and to weave the function that it makes when that is called."""
    names: dict[str, Any] = {"__name__": "linear"}

    def run() -> None:
        loaded = WOVEN.load(code, "linear")
        if called:
            exec(loaded, names)
            begin(names["work"](0, 0, 0))

    with attach(analysis, include=["linear"]):
        return steps(run)


def begin(result: Any) -> None:
    """Execute a generator or coroutine up to where it returns at once."""
    if hasattr(result, "send"):
        with suppress(StopIteration):
            result.send(None)


def linking(code: types.CodeType) -> int:
    names: dict[str, Any] = {}
    exec(code, names)
    vm, work = bytescope.VM(), names["work"]
    return steps(lambda: begin(vm.call(work, 0, 0, 0)))


def detaching(functions: int) -> int:
    """Return the work to detach from a module of so many functions, and one that is hard to find."""
    module = types.ModuleType("linear")
    exec("".join(f"def f{number}(): return {number}\n" for number in range(functions)), vars(module))
    hidden = types.SimpleNamespace(function=vars(module).pop("f0"))
    vars(module)["hidden"] = [[hidden]]
    sys.modules["linear"] = module
    try:
        attached = attach(every_event(lambda name, given: None, "line"), include=["linear"])
        attached.__enter__()
        return steps(lambda: attached.__exit__(None, None, None))
    finally:
        del sys.modules["linear"]


def check(work: Callable[[int], int], count: int) -> None:
    """Check that twice as much of something takes about twice the work."""
    work(2)  # imports what it needs
    least, once, twice = work(1), work(count), work(2 * count)
    assert once > least + 5 * count, "nothing is done for each"
    assert (twice - least) / (once - least) <= 2.2, (least, once, twice)


@pytest.mark.parametrize("part", scale.third(PARTS))
@pytest.mark.parametrize("analysis", ANALYSES)
def test_weaving_a_function(analysis: str, part: str) -> None:
    check(lambda count: weaving(function(part, count), ANALYSES[analysis](), True), 24)


@pytest.mark.parametrize("part", scale.third(MODULE))
def test_weaving_a_module(part: str) -> None:
    def work(count: int) -> int:
        code = compile(program(part, count, ""), "linear.py", "exec")
        return weaving(code, ANALYSES["every event"](), False)

    check(work, 24)


@pytest.mark.parametrize("part", PARTS)
def test_linking(part: str) -> None:
    check(lambda count: linking(function(part, count)), 100)


def test_detaching() -> None:
    check(detaching, 500)


def test_dominators() -> None:
    """A chain of nodes each of which may raise to one handler, and each of which may go on with the next but one."""

    def work(count: int) -> int:
        graph = [[min(each + 1, count), min(each + 2, count), count] for each in range(count)] + [[]]
        return steps(lambda: natural_loops(graph, 0, immediate_dominators(graph, 0)))

    check(work, 1000)
