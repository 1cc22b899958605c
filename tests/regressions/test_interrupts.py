"""An interrupt ends a loop of the guest, wherever it meets the machine; the traceback shows the guest's line."""

import os
import signal
import textwrap
import traceback

import pytest

import bytescope
from bytescope.machine import engine, program
from bytescope.machine.jit import counters
from tests.support.processes import run_python

pytestmark = [pytest.mark.process, pytest.mark.skipif(os.name != "posix", reason="needs timers")]

LOOPS = {
    "nothing in the loop": ("while True: pass\n", 3),
    "nothing that can fail": ("while True:\n    x = 1\n", 4),
    "a call": ("while True:\n    len('')\n", 4),
}


class Interrupted(Exception):
    pass


@pytest.fixture
def alarm():
    """A function that has `Interrupted` raised soon."""

    def interrupt(number, frame):
        raise Interrupted

    if not hasattr(signal, "SIGALRM"):
        pytest.skip("the system has no timer that sends a signal")
    before = signal.signal(signal.SIGALRM, interrupt)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.02)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("limits", [{}, {"max_instructions": 10**9}], ids=["free", "watched"])
@pytest.mark.parametrize("name", LOOPS)
def test_loops_can_be_interrupted(name: str, limits: dict[str, int], alarm) -> None:
    source, line = LOOPS[name]
    vm = bytescope.VM(**limits)
    vm.exec("def f(alarm):\n    alarm()\n" + "".join(f"    {each}\n" for each in source.splitlines()))
    for _ in range(5):
        with pytest.raises(Interrupted) as caught:
            vm.call(vm.globals["f"], alarm)
        frames = traceback.extract_tb(caught.value.__traceback__)
        guest = [(frame.name, frame.lineno) for frame in frames if frame.filename == "<string>"]
        assert guest == [("f", guest[0][1])]
        assert guest[0][1] in (2, line - 1, line, None)  # None: between two instructions, which has no line
        between = [frame.filename for frame in frames[1:] if "/bytescope/machine/" in frame.filename]
        assert not between


@pytest.mark.parametrize("name", LOOPS)
def test_the_guest_can_catch_it(name: str, alarm) -> None:
    source, _ = LOOPS[name]
    vm = bytescope.VM()
    body = "".join(f"        {each}\n" for each in source.splitlines())
    vm.exec(
        f"def f(alarm, Interrupted):\n    try:\n        alarm()\n{body}"
        "    except Interrupted:\n        return 'caught'\n    finally:\n        done.append(1)\ndone = []\n"
    )
    for _ in range(5):
        assert vm.call(vm.globals["f"], alarm, Interrupted) == "caught"
    assert vm.globals["done"] == [1] * 5


def test_limits_do_not_bring_up_the_machine(alarm) -> None:
    """The host looks for interrupts at jumps back: not at those of the machine's own loop, which is in no `try`."""
    vm = bytescope.VM(max_instructions=10**9)
    vm.exec("def f(alarm):\n    alarm()\n    while True: x = 1; y = 2\n")
    for _ in range(20):
        with pytest.raises(Interrupted) as caught:
            vm.call(vm.globals["f"], alarm)
        frames = traceback.extract_tb(caught.value.__traceback__)
        assert not [frame.filename for frame in frames[1:] if "/bytescope/machine/engine" in frame.filename]


@pytest.mark.parametrize("limits", [{}, {"max_instructions": 1000}], ids=["free", "watched"])
def test_an_interrupt_while_code_is_linked_is_the_guests(limits: dict[str, int], monkeypatch) -> None:
    link, failures = engine.link, [Interrupted()]

    def interrupted(*args):
        if args[0].code.co_name == "f" and failures:
            raise failures.pop()
        return link(*args)

    monkeypatch.setattr(engine, "link", interrupted)
    vm = bytescope.VM(**limits)
    vm.exec("def f(Interrupted):\n    try:\n        return [1][0]\n    except Interrupted:\n        return 'caught'\n")
    assert vm.call(vm.globals["f"], Interrupted) == "caught"
    assert not failures


def test_an_interrupt_while_a_trace_is_made_is_the_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object) -> None:
        raise Interrupted

    vm = bytescope.VM()
    vm.exec("def f(n):\n    for i in range(n): n += i\n    return n")
    monkeypatch.setenv("BYTESCOPE_TRACES", "")
    monkeypatch.setattr(counters, "compile_trace", interrupted)
    with pytest.raises(Interrupted) as caught:
        vm.call(vm.globals["f"], 1000)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "f" in names and "interrupted" not in names
    monkeypatch.undo()
    assert vm.call(vm.globals["f"], 1000) == 500500


def test_an_interrupt_while_code_is_analysed_shows_no_frame_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    vm = bytescope.VM()
    vm.exec("def f(): return lambda: 1")
    monkeypatch.setattr(program, "lower", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        vm.call(vm.globals["f"])
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "f"


def test_an_interrupt_where_a_record_is_first_made_does_not_end_the_process() -> None:
    """A text that `exec` was executing when KeyboardInterrupt came has CPython end by SIGINT, caught or not."""
    text = """
        import sys
        import bytescope
        from bytescope.startup.stdlib_lite import NamedTuple

        class Point(NamedTuple):
            x: int

        def interrupt(frame, event, argument):
            if frame.f_code.co_name == "<module>":
                raise KeyboardInterrupt

        sys.settrace(interrupt)
        try:
            Point(1)
        except KeyboardInterrupt:
            print("caught")
    """
    done = run_python("-c", textwrap.dedent(text))
    assert (done.stdout, done.returncode) == ("caught\n", 0), done.stderr


def test_what_interrupts_the_first_making_of_traces_does_without() -> None:
    """A signal handler or a finalizer runs whenever it likes, also while what makes traces is being imported."""
    text = """
        import sys
        import bytescope

        vm = bytescope.VM()
        loop = "def {}():\\n    n = 0\\n    for i in range(1000): n += i\\n    return n"
        vm.exec(loop.format("spin"))
        vm.exec(loop.format("handler"))
        loader = sys.modules["bytescope.machine.jit.trace_state"].__spec__.loader
        get_code = loader.get_code

        def interrupted(name):
            print("handler", vm.call(vm.globals["handler"]))
            return get_code(name)

        loader.get_code = interrupted
        print("spin", vm.call(vm.globals["spin"]))
    """
    done = run_python("-c", textwrap.dedent(text))
    assert (done.stdout, done.stderr) == ("handler 499500\nspin 499500\n", "")
