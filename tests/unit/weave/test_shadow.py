"""What only woven code has: shadows on the operand stack, and the direct way from frame to frame."""

from __future__ import annotations

import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bytescope import Analysis, attach
from bytescope.analyses.labels import Labels
from bytescope.analysis.attach import ENGINES
from bytescope.shadow import Sets, give, operands
from bytescope.shadow.assumptions import Assumptions, loads_quietly, stores_quietly
from bytescope.shadow.heap import Heap
from bytescope.shadow.helpers import Helpers
from bytescope.shadow.models.before_call import SLOW, PreCallModels

Run = Callable[..., types.ModuleType]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a woven program with analyses attached."""

    def run(program: str, *analyses: Analysis) -> types.ModuleType:
        (tmp_path / "shadowed.py").write_text(textwrap.dedent(program), encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        sys.modules.pop("shadowed", None)
        with attach(*analyses, include=["shadowed"], engine="woven"):
            __import__("shadowed")
        return sys.modules.pop("shadowed")

    return run


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.process
def test_what_threads_lay_down_is_not_mixed_up(run: Run, often: None) -> None:
    analysis = Labels(sources="math.sqrt", sinks="math.floor", returns="shadowed.clean,shadowed.labelled")
    run(
        """
        import threading
        from math import sqrt
        def same(x): return x
        class Box:
            def __init__(self, x): self.x = x
            def get(self): return same(self.x)
        def values(x):
            for _ in range(3): yield x
        def work(x):
            for _ in range(300):
                y = same(Box(same(x)).get())
                for z in values(y): pass
            return z
        def clean(): return work(2.0)
        def labelled(): return work(sqrt(4.0))
        threads = [threading.Thread(target=each) for each in (clean, labelled) * 2]
        for each in threads: each.start()
        for each in threads: each.join()
        """,
        analysis,
    )
    assert {each["name"] for each in analysis.result()} == {"shadowed.labelled"}


def test_calls_with_keywords_that_are_told_before_there_is_a_shadow(run: Run) -> None:
    module = run(
        """
        from math import sqrt
        def f(words):
            return sorted(words, key=len, reverse=True), [max(words, key=lambda each: each[1])]
        found = [f(["a1", "bcd", "e"[:1] * 4]) for _ in range(2)]
        x = sqrt(4.0)
        found.append(f(["a1", "bcd", "eeee"]))
        """,
        Labels(sources="sorted,max,math.sqrt"),
    )
    assert module.found == [(["eeee", "bcd", "a1"], ["eeee"])] * 3


def test_locals_do_not_show_slots(run: Run) -> None:
    module = run(
        """
        import sys
        from math import sqrt
        def f(x, y):
            z = x + y
            return sorted(locals()), sorted(sys._getframe().f_locals)
        x = sqrt(4.0)
        seen = [f(x, 1) for _ in range(3)]
        """,
        Labels(sources="math.sqrt"),
    )
    assert module.seen == [(["x", "y", "z"], ["x", "y", "z"])] * 3
    assert list(inspect.signature(module.f).parameters) == ["x", "y"]


def test_tracers_are_told_of_the_first_line(run: Run) -> None:
    module = run(
        """
        import sys
        from math import sqrt
        def f(x):
            return x
        def tracer(frame, event, arg):
            if frame.f_code.co_name == "f":
                lines.append(frame.f_lineno)
        x = sqrt(4.0)
        lines = []
        for _ in range(3):
            sys.settrace(tracer)
            f(x)
            sys.settrace(None)
        """,
        Labels(sources="math.sqrt"),
    )
    assert module.lines == [4] * 3


def test_what_a_constructor_returns(run: Run) -> None:
    module = run(
        """
        from abc import ABC, abstractmethod
        from math import sqrt
        class Wrong:
            def __init__(self, x): return x
        class Abstract(ABC):
            def __init__(self, x): self.x = x
            @abstractmethod
            def method(self): pass
        class Right:
            def __init__(self, x): self.x = x
        x = sqrt(4.0)
        found = []
        for _ in range(3):
            for cls in (Wrong, Abstract, Right):
                try:
                    found.append(type(cls(x)).__name__)
                except TypeError as error:
                    found.append(str(error).split(" ")[0])
        """,
        Labels(sources="math.sqrt"),
    )
    assert module.found == ["__init__()", "Can't", "Right"] * 3


def test_an_analysis_chooses_callables(run: Run) -> None:
    class Choosing(Labels):
        def __init__(self) -> None:
            super().__init__(sources="math.sqrt")
            self.calls_of = None
            self.asked: list[Any] = []
            self.told: list[Any] = []

        def wants_call(self, function: object) -> bool:
            self.asked.append(function)
            return getattr(function, "__name__", "") in ("sqrt", "wanted")

        def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
            self.told.append(getattr(function, "__name__", ""))
            super().call(site, function, args, kwargs, result)

    analysis = Choosing()
    module = run(
        """
        from math import sqrt
        def wanted(x): return x
        def other(x): return x
        def make():
            def nested(x): return x
            return nested
        first, second = make(), make()
        second.__name__ = "wanted"
        def apply(f, x):
            return f(x)
        x = sqrt(4.0)
        for _ in range(5):
            for f in (wanted, other, first, second):
                apply(f, x)
        """,
        analysis,
    )
    assert analysis.told.count("wanted") == 10
    assert {"other", "nested"}.isdisjoint(analysis.told)
    assert analysis.asked.count(module.other) == 1


class _Bare:
    pass


class _Slots:
    __slots__ = ("x",)


class _Property:
    @property
    def x(self) -> int:
        return 1

    def y(self) -> None:
        pass


class _Getting:
    def __getattr__(self, name: str) -> int:
        return 1


class _Setting:
    def __setattr__(self, name: str, value: Any) -> None:
        pass


@pytest.mark.parametrize(("kind", "name", "loads", "stores"), [
    (_Bare, "x", True, True), (_Slots, "x", True, True), (_Property, "x", False, False), (_Property, "y", True, True),
    (_Getting, "x", False, True), (_Setting, "x", True, False), (type, "x", False, False), (list, "append", True, True),
    (types.ModuleType, "x", False, False), (str, "join", True, True),
])  # fmt: skip
def test_what_runs_no_code_of_the_programs(kind: type, name: str, loads: bool, stores: bool) -> None:
    assert loads_quietly(kind, name) == loads
    assert stores_quietly(kind, name) == stores


NON_STRING_KEY = """
    from math import sqrt

    asked = []
    kept = [sqrt(4.0)]

    class Key:
        def __init__(self, name):
            self.name = name

        def __hash__(self):
            return hash(self.name)

        def __eq__(self, other):
            asked.append(self.name)
            return False

    Odd = type("Odd", (), {Key("x"): 0, Key("__getattribute__"): 0, "one": 1})
    del asked[:]

    def use(odd, value):
        odd.x = value
        return odd.x, odd.one, odd == odd, isinstance(odd, int)

    for _ in range(10):
        use(Odd(), kept[0])
    """


@pytest.mark.filterwarnings("ignore:non-string key in the __dict__:RuntimeWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_no_look_up_compares_a_key_of_a_class_that_is_no_string(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = textwrap.dedent(NON_STRING_KEY)
    (tmp_path / "odd_class.py").write_text(program, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "odd_class", raising=False)
    with attach(Labels(sources="math.sqrt"), include=["odd_class"], engine=engine):
        __import__("odd_class")
    # how often CPython itself compares the other key depends on its cache of attributes
    assert "__getattribute__" not in sys.modules.pop("odd_class").asked


def test_what_is_known_ends_with_the_first_shadow() -> None:
    assumptions = Assumptions()
    loads, indexed, silent = assumptions.load("x"), assumptions.indexed_load("x"), assumptions.pure_load("x")
    assumptions.loaded(_Bare(), "x")
    assert loads == indexed == silent == {_Bare}
    assumptions.attribute_has_shadow(_Bare(), "x")
    assert (loads, indexed, silent) == (set(), {_Bare}, {_Bare})
    assumptions.contents_labelled(_Bare())
    assert (loads, indexed, silent) == (set(), set(), {_Bare})
    assumptions.class_changed()
    assert silent == set()
    name = assumptions.name("x")
    assumptions.item_has_shadow({}, "y")
    assert not name
    assumptions.item_has_shadow({}, "x")
    assert name


def test_flags_do_not_grow() -> None:
    assumptions = Assumptions()
    for _ in range(3):
        assumptions.attribute_has_shadow(Assumptions, "kept")
        assumptions.attribute_has_shadow(assumptions, "own")
        assumptions.contents_labelled(Assumptions)
        assumptions.class_changed()
    attributes = assumptions.attribute("own"), assumptions.attribute("kept")
    flags = assumptions.inherited("kept"), *attributes, assumptions.invalidated
    assert flags == ([True],) * 4


def test_types_of_which_isinstance_runs_no_code_are_remembered() -> None:
    class Posing:
        __class__ = property(lambda self: int)  # type: ignore[assignment]

    heap = Heap(Sets())
    known = PreCallModels(Helpers(heap))
    assert known.isinstance(None, ("x", int), (None, None), None) is None
    assert known.isinstance(None, (Posing(), int), (None, None), None) is SLOW
    assert heap.assumptions.pure_load("__class__") == {str}


def test_code_objects_of_functions_can_be_hashed(run: Run) -> None:
    module = run(
        """
        import json
        codes = set()
        def kept(function):
            codes.add(function.__code__)
            return function
        @kept
        def plain(owner, *args, key=1, **kwargs):
            def inner(): return owner
            with open(__file__) as file:
                file.read()
            table = {key: owner}
            for each in args:
                owner.item, table[each] = each, owner.other
                json.dumps([key < each for each in table], indent=key)
            return inner, lambda: (yield key)
        @kept
        def generator(items):
            try:
                for item in items:
                    yield f"{item!r}"
            finally:
                yield from items
        @kept
        async def coroutine(items):
            async for item in items:
                await item
        for function in (plain, generator, coroutine):
            assert function.__code__ in codes
            assert hash(function.__code__) == hash(function.__code__)
        """,
        Labels(sources="input", sinks="print"),
    )
    assert len(module.codes) == 3


def test_frames_without_shadows_ask_about_calls_by_name_only(run: Run) -> None:
    class Named(Analysis):
        shadows = Sets()
        where_shadows = frozenset({"before_call", "leave"})

        def __init__(self) -> None:
            self.calls_named = {"source", "__new__"}
            self.asked: list[Any] = []
            self.told: list[Any] = []

        def wants_call(self, function: object) -> bool:
            self.asked.append(getattr(function, "__name__", "?"))
            return self.asked[-1] in ("source", "sink")

        def before_call(self, site: Any, function: Any, args: Any, kwargs: Any) -> None:
            if function.__name__ == "sink":
                self.told.append(("sink", operands()["args"][0] is not None))

        def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
            if function.__name__ == "source":
                self.told.append("source")
                give(self.shadows.of("label"))

        def leave(self, site: Any, value: Any) -> None:
            self.told.append("leave")

    analysis = Named()
    module = run(
        """
        import functools, types
        def source(*args, **kwargs): return "text"
        def sink(x): pass
        class C:
            def __init__(self, *args, k=None): self.keep = source
            def source(self): return self
            def m(self): return self.keep
            def named(self, *args, k): return k
        class Odd:
            def __getattr__(self, name): raise AttributeError("odd " + name)
            def __call__(self, *args): return 1
        class Meta(type): pass
        class Made(metaclass=Meta): pass
        def clean():
            c = C(1, k=2)
            found = [len(str(each)) for each in range(3)] + [c.m() is source, max(*[1], 2), type(Made()) is Made]
            sink(found)
            c.named(1, k=2), str(object=b"a", encoding="ascii"), sorted([2, 1], key=str), c.named(k=max(1, 2, key=str))
            c.m(**{}), {}.get("x"), "x".join(["a"]).upper(), (lambda: 3)(), types.MethodType(Odd(), 1)(), Odd()(1)
            return functools.partial(str, 1)()
        for _ in range(4):
            clean()
        """,
        analysis,
    )
    assert analysis.told == [] and {"sink", "clean", "m", "C", "join", "max"}.isdisjoint(analysis.asked)
    analysis = Named()
    module = run(
        """
        def source(*args, **kwargs): return "text"
        def sink(x): pass
        class C:
            def __init__(self): self.keep = source
            def source(self): return "text"
        def several():
            sink(source()); sink(C().source()); sink(C().keep()); sink(source(*[1])); sink(source(k=source(k=1)))
            method = C().source
            sink(method()); sink("clean")
        several()
        """,
        analysis,
    )
    pair = ["source", ("sink", True)]
    assert [each for each in analysis.told if each != "leave"] == [*pair * 4, "source", *pair * 2, ("sink", False)]
    assert module is not None


def test_frames_without_shadows_ask_whose_an_attribute_is(run: Run) -> None:
    class Asking(Analysis):
        shadows = Sets()

        def __init__(self) -> None:
            self.asked: list[str] = []
            self.told: list[Any] = []

        def wants_attribute(self, name: str, object: object) -> bool:
            self.asked.append(name)
            return name == "wanted" and type(object).__name__ == "Right"

        def getattr(self, site: Any, name: str, object: Any, result: Any) -> None:
            if name == "wanted":
                self.told.append((type(object).__name__, result))

    analysis = Asking()
    run(
        """
        class Right:
            wanted, other = 1, 2
            def method(self): return self.other
        class Wrong(Right): pass
        def loads(it):
            return it.method() + it.other + it.wanted
        loads(Wrong()); loads(Wrong())
        loads(Right())
        """,
        analysis,
    )
    assert analysis.told == [("Right", 1)]
    assert analysis.asked.count("wanted") == 3 and analysis.asked.count("method") == 3


def test_a_frame_stays_where_only_a_callee_had_a_shadow(run: Run) -> None:
    module = run(
        """
        from math import sqrt
        def leaf():
            x = sqrt(4.0)
        class C:
            def m(self, *args, **kwargs): return args
        def several(c):
            leaf()
            return c.m(1 + 1), c.m(2, k=3), c.m([*range(2)])
        found = several(C())
        """,
        Labels(sources="math.sqrt"),
    )
    assert module.found == ((2,), (2,), ([0, 1],))
