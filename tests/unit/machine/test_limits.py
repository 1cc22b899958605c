"""Limits: what stops a run, that guests cannot go on after it, and that others are not touched by it."""

import contextlib
import gc
import io
import pickle
import threading
import time
import traceback

import pytest

import bytescope
from bytescope.machine.support import budget

FOREVER = "while True:\n    x = 1\n"


def stopped(vm: bytescope.VM, source: str, **names: object) -> bytescope.BudgetExceeded:
    """The exception that stops *source*."""
    with pytest.raises(bytescope.BudgetExceeded) as caught:
        vm.exec(source, {"__name__": "__main__", **names})
    return caught.value


# --- each limit


def test_instructions_are_limited_to_the_instruction() -> None:
    source = "for i in range(1000):\n    x = i * i\n"
    counter = bytescope.VM()
    counter.exec(source)
    exactly = counter.instructions
    bytescope.VM(max_instructions=exactly).exec(source)
    vm = bytescope.VM(max_instructions=exactly - 1)
    error = stopped(vm, source)
    assert error.limit == "max_instructions"
    assert str(error) == f"more than {exactly - 1:,} guest instructions"
    assert vm.instructions == exactly - 1


def test_no_instruction_at_all() -> None:
    vm = bytescope.VM(max_instructions=0)
    assert stopped(vm, "print('never')").limit == "max_instructions"
    assert vm.instructions == 0


def test_every_run_has_the_whole_budget() -> None:
    vm = bytescope.VM(max_instructions=100)
    for _ in range(5):
        vm.exec("x = [i for i in range(10)]")
    stopped(vm, FOREVER)
    vm.exec("x = 1")


def test_depth_is_limited_to_the_frame() -> None:
    vm = bytescope.VM(max_depth=10)
    vm.exec("def down(n):\n    return n and down(n - 1) + 1")
    assert vm.eval("down(8)") == 8
    with pytest.raises(bytescope.BudgetExceeded, match="more than 10 guest frames") as caught:
        vm.eval("down(9)")
    assert caught.value.limit == "max_depth"


def test_suspended_frames_do_not_count_as_depth() -> None:
    vm = bytescope.VM(max_depth=5)
    vm.exec(
        "def g(n):\n    yield n\n    yield n + 1\n"
        "many = [g(n) for n in range(50)]\n"
        "first = [next(each) for each in many]\n"
        "second = [next(each) for each in many]\n"
        "async def wait():\n    await asyncio.sleep(0)\n"
        "async def main():\n    await asyncio.gather(*(wait() for _ in range(50)))\n"
        "import asyncio\n"
    )
    assert vm.globals["second"] == list(range(1, 51))
    del vm.globals["many"]


def test_time_is_limited() -> None:
    vm = bytescope.VM(timeout=0.05)
    error = stopped(vm, FOREVER)
    assert error.limit == "timeout"
    assert str(error) == "more than 0.05 seconds"


def test_time_spent_in_host_code_counts() -> None:
    error = stopped(bytescope.VM(timeout=0.02), "sleep(0.05)\nseen.append(1)", sleep=time.sleep, seen=(seen := []))
    assert error.limit == "timeout"
    assert not seen


def test_several_limits_at_once() -> None:
    assert stopped(bytescope.VM(max_instructions=5000, max_depth=5, timeout=60), FOREVER).limit == "max_instructions"


# --- guests cannot catch it

HIDING = {
    "except": "try:\n    spin()\nexcept BaseException:\n    seen.append('except')\n",
    "bare except": "try:\n    spin()\nexcept:\n    seen.append('except')\n",
    "finally": "try:\n    spin()\nfinally:\n    seen.append('finally')\n",
    "except*": "try:\n    spin()\nexcept* BaseException:\n    seen.append('except*')\n",
    "with": """
class Manager:
    def __enter__(self): pass
    def __exit__(self, *args):
        seen.append('exit')
        return True
with Manager():
    spin()
""",
    "contextmanager": """
@contextmanager
def manager():
    try:
        yield
    except BaseException:
        seen.append('manager')
with manager():
    spin()
""",
    "suppress of the host": "with suppress(BaseException):\n    spin()\nseen.append('after')\n",
    "except of the host": "swallow(spin)\nseen.append('after')\n",
    "callback of C": "try:\n    sorted([1], key=lambda x: spin())\nexcept BaseException:\n    seen.append('sorted')\n",
    "generator": """
def g():
    while True:
        try:
            yield 1
            spin()
        except BaseException:
            seen.append('generator')
        finally:
            seen.append('finally')
for each in g():
    pass
""",
    "delegating generator": """
def inner():
    try:
        yield 1
        spin()
    finally:
        seen.append('inner')
def outer():
    try:
        yield from inner()
    except BaseException:
        seen.append('outer')
list(outer())
""",
    "coroutine": """
async def inner():
    try:
        spin()
    finally:
        seen.append('inner')
async def outer():
    try:
        await inner()
    except BaseException:
        seen.append('outer')
try:
    outer().send(None)
except BaseException:
    seen.append('module')
""",
    "__del__": """
class Late:
    def __del__(self):
        spin()
Late()
seen.append('after')
""",
    "property": """
class A:
    @property
    def p(self): spin()
try:
    hasattr(A(), 'p')
except BaseException:
    seen.append('property')
""",
    "exec": "try:\n    exec('spin()')\nexcept BaseException:\n    seen.append('exec')\n",
    "loop": "while True:\n    try:\n        spin()\n    except BaseException:\n        seen.append('again')\n",
}


