"""The extension API: what analyses are told, what they may change, and what happens when they fail."""

from __future__ import annotations

import gc
import inspect
import pickle
import threading
import time
import traceback
from typing import Any

import pytest

import bytescope
from bytescope.analysis import ENOUGH, EVENTS, Analysis, AnalysisError, NothingObserved, Replace, attach
from bytescope.analysis.filters import Filters
from bytescope.code.host import weak_tables
from bytescope.machine import engine


def run(source: str, *analyses: Analysis, **filters: Any) -> dict[str, Any]:
    """Execute a source text with analyses attached; its namespace."""
    vm = bytescope.VM()
    code = compile(source, "program.py", "exec")
    with attach(*analyses, **filters):
        vm.run_code(code)
    return vm.globals


class Recorder(Analysis):
    """Keeps what its subclasses note."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def note(self, *what: Any) -> None:
        self.seen.append(what if len(what) != 1 else what[0])


def test_operands_and_result_come_in_order() -> None:
    class Each(Recorder):
        def before_binary(self, site, op, left, right):
            self.note("before", op, left, right)

        def binary(self, site, op, left, right, result):
            self.note(op, left, right, result)

        def call(self, site, function, args, kwargs, result):
            self.note(function.__name__, args, kwargs, result)

    each = Each()
    run("def f(*a, **k): return 1 - len(a)\nf(1, 2, x=3); f(*(4,), **{'y': 5})\nmax(*range(3), 7, key=abs)", each)
    assert each.seen == [
        ("len", ((1, 2),), {}, 2),
        ("before", "-", 1, 2),
        ("-", 1, 2, -1),
        ("f", (1, 2), {"x": 3}, -1),
        ("len", ((4,),), {}, 1),
        ("before", "-", 1, 1),
        ("-", 1, 1, 0),
        ("f", (4,), {"y": 5}, 0),
        ("range", (3,), {}, range(3)),
        ("max", (0, 1, 2, 7), {"key": abs}, 7),
    ]


def test_operations_on_objects_are_observed_across_the_request() -> None:
    source = """
class C:
    def __init__(self, v): self.v = v
    def __lt__(self, other): return self.v < other.v
