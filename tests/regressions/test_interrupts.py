"""An interrupt ends a loop of the guest, wherever it meets the machine; the traceback shows the guest's line."""

import signal
import traceback

import pytest

import bytescope

pytestmark = pytest.mark.process

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
        f"def f(alarm, Interrupted):\n    alarm()\n    try:\n        ready = True\n{body}"
        "    except Interrupted:\n        return 'caught'\n    finally:\n        done.append(1)\ndone = []\n"
    )
    for _ in range(5):
        assert vm.call(vm.globals["f"], alarm, Interrupted) == "caught"
    assert vm.globals["done"] == [1] * 5