def swallow(function) -> None:
    try:
        function()
    except BaseException:
        pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("limit", [{"max_instructions": 3000}, {"max_depth": 40}, {"timeout": 0.05}], ids=str)
@pytest.mark.parametrize("name", HIDING)
def test_guests_see_nothing_of_the_end(name: str, limit: dict[str, float]) -> None:
    seen: list[str] = []
    spin = "def spin():\n    spin()\n" if "max_depth" in limit else "def spin():\n    while True:\n        x = 1\n"
    names = {"suppress": contextlib.suppress, "contextmanager": contextlib.contextmanager, "swallow": swallow}
    with contextlib.redirect_stderr(io.StringIO()):  # where __del__ is stopped, the host says so
        stopped(bytescope.VM(**limit), spin + HIDING[name], seen=seen, **names)
        gc.collect()
    assert seen == []


def test_what_is_left_of_a_stopped_run_does_not_go_on() -> None:
    seen: list[str] = []
    names: dict[str, object] = {"seen": seen}
    vm = bytescope.VM(max_instructions=500)
    source = (
        "def g():\n    try:\n        yield\n    finally:\n        seen.append('closed')\ng0 = g()\nnext(g0)\n" + FOREVER
    )
    with pytest.raises(bytescope.BudgetExceeded):
        vm.exec(source, names)
    del names["g0"]
    gc.collect()
    assert seen == []


# --- others are not touched


def test_what_is_left_of_a_finished_run_is_free() -> None:
    vm = bytescope.VM(max_instructions=200)
    vm.exec(
        "def g():\n    n = 0\n    while True:\n        n += 1\n        yield n\nnumbers = g()\nfirst = next(numbers)"
    )
    numbers = vm.globals["numbers"]
    assert [next(numbers) for _ in range(1000)][-1] == 1001


def test_the_budget_holds_during_runs_only() -> None:
    vm = bytescope.VM(max_instructions=50)
    vm.exec("def f():\n    return sum([i for i in range(1000)])")
    assert vm.globals["f"]() == 499500
    with pytest.raises(bytescope.BudgetExceeded):
        vm.eval("f()")
    assert budget.active == []


def test_a_run_without_limits_inside_a_limited_one_is_limited() -> None:
    inner = bytescope.VM()
    assert stopped(bytescope.VM(max_instructions=1000), "run(text)", run=inner.exec, text=FOREVER)


def test_runs_of_the_same_vm_within_each_other_share_its_budget() -> None:
    vm = bytescope.VM(max_instructions=1000)
    assert stopped(vm, "while True:\n    run('x = 1')", run=vm.exec)


@pytest.mark.process
def test_threads_of_a_limited_guest_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: ended.append(args.exc_type))
    source = "def work():\n    while True:\n        x = 1\nt = Thread(target=work)\nt.start()\nt.join()\n"
    vm = bytescope.VM(max_instructions=10_000)
    stopped(vm, source, Thread=threading.Thread)
    assert ended == [bytescope.BudgetExceeded]


@pytest.mark.process
def test_other_threads_are_not_limited() -> None:
    results: dict[str, object] = {}
    limited_is_on = threading.Event()
    free_is_done = threading.Event()

    def free() -> None:
        limited_is_on.wait()
        results["free"] = bytescope.VM().eval("sum([i for i in range(3000)])")
        free_is_done.set()

    def limited() -> None:
        vm = bytescope.VM(max_instructions=2000)
        names = {"on": limited_is_on.set, "wait": free_is_done.wait}
        results["limited"] = stopped(vm, "on()\nwait()\n" + FOREVER, **names).limit

    threads = [threading.Thread(target=free), threading.Thread(target=limited)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {"free": 4498500, "limited": "max_instructions"}


# --- the exception


def test_it_is_no_exception_that_programs_catch() -> None:
    assert issubclass(bytescope.BudgetExceeded, BaseException)
    assert not issubclass(bytescope.BudgetExceeded, Exception)


def test_its_traceback_shows_where_the_guest_was() -> None:
    error = stopped(bytescope.VM(max_instructions=100), "def f():\n    while True:\n        x = 1\nf()\n")
    frames = [(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    assert frames[-2] == ("<module>", 4)
    assert frames[-1][0] == "f"
    text = "".join(traceback.format_exception_only(error))
    assert text == "bytescope.BudgetExceeded: more than 100 guest instructions\n"


def test_it_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(stopped(bytescope.VM(max_instructions=1), FOREVER)))
    assert (error.limit, str(error)) == ("max_instructions", "more than 1 guest instructions")


def test_stop_ends_a_run_that_catches_everything() -> None:
    vm = bytescope.VM(stoppable=True)
    source = "while True:\n    try:\n        while True:\n            n += 1\n            n == 50 and stop()\n"
    source += "    except BaseException:\n        n = 0\n"
    vm.globals.update(n=0, stop=vm.stop)
    with pytest.raises(bytescope.BudgetExceeded, match="the run was stopped") as caught:
        vm.exec(source)
    assert (caught.value.limit, vm.eval("n")) == ("stop", 50), "and the next run is not stopped"


def test_stop_without_a_run_does_nothing() -> None:
    vm = bytescope.VM(stoppable=True)
    vm.stop()
    assert vm.eval("1 + 1") == 2


def test_stop_needs_a_stoppable_vm() -> None:
    with pytest.raises(ValueError, match="make it with stoppable=True"):
        bytescope.VM().stop()
