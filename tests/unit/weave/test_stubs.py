"""Functions are woven when they are first called; what a program can see of them before that, and of the first call."""

from __future__ import annotations

import dis
import gc
import inspect
import sys
import textwrap
import traceback
import types
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from bytescope import Analysis, attach
from bytescope.analyses.labels import Labels
from bytescope.analysis.engines.woven import WOVEN
from bytescope.weave.marker import is_woven, marker_of
from bytescope.weave.stubs import Stub

NAME = "woven_later"


class Additions(Analysis):
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        self.seen.append(result)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weave as in a program that is run."""
    monkeypatch.setattr(WOVEN, "_programs", ["a program"])


@pytest.fixture
def additions() -> Iterator[Additions]:
    analysis = Additions()
    with attach(analysis, include=NAME):
        yield analysis


def load(source: str) -> Any:
    """Execute a program as a module that is woven."""
    module = types.ModuleType(NAME)
    exec(WOVEN.load(compile(textwrap.dedent(source), f"{NAME}.py", "exec", dont_inherit=True), NAME), vars(module))
    return module


def has_stub(function: Any) -> bool:
    return type(marker_of(function.__code__)) is Stub


def test_what_is_not_called_is_not_woven(additions: Additions) -> None:
    module = load(
        "def called(x): return x + 1\ndef other(x): return x + 2\nclass A:\n def method(self): return 1 + self"
    )
    assert module.called(1) == module.called(1) == 2
    assert additions.seen == [2, 2]
    assert not has_stub(module.called) and is_woven(module.called.__code__)
    assert has_stub(module.other) and has_stub(module.A.method)


@pytest.mark.parametrize("analysis", [Additions, Labels])
def test_arguments_of_every_kind(analysis: type[Analysis]) -> None:
    source = """
        def every(a, b=2, /, c=3, *rest, d, e=5, **others): return a, b, c, rest, d, e, others
        def nothing(): return ()
        def starred(*rest): return rest
        def others(**others): return others
        def named(*, x, y=2): return x, y
        def cells(a, *rest, k): return (lambda: (a, rest, k))()
        class Base:
            def method(self, x=1): return __class__, x
        class Derived(Base):
            def method(self, x=1): return super().method(x + 1)
    """

    def results(module: Any) -> list[Any]:
        return [
            module.every(1, d=4),
            module.every(1, 2, 3, 4, 5, d=6, a=7, b=8, f=9),
            module.nothing(),
            module.starred(),
            module.starred(*range(300)),
            module.others(x=1, **{"y z": 2}),
            module.named(x=1),
            module.cells(1, 2, 3, k=4),
            module.Derived().method()[1],
        ]

    expected: dict[str, Any] = {"__name__": "plain"}
    exec(textwrap.dedent(source), expected)
    with attach(analysis(), include=NAME):
        module = load(source)
        assert results(module) == results(module) == results(types.SimpleNamespace(**expected))
        with pytest.raises(TypeError, match=r"named\(\) missing 1 required keyword-only argument: 'x'"):
            load(source).named()


def test_a_function_looks_the_same_before_it_is_called(additions: Additions) -> None:
    module = load(
        '''
        def function(a, *, b: int = 1):
            """Text."""
            return a + b
        def generator(): yield
        async def coroutine(): pass
        async def asynchronous(): yield
        '''
    )
    assert has_stub(module.function)
    assert str(inspect.signature(module.function)).startswith("(a, *, b: int = 1)")
    assert module.function.__doc__ == "Text."
    assert (module.function.__code__.co_firstlineno, module.function.__code__.co_name) == (2, "function")
    assert [each for each in dis.get_instructions(module.function) if each.opname == "BINARY_OP"]
    assert inspect.isgeneratorfunction(module.generator) and has_stub(module.generator)
    assert inspect.iscoroutinefunction(module.coroutine) and inspect.isasyncgenfunction(module.asynchronous)
    assert list(module.generator()) == [None]


def test_frames_of_the_first_call(additions: Additions) -> None:
    module = load(
        """
        import sys
        def caller(): return called()
        def called(): return sys._getframe(1)
        def failing(): raise ValueError
        def outer(): failing()
        """
    )
    frame = module.caller()
    assert frame.f_code.co_name == "caller" and frame.f_back is sys._getframe()
    assert frame.f_code is module.caller.__code__
    with pytest.raises(ValueError) as caught:
        module.outer()
    assert [each.name for each in traceback.extract_tb(caught.value.__traceback__)[1:]] == ["outer", "failing"]


def test_code_that_the_program_looks_at(additions: Additions) -> None:
    """A set of code objects, as some frameworks have, is compared with the code of frames later."""
    module = load(
        """
        import sys
        codes = set()
        def marked(function):
            codes.add(function.__code__)
            return function
        class A:
            @marked
            def method(self): return sys._getframe().f_code in codes
        @marked
        def function(): return sys._getframe().f_code in codes
        """
    )
    assert module.function() and module.A().method()


def test_functions_with_the_same_code(additions: Additions) -> None:
    module = load("def function(x, y=1): return x + y")
    twin = types.FunctionType(module.function.__code__, {"__name__": NAME}, "twin", (5,))
    assert (module.function(1), twin(1), twin(2)) == (2, 6, 7)
    assert additions.seen == [2, 6, 7]


def test_flags_that_are_replaced_before_the_first_call(additions: Additions) -> None:
    module = load("def function():\n    x = yield\n    return x + 1")
    types.coroutine(module.function)
    assert has_stub(module.function)

    async def use() -> Any:
        return await module.function()

    running = use()
    running.send(None)
    with pytest.raises(StopIteration, match="2"):
        running.send(1)
    assert inspect.iscoroutine(running) and not has_stub(module.function)
    assert additions.seen == [2]


def test_arguments_live_no_longer(additions: Additions) -> None:
    made: list[Any] = []

    class Made:
        def __init__(self) -> None:
            made.append(weakref.ref(self))

    module = load("def gone(owner, made):\n    del owner\n    return made[0]() is None")
    gone = module.gone(Made(), made)
    assert gone is (sys.version_info >= (3, 12))  # before, C code holds the arguments of such calls


def test_detaching_gives_functions_that_were_never_called_their_own_code() -> None:
    analysis = Additions()
    with attach(analysis, include=NAME):
        module = load("def called(x): return x + 1\ndef other(x): return x + 2\nkept = [lambda x: x + 3]")
        assert module.called(1) == 2
        hidden = {"deep": {"deeper": [types.FunctionType(module.other.__code__, vars(module))]}}
    sys.modules[NAME] = module
    try:
        with attach(Additions(), include=NAME):
            pass
    finally:
        del sys.modules[NAME]
    assert not is_woven(module.called.__code__) and not is_woven(module.other.__code__)
    assert [module.other(1), module.kept[0](1), hidden["deep"]["deeper"][0](1)] == [3, 4, 3]
    assert analysis.seen == [2]


def test_modules_that_the_weaver_itself_uses() -> None:
    import fnmatch

    with attach(Labels(sources="nothing"), include=["fnmatch", "functools", "re", "re.*", "bisect", "contextlib"]):
        assert fnmatch.fnmatch("abc", "a*") and not fnmatch.fnmatch("abc", "b*")
        assert not has_stub(fnmatch.fnmatchcase)
    assert not is_woven(fnmatch.fnmatchcase.__code__)


def test_nothing_is_kept_of_functions_that_are_gone(additions: Additions) -> None:
    code = compile("def function(): pass", f"{NAME}.py", "exec", dont_inherit=True)
    kept: list[Any] = []
    for _ in range(50):
        namespace: dict[str, Any] = {"__name__": NAME}
        exec(WOVEN.load(code, NAME), namespace)
        kept.append(marker_of(namespace["function"].__code__))
        del namespace
    gc.collect()
    assert all(each is kept[0] for each in kept)
    assert len(kept[0]._functions) == 0


def test_first_calls_where_few_frames_are_left(additions: Additions) -> None:
    module = load("def leaf(): return 1 + 1")

    def deep(n: int) -> Any:
        return module.leaf() if n == 0 else deep(n - 1)

    def deepest() -> Any:
        for depth in range(sys.getrecursionlimit(), 0, -1):
            try:
                return deep(depth)
            except RecursionError:
                pass

    assert deepest() == 2
    assert has_stub(module.leaf), "it is woven when there is room"
    assert module.leaf() == 2 and not has_stub(module.leaf)