r = C(C(C(1))) < C(C(C(2)))
"""

    class Compare(Recorder):
        def before_compare(self, site, op, left, right):
            self.note("before", type(left).__name__)

        def compare(self, site, op, left, right, result):
            self.note("after", type(left).__name__, result)

    compare = Compare()
    assert run(source, compare)["r"] is True
    inner = [("before", "C")] * 3 + [("before", "int"), ("after", "int", True)] + [("after", "C", True)] * 3
    assert compare.seen == inner


def test_a_failing_operation_has_no_after_event() -> None:
    class Division(Recorder):
        def before_binary(self, site, op, left, right):
            self.note("before", left, right)

        def binary(self, site, op, left, right, result):
            self.note("after", result)

    division = Division()
    run("try: 1 / 0\nexcept ZeroDivisionError: pass\n2 / 1", division)
    run("try: [] + ()\nexcept TypeError: pass\n[1] + [2]", division)
    assert division.seen == [("before", 1, 0), ("before", [], ()), ("before", [1], [2]), ("after", [1, 2])]


@pytest.mark.parametrize(
    ("source", "method", "value", "expected"),
    [
        ("a = 3; r = a + 4", "before_binary", 50, 50),
        ("a = 3; r = a + 4", "binary", 51, 51),
        ("a = [3]; r = a + [4]", "binary", 52, 52),
        ("r = len([1])", "before_call", 9, 9),
        ("r = len([1])", "call", 8, 8),
        ("def f(): return 1\nr = f()", "leave", 7, 7),
        ("def g(): yield 1\nr = list(g())", "yield_", 6, [6]),
        ("def g(): x = yield 1; yield x\ng = g(); next(g); r = g.send(2)", "resume", 5, 5),
        ("a = 1\nr = 'yes' if a else 'no'", "branch", False, "no"),
        ("a = [1]\nr = 'yes' if a else 'no'", "truth", False, "no"),
        ("class C:\n def __bool__(s): return True\na = C()\nr = 'yes' if a else 'no'", "branch", False, "no"),
        ("def f():\n x = 1\n return x\nr = f()", "before_store_local", 4, 4),
        ("r = [x for x in (1, 2)]", "next", 0, [0, 0]),
        ("a, b = 1, 2\nr = 1 < 2 < 3", "compare", 0, 0),
        ("d = {}\nd['k'] = 1\nr = d['k']", "before_setitem", 3, 3),
        ("a, b = iter('xy')\nr = a + b", "unpack", ("p", "q"), "pq"),
        ("class C: pass\nc = C(); c.x = 1\nr = c.x", "before_getattr", 11, 11),
    ],
)
def test_replace(source: str, method: str, value: Any, expected: Any) -> None:
    analysis = type("Change", (Analysis,), {method: lambda self, *given: Replace(value)})()
    assert run(source, analysis)["r"] == expected


def test_a_replaced_operation_is_not_performed() -> None:
    class NoCalls(Analysis):
        def before_call(self, site, function, args, kwargs):
            return Replace(None) if function is print else None

    assert run("import builtins\nl = []\nr = print(1)", NoCalls())["r"] is None


def test_several_analyses_see_each_other_s_replacements_in_order() -> None:
    class Add(Recorder):
        def binary(self, site, op, left, right, result):
            self.note(result)
            return Replace(result + 1)

    first, second = Add(), Add()
    assert run("a = 1; r = a + 1", first, second)["r"] == 4
    assert (first.seen, second.seen) == ([2], [3])


def test_enough_makes_a_site_silent() -> None:
    class Once(Recorder):
        def line(self, site):
            self.note(site.line)
            return ENOUGH

    once = Once()
    result = run("r = 0\nfor i in range(5):\n    if i > 2:\n        r += 1\n", once)
    assert set(once.seen) == {1, 2, 3, 4}
    assert len(once.seen) == 5  # a line that is come to at its beginning and at its loop's test is two sites
    assert result["r"] == 2


@pytest.mark.parametrize("engine", ["woven", "interpreter"])
def test_a_rearmed_attachment_tells_again_of_what_was_enough(engine: Any) -> None:
    class Once(Recorder):
        def line(self, site):
            self.note(site.line)
            return ENOUGH

        def branch(self, site, value, condition):
            self.note(condition)
            return ENOUGH

    namespace: dict[str, Any] = {"__name__": "measured"}
    exec("def f(n):\n    if n:\n        return 1\n    return 2\n", namespace)
    f = namespace["f"]
    once, other, outer = Once(), Once(), Once()
    told = [2, True, 3]
    with attach(outer, engine=engine, include=["measured"]), attach(once, engine=engine, include=["measured"]) as inner:
        assert [f(1), f(1)] == [1, 1]
        assert once.seen == told
        inner.rearm()
        assert [f(1), f(1)] == [1, 1]
        assert once.seen == 2 * told
        with attach(other, engine=engine, include=["measured"]):  # woven, or planned, while sites are silent
            f(1)
            inner.rearm()
            f(1)
            assert once.seen == 3 * told
        inner.rearm()
        f(1)
        assert once.seen == 4 * told
    assert outer.seen == other.seen == told
    inner.rearm()  # which is attached no more


def test_enough_of_a_branch_is_enough_of_one_outcome() -> None:
    class Once(Recorder):
        def branch(self, site, value, condition):
            self.note(site.line, condition)
            return ENOUGH

    class Always(Recorder):
        def branch(self, site, value, condition):
            self.note(site.line, condition)

    source = "r = 0\nfor i in range(5):\n    if i == 3:\n        r += 1\n"
    once, always = Once(), Always()
    assert run(source, once, always)["r"] == 1
    assert once.seen == [(2, True), (3, False), (3, True), (2, False)]
    assert len(always.seen) == 11
    again = Once()
    run("for i in range(3):\n    if i == 5: pass\n", again)
    assert again.seen == [(1, True), (2, False), (1, False)]


def test_what_an_analysis_does_is_nobody_s_event() -> None:
    class Shows(Recorder):
        def call(self, site, function, args, kwargs, result):
            self.note(repr(args[0]) if args else "")

        def enter(self, site, arguments):
            self.note(site.function)

    shows = Shows()
    run("class C:\n def __repr__(self): return str(id(self) > 0)\ndef f(c): return 1\nf(C())", shows)
    assert shows.seen[-2:] == ["f", "True"]
    assert "C.__repr__" not in shows.seen


def test_failure_stops_the_run_with_both_tracebacks() -> None:
    class Broken(Analysis):
        def binary(self, site, op, left, right, result):
            return self.nonsense(result)

        def nonsense(self, result):
            raise LookupError(f"no such {result}")

    done: list[int] = []
    code = compile(
        "def f():\n try:\n  return a + 1\n except BaseException:\n  done.append(1)\n"
        " finally:\n  done.append(2)\na = 1\nf()",
        "program.py",
        "exec",
    )
    vm = bytescope.VM()
    vm.globals["done"] = done
    with pytest.raises(AnalysisError) as caught, attach(Broken()):
        vm.run_code(code)
    assert done == []
    error = caught.value
    assert (error.analysis, error.event, error.site.line) == ("Broken", "binary", 3)
    assert isinstance(error.__cause__, LookupError)
    assert [entry.name for entry in traceback.extract_tb(error.__cause__.__traceback__)][-1] == "nonsense"
    assert [entry.name for entry in traceback.extract_tb(error.__traceback__)][-2:] == ["<module>", "f"]
    vm.exec("done.append(3)")
    assert done == [3]


def test_wrong_answer_is_a_failure() -> None:
    class Answers(Analysis):
        def line(self, site):
            return 5

    with pytest.raises(AnalysisError, match="line returned int"):
        run("a = 1", Answers())


def test_nobody_asked_nothing_is_called() -> None:
    class Comparisons(Recorder):
        def compare(self, site, op, left, right, result):
            self.note(op)

    source = "def f(n):\n return n + 1\ndef g(n):\n return n < 1\nf(1); g(1)"
    vm = bytescope.VM()
    with attach(Comparisons()):
        vm.exec(compile(source, "nobody_asked.py", "exec"))
        for program in weak_tables.alive(engine.programs):
            if program.code.co_filename == "nobody_asked.py" and program.plan is not None:
                observed = {program.instructions[index].op for index in program.plan.points}
                assert (program.code.co_name, observed) == ("g", {"COMPARE"})
        instructions = vm.instructions
    plain = bytescope.VM()
    plain.exec(source)
    assert plain.instructions == instructions


def test_instruction_counts_are_those_of_the_plain_run() -> None:
    class Everything(Recorder):
        def line(self, site): ...
        def enter(self, site, arguments): ...
        def loop(self, site): ...

        def instruction(self, site):
            self.note(site.op)

    source = "def f(n):\n t = 0\n while n:\n  n -= 1\n  if n == 2: continue\n  t += n\n  pass\n return t\nf(5)"
    gc.collect()  # what other tests have left is not finalized, and counted, meanwhile
    plain, observed, everything = bytescope.VM(), bytescope.VM(), Everything()
    plain.exec(source)
    count = plain.instructions
    with attach(everything):
        before = observed.instructions
        observed.exec(source)
        assert observed.instructions - before == count == len(everything.seen)


def test_attach_and_detach_while_running() -> None:
    lines: list[int] = []

    class Lines(Analysis):
        def line(self, site):
            lines.append(site.line)

    attachment = attach(Lines())
    vm = bytescope.VM()
    vm.globals["attach"] = attachment
    code = "for i in range(6):\n    if i == 2: attach.__enter__()\n    if i == 4: attach.detach()\n"
    vm.run_code(compile(code, "program.py", "exec"))
    attachment.__exit__(None, None, None)
    assert lines == [3, 1, 2, 3, 1, 2, 3][: len(lines)]
    assert len(lines) >= 6


def test_filters() -> None:
    class Lines(Recorder):
        def line(self, site):
            self.note(site.function, site.line)

        def enter(self, site, arguments):
            self.note(site.function)

    source = "def f():\n x = 1\n return x\ndef g():\n return 2\nf(); g()"

    def seen(**filters: Any) -> list[Any]:
        lines = Lines()
        run(source, lines, **filters)
        return lines.seen

    assert seen(functions="g") == ["g", ("g", 5)]
    assert seen(events="enter") == ["<module>", "f", "g"]
    assert seen(lines=(3, 5), events="line") == [("<module>", 4), ("f", 3), ("g", 5)]
    assert seen(where=lambda site: site.op == "RESUME") == ["<module>", "f", "g"]
    for nothing in ({"files": "other.py"}, {"include": "other"}, {"exclude": "*"}):
        with pytest.warns(NothingObserved, match="no code was observed") as said:
            assert seen(**nothing) == []
        name, value = nothing.popitem()
        assert f"{name}=" in str(said[0].message) and value in str(said[0].message)
    assert seen(files="program.py", events="enter") == ["<module>", "f", "g"]


def test_sites() -> None:
    class Sites(Recorder):
        def binary(self, site, op, left, right, result):
            self.note(site)

    sites = Sites()
    run("for i in range(2):\n    if i:\n        x = i + (\n  1)\n    y = i * 2\n", sites)
    star, plus, again = sites.seen
    assert star is again
    assert (plus.line, plus.end_line, plus.column, plus.function, plus.file) == (3, 4, 12, "<module>", "program.py")
    assert plus.instruction == "BINARY +"
    assert plus.loop == star.loop is not None
    assert len(plus.branches) == len(star.branches) + 1
    assert pickle.loads(pickle.dumps(plus)) is plus


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ({"compares": lambda self, site: None}, ValueError, "did you mean compare"),
        ({"before_jump": lambda self, site: None}, ValueError, "no event"),
        ({"yeld": lambda self, site, value: None}, ValueError, "did you mean yield_"),
        ({"compare": lambda self, site, op: None}, TypeError, r"def compare\(self, site, op, left, right, result\)"),
        ({"line": 3}, TypeError, "must be a method"),
    ],
)
def test_mistakes_are_found_before_anything_runs(body: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        attach(type("Mistaken", (Analysis,), body)())


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ({"include": "[ab"}, ValueError),
        ({"include": [3]}, TypeError),
        ({"events": "compares"}, ValueError),
        ({"lines": (5, 2)}, ValueError),
        ({"where": 3}, TypeError),
        ({"engine": "woven2"}, ValueError),
        ({"modules": "x"}, TypeError),
    ],
)
def test_bad_filters(filters: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        attach(Analysis(), **filters)


def test_class_instead_of_instance() -> None:
    with pytest.raises(TypeError, match="instance"):
        attach(Analysis)  # type: ignore[arg-type]


def test_every_event_has_a_distinct_signature() -> None:
    assert all(event.parameters[:1] in (("site",), ("thread",), ()) for event in EVENTS.values())
    assert len({event.method for event in EVENTS.values()}) == len(EVENTS)


def test_decorator_makes_the_function_a_guest() -> None:
    class Calls(Recorder):
        def enter(self, site, arguments):
            self.note(site.function.rpartition(".")[2], arguments)

    calls = Calls()

    @attach(calls)
    def twice(x: int) -> int:
        return x * 2

    assert twice(4) == 8
    assert calls.seen == [("twice", {"x": 4})]
    assert twice.__wrapped__(4) == 8
    assert len(calls.seen) == 1


def test_exceptions_are_told_of_where_they_come_up_and_where_they_go() -> None:
    class Exceptions(Recorder):
        def raise_(self, site, exception):
            self.note("raise", site.function, site.line)

        def handle(self, site, exception):
            self.note("handle", site.function)

        def unwind(self, site, exception):
            self.note("unwind", site.function, site.line)

    exceptions = Exceptions()
    source = "def f():\n 1/0\ndef g():\n try:\n  f()\n finally:\n  pass\ntry:\n g()\nexcept ArithmeticError:\n pass"
    run(source, exceptions)
    assert exceptions.seen == [
        ("raise", "f", 2),
        ("unwind", "f", 2),
        ("raise", "g", 5),
        ("handle", "g"),
        ("unwind", "g", 7),
        ("raise", "<module>", 9),
        ("handle", "<module>"),
    ]


def test_lifecycle() -> None:
    order: list[str] = []

    class Life(Analysis):
        def begin(self):
            order.append("begin")

        def end(self):
            order.append("end")

    run("a = 1", Life())
    with pytest.raises(ZeroDivisionError):
        run("1/0", Life())
    assert order == ["begin", "end"] * 2


@pytest.mark.process
def test_threads_and_tasks() -> None:
    class Who(Recorder):
        def thread_start(self, thread):
            self.note("start", thread.name)

        def thread_stop(self, thread):
            self.note("stop", thread.name)

        def task_switch(self, site, previous, current):
            self.note(previous and previous.get_name(), current and current.get_name())

    who = Who()
    run("import threading\nt = threading.Thread(target=len, args=('',), name='T')\nt.start(); t.join()", who)
    assert who.seen == [("start", "T"), ("stop", "T")]
    who.seen.clear()
    source = """
