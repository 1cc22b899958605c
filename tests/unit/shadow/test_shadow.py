"""The shadow runtime: its interface, its algebras, and what it keeps alive."""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import textwrap
import types
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bytescope import Analysis, AnalysisError, attach, shadow
from bytescope.analyses.labels import Labels
from bytescope.analysis.attach import ENGINES
from bytescope.isa.moves import SLOTS
from bytescope.isa.primitives import PRIMITIVES
from bytescope.shadow import Algebra, Sets, active, reachability
from bytescope.shadow.algebra import UNEXPLORED
from bytescope.shadow.heap import Heap
from bytescope.shadow.propagation import RULES

Run = Callable[..., types.ModuleType]


@pytest.fixture(params=ENGINES)
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a program with analyses attached."""

    def run(program: str, *analyses: Analysis) -> types.ModuleType:
        (tmp_path / "shadowed.py").write_text(textwrap.dedent(program), encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        sys.modules.pop("shadowed", None)
        with attach(*analyses, include=["shadowed"], engine=request.param):
            __import__("shadowed")
        return sys.modules.pop("shadowed")

    return run


def test_every_rule_is_declared_and_declared_rules_are_there() -> None:
    own = {name for name, row in PRIMITIVES.items() if row.shadow in ("load", "store", "build")}
    by_engines = SLOTS | {"setup_annotations"}
    assert own - by_engines <= set(RULES)
    assert set(RULES) <= own | {"binary", "compare", "inplace", "enter_with", "enter_async_with"}
    assert {row.shadow for row in PRIMITIVES.values()} == {
        "reach", "join", "clean", "move", "load", "store", "build", "call"
    }  # fmt: skip


class Lengths(Algebra):
    """Shadows that are no sets: a number that grows by one with every operation."""

    rules = {"binary": lambda op, values, shadows, result: ("binary", op, max(s[2] if s else 0 for s in shadows) + 1)}

    def join(self, left: Any, right: Any) -> Any:
        return max(left, right, key=lambda each: each[2])


LENGTHS = Lengths()


class Depth(Analysis):
    shadows = LENGTHS

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        name = getattr(function, "__name__", "")
        if name == "start":
            shadow.give(("start", "", 0))
        elif name == "show":
            self.seen += shadow.operands()["args"]


def test_shadows_that_are_no_sets_and_rules_of_their_own(run: Run) -> None:
    analysis = Depth()
    run(
        """
        def start(): return 1
        def show(x): pass
        x = start()
        show(x)
        show(x + 1)
        show((x + 1) * (x + 2) * 1)
        show(1 + 2)
        """,
        analysis,
    )
    assert analysis.seen == [("start", "", 0), ("binary", "+", 1), ("binary", "*", 3), None]


def test_sets_are_interned() -> None:
    sets = Sets()
    one, other = sets.of("a"), sets.of("b")
    assert sets.of("a") is one
    assert sets.join(one, other) is sets.of("b", "a")
    assert sets.joined([None, one, None]) is one
    assert sets.joined([]) is None


class Asking(Analysis):
    shadows = Sets()

    def __init__(self) -> None:
        self.found: list[Any] = []

    def compare(self, site: Any, op: Any, left: Any, right: Any, result: Any) -> None:
        if op == "==":
            shadow.give(self.shadows.of(site.line))
        self.found.append(dict(shadow.operands()))

    def enter(self, site: Any, arguments: Any) -> None:
        self.found.append(dict(shadow.operands()))

    def leave(self, site: Any, value: Any) -> None:
        self.found.append(dict(shadow.operands()))

    def build(self, site: Any, kind: Any, items: Any, result: Any) -> None:
        self.found.append(dict(shadow.operands()))


def test_operands_by_name(run: Run) -> None:
    analysis = Asking()
    run(
        """
        def f(p, *, q):
            return [p, q]
        x = 1 == 1
        y = f(x, q=2)
        z = x < 3
        """,
        analysis,
    )
    four = Asking.shadows.of(4)
    assert {"arguments": {"p": four, "q": None}} in analysis.found
    assert {"left": four, "right": None, "result": four} in analysis.found
    assert {"items": (four, None), "result": None} in analysis.found


def test_without_shadows_there_is_nothing_to_ask(run: Run) -> None:
    class Plain(Analysis):
        def compare(self, site: Any, op: Any, left: Any, right: Any, result: Any) -> None:
            shadow.operands()

    with pytest.raises(RuntimeError, match="no analysis is attached that has shadows"):
        shadow.reaching(1)
    with pytest.raises(AnalysisError, match="no analysis is attached that has shadows"):
        run("1 < 2", Plain())


def test_give_where_there_is_no_value(run: Run) -> None:
    class Wrong(Analysis):
        shadows = Sets()

        def setattr(self, site: Any, name: str, object: Any, value: Any) -> None:
            shadow.give(self.shadows.of("x"))

    with pytest.raises(AnalysisError, match="give\\(\\) needs an event with exactly one value"):
        run("import types\nx = types.SimpleNamespace()\nx.y = 1", Wrong())


def test_one_kind_of_shadows_at_a_time(run: Run) -> None:
    with pytest.raises(ValueError, match="must share one shadow algebra"):
        run("pass", Labels(), Depth())
    run("pass", Labels(), Labels())
    with pytest.raises(RuntimeError):
        active.current()


def test_what_is_no_algebra() -> None:
    class Wrong(Analysis):
        shadows = 1

    with pytest.raises(TypeError, match="Algebra, not int"), attach(Wrong()):
        pass


def test_detaching_forgets_everything(run: Run) -> None:
    program = """
        from math import sqrt
        x = sqrt(4.0)
        kept = [x, [x]]
        class C: pass
        o = C()
        o.x = x
        """
    first, second = Labels(sources="math.sqrt"), Labels(sources="nothing", sinks="*")
    module = run(program, first)
    other = run("import shadow_kept\nstr(shadow_kept.kept)\nstr(shadow_kept.o.x)", second) if _keep(module) else None
    assert other is not None
    assert second.result() == []
    reference = weakref.ref(module.o)
    module.__dict__.clear()
    gc.collect()
    assert reference() is None


def _keep(module: types.ModuleType) -> bool:
    sys.modules["shadow_kept"] = module
    return True


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    sys.modules.pop("shadow_kept", None)


def test_the_heap_lets_go_of_what_nobody_refers_to(run: Run) -> None:
    sizes: list[int] = []

    class Watching(Labels):
        def loop(self, site: Any) -> None:
            sizes.append(len(active.current().heap.tables))

    run(
        """
        from math import sqrt
        x = sqrt(4.0)
        for i in range(5000):
            xs = [x, (x, i), {"k": x}]
        """,
        Watching(sources="math.sqrt"),
    )
    assert max(sizes) < 4000


def test_an_address_is_never_taken_for_another_objects() -> None:
    sets = Sets()
    heap = Heap(sets)
    for number in range(3000):
        fresh = [number]
        assert heap.item(fresh, 0) is None
        heap.set_item(fresh, 0, number, sets.of("x"))

    class C:
        pass

    for _ in range(100):
        instance = C()
        assert heap.attribute(instance, "x") is None
        heap.set_attribute(instance, "x", 1, sets.of("x"))
        del instance


@pytest.mark.parametrize("run", ["interpreter"], indirect=True)
def test_attached_while_the_program_runs(run: Run) -> None:
    inner = Labels(sources="math.sqrt", sinks="abs")

    class Outer(Analysis):
        def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
            if function is len:
                self.attachment = attach(inner, include=["shadowed"], engine="interpreter")
                self.attachment.__enter__()
            elif function is id:
                self.attachment.__exit__(None, None, None)

    module = run(
        """
        from math import sqrt
        def f(x):
            y = x
            len("")
            z = sqrt(y)
            abs(z)
            abs(y)
            id(z)
            abs(z)
        f(4.0)
        """,
        Outer(),
    )
    assert module is not None
    assert [(each["line"], each["labels"]) for each in inner.result()] == [(7, ["math.sqrt"])]


def test_results_of_labels(run: Run) -> None:
    analysis = Labels(sources="math.sqrt", returns="shadowed.f", primitives="compare,getitem", lines=True)
    run(
        """
        from math import sqrt
        def f(x):
            return x
        for _ in range(3):
            if f(sqrt(4.0)) > 1:
                [1, 2][int(sqrt(1.0))]
        """,
        analysis,
    )
    found = [(e["kind"], e["name"], e["operand"], e["labels"], e["count"], e["line"]) for e in analysis.result()]
    assert found == [
        ("return", "shadowed.f", "value", ["math.sqrt:6"], 3, 4),
        ("primitive", "compare", "left", ["math.sqrt:6"], 3, 6),
        ("primitive", "getitem", "key", ["math.sqrt:7"], 3, 7),
    ]
    assert json.loads(analysis.json()) == analysis.result()
    assert "math.sqrt:7" in analysis.report()
    assert Labels().report() == "no label reaches anything that was asked for\n"


def test_mistakes_in_options() -> None:
    with pytest.raises(ValueError, match="no primitive matches 'comparisons'"):
        Labels(primitives="comparisons")
    with pytest.raises(TypeError, match="a pattern must be a string"):
        Labels(sources=[1])  # type: ignore[list-item]


def test_the_programs_own_behaviour_is_cpythons(run: Run) -> None:
    program = """
        class Key:
            count = 0
            def __hash__(self):
                Key.count += 1
                return 1
            def __eq__(self, other):
                Key.count += 1
                return True
        from math import sqrt
        x = sqrt(4.0)
        d = {Key(): x}
        d[Key()] = x
        e = {**d}
        s = {Key(), x}
        out = [Key.count, [v for v in d.values()], x in s]
        """
    native: dict[str, Any] = {"__name__": "native"}
    exec(textwrap.dedent(program), native)
    module = run(program, Labels(sources="math.sqrt", sinks="*"))
    assert module.out == native["out"]


def test_calls_of_methods_while_nothing_has_a_shadow(run: Run) -> None:
    module = run(
        """
        class C:
            def m(self, *args, k=0): return (args, k)
        def f(xs):
            out = []
            for x in xs:
                out.append((list(xs), [y for y in xs], max(x, 1)))
                out.append(C().m(x, k=x))
                out.append(C().m(*xs, **{"k": 2}))
            return out
        result = f([1, 2])
        """,
        Labels(sources="input"),
    )
    first = [([1, 2], [1, 2], 1), ((1,), 1), ((1, 2), 2)]
    assert module.result == [*first, ([1, 2], [1, 2], 2), ((2,), 2), ((1, 2), 2)]


def test_an_analysis_says_where_it_wants_events(run: Run) -> None:
    class Choosing(Analysis):
        def __init__(self) -> None:
            self.left: list[str] = []

        def wants(self, event: str, site: Any) -> bool:
            return event != "leave" or site.function == "f"

        def leave(self, site: Any, value: Any) -> None:
            self.left.append(site.function)

    analysis = Choosing()
    run("def f(): pass\ndef g(): f()\ng()", analysis)
    assert analysis.left == ["f"]


class Chosen(Labels):
    """Observes calls of `source` and `sink` only."""

    def __init__(self) -> None:
        super().__init__(sources="shadowed.source", sinks="shadowed.sink")
        self.told: list[str] = []

    def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        self.told.append(function.__name__)
        super().call(site, function, args, kwargs, result)


def test_calls_of_callables_that_nobody_chose_are_no_events_and_propagate_shadows(run: Run) -> None:
    analysis = Chosen()
    run(
        """
        def source(v):
            if v is None:
                raise ValueError
            return v
        def sink(*values, **more): pass
        def same(v): return v
        def back(*values, **more): return values[0] if values else more["v"]
        class C:
            def __init__(self, v=None): pass
            def m(self, v): return v
        def each(v): yield v
        def use(function, v):
            try:
                return function(v)
            except ValueError:
                return v
        for function in (same, source, same, C().m, C, source, str, same):
            for v in (1, None, 2):
                use(function, v)
        x = source(3)
        sink(same(x)); sink(v=back(v=x)); sink(*[back(*[x])], **{"v": C().m(x)}); sink(list(each(x))[0])
        for function in (same, sink, back, sink):
            sink(use(function, x))
        """,
        analysis,
    )
    assert set(analysis.told) == {"source", "sink"}
    assert analysis.told.count("source") == 5  # a call that raises is none
    assert sum(each["count"] for each in analysis.result()) == 9


def test_an_analysis_that_fails_to_choose_stops_the_run(run: Run) -> None:
    class Failing(Chosen):
        def wants_call(self, function: object) -> bool:
            raise LookupError("no such callable")

    with pytest.raises(AnalysisError, match="Failing failed on call: LookupError: no such callable"):
        run("def same(v): return v\ntry:\n    same(1)\nexcept Exception:\n    pass", Failing())


def test_what_holds_too_much_names_no_label_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "LIMIT", 50)
    sets = Sets()
    heap = Heap(sets)
    heap.set_item(elsewhere := [1], 0, 1, sets.of("another's"))
    near: list[Any] = [object() for _ in range(10)]
    heap.set_item(near, 0, near[0], sets.of("near"))
    large = [near, [[each] for each in range(100)]]
    assert reachability.reaching(heap, near) == {"near"} and heap.unexplored == 0
    assert reachability.reaching(heap, large) == {"near", UNEXPLORED}
    assert heap.unexplored == 1 and elsewhere


def test_an_analysis_reads_shadows_after_it_has_called_the_program(run: Run) -> None:
    class Calling(Analysis):
        shadows = Sets()

        def __init__(self) -> None:
            self.seen: list[Any] = []

        def getattr(self, site: Any, name: str, object: Any, result: Any) -> None:
            if name == "asked":
                for count in range(3):
                    with contextlib.suppress(ValueError):
                        object.method(count)
                shadow.give(self.shadows.of("found"))
                self.seen.append(shadow.operands()["object"])

        def before_call(self, site: Any, function: Any, args: Any, kwargs: Any) -> None:
            if function is print:
                self.seen.append(shadow.operands()["args"][0])

    analysis = Calling()
    run(
        """
        class C:
            asked = "text"
            other = 3
            def method(self, count):
                values = [each.other for each in (self, self)]
                if count == 1:
                    raise ValueError(values, self.other)
                return len(values) + self.other
        for c in (C(), C()):
            print(c.asked, end="")
        """,
        analysis,
    )
    assert analysis.seen == [None, {"found"}, None, {"found"}]
    with pytest.raises(RuntimeError, match="no analysis is attached"):
        shadow.operands()
