"""Weaving in place and taking it back: whatever a function is, afterwards it has its very own code object again."""

from __future__ import annotations

import copy
import dis
import importlib
import inspect
import pickle
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope import Analysis, NothingObserved, attach
from bytescope.weave.marker import is_woven, original

SOURCE = '''
import functools, types

N = 1

def plain(a, b=2, *, c=3):
    """Adds."""
    return a + b + c

def outer(n):
    def inner(x):
        return x + n
    return inner

add_five = outer(5)

class Thing:
    def method(self):
        return N + 1
    @classmethod
    def made(cls):
        return N + 2
    @staticmethod
    def apart():
        return N + 3
    @property
    def value(self):
        return N + 4

@functools.lru_cache
def cached(x):
    return x + x

def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

@wrapping
def wrapped(x):
    return x + 10

def counting(n):
    for i in range(n):
        yield i + 0

@types.coroutine
def waits():
    yield 1
    return N + 5
'''


class Additions(Analysis):
    """Gathers results of binary operations."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        self.seen.append(result)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module that is imported before anything is attached."""
    (tmp_path / "attached_to.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield importlib.import_module("attached_to")
    sys.modules.pop("attached_to", None)


KINDS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], types.FunctionType], list[int]]] = {
    "function": (lambda m: m.plain(1), lambda m: m.plain, [3, 6]),
    "closure": (lambda m: m.add_five(1), lambda m: m.add_five, [6]),
    "method": (lambda m: m.Thing().method(), lambda m: m.Thing.method, [2]),
    "bound": (lambda m: m.Thing().method.__call__(), lambda m: m.Thing().method.__func__, [2]),
    "classmethod": (lambda m: m.Thing.made(), lambda m: m.Thing.made.__func__, [3]),
    "staticmethod": (lambda m: m.Thing.apart(), lambda m: m.Thing.apart, [4]),
    "property": (lambda m: m.Thing().value, lambda m: m.Thing.value.fget, [5]),
    "lru_cache": (lambda m: m.cached(21), lambda m: m.cached.__wrapped__, [42]),
    "decorated": (lambda m: m.wrapped(1), lambda m: m.wrapped.__wrapped__, [11]),
    "generator": (lambda m: list(m.counting(2)), lambda m: m.counting, [0, 1]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_function_is_woven_and_restored(module: Any, kind: str) -> None:
    call, find, expected = KINDS[kind]
    code = find(module).__code__
    analysis = Additions()
    with attach(analysis, include="attached_to"):
        assert original(find(module).__code__) is code
        assert is_woven(find(module).__code__)
        told = call(module)
    assert analysis.seen == expected
    assert find(module).__code__ is code
    module.cached.cache_clear()
    assert call(module) == told
    assert analysis.seen == expected


def test_a_generator_under_way_keeps_its_code_and_the_next_is_woven(module: Any) -> None:
    analysis = Additions()
    before = module.counting(3)
    assert next(before) == 0
    with attach(analysis, include="attached_to"):
        assert next(before) == 1
        assert analysis.seen == []
        during = module.counting(3)
        assert next(during) == 0
    assert analysis.seen == [0]
    assert list(during) == [1, 2], "a woven generator goes on, and tells nobody"
    assert analysis.seen == [0]
    assert list(before) == [2]
    assert not is_woven(module.counting.__code__)


def test_what_a_woven_frame_makes_after_detaching_is_silent(module: Any) -> None:
    analysis = Additions()
    attachment = attach(analysis, include="attached_to")
    namespace: dict[str, Any] = {"__name__": "attached_to", "detach": lambda: attachment.__exit__(None, None, None)}
    source = "def f():\n    detach()\n    def g(x):\n        return x + 1\n    return g\n"
    exec(compile(source, "late.py", "exec"), namespace)
    module.f = function = types.FunctionType(namespace["f"].__code__, vars(module) | namespace, "f")
    with attach(analysis, include="attached_to") as other:
        function.__code__ = _woven(function.__code__)
        attachment.__enter__()
        other.detach()
        made = function()
    assert made(1) == 2
    assert analysis.seen == []
    with pytest.warns(NothingObserved), attach(analysis, include="nothing"):
        pass
    assert not is_woven(made.__code__), "the next detaching gives it its own code"


def _woven(code: types.CodeType) -> types.CodeType:
    from bytescope.analysis.engines.woven import WOVEN

    return WOVEN.load(code, "attached_to")


def test_nested_attachments_with_different_filters(module: Any) -> None:
    code = module.plain.__code__
    outer, inner = Additions(), Additions()
    with attach(outer, include="attached_to", functions="plain"):
        with attach(inner, include="attached_to", functions="outer*"):
            module.plain(1)
            module.add_five(1)
        assert is_woven(module.plain.__code__)
        assert not is_woven(module.add_five.__code__)
        module.plain(2)
        module.add_five(2)
    assert (outer.seen, inner.seen) == ([3, 6, 4, 7], [6])
    assert module.plain.__code__ is code


def test_attachments_that_end_in_the_order_in_which_they_began(module: Any) -> None:
    code = module.plain.__code__
    analyses = [Additions(), Additions()]
    attachments = [attach(each, include="attached_to") for each in analyses]
    for each in attachments:
        each.__enter__()
    for each in attachments:
        module.plain(1)
        each.__exit__(None, None, None)
    assert [each.seen for each in analyses] == [[3, 6], [3, 6, 3, 6]]
    assert module.plain.__code__ is code


def test_a_reload_is_woven_and_taken_back(module: Any) -> None:
    analysis = Additions()
    with attach(analysis, include="attached_to"):
        importlib.reload(module)
        assert is_woven(module.plain.__code__)
        module.plain(1)
    assert analysis.seen == [3, 6]
    assert not is_woven(module.plain.__code__)
    assert not any(is_woven(each) for each in module.outer.__code__.co_consts if isinstance(each, types.CodeType))


def test_the_decorator(module: Any) -> None:
    analysis = Additions()

    @attach(analysis, include="attached_to")
    def decorated(x: int) -> Any:
        return module.plain(x)

    assert [decorated(1), decorated(2)] == [6, 7]
    assert analysis.seen == [3, 6, 4, 7]
    assert not is_woven(module.plain.__code__)


def test_a_woven_function_looks_like_itself(module: Any) -> None:
    function = module.plain
    plain = {
        "signature": inspect.signature(function), "source": inspect.getsource(function), "doc": function.__doc__,
        "lines": next(function.__code__.co_lines())[2], "varnames": function.__code__.co_varnames,
        "names": (function.__name__, function.__qualname__, function.__code__.co_filename),
    }  # fmt: skip
    consts = function.__code__.co_consts
    with attach(Additions(), include="attached_to"):
        assert is_woven(function.__code__)
        assert plain == {
            "signature": inspect.signature(function), "source": inspect.getsource(function), "doc": function.__doc__,
            "lines": next(function.__code__.co_lines())[2], "varnames": function.__code__.co_varnames,
            "names": (function.__name__, function.__qualname__, function.__code__.co_filename),
        }  # fmt: skip
        assert function.__code__.co_consts[: len(consts)] == consts
        assert pickle.loads(pickle.dumps(function)) is function
        assert copy.deepcopy(function) is function
        assert [each for each in dis.get_instructions(function) if each.opname == "BINARY_OP"]
        dis.Bytecode(function).dis()


def test_copies_and_changed_code_are_observed_and_taken_back(module: Any) -> None:
    code = module.plain.__code__
    analysis = Additions()
    with attach(analysis, include="attached_to"):
        twin = types.FunctionType(module.plain.__code__, vars(module), "twin", (2,))
        twin.__kwdefaults__ = {"c": 3}
        assert twin(1) == 6
        renamed = types.FunctionType(module.plain.__code__.replace(co_name="other"), vars(module), "other", (2,))
        renamed.__kwdefaults__ = {"c": 3}
        assert renamed(1) == 6
    assert analysis.seen == [3, 6, 3, 6]
    assert twin.__code__ is code
    assert not is_woven(renamed.__code__)
    assert renamed.__code__.co_name == "other"
    assert renamed(1) == 6
    assert analysis.seen == [3, 6, 3, 6]


def test_types_coroutine_of_woven_code(module: Any) -> None:
    analysis = Additions()
    with attach(analysis, include="attached_to"):
        importlib.reload(module)

        async def ask() -> Any:
            return await module.waits()

        asking = ask()
        assert asking.send(None) == 1
        with pytest.raises(StopIteration) as ended:
            asking.send(None)
    assert ended.value.value == 6
    assert analysis.seen == [6]
    assert not is_woven(module.waits.__code__)
    assert module.waits.__code__.co_flags & inspect.CO_ITERABLE_COROUTINE
    assert inspect.isawaitable(module.waits())


@pytest.mark.process
def test_attaching_and_detaching_while_other_threads_run(module: Any) -> None:
    codes = {name: getattr(module, name).__code__ for name in ("plain", "outer", "counting", "wrapped")}
    ended = threading.Event()
    wrong: list[Any] = []

    def work() -> None:
        while not ended.is_set():
            got = (module.plain(1), module.outer(1)(1), list(module.counting(3)), module.wrapped(1))
            if got != (6, 2, [0, 1, 2], 11):
                wrong.append(got)

    threads = [threading.Thread(target=work) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for each in threads:
            each.start()
        analyses = [Additions() for _ in range(15)]
        for each in analyses:
            with attach(each, include="attached_to"):
                module.plain(1)
    finally:
        ended.set()
        for each in threads:
            each.join()
        sys.setswitchinterval(interval)
    assert not wrong
    assert all({3, 6} <= set(each.seen) for each in analyses)
    assert {name: getattr(module, name).__code__ for name in codes} == codes
    assert all(getattr(module, name).__code__ is code for name, code in codes.items())


def test_the_machine_executes_the_original_of_a_woven_function(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("woven_and_called")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile("def f(n):\n    m = n\n    return m\n", "called.py", "exec"), vars(module))
    told: list[int | None] = []

    class Lines(bytescope.Analysis):
        def line(self, site: bytescope.Site) -> None:
            told.append(site.line)

    with bytescope.attach(Lines(), include=[module.__name__]):
        assert bytescope.VM().call(module.f, 3) == 3
        assert told == [2, 3]
        assert module.f(3) == 3
        assert told == [2, 3, 2, 3]
