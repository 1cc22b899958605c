"""Programs whose handlers are made anew when they are executed again."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from bytescope import VM, Analysis, attach
from bytescope.machine.program import Program
from bytescope.machine.resident import program_of

SOURCE = """
def count(n):
    total = 0
    for i in range(n):
        total += step(i)
    return total
def step(i):
    return i
def numbers():
    x = 0
    while True:
        x += 1
        yield x
"""


class Calls(Analysis):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def before_call(self, site: Any, function: Any, args: Any, kwargs: Any) -> None:
        self.seen.append(function.__name__)


def program(function: Any) -> Program:
    found = program_of(function.__code__)
    assert found is not None
    return found


@pytest.fixture
def guest() -> dict[str, Any]:
    vm = VM()
    vm.exec(SOURCE)
    return vm.globals


def test_handlers_are_made_when_a_program_is_executed_again(guest: dict[str, Any]) -> None:
    count, step = guest["count"], guest["step"]
    assert count(3) == 3
    calls = Calls()
    with attach(calls, engine="interpreter"):
        assert program(count).is_late
        assert program(step).is_late
        assert step(1) == 1
        assert program(count).is_late
        assert not program(step).is_late
        assert count(3) == 3
        assert calls.seen == ["range", "step", "step", "step"]
    assert program(count).is_late
    assert count(200) == sum(range(200))
    assert not program(count).is_late
    assert calls.seen[4:] == []


def test_active_frames_go_on_with_the_new_handlers(guest: dict[str, Any]) -> None:
    calls = Calls()
    attached = attach(calls, engine="interpreter")

    def step(i: int) -> int:
        if i == 1:
            attached.__enter__()
        if i == 3:
            attached.__exit__(None, None, None)
        return i

    guest["step"] = step
    assert guest["count"](6) == 15
    assert calls.seen == ["step", "step"]


def test_a_frame_of_a_program_that_was_unlinked_goes_on(guest: dict[str, Any]) -> None:
    numbers: Iterator[int] = guest["numbers"]()
    assert [next(numbers), next(numbers)] == [1, 2]
    unlinked = program(guest["numbers"])
    unlinked.relink()
    unlinked.unlink()
    assert [next(numbers) for _ in range(3)] == [3, 4, 5]
    assert not unlinked.is_linked()
    assert next(guest["numbers"]()) == 1
    assert next(numbers) == 6


def test_a_program_that_is_still_to_be_made_dies_with_its_functions(guest: dict[str, Any]) -> None:
    assert guest["step"](1) == 1
    known = weakref.ref(program(guest["step"]))
    with attach(Calls(), engine="interpreter"):
        pass
    left = known()
    assert left is not None
    assert left.is_late
    del left
    gc.disable()
    try:
        guest.clear()
        assert known() is None
    finally:
        gc.enable()
