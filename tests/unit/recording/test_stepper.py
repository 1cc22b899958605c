"""Moves of the stepper, in both directions, by the numbers of the lines that they lead to."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from bytescope.recording import Breakpoint, Stepper

from .programs import GENERATORS, PROGRAMS, TASKS, recorded

CALLS = """\
def add(a, b):
    total = a + b
    return total


def twice(x):
    y = add(x, x)
    return y


first = twice(2)
second = add(first, 1)
"""


def _moves(stepper: Stepper, *moves: str) -> list[tuple[str, int | None]]:
    """Return function and line after each move: a name, with "-" before it for backwards."""
    found = []
    for move in moves:
        stop = getattr(stepper, move.lstrip("-"))(back=move.startswith("-"))
        frames = stepper.frames
        found.append((frames[0].code.name, frames[0].line) if frames else (stop.reason, None))
    return found


def test_over_into_and_out() -> None:
    stepper = Stepper(recorded(CALLS))
    assert _moves(stepper, "over", "over", "over") == [("<module>", 1), ("<module>", 6), ("<module>", 11)]
    assert _moves(stepper, "into", "into") == [("twice", 7), ("add", 2)]
    assert _moves(stepper, "out", "over", "out") == [("twice", 7), ("twice", 8), ("<module>", 11)]
    assert _moves(stepper, "over", "over") == [("<module>", 12), ("end", None)]


def test_and_back() -> None:
    recording = recorded(CALLS)
    stepper = Stepper(recording, recording.steps)
    assert _moves(stepper, "-over", "-over") == [("add", 3), ("add", 2)]
    assert _moves(stepper, "-over", "-over", "-over") == [("<module>", 12), ("<module>", 12), ("<module>", 11)]
    assert _moves(stepper, "-over", "-over", "-over") == [("<module>", 6), ("<module>", 1), ("<module>", 0)]
    assert stepper.out(back=True).reason == "begin"


@pytest.mark.parametrize("name", PROGRAMS)
def test_forwards_and_backwards_pass_the_same_lines(name: str) -> None:
    recording = recorded(PROGRAMS[name])
    stepper = Stepper(recording)
    passed = []
    while stepper.into().reason != "end":
        passed.append(stepper.step)
    back = []
    while stepper.into(back=True).reason != "begin":
        back.append(stepper.step)
    assert back == passed[::-1] != []


@pytest.mark.parametrize("name", PROGRAMS)
def test_lines_begin_where_a_trace_function_is_told(name: str) -> None:
    source = PROGRAMS[name]
    recording = recorded(source)
    lines = [
        (recording.tape.code(step).name, recording.tape.instruction(step).line)
        for step in range(recording.steps)
        if recording.index.begins_line(step)
    ]
    told: list[tuple[str, int | None]] = []

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename == "program.py":
            if event == "line":
                told.append((frame.f_code.co_qualname, frame.f_lineno))
            return trace
        return None

    code = compile(source, "program.py", "exec")
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(code, {"__name__": "__main__", "print": lambda *values: None})
    finally:
        sys.settrace(before)
    assert lines == told


def test_over_a_yield_stays_in_the_generator() -> None:
    recording = recorded(GENERATORS)
    stepper = Stepper(recording, breakpoints=[Breakpoint(line=5)])
    stepper.run()
    assert _moves(stepper, "over", "over", "over") == [("numbers", 6), ("numbers", 4), ("numbers", 5)]
    assert _moves(stepper, "out") == [("collect", 15)]


def test_over_an_await_stays_in_the_task() -> None:
    recording = recorded(TASKS)
    stepper = Stepper(recording, breakpoints=[Breakpoint(function="worker")])
    stepper.run()
    stepper.breakpoints.clear()
    number = stepper.frames[0].number
    for _ in range(6):
        stepper.over()
        assert stepper.frames[0].number == number


def test_breakpoints() -> None:
    recording = recorded(CALLS)
    stepper = Stepper(recording, breakpoints=[Breakpoint(line=2, condition="b == 1")])
    assert stepper.run().breakpoint is stepper.breakpoints[0]
    assert stepper.frames[0].variables == {"a": 4, "b": 1}
    assert stepper.run().reason == "end"
    stepper.breakpoints = [Breakpoint(function="add")]
    assert [stepper.run(back=True).reason for _ in range(3)] == ["breakpoint", "breakpoint", "begin"]
    stepper.breakpoints = [Breakpoint(line=2, file="other.py")]
    assert stepper.run().reason == "end"
    stepper.breakpoints = [Breakpoint(line=2, condition="b ==")]
    stepper.go(0)
    with pytest.raises(ValueError, match="'b ==' is no expression"):
        stepper.run()


def test_breakpoints_on_exceptions() -> None:
    source = "def f(x): return 1 // x\ntry:\n    f(0)\nexcept ArithmeticError:\n    pass\n"
    stepper = Stepper(recorded(source), breakpoints=[Breakpoint(exception="Zero*")])
    assert stepper.run().reason == "breakpoint"
    assert stepper.frames[0].code.name == "f"
    assert stepper.frames[0].instruction.text == "BINARY //"
    assert stepper.run().reason == "end"


@pytest.mark.parametrize(
    "hits, stops", [("2", [2]), ("== 2", [2]), (">= 3", [4, 6, 8]), ("< 3", [0, 2]), ("% 2", [2, 6]), ("> 4", [8])]
)
def test_hits_are_counted_from_the_beginning(hits: str, stops: list[int]) -> None:
    source = "for n in range(9):\n    if n % 2:\n        m = n\n"
    stepper = Stepper(recorded(source), breakpoints=[Breakpoint(line=2, condition="n % 2 == 0", hits=hits)])
    for back, expected in ((False, stops), (True, stops[::-1]), (False, stops)):
        found = []
        while stepper.run(back).reason == "breakpoint":
            found.append(stepper.evaluate("n"))
        assert found == expected


@pytest.mark.parametrize("hits", ["", "often", "% 0", "-1"])
def test_hit_conditions_that_say_nothing(hits: str) -> None:
    recording = recorded("x = 1\n")
    stepper = Stepper(recording, recording.steps, breakpoints=[Breakpoint(line=1, hits=hits)])
    with pytest.raises(ValueError, match="is no hit condition"):
        stepper.run(back=True)


def test_braces_in_the_text_of_a_logpoint() -> None:
    stepper = Stepper(recorded("x = [1, 'a']\ny = 2\n"), breakpoints=[Breakpoint(line=2, log="{{x}} is {x}, {x[1]}")])
    stepper.run()
    assert [each.text for each in stepper.messages] == ["{x} is [1, 'a'], a"]


def test_a_move_tells_what_the_calls_of_the_line_have_returned() -> None:
    stepper = Stepper(recorded("def f(x): return x * 2\na = [f(1), len('abc'), f(f(2))]\nb = 1\n"))
    stepper.breakpoints = [Breakpoint(line=2)]
    stepper.run()
    assert [(each.name, each.value) for each in stepper.over().returned] == [
        ("f", 2), ("len", 3), ("f", 4), ("f", 8),
    ]  # fmt: skip
    assert stepper.over(back=True).returned == ()
    stepper.breakpoints = [Breakpoint(function="f")]
    stepper.run()
    stepper.breakpoints = []
    assert [(each.name, each.value) for each in stepper.out().returned] == [("f", 2)]


LIBRARIES = """\
import contextlib, unittest

class Case(unittest.TestCase):
    def test(self): raise KeyError("caught by unittest")

def key(n): raise IndexError("caught below")

class Bare:
    def __getattr__(self, name): raise AttributeError(name)

def numbers():
    yield 1
    raise OSError("caught below")

class Ends:
    def __iter__(self): return self
    def __next__(self): raise StopIteration

Case("test").run(unittest.TestResult())
try: sorted([1, 2], key=key)
except IndexError: pass
hasattr(Bare(), "x")
try: list(numbers())
except OSError: pass
list(Ends())
with contextlib.suppress(ValueError): int("x")
def last(): raise SystemError("caught nowhere")
last()
"""


def test_exceptions_that_no_recorded_code_catches() -> None:
    stepper = Stepper(recorded(LIBRARIES), breakpoints=[Breakpoint(unhandled=True)])
    found = []
    while (stop := stepper.run()).raised is not None:
        found.append((stop.raised.exception.kind, stepper.line))
    assert found == [("KeyError", 4), ("AttributeError", 9), ("SystemError", 27)]
