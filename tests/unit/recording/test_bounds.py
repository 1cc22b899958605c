"""How much is kept, of what, and in which processes and threads."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.recording import Frontier, Recording, record
from bytescope.recording.tape import FrameOwner
from tests.support.recording_truth import mistakes

from .programs import recorded, with_truth
from .stepping import CASES

LOOP = "def f(n):\n    kept.append(n % 5)\n    del kept[:-3]\nkept = []\nfor i in range(6000):\n    f(i)\nlast = i\n"


def test_the_first_steps_are_kept_and_the_program_goes_on() -> None:
    recording = recorded(LOOP, steps=1000, keep="first")
    assert (recording.steps, recording.forgotten) == (1000, 0)
    assert recording.at(0).frames[0].line == 0 or recording.at(1).frames[0].line == 1
    assert recording.at(999).frames[-1].code.name == "<module>"
    namespace: dict[str, Any] = {}
    with record(steps=1000, keep="first"):
        bytescope.VM().exec(LOOP, namespace)
    assert namespace["last"] == 5999


ENDS = """
class Fault(Exception):
    pass
def numbers():
    for n in range(3_000):
        yield n
def fails(n):
    made.append([n])
    del made[:-2]
    if n % 3 == 0:
        raise Fault(n)
    return n
made, total = [], 0
source = numbers()
for i in source:
    try:
        total += fails(i)
    except Fault as error:
        total -= 1
"""


@pytest.mark.parametrize("steps", [2, 20_000])
def test_the_first_and_the_last_steps_are_kept(steps: int) -> None:
    recording, truth = with_truth(ENDS, steps=steps, keep="both")
    begin, count = recording.tape.left_out or (0, 0)
    assert (begin, recording.forgotten) == (steps // 2 - 1, 0)
    assert recording.steps + count - 1 == len(truth.steps) > 80_000
    assert steps <= recording.steps <= steps * 5 / 4
    assert not mistakes(recording.tape, truth)
    end = recording.steps - 1
    assert recording.evaluate("i", end) == 2_999
    assert recording.evaluate("made[-1][0]", end) == 2_999
    owners = [each for each in recording.tape.owners if type(each) is FrameOwner]
    assert len(owners) < recording.steps / 5 + 20


def test_what_steps_that_are_left_out_have_written_is_said_to_be_theirs() -> None:
    loop = "    if i == 30_000:\n        late = [i]\n    if i % 5_000 == 0:\n        print(i)\n"
    source = "early = late = 0\nfor i in range(60_000):\n" + loop
    recording = recorded(source, steps=2_000, keep="both")
    begin, count = recording.tape.left_out or (0, 0)
    end = recording.steps - 1
    assert count > 200_000
    assert recording.why("early", end).instruction == "STORE_NAME early"
    origin = recording.why("late", end)
    assert (origin.step, origin.how) == (begin, "left out") and str(origin).endswith("in steps that are left out")
    assert [write.step for write in recording.writes("late", end)][1:] == [begin]
    assert recording.born("late", end) == begin
    assert recording.output() == "".join(f"{n}\n" for n in range(0, 60_000, 5_000))
    assert recording.output(begin) == "0\n"


def test_a_loop_without_end_has_a_beginning_and_an_end() -> None:
    source = "n = 0\nwhile True:\n    n += 1\n"
    with record(steps=300, keep="both") as recording, pytest.raises(bytescope.BudgetExceeded):
        bytescope.VM(max_instructions=200_000).exec(source)
    found = [recording.evaluate("n", step) for step in range(4, recording.steps)]
    begin, count = recording.tape.left_out or (0, 0)
    assert found[: begin - 3] == sorted(found[: begin - 3])
    assert recording.steps + count - 1 == 200_000
    gaps = [after - before for before, after in pairwise(found) if after != before]
    assert sorted(set(gaps))[0] == 1
    assert len([each for each in gaps if each > 1]) == 1


def test_memory_is_bounded() -> None:
    source = "text = 'x' * 3000\nfor i in range(40_000):\n    other = text + str(i)\n"
    whole = recorded("text = 'x' * 3000\nfor i in range(4_000):\n    other = text + str(i)\n")
    assert whole.forgotten == 0
    recording = recorded(source, memory=20_000_000)
    assert recording.forgotten > 100_000
    kept = sum(len(value) for value in recording.tape.log[3::4] if type(value) is str)
    assert kept < 140_000_000
    assert recording.at(recording.steps - 1).frames[0].names["i"] == 39_999
    assert recorded(source, memory=20_000_000, keep="first").steps < recording.forgotten


def test_windows() -> None:
    source = """
def inner(n): return n + 1
def handle(n): return inner(n)
def numbers():
    for n in range(3):
        yield inner(n)
