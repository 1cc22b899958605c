"""What was wrong about `sys.settrace` in guests."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.analysis.engines.woven import WOVEN
from tests.support.processes import run_python

SOURCE = """
import sys

def raising():
    return undefined_name

def names(error):
    found = []
    entry = error.__traceback__
    while entry is not None:
        found.append(entry.tb_frame.f_code.co_name)
        entry = entry.tb_next
    return found

def idle(frame, event, argument):
    return idle

def broken(frame, event, argument):
    raise KeyError("tracer")

def traced():
    sys.settrace(idle)
    try:
        raising()
    except NameError as error:
        sys.settrace(None)
        return names(error)

def traced_by_broken():
    sys.settrace(broken)
    try:
        raising()
    except KeyError:
        pass
    left = sys.gettrace()
    try:
        raising()
    except NameError as error:
        return left, names(error)
"""


def run(name: str) -> object:
    vm = bytescope.VM()
    module = types.ModuleType("traced")
    vm.exec(SOURCE, module.__dict__)
    return vm.eval(f"{name}()", module.__dict__)


def test_the_machine_is_not_in_tracebacks_of_traced_functions() -> None:
    assert run("traced") == ["traced", "raising"]


def test_a_tracer_that_raises_is_called_no_more() -> None:
    assert run("traced_by_broken") == (None, ["traced_by_broken", "raising"])


LINES = """
import sys

def traced():
    seen = []
    def trace(frame, event, argument):
        if frame.f_code.co_name == "traced":
            seen.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace
    sys.settrace(trace)
    sys._getframe().f_trace = trace
    for n in range(2):
        n += 1
    sys.settrace(None)
    return seen
"""


@pytest.mark.parametrize("limit", [{"stoppable": True}, {"max_instructions": 10_000}])
def test_runs_with_a_limit_are_traced_as_others_are(limit: dict[str, Any]) -> None:
    seen = []
    for vm in (bytescope.VM(), bytescope.VM(**limit)):
        vm.exec(LINES)
        seen.append(vm.eval("traced()"))
    assert seen[0] == seen[1]
    assert ("line", 9) in seen[0]


JUMPING = """
import sys

def appended():
    found = []
    found.append(1)
    found.append(2)
    found.append(3)
    return found

def jumped():
    first = appended.__code__.co_firstlineno
    def trace(frame, event, argument):
        if frame.f_code is appended.__code__ and event == "line" and frame.f_lineno == first + 3:
            frame.f_lineno = first + 4
        return trace
    sys.settrace(trace)
    try:
        return appended()
    finally:
        sys.settrace(None)
"""


def test_a_jump_by_f_lineno_is_performed_in_woven_code_and_refused_by_the_interpreter() -> None:
    class Lines(bytescope.Analysis):
        def line(self, site: bytescope.Site) -> None:
            pass

    names: dict[str, Any] = {"__name__": "jumping"}
    with bytescope.attach(Lines(), include=["jumping"]):
        exec(WOVEN.load(compile(JUMPING, "jumping.py", "exec"), "jumping"), names)
        assert names["jumped"]() == [1, 3]
    vm = bytescope.VM()
    vm.exec(JUMPING, names)
    with pytest.raises(ValueError, match=r"cannot jump to line 8 of appended by f_lineno: run it with --engine woven"):
        vm.eval("jumped()", names)


OBSERVED = """
import sys
def note(frame, event, argument):
    events.append((frame.f_code.co_name, event, frame.f_lineno))
    return note
def failing(x):
    raise ValueError(x)
def catching(x):
    try:
        return failing(x)
    except ValueError:
        return x
for begin in (sys.settrace, sys.setprofile):
    events = []
    begin(note)
    catching(1)
    begin(None)
    print(events)
    def failing(x):
        raise ValueError(-x)
"""


@pytest.mark.process
def test_functions_that_are_woven_when_they_are_called_have_no_more_events_than_others(tmp_path: Path) -> None:
    program = tmp_path / "observed.py"
    program.write_text(OBSERVED, encoding="utf-8")
    words = "-m", "bytescope", "calls", "--engine", "woven", "--output", str(tmp_path / "calls.txt")
    woven, native = run_python(*words, str(program)), run_python(str(program))
    assert woven.stdout == native.stdout, woven.stderr
