"""`calls` tells functions apart by their code, `trace` nests as executed, `history` follows places and not names."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.analyses.registry import make

pytestmark = pytest.mark.parametrize("engine", ["woven", "interpreter"])


def analysed(folder: Path, source: str, engine: Any, name: str, **options: str) -> Any:
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    analysis = make(name, options)
    bytescope.run_path(path, analyses=[analysis], files=["program.py", "<string>"], engine=engine)
    return analysis


# --- calls

CALLED = """
class C:
    @property
    def x(self): return 1
    @x.setter
    def x(self, value): pass
one, other = lambda: c, lambda: C
c = C()
c.x = c.x
one(), one(), other()
eval("one()")
exec("y = 1\\nz = 2")
"""


def test_functions_of_one_name_have_a_node_each(tmp_path: Path, engine: Any) -> None:
    found = {
        each["function"]: each["calls"] for each in analysed(tmp_path, CALLED, engine, "calls").result()["functions"]
    }
    assert found.pop("__main__:<lambda> (program.py:7:21)") == 3
    assert found.pop("__main__:<lambda> (program.py:7:32)") == 1
    assert found == {
        "__main__:<module> (program.py:1)": 1,
        "__main__:<module> (<string>:1:0)": 1,
        "__main__:<module> (<string>:1:4)": 1,
        "__main__:C": 1,
        "__main__:C.x (program.py:3)": 1,
        "__main__:C.x (program.py:5)": 1,
    }


RECURSIVE = """
def a(n):
    return a(n - 1) + b(n - 1) if n else 1
def b(n):
    return b(n - 1) + a(n - 1) if n else 1
def numbers():
    yield 1
    yield 2
def begun():
    made = numbers()
    next(made)
    return made
print(a(9))
list(begun())
suspended = numbers()
next(suspended)
"""


def test_sums_are_those_of_the_paths_without_keeping_them(tmp_path: Path, engine: Any) -> None:
    gc.disable()  # or the generator that stays suspended may be closed while one of the two is attached
    try:
        calls, paths = (analysed(tmp_path, RECURSIVE, engine, "calls", paths=how) for how in ("no", "yes"))
    finally:
        gc.enable()
    result = calls.result()
    assert result == paths.result() == calls.result()
    functions = {each["function"].partition(":")[2]: each for each in result["functions"]}
    assert result["instructions"] == sum(each["own"] for each in functions.values())
    assert functions["<module>"]["inclusive"] in range(result["instructions"] - 5, result["instructions"])
    assert functions["a"]["inclusive"] + functions["b"]["inclusive"] > result["instructions"]
    assert functions["numbers"]["calls"] == 2
    assert len(result["edges"]) == 9
    assert not list(calls.stacks())
    stacks = list(paths.stacks())
    assert len(stacks) > 500
    assert sum(count for _, count in stacks) == result["instructions"]
    with pytest.raises(ValueError, match="paths=True"):
        calls.folded()


def test_an_output_of_paths_keeps_them(tmp_path: Path, engine: Any) -> None:
    calls = make("calls")
    calls.check_output(tmp_path / "out", "folded")  # type: ignore[attr-defined]
    assert calls.paths  # type: ignore[attr-defined]


# --- trace

RESUMED = """
def g():
    try:
        yield 1
    except KeyError:
        yield 2
def outer():
    yield from g()
def helper(): pass
def main(make):
    it = make()
    next(it)
    helper()
    it.throw(KeyError)
    helper()
    it.close()
    helper()
main(g)
main(outer)
"""


def test_traces_are_nested_through_throw_close_and_delegation(tmp_path: Path, engine: Any) -> None:
    trace = analysed(tmp_path, RESUMED, engine, "trace")
    stack: list[str] = []
    spans = []
    for event in json.loads(trace.chrome())["traceEvents"]:
        if event["ph"] == "B":
            stack.append(event["name"])
            spans.append(">".join(stack[1:]))
        elif event["ph"] == "E":
            assert stack.pop() == event["name"]
    assert not stack
    g, helper = ["main>g"], ["main>helper"]
    inner = ["main>outer", "main>outer>g"]
    closed = ["main>g", "main>outer"]  # `close` goes to the innermost one first, which is then in nobody's `yield from`
    assert spans == ["", "main", *(g + helper) * 3, "main", *(inner + helper) * 2, *closed, *helper]
    lines = [line for line in trace.report().splitlines() if "helper" in line and "->" in line]
    assert len({line.index("->") for line in lines}) == 1
    assert "-> g goes on with GeneratorExit()" in trace.report()


# --- history

WRITTEN = """
x = 1
def f():
    global x
    x = 20
f()
y = x
def outer(start):
    n = start
    def inner():
        nonlocal n
        n = 300
    def read():
        y = n
        return y
    inner()
    y = n
    return read
read = outer(1)
outer(2)
y = list(map(lambda _: read(), [1]))
class C: pass
def reader(a, b):
    y = a.v
    y = b.v
    y = x
a, b = C(), C()
a.v = 4000
b.v = 5000
reader(a, b)
x = 1
globals()["x"] = 6000
y = x
"""


def test_values_come_from_where_the_place_was_written(tmp_path: Path, engine: Any) -> None:
    values = analysed(tmp_path, WRITTEN, engine, "history", target="y").result()["values"]
    origins = [
        (entry["line"], origin["what"], origin["value"], int(origin.get("written", ":0").rpartition(":")[2]))
        for entry in values
        for origin in entry["origins"]
        if origin["what"] in ("x", "n", ".v")
    ]
    assert origins == [
        (7, "x", "20", 5),
        (17, "n", "300", 12),
        (17, "n", "300", 12),
        (14, "n", "300", 12),
        (24, ".v", "4000", 28),
        (25, ".v", "5000", 29),
        (26, "x", "20", 5),
        (33, "x", "6000", 0),
    ]


def test_a_variable_is_followed_wherever_it_is_written(tmp_path: Path, engine: Any) -> None:
    of_module = analysed(tmp_path, WRITTEN, engine, "history", target="<module>:x").result()["values"]
    assert [(entry["function"], entry["value"]) for entry in of_module] == [
        ("<module>", "1"),
        ("f", "20"),
        ("<module>", "1"),
    ]
    of_outer = analysed(tmp_path, WRITTEN, engine, "history", target="outer:n").result()["values"]
    assert [(entry["function"], entry["value"]) for entry in of_outer] == [
        ("outer", "1"), ("outer.<locals>.inner", "300"), ("outer", "2"), ("outer.<locals>.inner", "300"),
    ]  # fmt: skip
