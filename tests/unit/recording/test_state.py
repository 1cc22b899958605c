"""The state at every step of a recording, reached from wherever, is what the registers and objects were."""

from __future__ import annotations

from pathlib import Path

import pytest

import bytescope
from bytescope.recording import Recording, record
from tests.support.recording_truth import mistakes

from .programs import CALLBACKS, GCD, GENERATORS, PROGRAMS, TASKS, recorded, with_truth


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_step_is_as_it_was(name: str) -> None:
    recording, truth = with_truth(PROGRAMS[name])
    assert recording.steps == len(truth.steps) > 20
    assert not mistakes(recording.tape, truth)


@pytest.mark.parametrize("steps", [1, 20_000])
def test_the_last_steps_of_a_long_run(steps: int) -> None:
    source = "def f(n):\n    kept.append(n % 5)\n    del kept[:-3]\nkept = []\nfor i in range(3000):\n    f(i)\n"
    recording, truth = with_truth(source, steps=steps)
    assert recording.forgotten > 5000
    assert recording.steps >= steps
    assert recording.forgotten + recording.steps == len(truth.steps)
    assert not mistakes(recording.tape, truth)
    assert recording.at(recording.steps - 1).frames[0].names["i"] == 2999


def _stack(recording: object, function: str) -> set[tuple[str, ...]]:
    tape = recording.tape  # type: ignore[attr-defined]
    found = set()
    for step in range(len(tape)):
        frames = recording.at(step).frames  # type: ignore[attr-defined]
        if frames[0].code.name == function:
            found.add(tuple(frame.code.name for frame in frames))
    return found


def test_callers() -> None:
    assert _stack(recorded(GCD), "gcd") == {("gcd", "<module>")}


def test_callers_of_generators_are_who_resumes_them() -> None:
    assert _stack(recorded(GENERATORS), "numbers") == {
        ("numbers", "collect", "<module>"),
        ("numbers", "outer", "<module>"),
    }


def test_callers_behind_native_functions() -> None:
    recording = recorded(CALLBACKS)
    assert _stack(recording, "Key.__lt__") == {("Key.__lt__", "<module>")}
    assert _stack(recording, "lookup") == {("lookup", "Key.__getattr__", "<module>")}


def test_suspended_frames() -> None:
    recording = recorded(TASKS)
    step = next(step for step in range(recording.steps) if recording.tape.code(step).name == "main")
    following = range(step, recording.steps)
    most = max(len(list(recording.at(each).suspended)) for each in following)
    assert most == 7  # two tasks: of four and of three frames
    assert not list(recording.at(recording.steps).suspended)


NAMED = """
import asyncio, threading

async def work():
    await asyncio.sleep(0)

async def main():
    await asyncio.gather(asyncio.create_task(work(), name="one"), asyncio.create_task(work(), name="two"))

def run(name):
    thread = threading.Thread(target=work_in_thread, name=name)
    thread.start()
    thread.join()

def work_in_thread():
    inner()

def inner():
    pass
"""


@pytest.mark.process
def test_names_of_tasks() -> None:
    recording = recorded(NAMED + "asyncio.run(main())")
    frames = [frame for step in range(recording.steps) for frame in recording.at(step).frames]
    assert {frame.task for frame in frames if frame.code.name == "work"} == {"one", "two"}
    assert {frame.task for frame in frames if frame.code.name == "<module>"} == {None}


def test_names_of_generators_and_coroutines() -> None:
    source = "def numbers():\n    yield 1\nasync def work():\n    yield\none, two = numbers(), work()\nnext(one)\n"
    recording = recorded(source)
    names = recording.at(recording.steps - 1).frames[0].names
    assert [(names[name].kind, names[name].label) for name in ("one", "two")] == [
        ("generator", "numbers"),
        ("async_generator", "work"),
    ]


@pytest.mark.process
def test_names_of_threads(tmp_path: Path) -> None:
    recording = recorded(NAMED + "run('one'); run('two')")
    recording.save(tmp_path / "run.bscope")
    loaded = Recording.load(tmp_path / "run.bscope")
    for each in (recording, loaded):
        frames = [each.at(step).frames[0] for step in range(each.steps)]
        assert {frame.thread for frame in frames if frame.code.name == "inner"} == {"one", "two"}
        assert {frame.thread for frame in frames if frame.code.name == "<module>"} == {None}


def test_only_what_is_asked_for_is_recorded() -> None:
    source = "def f(): return g() + 1\ndef g(): return h() + 1\ndef h(): return 1\nprint(f())\n"
    recording = recorded(source, functions=["f", "h"])
    assert {code.name for code in recording.codes} == {"f", "h"}
    assert _stack(recording, "h") == {("h", "f")}


