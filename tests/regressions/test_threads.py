"""Threads and forks: what one thread attaches, detaches or links disturbs no other one, and no child process."""

from __future__ import annotations

import json
import os
import sys
import threading
import types
from pathlib import Path
from typing import Any, Literal

import pytest

import bytescope
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.machine.resident import program_of, resident
from bytescope.machine.support.own_frames import TRACE_FILE
from bytescope.startup.locks import CHANGES
from tests.support.processes import run_python

pytestmark = pytest.mark.process

Engine = Literal["woven", "interpreter"]
ENGINES = pytest.mark.parametrize("engine", ["woven", "interpreter"])


class Entered(bytescope.Analysis):
    """Gathers the functions that are entered."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def enter(self, site: Any, arguments: Any) -> None:
        self.seen.append(site.function)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module in which attachments find a function."""
    made: Any = types.ModuleType("threaded")
    exec("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n", vars(made))
    monkeypatch.setitem(sys.modules, "threaded", made)
    return made


@ENGINES
def test_an_attachment_goes_on_when_an_older_one_ends(module: Any, engine: Engine) -> None:
    code, limit = module.f.__code__, sys.getrecursionlimit()
    older, newer = (bytescope.attach(Entered(), engine=engine, include="threaded") for _ in range(2))
    older.__enter__()
    newer.__enter__()
    older.__exit__(None, None, None)
    module.f(1)
    newer.__exit__(None, None, None)
    assert newer.analyses[0].seen == ["f"]  # type: ignore[attr-defined]
    assert module.f.__code__ is code
    assert sys.getrecursionlimit() == limit


def test_a_frameless_call_goes_on_in_the_code_that_it_began_in(module: Any) -> None:
    """Another thread may give a function its own code back between a call's entry and its frame."""
    code = module.f.__code__
    exec("def g(n):\n    return f(n)\n", vars(module))
    vm = bytescope.VM()
    for n in [16] + 300 * [1]:
        vm.call(module.g, n)
    given_back: list[types.CodeType] = []

    def watch(frame: types.FrameType, event: str, argument: Any) -> None:
        if frame.f_code.co_filename == TRACE_FILE and frame.f_code.co_name == "this" and not given_back:
            given_back.append(module.f.__code__)
            module.f.__code__ = code

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        result = vm.call(module.g, Number(1))
    finally:
        sys.settrace(before)
    assert result == 1
    assert BEHAVIOUR.counts_builtin_calls or given_back[0] is not code


class Number(int):
    """A number that the machine's own operations do not compare."""


def test_threads_execute_new_functions_at_once() -> None:
    functions = "".join(f"def f{n}(x):\n    y = x\n" + "    if y: y += 1\n" * 100 + "    return y\n" for n in range(20))
    source = f"""
import sys, threading
sys.setswitchinterval(1e-6)
{functions}
failed = []
def run(n):
    barrier.wait()
    try:
        for m in range(20):
            assert globals()[f"f{{m}}"](n) == n + 100 * (n > 0)
    except BaseException as error:
        failed.append(repr(error))
barrier = threading.Barrier(8)
threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
for each in threads: each.start()
for each in threads: each.join()
print(failed)
"""
    done = run_python("-m", "bytescope", "run", "-", stdin=source)
    assert done.stdout == "[]\n", done.stderr


def test_handlers_are_seen_when_there_are_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    code = resident(compile("x = 1", "linked.py", "exec"))
    program = program_of(code)
    assert program is not None
    with_counters = bytescope.machine.program.with_counters
    seen: list[Any] = []

    def looking(*args: Any) -> Any:
        seen.append(program.ops)
        return with_counters(*args)

    monkeypatch.setattr(bytescope.machine.program, "with_counters", looking)
    monkeypatch.setattr(bytescope.machine.program.Program, "threshold", 100)
    linked = program.link()
    assert seen == [None]
    assert len(linked) == len(program.instructions)


@ENGINES
def test_a_search_for_functions_leaves_tuples_that_are_being_made_alone(module: Any, engine: Engine) -> None:
    """Whoever has a tuple while it grows in C has it destroyed, with a SystemError in the other thread."""
    stop: list[None] = []
    wrong: list[BaseException] = []

    def growing() -> None:
        while not stop and not wrong:
            try:
                assert len(tuple(n for n in range(2000))) == 2000
            except BaseException as error:
                wrong.append(error)

    exec("def waiting():\n    yield\n", vars(module))
    threads = [threading.Thread(target=growing) for _ in range(2)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for _ in range(10):
            with bytescope.attach(Entered(), engine=engine, include="threaded"):
                suspended = module.waiting()  # its code stays in use: all objects there are are looked through
                next(suspended)
    finally:
        stop.append(None)
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    assert wrong == []


FORKS = """
import os, sys, threading, time, warnings
import bytescope, workload_of_fork as program
warnings.simplefilter("ignore")

class Lines(bytescope.Analysis):
    def line(self, site):
        self.told = True

def attach():
    return bytescope.attach(Lines(), engine=sys.argv[1], include=["workload_of_fork", "late*"])

def attaching():
    while not stop:
        with attach():
            began.set()

stop, began = [], threading.Event()
thread = threading.Thread(target=attaching)
statuses = []
with attach():
    thread.start()
    began.wait()
    for number in range(12):
        time.sleep(.005)
        child = os.fork()
        if not child:
            try:
                with attach() as attached:
                    program.f(3)
                    __import__(f"late{number}").f(3)
                    bytescope.VM().call(program.f, 3)
                    other = threading.Thread(target=program.f, args=(3,))
                    other.start()
                    other.join()
                os._exit(0 if attached.analyses[0].told else 3)
            except BaseException:
                import traceback
                traceback.print_exc()
            finally:
                os._exit(4)
        statuses.append(os.waitpid(child, 0)[1])
stop.append(1)
thread.join()
print(statuses)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@ENGINES
def test_fork_while_another_thread_attaches(tmp_path: Path, engine: Engine) -> None:
    source = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n"
    for name in ("workload_of_fork", *(f"late{number}" for number in range(12))):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    (tmp_path / "forks.py").write_text(FORKS, encoding="utf-8")
    done = run_python(tmp_path / "forks.py", engine, hang=60)
    assert done.stdout == f"{[0] * 12}\n", done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_child_has_the_lock_as_often_as_the_thread_that_forked() -> None:
    with CHANGES:
        child = os.fork()
        if not child:
            try:
                CHANGES.release()
                held = CHANGES._is_owned()
                os._exit(1 if held else 0)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
    assert not CHANGES._is_owned()


@ENGINES
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_threads_compute_the_same_while_others_attach(engine: Engine, seconds: int) -> None:
    done = run_python("-m", "tests.support.soak", engine, str(seconds), hang=500)
    assert not done.returncode, done.stderr
    found = json.loads(done.stdout)
    assert not found["wrong"], (found["wrong"], *found["first"])
    assert found["runs"] and found["attached"]