import asyncio
async def work(n):
    for _ in range(2):
        await asyncio.sleep(0)
async def main():
    a, b = asyncio.create_task(work(1), name="a"), asyncio.create_task(work(2), name="b")
    await a; await b
loop = asyncio.new_event_loop()
loop.run_until_complete(loop.create_task(main(), name="main"))
loop.close()
"""
    run(source, who)
    assert who.seen == [
        (None, "main"), ("main", "a"), ("a", "b"), ("b", "a"), ("a", "b"), ("b", "a"), ("a", "b"), ("b", "main")
    ]  # fmt: skip


@pytest.mark.process
def test_attach_and_detach_from_another_thread() -> None:
    class Rounds(Recorder):
        def loop(self, site):
            self.note(threading.get_ident())

    rounds = Rounds()
    vm = bytescope.VM()
    vm.globals.update(state=[0, True])
    program = compile("while state[1]:\n    state[0] += 1\n", "program.py", "exec")
    running = threading.Thread(target=vm.run_code, args=(program,))
    running.start()

    def turns(count: int) -> None:
        reached = vm.globals["state"][0] + count
        while vm.globals["state"][0] < reached and running.is_alive():
            time.sleep(0.001)

    try:
        turns(10)
        attachment = attach(rounds)
        with attachment:
            turns(10)
            seen = len(rounds.seen)
            attachment.detach()
            turns(10)  # what was under way when it was detached has been told by now
            told = len(rounds.seen)
            turns(10)
        assert seen >= 9
        assert len(rounds.seen) == told
        assert set(rounds.seen) == {running.ident}
    finally:
        vm.globals["state"][1] = False
        running.join()


@pytest.mark.process
def test_events_of_some_threads_only() -> None:
    class Functions(Recorder):
        def enter(self, site, arguments):
            self.note(arguments["n"])

    source = """
