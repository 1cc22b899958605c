"""Exceptions that come up while an analysis is at work and are not its own; signal handlers and their frames."""

from __future__ import annotations

import signal
import sys
import traceback
import types
from typing import Any

import pytest

import bytescope
from bytescope.analyses.values import SafeRepr
from bytescope.analysis.engines.woven import WOVEN
from bytescope.machine.guests import signals
from tests.support.processes import run_python

ENGINES = pytest.mark.parametrize("engine", ["woven", "interpreter"])
ALARM = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers")


class Late(Exception):
    pass


def guest(source: str, engine: str, *analyses: bytescope.Analysis) -> dict[str, Any]:
    """Run a source as a module, with analyses attached."""
    module = types.ModuleType("foreign_exceptions_guest")
    namespace = vars(module)
    namespace.update(Late=Late)
    sys.modules[module.__name__] = module
    try:
        with bytescope.attach(*analyses, engine=engine, include=[module.__name__]):  # type: ignore[arg-type]
            code = compile(source, "guest.py", "exec")
            if engine == "woven":
                exec(WOVEN.load(code, module.__name__), namespace)
            else:
                bytescope.VM().exec(code, namespace)
    finally:
        del sys.modules[module.__name__]
    return namespace


class Interrupting(bytescope.Analysis):
    """An analysis in whose methods a signal arrives."""

    def __init__(self, times: int = 1) -> None:
        self.times = times

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        if self.times:
            self.times -= 1
            signal.raise_signal(signal.SIGUSR1)


SIGNALLED = """
import signal, sys
class Handler:
    def __call__(self, number, frame): stop(number, frame)
    def method(self, number, frame): stop(number, frame)
frames = []
def stop(number, frame):
    frames.append(frame)
    raise Late
def add(a, b):
    return a + b
signal.signal(signal.SIGUSR1, {handler})
try:
    add(1, 2)
except {kind} as error:
    caught = error
finally:
    done = True
after = add(1, 2)
"""
HANDLERS = ["stop", "Handler()", "Handler().method", "lambda number, frame: stop(number, frame)"]


@pytest.fixture
def restored() -> Any:
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


@ENGINES
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal")
@pytest.mark.usefixtures("restored")
def test_exception_of_a_signal_handler_in_a_hook_is_the_program_s(handler: str, engine: str) -> None:
    namespace = guest(SIGNALLED.format(handler=handler, kind="Late"), engine, Interrupting())
    assert (namespace["done"], namespace["after"]) == (True, 3)
    names = [entry.name for entry in traceback.extract_tb(namespace["caught"].__traceback__)]
    assert names[:2] == ["<module>", "add"] and names[-1] == "stop"
    assert not any("bytescope" in entry.filename for entry in traceback.extract_tb(namespace["caught"].__traceback__))


@ENGINES
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal")
@pytest.mark.usefixtures("restored")
def test_signal_handler_in_a_hook_gets_the_frame_of_the_program(engine: str) -> None:
    namespace = guest(SIGNALLED.format(handler="stop", kind="Late"), engine, Interrupting())
    assert [frame.f_code.co_name for frame in namespace["frames"]] == ["add"]


@ENGINES
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal")
@pytest.mark.usefixtures("restored")
def test_signal_handler_without_a_frame(engine: str) -> None:
    namespace = guest(
        SIGNALLED.format(handler="signal.default_int_handler", kind="KeyboardInterrupt"), engine, Interrupting()
    )
    assert (namespace["done"], namespace["after"]) == (True, 3)
    names = [entry.name for entry in traceback.extract_tb(namespace["caught"].__traceback__)]
    assert names == ["<module>", "add"]


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal")
@pytest.mark.usefixtures("restored")
def test_exception_of_a_signal_handler_is_not_swallowed_when_a_value_is_shown() -> None:
    def handler(number: int, frame: Any) -> None:
        raise Late

    class Slow:
        def __repr__(self) -> str:
            signal.raise_signal(signal.SIGUSR1)
            return "slow"

    class Raises:
        def __repr__(self) -> str:
            raise Late

    signal.signal(signal.SIGUSR1, handler)
    with pytest.raises(Late):
        SafeRepr(own=True)([Slow()])
    assert "Raises instance at" in SafeRepr(200, own=True)(Raises())


