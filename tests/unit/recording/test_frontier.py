"""A program that runs while it is stepped: it goes on, waits, reads input, and is changed."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.recording import Breakpoint, EvaluationFailed, Frontier, NotRecorded, Object, Stepper, launch, record

from .stepping import CASES

pytestmark = pytest.mark.process


@contextlib.contextmanager
def stepping(source: str, *breakpoints: Breakpoint, fails: bool = False) -> Iterator[tuple[Stepper, dict[str, Any]]]:
    """Run a program in another thread, and give a stepper that stands at its first instruction, and its namespace."""
    frontier = Frontier()
    namespace: dict[str, Any] = {"__name__": "__main__", "stdin": frontier.stdin}
    failures: list[BaseException] = []

    def program() -> None:
        try:
            with record(frontier=frontier), contextlib.redirect_stdout(io.StringIO()):
                bytescope.VM().run_code(compile(source, "program.py", "exec"), namespace)
        except SystemExit:
            pass
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=program, daemon=True)
    thread.start()
    try:
        stepper = Stepper.live(frontier, 20)
        stepper.breakpoints += breakpoints
        yield stepper, namespace
    finally:
        frontier.kill()
        thread.join(20)
    assert not thread.is_alive()
    assert bool(failures) is fails


CALLS = """\
def add(a, b):
    total = a + b
    return total

values = []
for n in range(3):
    values.append(add(n, 1))
done = sum(values)
"""


def _line(stepper: Stepper) -> tuple[str, int | None]:
    frames = stepper.frames
    return (frames[0].code.name, frames[0].line) if frames else ("end", None)


def test_it_goes_on_by_lines_and_back() -> None:
    with stepping(CALLS) as (stepper, namespace):
        assert stepper.is_live
        assert not namespace.get("values")
        passed = []
        for move in ("over", "over", "over", "over", "into", "into", "out", "over"):
            getattr(stepper, move)()
            passed.append(_line(stepper))
        assert passed == [
            ("<module>", 1), ("<module>", 5), ("<module>", 6), ("<module>", 7), ("add", 2), ("add", 3), ("<module>", 7),
            ("<module>", 6),
        ]  # fmt: skip
        assert namespace["values"] == [1]
        assert "done" not in namespace
        steps = stepper.recording.steps
        assert stepper.over(back=True).reason == "step"
        assert _line(stepper) == ("<module>", 7) and not stepper.is_live
        stepper.over()
        assert stepper.recording.steps == steps and stepper.is_live
        assert stepper.run().reason == "end"
        assert namespace["done"] == 6
        assert stepper.recording.find("total == 2") is not None


def test_it_runs_to_breakpoints() -> None:
    with stepping(CALLS, Breakpoint(line=3, condition="total > 1")) as (stepper, namespace):
        assert stepper.run().reason == "breakpoint"
        assert stepper.frames[0].variables == {"a": 1, "b": 1, "total": 2}
        assert namespace["values"] == [1]
        stepper.breakpoints = [Breakpoint(write=stepper.place("values[:]", frame=1))]
        stop = stepper.run()
        assert stop.reason == "breakpoint" and _line(stepper) == ("<module>", 7)
        assert stepper.cursor.contents(stepper.frames[0].names["values"]) == {0: 1}


def test_an_exception_on_the_way() -> None:
    source = "def f(x):\n    return 1 // x\ntry:\n    f(0)\nexcept ArithmeticError:\n    pass\n"
    with stepping(source, Breakpoint(exception="*")) as (stepper, _):
        stop = stepper.run()
        assert stop.raised is not None and stop.raised.exception.kind == "ZeroDivisionError"
        assert _line(stepper) == ("f", 2)
        assert stepper.run().reason == "end"


def test_variables_are_set_where_they_live() -> None:
    source = """\
LIMIT = 1
def make(count):
    def bump():
        nonlocal count
        count += 1
        return count
    return bump
def show(a):
    return a, LIMIT
bump = make(0)
first = bump()
second = show(5)
class C:
    def __init__(self): self.__x = 1
    def get(self): return self.__x, [n for n in (1, 2)]
