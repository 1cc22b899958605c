"""Methods that are called directly, woven in, or called once by a probe tell the same as methods that are not."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from bytescope import ENOUGH, EVENTS, Analysis, Replace, attach
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.planning.method_purity import pure_methods
from bytescope.analysis.planning.once import told_once
from bytescope.isa.instrumentation import ALWAYS, MAYBE, NEVER
from tests.golden.streams import shown
from tests.support.scale import chosen

PROGRAMS = Path(__file__).parents[2] / "spec" / "events"
STREAMED = chosen(sorted(path.stem for path in PROGRAMS.glob("*.py") if "thread" not in path.stem))
TOLD = [each for each in EVENTS.values() if each.parameters[:1] == ("site",)]


def recorder(quiet: bool) -> Any:
    """An analysis that appends all events to a list; an empty call makes it noisy."""
    methods: dict[str, Any] = {}
    for event in TOLD:
        given = ", ".join(event.parameters)
        namespace: dict[str, Any] = {"noise": lambda: None}
        body = f"self.events.append(({event.name!r}, {given},))" + ("" if quiet else "; noise()")
        exec(f"def {event.method}(self, {given}): {body}", namespace)
        methods[event.method] = namespace[event.method]
    analysis = type("Recorder", (Analysis,), methods)()
    analysis.events = []
    return analysis


def run(source: str, *analyses: Analysis, **filters: Any) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "program"}
    with attach(*analyses, **{"include": ["program"], "engine": "woven", **filters}):
        exec(WOVEN.load(compile(source, "program.py", "exec"), "program"), namespace)
    return namespace


def stream(source: str, quiet: bool) -> list[str]:
    analysis = recorder(quiet)
    try:
        run(source, analysis)
    except Exception as error:
        analysis.events.append(("ended", repr(error)))
    return [f"{name} {', '.join(map(shown, given))}" for name, *given in analysis.events]


@pytest.mark.parametrize("name", STREAMED)
def test_quiet_methods_are_told_the_same(name: str) -> None:
    source = (PROGRAMS / f"{name}.py").read_text(encoding="utf-8")
    noisy, quiet = stream(source, False), stream(source, True)
    if name != "finalizer":  # what is appended lives on
        assert quiet == noisy
    assert len(quiet) > 5


class Various(Analysis):
    def __init__(self) -> None:
        self.count = 0
        self.by_site: dict[Any, int] = {}
        self.last: Any = None
        self.kept: list[Any] = []

    def branch(self, site: Any, value: Any, condition: Any) -> None:
        self.count += 1

    def line(self, site: Any) -> None:
        self.by_site[site] = self.by_site.get(site, 0) + 1

    def compare(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        self.last = left

    def contains(self, site: Any, op: str, item: Any, container: Any, result: Any) -> None:
        if self.last == 3:  # may be the program's own value
            self.count += 1

    def unary(self, site: Any, op: str, value: Any, result: Any) -> None:
        if value:
            self.count += 1

    def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        function.__name__

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> Any:
        return Replace(result)

    def inplace(self, site: Any, op: str, left: Any, right: Any, result: Any) -> Any:
        return Replace(0) if op == "+=" else None

    def getitem(self, site: Any, container: Any, key: Any, result: Any) -> Any:
        return Replace(self.kept[0])

    def leave(self, site: Any, value: Any) -> None:
        self.kept.append(value)

    def negation(self, site: Any, value: Any, result: Any) -> None:
        if 3 in self.kept:  # compares the program's values
            self.count += 1

    def delitem(self, site: Any, container: Any, key: Any) -> None:
        if self.kept:
            self.count += 1

    def raise_(self, site: Any, exception: Any) -> None:
        for _ in range(3):
            self.count += 1

    def enter(self, site: Any, arguments: Any) -> None:
        print(site)

    def instruction(self, site: Any) -> None:
        rest = 3
        while rest:
            rest -= 1
            self.count += 1

    def truth(self, site: Any, value: Any, result: Any) -> None:
        rest = 3
        while rest:
            rest = value  # the program's own, in the second turn


def test_which_methods_are_quiet() -> None:
    analysis = Various()
    methods = {
        event.name: getattr(analysis, event.method)
        for event in EVENTS.values()
        if event.method in vars(Various) and event.name not in ("begin", "end")
    }
    found = {name: each.returns for name, each in pure_methods(methods).items()}
    assert found == {
        "branch": NEVER, "line": NEVER, "compare": NEVER, "binary": ALWAYS, "inplace": MAYBE, "leave": NEVER,
        "getitem": ALWAYS, "instruction": NEVER, "delitem": NEVER,
    }  # fmt: skip


def test_a_noisy_method_makes_all_be_called_with_care() -> None:
    class Both(Analysis):
        def __init__(self) -> None:
            self.compared = 0

        def compare(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
            self.compared += 1

        def leave(self, site: Any, value: Any) -> None:
            assert value == value

    analysis = Both()
    source = "class C:\n    def __eq__(self, other): return 1 < 2\ndef f(): return C()\nf()\n"
    run(source, analysis, functions=["f", "C.__eq__"])
    assert analysis.compared == 0


def test_replacements_that_are_woven_in() -> None:
    class Double(Analysis):
        def const(self, site: Any, result: Any) -> None:
            pass

        def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> Any:
            return Replace(right)

    assert run("a, b = 3, 4\nr = a + b\ns = [a * b, (a - b) + a]", Double())["r"] == 4
    assert run("a, b = 3, 4\ns = [a * b, (a - b) + a]", Double())["s"] == [4, 3]


def test_detaching_in_a_running_frame() -> None:
    class Counting(Analysis):
        count = 0

        def branch(self, site: Any, value: Any, condition: Any) -> None:
            self.count += 1

    analysis = Counting()
    attachment = attach(analysis, include=["program"], engine="woven")
    source = "for i in range(10):\n    if i == 4:\n        stop()\n"
    with attachment:
        exec(WOVEN.load(compile(source, "program.py", "exec"), "program"), {"stop": attachment.detach})
    assert analysis.count == 10  # 5 rounds of the loop, 5 tests


def test_errors_of_methods_that_are_woven_in() -> None:
    from bytescope import AnalysisError

    class Wrong(Analysis):
        def branch(self, site: Any, value: Any, condition: Any) -> None:
            self.missing += 1  # type: ignore[attr-defined]

    source = "try:\n    if ok:\n        pass\nexcept BaseException:\n    caught = True\n"
    namespace: dict[str, Any] = {"ok": True}
    with pytest.raises(AnalysisError, match=r"Wrong failed on branch at program\.py:2") as caught:
        with attach(Wrong(), include=["program"], engine="woven"):
            exec(WOVEN.load(compile(source, "program.py", "exec"), "program"), namespace)
    assert isinstance(caught.value.__cause__, AttributeError)
    assert "caught" not in namespace


def test_told_once() -> None:
    class Lines(Analysis):
        def __init__(self) -> None:
            self.lines: list[int] = []
            self.outcomes: list[tuple[int, bool]] = []

        def line(self, site: Any) -> Any:
            self.lines.append(site.line)
            return ENOUGH

        def branch(self, site: Any, value: Any, condition: Any) -> Any:
            self.outcomes.append((site.line, condition))
            return ENOUGH

        def leave(self, site: Any, value: Any) -> Any:
            return ENOUGH if value else None

    analysis = Lines()
    assert told_once(analysis.line) == frozenset()
    assert told_once(analysis.branch) == {1}
    assert told_once(analysis.leave) is None
    source = (
        "for i in range(5):\n    if i % 2:\n        x = i\n    elif i > 9: break\n    y = i if i else None\n"
        "while i:\n    i -= 1\n    if i == 2 and y: continue\n    z = i or y\n"
    )
    run(source, analysis)
    assert set(analysis.lines) == set(range(1, 10))
    by_interpreter = Lines()
    with attach(by_interpreter, include=["program"], engine="interpreter"):
        import bytescope

        bytescope.VM().run_code(compile(source, "program.py", "exec"), {"__name__": "program"})
    assert sorted(analysis.outcomes) == sorted(by_interpreter.outcomes)
    assert sorted(analysis.lines) == sorted(by_interpreter.lines)


def test_nothing_of_probes_remains() -> None:
    """What is told once is not called again, and functions are given back as they were."""

    class Once(Analysis):
        calls = 0

        def line(self, site: Any) -> Any:
            self.calls += 1
            return ENOUGH

    analysis = Once()
    namespace: dict[str, Any] = {"__name__": "program"}
    code = compile("def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n", "program.py", "exec")
    with attach(analysis, include=["program"], engine="woven"):
        exec(WOVEN.load(code, "program"), namespace)
        namespace["f"](100)
        told = analysis.calls
        namespace["f"](100)
        assert analysis.calls == told == 6
    assert isinstance(namespace["f"], types.FunctionType)
    assert namespace["f"].__code__ in code.co_consts
