"""Nothing of a run that a limit has stopped is executed any more, whoever calls it; and what the limits count."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import bytescope
from bytescope.machine.support import budget, memory

SPIN = "while True: pass\n"


def stopped(source: str, **names: object) -> tuple[bytescope.VM, dict[str, Any]]:
    """A VM whose run was stopped, and the namespace of the run."""
    vm = bytescope.VM(max_instructions=20_000)
    namespace: dict[str, Any] = {"__name__": "__main__", "seen": [], **names}
    with pytest.raises(bytescope.BudgetExceeded):
        vm.exec(source, namespace)
    return vm, namespace


@contextmanager
def unraisable() -> Iterator[list[type[BaseException] | None]]:
    """The types of the exceptions that nobody can catch meanwhile."""
    found: list[type[BaseException] | None] = []
    before, sys.unraisablehook = sys.unraisablehook, lambda args: found.append(args.exc_type)
    try:
        yield found
    finally:
        sys.unraisablehook = before


# --- what a run leaves behind


def test_a_finalizer_that_the_host_sets_off_executes_nothing() -> None:
    source = (
        "class A:\n    def __del__(self):\n        seen.append(1)\n        while True: pass\ndef f():\n    a = A()\n"
    )
    with unraisable() as found:
        _vm, namespace = stopped(source + "    while True: pass\nf()\n")
        gc.collect()
        kept = namespace["A"]()
        del kept
    assert namespace["seen"] == []
    assert set(found) == {bytescope.BudgetExceeded}


def test_callbacks_and_generators_execute_nothing() -> None:
    source = "def f(*given): seen.append(given)\ndef g():\n    while True:\n        seen.append(1)\n        yield 1\n"
    source += "started = g()\nnext(started)\nclass C:\n    def __lt__(self, other): seen.append(2)\n"
    _vm, namespace = stopped(source + SPIN)
    del namespace["seen"][:]
    calls = [
        namespace["f"],
        lambda: next(namespace["started"]),
        lambda: next(namespace["g"]()),
        lambda: sorted([namespace["C"](), namespace["C"]()]),
        lambda: [*map(namespace["f"], (1, 2))],
    ]
    for call in calls:
        with pytest.raises(bytescope.BudgetExceeded, match="more than 20,000 guest instructions"):
            call()
    assert namespace["seen"] == []


def test_the_next_run_may_use_what_a_stopped_one_has_defined() -> None:
    vm, namespace = stopped("def f(n): return n + 1\n" + SPIN)
    assert vm.eval("f(1)", namespace) == 2
    assert bytescope.VM().eval("f(2)", namespace) == 3
    assert namespace["f"](3) == 4, "it belongs to a run that has ended well"


def test_a_stopped_run_is_forgotten_with_all_that_is_left_of_it() -> None:
    vm, _namespace = stopped("class A:\n    def f(self): pass\n" + SPIN)
    assert len(budget.watching) >= 1
    found = budget.watching[-1]
    vm.exec("x = 1")
    assert found not in budget.watching
    assert budget.active == []


@pytest.mark.process
def test_threads_of_a_stopped_run_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: ended.append(args.exc_type))
    go = threading.Event()
    source = """
def late():
    seen.append("late")
def work():
    go.wait()
    seen.append("work")
threads = [Thread(target=work)]
threads[0].start()
"""
    _vm, namespace = stopped(source + SPIN, Thread=threading.Thread, go=go)
    go.set()
    namespace["threads"][0].join(60)
    later = threading.Thread(target=namespace["late"])
    later.start()
    later.join(60)
    assert namespace["seen"] == []
    assert ended == [bytescope.BudgetExceeded] * 2


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this platform has no timers that send signals")
@pytest.mark.process
def test_signal_handlers_of_a_stopped_run_are_taken_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    source = "import signal\ndef handler(*given): seen.append(given)\nsignal.signal(signal.SIGINT, handler)\n"
    source += "signal.signal(signal.SIGALRM, handler)\nsignal.setitimer(signal.ITIMER_REAL, 60)\n"
    _, namespace = stopped(source + SPIN)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert namespace["seen"] == []


# --- depth

DEEP = {
    "calls": "def f(n): return n and f(n - 1)\nf({depth})",
    "yield from": "def f(n):\n    if n: yield from f(n - 1)\n    yield n\nlist(f({depth}))",
    "await": "async def f(n):\n    if n: await f(n - 1)\ntry: f({depth}).send(None)\nexcept StopIteration: pass",
    "for over a generator": "def f(n):\n    if n:\n        for x in f(n - 1): yield x\n    yield n\nlist(f({depth}))",
    "next": "def f(n):\n    yield n and next(f(n - 1))\nnext(f({depth}))",
    "async for": """
async def g(n):
    if n:
        async for x in g(n - 1): yield x
    yield n
async def main():
    async for x in g({depth}): pass
try: main().send(None)
except StopIteration: pass
""",
    "through the host": "def f(n):\n    if n: yield from through(f(n - 1))\n    yield n\nlist(f({depth}))",
}


def through(generator: Any) -> Iterator[Any]:
    yield from generator


@pytest.mark.parametrize("what", DEEP)
def test_depth_counts_every_guest_frame(what: str) -> None:
    vm = bytescope.VM(max_depth=12)
    vm.exec(DEEP[what].format(depth=8), {"through": through})
    assert vm.budget.depth == 0
    with pytest.raises(bytescope.BudgetExceeded, match="more than 12 guest frames"):
        vm.exec(DEEP[what].format(depth=13), {"through": through})


def test_suspended_chains_do_not_count() -> None:
    vm = bytescope.VM(max_depth=6)
    vm.exec(
        "def inner():\n    for n in range(3): yield n\n"
        "def outer(): yield from inner()\n"
        "many = [outer() for _ in range(40)]\n"
        "for _ in range(3): found = [next(each) for each in many]\n"
        "for each in many: each.close()\n"
    )
    assert vm.globals["found"] == [2] * 40
    assert vm.budget.depth == 0


# --- memory

needs_memory = pytest.mark.skipif(memory.resident is None, reason="this platform does not tell the memory in use")


@needs_memory
@pytest.mark.parametrize(
    "source",
    ["x = []\nwhile True: x.append(bytes(range(256)) * 4000)", "x = 'abc'\nwhile True: x += x"],
    ids=["many objects", "one that doubles"],
)
def test_memory_is_limited(source: str) -> None:
    vm = bytescope.VM(max_memory=8_000_000)
    with pytest.raises(bytescope.BudgetExceeded, match="more than 8,000,000 bytes of memory") as caught:
        vm.exec(source, {})
    assert caught.value.limit == "max_memory"


@needs_memory
def test_memory_that_is_freed_does_not_count() -> None:
    vm = bytescope.VM(max_memory=60_000_000)
    vm.exec("for n in range(30): x = bytes(range(256)) * 20_000")
    with pytest.raises(TypeError, match="max_memory must be an integer or None, not str"):
        bytescope.VM(max_memory="1G")  # type: ignore[arg-type]


def test_memory_is_refused_where_nothing_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "resident", None)
    with pytest.raises(ValueError, match="max_memory must be None on this platform"):
        bytescope.VM(max_memory=1)