import threading
def f(n): pass
def others():
    f(2)
    told.acquire()
    f(3)
t = threading.Thread(target=others)
t.start()
"""
    vm = bytescope.VM()
    vm.globals["told"] = told = threading.Lock()
    functions = Functions()
    with told:
        vm.exec(source)
        attachment = attach(functions, functions="f", threads=[vm.globals["t"]])
        attachment.__enter__()
        vm.exec("f(1)")
    vm.globals["t"].join()
    attachment.__exit__(None, None, None)
    assert functions.seen == [3] or functions.seen == [2, 3]


def test_after_detaching_everything_is_plain() -> None:
    class Everything(Recorder):
        def line(self, site):
            self.note(site.line)

        def unwind(self, site, exception):
            self.note(exception)

    everything = Everything()
    vm = bytescope.VM()
    with attach(everything):
        vm.exec("def f(n):\n    return 1 // n\nf(1)")
    count = len(everything.seen)
    assert vm.eval("f(1)") == 1
    with pytest.raises(ZeroDivisionError):
        vm.eval("f(0)")
    assert len(everything.seen) == count
    for program in weak_tables.alive(engine.programs):
        assert program.plan is None
        assert not program.stops
        assert "unwind" not in vars(program)


def test_limits_hold_for_observed_programs() -> None:
    class Lines(Recorder):
        def line(self, site):
            self.note(site.line)

    lines = Lines()
    vm = bytescope.VM(max_instructions=200)
    with pytest.raises(bytescope.BudgetExceeded), attach(lines):
        vm.exec("n = 0\nwhile True:\n    n += 1\n")
    assert len(lines.seen) > 50


@pytest.mark.parametrize("function", [bytescope.attach, bytescope.run_path])
def test_signatures_list_the_filters(function: Any) -> None:
    parameters = inspect.signature(function).parameters
    for name, wanted in inspect.signature(Filters).parameters.items():
        given = parameters[name]
        assert given.kind is inspect.Parameter.KEYWORD_ONLY
        assert (given.annotation, given.default) == (wanted.annotation, wanted.default), name
    assert not [each for each in parameters.values() if each.kind is inspect.Parameter.VAR_KEYWORD]


def test_every_filter_of_attach_reaches_the_filters() -> None:
    given: dict[str, Any] = {
        "include": "a", "exclude": "b", "files": "c", "functions": "d", "events": "call", "lines": (1, 2),
        "where": print, "threads": [1],
    }  # fmt: skip
    attachment = bytescope.attach(Recorder(), **given)
    assert vars(attachment.filters) == vars(Filters(**given))


def test_run_path_passes_every_filter_on(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: object() for name in inspect.signature(Filters).parameters}
    passed = {}

    def stop(*analyses, **keywords):
        passed.update(keywords)
        raise KeyError

    monkeypatch.setattr("bytescope.analysis.run.attach", stop)
    with pytest.raises(KeyError):
        bytescope.run_path("program.py", analyses=[Recorder()], **given)
    assert passed == {"engine": "woven", **given}


def test_an_unknown_filter_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'includes'"):
        bytescope.attach(Recorder(), includes=["a"])