def test_functions_that_are_there_already() -> None:
    def f(x: int) -> int:
        return x + 1

    with record(include=[__name__]) as recording:
        assert f(1) == 2
    assert [code.name for code in recording.codes] == [f.__qualname__]
    before = recording.steps
    f(2)
    assert recording.steps == before


def test_a_generator_that_is_running_when_it_begins_and_goes_on_when_it_ends() -> None:
    vm = bytescope.VM()
    vm.exec("def g():\n    for i in range(9):\n        j = i\n        yield j\nit = g()")
    vm.exec("next(it)")
    with record() as recording:
        vm.exec("next(it); next(it)")
    assert vm.eval("next(it)") == 3
    names = {recording.tape.code(step).name for step in range(recording.steps)}
    assert names == {"<module>", "g"}
    step = recording.find("j == 1")
    assert step is not None and recording.at(step).frames[0].variables["i"] == 1


def test_it_is_recorded_once_at_a_time() -> None:
    with record(), pytest.raises(RuntimeError, match="a recording is going on"), record():
        pass
    with record():
        pass


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="steps must be at least 1, not 0"):
        record(steps=0)
    with pytest.raises(TypeError, match="steps must be an int, not str"):
        record(steps="9")  # type: ignore[arg-type]
    with pytest.raises(IndexError, match="step 99: the recording has steps 0 to"):
        recorded("x = 1").at(99)


NOSY = """
log = []
class Meta(type):
    def __instancecheck__(cls, other): log.append("instancecheck")
class Nosy(metaclass=Meta):
    __dict__ = property(lambda self: log.append("dict"))
    __class__ = property(lambda self: log.append("class"))
    __slots__ = ()
    def __repr__(self): log.append("repr"); return "x"
    def __hash__(self): log.append("hash"); return 1
    def __eq__(self, other): log.append("eq"); return True
    def __len__(self): log.append("len"); return 0
    def __iter__(self): log.append("iter"); return iter(())
    def __getattr__(self, name): log.append(name); raise AttributeError(name)
    def __bool__(self): log.append("bool"); return True
class Items(dict):
    def __iter__(self): log.append("dict iter"); return iter(())
    def items(self): log.append("items"); return ()
    def __len__(self): log.append("dict len"); return 0
    def copy(self): log.append("copy"); return {}
nosy = Nosy()
held = [nosy, (nosy,), Items(a=nosy)]
held.append(nosy)
held[2]["b"] = held
before = list(log)
kinds = {nosy: 1}
log.clear()
copy = kinds
def f(x): y = x; return y
f(kinds); f(nosy)
"""


def test_looking_runs_no_code_of_the_program() -> None:
    recording = recorded(NOSY)
    cursor = recording.at(recording.steps - 1)
    names = cursor.frames[0].names
    assert cursor.contents(names["before"]) == {}
    assert cursor.contents(names["log"]) == {}
    assert names["nosy"].kind == "__main__.Nosy"


def test_lifetimes_are_as_they_are() -> None:
    source = """
import weakref
gone = []
class T:
    def __init__(self, n): self.n = n
    def __del__(self): gone.append(self.n)
def f(x): return [x]
a = T(1); f(a); del a
b = [T(2)]; b.append(T(3)); b.pop(); del b
class C: held = T(4)
del C
import gc; gc.collect()
"""
    recording = recorded(source)
    cursor = recording.at(recording.steps - 1)
    assert list(cursor.contents(cursor.frames[0].names["gone"]).values()) == [1, 3, 2, 4]


def test_objects_that_unknown_code_may_have_changed_are_marked() -> None:
    source = """
import functools
class Box: pass
class Other(Box):
    def __init__(self): self.n = 0
box, items, pair = Box(), [1], (1, [2])
box.n = 1
later = functools.partial(setattr, box, "n", 2)
len(items); Other(); sorted(items)
before = 1
later()
after = 1
box.m = 3
items.append(4)
done = 1
"""
    recording = recorded(source)
    step = recording.find("before == 1")
    assert step is not None
    cursor, names = recording.at(step), recording.at(step).frames[0].names
    assert not any(cursor.may_be_stale(names[name]) for name in ("box", "items", "pair"))
    step = recording.find("after == 1")
    assert step is not None
    cursor = recording.at(step)
    assert [cursor.may_be_stale(names[name]) for name in ("box", "items", "pair", "Box")] == [True, True, False, False]
    assert cursor.contents(names["box"])["n"] == 1
    step = recording.find("done == 1")
    cursor = recording.at(recording.steps - 1 if step is None else step)
    assert [cursor.may_be_stale(names[name]) for name in ("box", "items")] == [False, False]