third = C().get()
"""
    stops = Breakpoint(line=5), Breakpoint(line=9), Breakpoint(line=15, function="C.get")
    with stepping(source, *stops) as (stepper, namespace):
        stepper.run()
        assert stepper.set("count", "count + 50") == 50
        assert stepper.frames[0].variables["count"] == 50
        stepper.run()
        assert (stepper.set("a", "a * 2"), stepper.set("LIMIT", "'new'")) == (10, "new")
        assert stepper.frames[0].variables == {"a": 10} and stepper.frames[0].globals["LIMIT"] == "new"
        assert stepper.set("here", "3", frame=1) == 3
        with pytest.raises(EvaluationFailed, match="NameError: show has no variable 'nothing'"):
            stepper.set("nothing", "1")
        stepper.run()
        assert stepper.evaluate("self.__x") == 1
        stepper.set("self.__x", "7")
        assert stepper.evaluate("self.__x") == 7
        back = stepper.step
        stepper.over(back=True)
        with pytest.raises(NotRecorded, match="x cannot be set here: only where the program waits"):
            stepper.set("x", "1")
        stepper.go(back)
        stepper.breakpoints.clear()
        assert stepper.run().reason == "end"
    assert (namespace["first"], namespace["second"], namespace["here"]) == (51, (10, "new"), 3)
    assert namespace["third"] == (7, [1, 2])


def test_expressions_see_what_the_frame_sees() -> None:
    source = """\
class Base:
    def name(self): return "base"
class Named(Base):
    def name(self): return "named"
    def show(self, items):
        outer = 10
        return super().name(), items
found = Named().show([1, 2])
"""
    with stepping(source, Breakpoint(line=7)) as (stepper, namespace):
        stepper.run()
        steps = stepper.recording.steps
        assert stepper.evaluate("sum(n * outer for n in items)") == 30
        assert stepper.evaluate("(lambda x: x + outer)(1)") == 11
        assert stepper.evaluate("[outer for _ in items if outer][0]") == 10
        assert stepper.evaluate("super().name()") == "base"
        value = stepper.evaluate("items + [self]")
        assert isinstance(value, Object) and stepper.cursor.contents(value)[0] == 1
        with pytest.raises(EvaluationFailed, match="ZeroDivisionError: ") as caught:
            stepper.evaluate("1 // 0")
        assert caught.value.exception.kind == "ZeroDivisionError"
        with pytest.raises(ValueError, match=r"'1 \+' is no expression"):
            stepper.evaluate("1 +")
        assert stepper.recording.steps == steps
        stepper.evaluate("items.append(3)")
        items = stepper.frames[0].variables["items"]
        assert stepper.cursor.contents(items) == {0: 1, 1: 2, 2: 3}
        (write,) = stepper.recording.writes("items[2]", stepper.step)
        assert write.by_user == "items.append(3)"
        assert not [each for each in stepper.recording.writes("outer", stepper.step) if each.by_user]
        stepper.run()
    assert namespace["found"] == ("base", [1, 2, 3])


def test_input() -> None:
    source = "first = stdin.readline()\nsecond = stdin.readline()\nrest = stdin.read()\n"
    with stepping(source) as (stepper, namespace):
        stop = stepper.run()
        assert stop.reason == "input" and _line(stepper) == ("<module>", 1)
        assert stepper.run().reason == "input"
        assert stepper.feed("one\ntwo\n").reason == "input"
        assert _line(stepper) == ("<module>", 3)
        assert stepper.feed("three").reason == "input"
        assert stepper.feed("").reason == "end"
        with pytest.raises(NotRecorded, match="the program does not wait for input"):
            stepper.feed("more\n")
    assert [namespace[each] for each in ("first", "second", "rest")] == ["one\n", "two\n", "three"]


def test_pause_and_breakpoint() -> None:
    with stepping("going = True\nwhile going:\n    breakpoint()\n    n = 0\n    while going:\n        n += 1\n") as (
        stepper,
        namespace,
    ):
        stop = stepper.run()
        assert stop.reason == "pause" and _line(stepper) == ("<module>", 3)
        threading.Timer(0.05, stepper.frontier.pause).start()  # type: ignore[union-attr]
        stop = stepper.run()
        assert stop.reason == "pause" and stepper.is_live
        stepper.set("going", "False")
        assert stepper.run().reason == "end"
        assert namespace["n"] > 0


def test_a_program_that_is_killed_ends_whatever_it_catches() -> None:
    with stepping("while True:\n    try:\n        pass\n    except BaseException:\n        pass\n") as (stepper, _):
        stepper.over()


def test_threads_wait_together() -> None:
    source = """\
import threading
box = []
def work(name):
    for n in range(3):
        box.append((name, n))
threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    with stepping(source, Breakpoint(line=5)) as (stepper, namespace):
        for n in range(6):
            assert stepper.run().reason == "breakpoint"
            assert len(namespace["box"]) <= n
        assert stepper.run().reason == "end"
        assert len(namespace["box"]) == 6


def test_launched(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nname = input()\nprint(name, sys.argv[1:])\nwhile True: name\n")
    stepper = launch(script, argv=["one"], breakpoints=[Breakpoint(line=3, file="script.py")])
    assert stepper.line_of(1, "script.py") == 1
    assert stepper.run().reason == "input"
    assert stepper.feed("me\n").reason == "breakpoint"
    assert stepper.evaluate("name, sys.argv[1:]") is not None
    with pytest.raises(RuntimeError, match="nothing has been recorded") as caught:
        launch(script)
    assert "a recording is going on" in str(caught.value.__cause__)
    stepper.close()
    assert stepper.run().reason == "end"
    with pytest.raises(FileNotFoundError):
        launch(tmp_path / "missing.py")


def test_an_error_ends_it_and_is_found() -> None:
    source = "def f():\n    raise KeyError(1)\ntry:\n    f()\nexcept KeyError as e:\n    raise ValueError from e\n"
    with stepping(source, fails=True) as (stepper, _):
        assert stepper.run().reason == "end"
        stop = stepper.post_mortem()
        assert stop.raised is not None and stop.raised.exception.kind == "ValueError"
        assert _line(stepper) == ("<module>", 6)


def test_the_oldest_steps_are_forgotten_while_it_runs() -> None:
    frontier = Frontier()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    source = "for n in range(30000):\n    m = n\nlast = m\n"

    def program() -> None:
        with record(frontier=frontier, steps=1000):
            bytescope.VM().run_code(compile(source, "program.py", "exec"), namespace)

    thread = threading.Thread(target=program)
    thread.start()
    stepper = Stepper.live(frontier, 20)
    stepper.breakpoints = [Breakpoint(line=3)]
    assert stepper.run().reason == "breakpoint"
    assert stepper.recording.forgotten > 50_000
    assert stepper.is_live and stepper.evaluate("m") == 29_999
    stepper.over(back=True)
    stepper.over(back=True)
    assert stepper.line == 2
    assert stepper.run().reason == "breakpoint"
    assert stepper.run().reason == "end"
    thread.join()


def test_a_paused_move_is_resumed_with_new_breakpoints() -> None:
    source = "n = 0\nwhile n >= 0:\n    n += 1\n"
    with stepping(source) as (stepper, namespace):
        frontier = stepper.frontier
        assert frontier is not None
        pausing = threading.Thread(target=lambda: _once(lambda: namespace.get("n", 0) > 50, frontier.pause))
        pausing.start()
        assert stepper.run().reason == "pause"
        pausing.join()
        paused = namespace["n"]
        stepper.breakpoints = [Breakpoint(line=3)]
        assert stepper.resume().reason == "breakpoint"
        assert stepper.evaluate("n") >= paused - 1
        assert stepper.run().reason == "breakpoint"
        assert stepper.is_live


def _once(condition: Any, action: Any) -> None:
    while not condition():
        pass
    action()


def test_case_07_at_the_frontier() -> None:
    source = next(CASES.glob("07_*.py")).read_text()
    with stepping(source, Breakpoint(line=39)) as (stepper, _):
        stepper.run()
        assert stepper.evaluate("repr(counter)") == "<call 1>"
        assert stepper.evaluate("counter.calls") == 1
        (*_, write) = stepper.recording.writes("counter.calls", stepper.step)
        assert (write.new, write.by_user) == (1, "repr(counter)")
        with pytest.raises(EvaluationFailed, match="RuntimeError: not yet"):
            stepper.evaluate("repr(things[0])")
        assert stepper.run().reason == "end"


def test_case_21_at_the_frontier() -> None:
    source = next(CASES.glob("21_*.py")).read_text().replace("print(", "printed = (")
    with stepping(source) as (stepper, namespace):
        stepper.breakpoints = [Breakpoint(line=20)]
        stepper.run()
        stepper.breakpoints = [Breakpoint(line=7)]
        stepper.run()
        assert stepper.evaluate("by") == 2
        stepper.set("count", "50")
        stepper.breakpoints = []
        assert stepper.run().reason == "end"
    assert namespace["printed"] == (52, 105)
