"""What the weaver cannot take runs as it is, and is reported; what it has written is checked."""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bytescope.analysis import attach
from bytescope.analysis.engines.woven import WOVEN, NotWoven
from bytescope.code.host.facts import OPMAP
from bytescope.weave import selfcheck
from bytescope.weave.emitter import Emitter
from bytescope.weave.marker import is_woven
from tests.support.every_event import every_event


def code_of(source: str) -> types.CodeType:
    return compile(source, "program.py", "exec", dont_inherit=True)


def function_code(code: types.CodeType) -> types.CodeType:
    return next(each for each in code.co_consts if isinstance(each, types.CodeType))


def replaced(code: types.CodeType, function: types.CodeType) -> types.CodeType:
    consts = [function if isinstance(each, types.CodeType) else each for each in code.co_consts]
    return code.replace(co_consts=tuple(consts))


@pytest.fixture
def seen() -> Iterator[list[str]]:
    """What is observed: "function event"."""
    found: list[str] = []

    def told(name: str, given: tuple[Any, ...]) -> None:
        found.append(f"{given[0].function} {name}")

    with attach(every_event(told), files=["program.py"]):
        yield found


def with_a_jump_to_nowhere(function: types.CodeType) -> types.CodeType:
    """The same code, with a jump behind its end that is never reached: the host does not mind."""
    return function.replace(co_code=function.co_code + bytes((OPMAP["JUMP_FORWARD"], 200)))


def test_what_cannot_be_woven_runs_as_it_is_and_is_reported_once(seen: list[str]) -> None:
    code = code_of("def double(x):\n    return x + x\nresult = [double(4), double(5)]\n")
    hostile = with_a_jump_to_nowhere(function_code(code))
    program = replaced(code, hostile)
    with pytest.warns(NotWoven) as caught:
        woven = WOVEN.load(program, "__main__")
        namespace: dict[str, Any] = {}
        exec(woven, namespace)
    (warning,) = caught
    assert str(warning.message).startswith("double in program.py is not observed: invalid bytecode in double, offset ")
    assert namespace["result"] == [8, 10]
    assert is_woven(woven) and namespace["double"].__code__ is hostile
    assert "<module> call" in seen and "double enter" not in seen
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WOVEN.load(with_a_jump_to_nowhere(function_code(code)), "__main__")  # an equal one: known


def test_code_that_exec_is_given_may_be_hostile_too(seen: list[str]) -> None:
    hostile = with_a_jump_to_nowhere(code_of("value = 6 * 7"))
    woven = WOVEN.load(code_of("exec(hostile, space)"), "__main__")
    space: dict[str, Any] = {}
    with pytest.warns(NotWoven, match="<module> in program.py"):
        exec(woven, {"hostile": hostile, "space": space})
    assert space["value"] == 42


@pytest.mark.any_host  # `make test` has woven code checked there only
def test_the_tests_check_woven_code() -> None:
    assert selfcheck.CHECKS


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has woven code checked."""
    monkeypatch.setattr(selfcheck, "CHECKS", True)


@pytest.mark.usefixtures("checked", "seen")
def test_a_stack_that_is_too_small_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Emitter, "reserve", lambda self, count: None)
    with pytest.raises(AssertionError, match=r"^<module> woven needs a stack of \d+, and has one of \d+$"):
        WOVEN.load(code_of("value = [a, b, c, d, e, f(g)]"), "__main__")


@pytest.mark.usefixtures("checked", "seen")
def test_a_value_too_many_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    call: Callable[..., None] = Emitter.call

    def twice(self: Emitter, objects: list[Any], operands: list[Any]) -> None:
        if len(objects) == 1:  # what looks into an answer
            self.emit("COPY", 1)
        call(self, objects, operands)

    monkeypatch.setattr(Emitter, "call", twice)
    with pytest.raises(AssertionError, match=r"^<module> woven has a stack of \d+ at offset \d+, and not of \d+$"):
        WOVEN.load(code_of("if -a:\n    b()\n"), "__main__")
