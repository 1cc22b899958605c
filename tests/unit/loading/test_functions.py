"""Functions are found by what refers to them, wherever they are kept, and not by a scan of the collector's heap."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bytescope import VM, Analysis, NothingObserved, attach, convert_module, is_guest
from bytescope.loading import functions
from bytescope.loading.functions import find_functions, functions_of
from bytescope.weave.marker import is_woven

SOURCE = """
import functools

def plain(x):
    return x + 1

def factory():
    def inner(x):
        return x + 1
    return inner

closure = factory()

class Thing:
    attribute = 1
    def method(self, x):
        return x + 1
    @staticmethod
    def static(x):
        return x + 1
    @classmethod
    def of_class(cls, x):
        return x + 1
    @property
    def value(self):
        return self.attribute + 1
    @functools.cached_property
    def cached(self):
        return self.attribute + 1
    class Nested:
        def method(self, x):
            return x + 1

class Meta(type):
    def of_meta(cls, x):
        return x + 1

class WithMeta(metaclass=Meta):
    pass

del Meta

def _base():
    class Base:
        def inherited(self, x):
            return x + 1
    return Base

class Derived(_base()):
    pass

def decorator(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

@decorator
@decorator
def decorated(x):
    return x + 1

@functools.lru_cache
def remembered(x):
    return x + 1

@functools.singledispatch
def dispatched(x):
    return x + 1

with_default = (lambda x, f=lambda x: x + 1: f(x))
partial = functools.partial(lambda y, x: x + 1, 0)
table = {"a": [(lambda x: x + 1,)]}
instance = Thing()
instance.callback = lambda x: x + 1
bound = Thing().method
def holder(x):
    return holder.attribute(x)
holder.attribute = lambda x: x + 1
"""

CALLS: dict[str, Callable[[dict[str, Any]], object]] = {
    "function": lambda m: m["plain"](1),
    "closure": lambda m: m["closure"](1),
    "method": lambda m: m["Thing"]().method(1),
    "static method": lambda m: m["Thing"].static(1),
    "class method": lambda m: m["Thing"].of_class(1),
    "property": lambda m: m["Thing"]().value,
    "cached property": lambda m: m["Thing"]().cached,
    "nested class": lambda m: m["Thing"].Nested().method(1),
    "metaclass": lambda m: m["WithMeta"].of_meta(1),
    "base class": lambda m: m["Derived"]().inherited(1),
    "decorated": lambda m: m["decorated"](1),
    "lru_cache": lambda m: m["remembered"](1),
    "singledispatch": lambda m: m["dispatched"](1),
    "default": lambda m: m["with_default"](1),
    "partial": lambda m: m["partial"](1),
    "table": lambda m: m["table"]["a"][0][0](1),
    "attribute of an instance": lambda m: m["instance"].callback(1),
    "bound method": lambda m: m["bound"](1),
    "attribute of a function": lambda m: m["holder"](1),
}


class Additions(Analysis):
    def __init__(self) -> None:
        self.seen: list[object] = []

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        if op == "+":
            self.seen.append(result)


def executed(name: str | None = "somewhere") -> dict[str, Any]:
    namespace: dict[str, Any] = {} if name is None else {"__name__": name}
    exec(compile(SOURCE, "somewhere.py", "exec"), namespace)
    return namespace


@pytest.fixture(params=["module", "no module"])
def namespace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    if request.param == "no module":
        return executed()
    module = types.ModuleType("somewhere")
    exec(compile(SOURCE, "somewhere.py", "exec"), vars(module))
    monkeypatch.setitem(sys.modules, "somewhere", module)
    return vars(module)


@pytest.fixture(params=[False, True], ids=["", "frozen"])
def frozen(request: pytest.FixtureRequest, namespace: dict[str, Any]) -> Iterator[None]:
    if request.param:
        gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("engine", ["woven", "interpreter"])
def test_attached(namespace: dict[str, Any], engine: str) -> None:
    before = {id(each): each.__code__ for each in functions_of(namespace)}
    missed = []
    for name, call in CALLS.items():
        if name == "lru_cache":
            namespace["remembered"].cache_clear()
        analysis = Additions()
        with attach(analysis, include="somewhere", engine=engine):
            call(namespace)
        if analysis.seen != [2]:
            missed.append(name)
    assert not missed
    after = functions_of(namespace)
    assert len(after) > len(CALLS)
    assert all(before[id(each)] is each.__code__ for each in after if id(each) in before)
    assert not any(is_woven(each.__code__) or is_guest(each) for each in after)


@pytest.mark.parametrize("name", CALLS)
def test_called_by_the_machine(name: str) -> None:
    """`VM.call` makes guests of the functions that share the globals of what is called, in a module or not."""
    namespace = executed()
    call = eval("lambda m, call: call(m)", namespace)
    namespace["__call"] = types.FunctionType(CALLS[name].__code__, namespace)
    vm = VM()
    vm.call(call, namespace, namespace["__call"])
    assert vm.functions >= 3, "the caller, the call and what it calls"


def test_without_a_name() -> None:
    namespace = executed(None)
    analysis = Additions()
    with attach(analysis, include="*", functions="plain"):
        namespace["plain"](1)
    assert analysis.seen == [2]


def test_local_functions_of_running_frames() -> None:
    def local(x: int) -> int:
        return x + 1

    analysis = Additions()
    with attach(analysis, include=__name__, functions="*local"):
        local(1)
    assert analysis.seen == [2]
    assert not is_woven(local.__code__)


def test_a_module_is_converted() -> None:
    module = types.ModuleType("converted")
    exec(compile(SOURCE, "somewhere.py", "exec"), vars(module))
    gc.freeze()
    try:
        count = convert_module(module)
    finally:
        gc.unfreeze()
    found = functions_of(vars(module))
    assert count == len(found) > len(CALLS)
    assert all(map(is_guest, found))


class Made(Analysis):
    def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        pass


@pytest.mark.parametrize("keep", ["variable", "module", "cycle", "deep"])
def test_functions_made_meanwhile_get_their_own_code_back(keep: str, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = executed()
    kept: list[Any] = []
    with attach(Made(), include="somewhere"):
        exec("def outer():\n    def made(x):\n        return len(x)\n    return made\n", namespace)
    with attach(Made(), include="somewhere"):
        made = namespace["outer"]()
        assert is_woven(made.__code__)
        if keep == "module":
            namespace["made"] = made
        elif keep == "cycle":
            made.itself = made
        elif keep == "deep":
            kept.append({str(n): [n] for n in range(functions.LARGE + 1)} | {"made": [[[made]]]})
        if keep != "variable":
            reference = weakref.ref(made)
            del made
    function = made if keep == "variable" else reference()
    assert function is not None
    assert not is_woven(function.__code__)


def test_no_code_of_the_program_runs_meanwhile() -> None:
    class Trap(type):
        def __eq__(cls, other: object) -> bool:
            raise AssertionError("compared")

        def __hash__(cls) -> int:
            raise AssertionError("hashed")

        def __instancecheck__(cls, value: object) -> bool:
            raise AssertionError("asked for instances")

    class Odd(metaclass=Trap):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(f"asked for {name}")

        def __len__(self) -> int:
            raise AssertionError("measured")

        def __iter__(self) -> Iterator[Any]:
            raise AssertionError("iterated")

        def method(self) -> None:
            pass

    namespace = {"__builtins__": {}, "odd": Odd(), "Odd": Odd, "several": [Odd()]}
    found = find_functions([namespace], lambda each: True)
    assert Odd.__dict__["method"] in found


def test_what_holds_much_data_is_left_out() -> None:
    def function() -> None:
        pass

    few: list[Any] = [[n] for n in range(10)]
    many: list[Any] = [[n] for n in range(functions.LARGE)]
    assert find_functions([[*few, function]], lambda each: True)
    assert not find_functions([[*many, function]], lambda each: True)


def test_local_variables_live_no_longer() -> None:
    class Thing:
        pass

    def alive_afterwards() -> bool:  # a function with an assertion could hold what locals() gives
        thing = Thing()
        reference = weakref.ref(thing)
        with pytest.warns(NothingObserved), attach(Additions(), include=__name__, functions="nothing*"):
            pass
        del thing
        return reference() is not None

    assert not alive_afterwards()


def test_nothing_observed_names_the_filters() -> None:
    with pytest.warns(NothingObserved, match=r"Additions: no code .* include=\('absent',\), functions=\('f',\)"):
        with attach(Additions(), include="absent", functions="f"):
            pass


def test_an_attachment_that_has_no_interest_in_code_needs_none() -> None:
    class Threads(Analysis):
        def thread_start(self, thread: Any) -> None:
            pass

    with attach(Threads(), include="absent"):
        pass


def test_what_went_wrong_is_not_hidden_by_what_was_not_observed() -> None:
    with pytest.raises(ZeroDivisionError), attach(Additions(), include="absent"):
        raise ZeroDivisionError