inner(0)
results = [handle(n) for n in range(3)]
inner(0)
found = list(numbers())
"""
    recording = recorded(source, when="handle")
    assert [code.name for code in recording.codes] == ["handle", "inner"]
    assert {len(recording.at(step).frames) for step in range(recording.steps)} == {1, 2}
    assert len({recording.tape.frame(step).number for step in range(recording.steps)}) == 6
    recording = recorded(source, when=["numbers"])
    calls = [recording.at(step).frames for step in range(recording.steps)]
    assert {frame.code.name for frames in calls for frame in frames} == {"numbers", "inner"}
    assert {frames[-1].code.name for frames in calls} == {"numbers"}
    assert recorded(source, when="nothing").steps == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory": 0}, "memory must be at least 1, not 0"),
        ({"keep": "middle"}, "keep must be 'first', 'last' or 'both', not 'middle'"),
        ({"keep": "both", "frontier": Frontier()}, "keep must be 'first' or 'last' with a frontier, not 'both'"),
    ],
)
def test_bad_bounds(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(**options)


THREADS = """
import threading
box, lines = {}, []
def work(name):
    for n in range(250):
        box[name] = n
        box["last"] = name
        lines.append((name, n))
        if len(lines) > 50: del lines[:25]
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.process
def test_threads(tmp_path: Path) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        recording = recorded(THREADS)
    finally:
        sys.setswitchinterval(interval)
    places = recording.tape.rows[2::3]
    assert list(places) == sorted(places)
    ends = recording.at(recording.steps)
    back = recording.at(recording.steps)
    back.go(0)
    back.go(recording.steps)
    found = recording.at(recording.steps - 1).frames[0].names["box"]
    assert {key: value for key, value in ends.contents(found).items() if key != "last"} == dict.fromkeys(range(4), 249)
    step = recording.steps // 2
    there = recording.at(step)
    ends.go(step)
    assert there.contents(found) == ends.contents(found)
    assert {recording.tape.frame(each).thread for each in range(recording.steps)} != {0}
    recording.save(tmp_path / "threads.bscope")
    assert Recording.load(tmp_path / "threads.bscope").steps == recording.steps


NATIVE = """
import functools, signal, gc
log = []
def handler(number, frame): log.append(number)
class Dying:
    def __del__(self): log.append("gone")
class Once:
    @functools.cached_property
    def value(self): return [1]
class Failing:
    def __init__(self, text): self.args = (text,)
once = Once()
log.append(once.value)
once.value.append(2)
d = Dying()
del d
loop = []; loop.append(loop); del loop; gc.collect()
error = ValueError(1)
error.__init__(2, 3)
table = {}
table.setdefault("k", []).append(1)
pairs = sorted([[2, 1], [1, 2]], key=lambda pair: pair[0])
pairs.sort(key=lambda pair: -pair[0])
"""


def test_native_code_that_changes_objects_and_calls_back() -> None:
    recording, truth = with_truth(NATIVE)
    assert recording.steps == len(truth.steps)
    assert not mistakes(recording.tape, truth)


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
@pytest.mark.parametrize("children", [False, True])
def test_a_forked_child(children: bool, tmp_path: Path) -> None:
    path = CASES / "19_fork_and_exit.py"
    options = ["--children"] if children else []
    command = [sys.executable, "-W", "ignore", "-m", "bytescope", "record", "--output", "run", *options, str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["before", "child 3", "parent [1, 2] 5 True"]
    files = sorted(tmp_path.glob("*.bscope"), key=lambda each: len(each.name))
    assert len(files) == 1 + children
    parent = Recording.load(files[0])
    cursor = parent.at(parent.steps - 1)
    assert list(cursor.contents(cursor.frames[0].names["data"]).values()) == [1, 2]
    lines = {parent.tape.instruction(step).line for step in range(parent.steps)}
    assert {8, 9, 13, 14} <= lines and not {10, 11, 12} & lines
    if children:
        child = Recording.load(files[1])
        cursor = child.at(child.steps - 1)
        assert list(cursor.contents(cursor.frames[0].names["data"]).values()) == [1, 2, 3]
        assert cursor.frames[0].line == 12


TRACED = """
import sys, signal
seen = []
def trace(frame, event, argument):
    seen.append((event, frame.f_lineno, frame.f_code.co_name))
    return trace
def f(x):
    y = x + 1
    return y
sys.settrace(trace)
f(1)
sys.settrace(None)
def handler(number, frame):
    seen.append(frame.f_code.co_name)
if hasattr(signal, "raise_signal"):
    before = signal.signal(signal.SIGINT, handler)
    signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
"""


def test_trace_functions_and_signal_handlers() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    bytescope.VM().exec(TRACED, namespace)
    recording, truth = with_truth(TRACED)
    assert not mistakes(recording.tape, truth)
    cursor = recording.at(recording.steps - 1)
    seen = cursor.frames[0].names["seen"]
    assert len(cursor.contents(seen)) == len(namespace["seen"])
    steps = [step for step in range(recording.steps) if recording.tape.code(step).name == "handler"]
    assert steps and [frame.code.name for frame in recording.at(steps[0]).frames] == ["handler", "<module>"]
    assert [[frame.signal for frame in recording.at(step).frames] for step in steps] == [["SIGINT", None]] * len(steps)