@ENGINES
def test_exception_of_an_analysis_stays_its_own(engine: str) -> None:
    class Fails(bytescope.Analysis):
        def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
            raise Late

    with pytest.raises(bytescope.AnalysisError, match="Fails failed on binary"):
        guest("a = 1\na + a", engine, Fails())


@ENGINES
@pytest.mark.parametrize("kind", [KeyboardInterrupt, RecursionError])
def test_analysis_that_raises_an_interrupt_each_time_ends_the_run(kind: type[BaseException], engine: str) -> None:
    class Raises(bytescope.Analysis):
        calls = 0

        def line(self, site: Any) -> None:
            self.calls += 1
            if self.calls > 2:
                raise kind

    analysis = Raises()
    with pytest.raises(kind):
        guest("x = 1\ny = 2\nz = 3\nw = 4\n", engine, analysis)
    assert analysis.calls == 3


# --- with timers, in processes of their own

RAISES = """
import signal
class Timeout(Exception): pass
def handler(number, frame): raise Timeout("late")
signal.signal(signal.SIGALRM, handler)
def add(x, y): return x + y
def spin():
    x = 0
    while True:
        x = add(x, 1)
caught = 0
for i in range(30):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        spin()
    except Timeout:
        caught += 1
print("caught", caught)
"""

SENT = """
import ctypes, threading, time
class Stop(Exception): pass
got = []
def add(x, y): return x + y
def spin():
    x = 0
    try:
        started.set()
        while True:
            x = add(x, 1)
    except Stop:
        got.append("stop")
for i in range(10):
    started = threading.Event()
    thread = threading.Thread(target=spin)
    thread.start()
    started.wait()
    time.sleep(0.01)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stop))
    thread.join(60)
print(len(got), threading.active_count())
"""

EXITS = """
import atexit, signal, sys
atexit.register(lambda: print("atexit"))
signal.signal(signal.SIGALRM, lambda number, frame: sys.exit(3))
def add(x, y): return x + y
x = 0
try:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    while True:
        x = add(x, 1)
finally:
    print("cleanup")
"""

FRAME = """
import signal
def handler(number, frame):
    print(frame.f_code.co_name)
    raise SystemExit
signal.signal(signal.SIGALRM, handler)
def busy():
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    while True: pass
busy()
"""

PROGRAMS = [(RAISES, "caught 30\n", 0), (SENT, "10 1\n", 0), (EXITS, "cleanup\natexit\n", 3), (FRAME, "busy\n", 0)]


@ALARM
@pytest.mark.process
@ENGINES
@pytest.mark.parametrize(("source", "output", "status"), PROGRAMS, ids=["raises", "sent", "exits", "frame"])
@pytest.mark.parametrize("analysis", ["calls", "profile", "comparisons"])
def test_interrupts_of_an_observed_program_are_its_own(
    source: str, output: str, status: int, analysis: str, engine: str
) -> None:
    words = ["--analysis", analysis, "--output", "report", "--engine", engine, "-c", source]
    done = run_python("-m", "bytescope", "run", *words)
    assert (done.stdout, done.stderr, done.returncode) == (output, "", status)


@ALARM
@pytest.mark.process
def test_signal_handler_gets_the_frame_of_the_guest() -> None:
    done = run_python("-m", "bytescope", "run", "-c", FRAME)
    assert (done.stdout, done.stderr, done.returncode) == ("busy\n", "", 0)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal")
@pytest.mark.usefixtures("restored")
def test_handlers_are_what_the_program_has_registered() -> None:
    def handler(number: int, frame: Any) -> None:
        pass

    signal.signal(signal.SIGUSR1, handler)
    vm = bytescope.VM()
    vm.exec("import signal\nseen = signal.getsignal(signal.SIGUSR1)\ndef other(number, frame): pass")
    vm.exec("before = signal.signal(signal.SIGUSR1, other)\nnow = signal.getsignal(signal.SIGUSR1)")
    assert vm.globals["seen"] is vm.globals["before"] is handler
    assert vm.globals["now"] is vm.globals["other"] is signal.getsignal(signal.SIGUSR1)
    assert signals.available.users == []
