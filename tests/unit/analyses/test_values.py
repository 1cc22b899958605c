"""Values are shown without running the program's code, whatever they are; any text can be written."""

from __future__ import annotations

import datetime
import decimal
import json
import os
import sys
from collections import OrderedDict, deque
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.analyses.registry import make
from bytescope.analyses.values import SafeRepr, callable_name, register
from tests.support.processes import run_python

ENGINES: Any = pytest.mark.parametrize("engine", ["woven", "interpreter"])


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, 2.5, 1j, ..., "text", b"bytes", bytearray(b"x"), range(3)),
        *([], [1, "a"], (), (1,), (1, 2), {}, {"a": [1]}, set(), {1}, frozenset(), frozenset({1}), deque([1]), deque()),
        *(len, str.upper, datetime.date(2020, 1, 2), decimal.Decimal("1.5"), Path("a")),
        *(datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC), KeyError("x", 1)),
    ],
    ids=repr,
)
def test_values_of_built_in_types_are_shown_as_by_repr(value: object) -> None:
    assert SafeRepr(200)(value) == repr(value)


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __repr__(self) -> str:
        raise AssertionError("the program's code was run")

    __str__ = __hash__ = __eq__ = __len__ = __iter__ = __repr__  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError("the program's code was run")


class Colour(Enum):
    RED = 1


class Own(dict[Any, Any]):
    __repr__ = __iter__ = items = Point.__repr__  # type: ignore[assignment]


class Zone(datetime.tzinfo):
    __repr__ = Point.__repr__


class Failure(Exception):
    pass


def test_other_objects_are_shown_by_type_and_identity() -> None:
    show = SafeRepr(200)
    point = Point(1)
    text = f"<{__name__}.Point object at {id(point):#x}>"
    assert show(point) == text
    assert show([point, {1: (point,)}]) == f"[{text}, {{1: ({text},)}}]"
    for value in (Colour.RED, Own(a=1), OrderedDict(a=1), datetime.datetime(2020, 1, 2, tzinfo=Zone())):
        assert f"{type(value).__qualname__} object at 0x" in show(value)
    assert show(Failure(point)) == f"Failure({text})"
    assert show(Point) == "<class 'Point'>"
    assert show(sys) == "<module 'sys'>"
    assert SafeRepr(200, own=True)(Colour.RED) == "<Colour.RED: 1>"
    assert callable_name(point) == "Point"
    assert callable_name(Point) == "Point"


def test_registered_types_are_shown() -> None:
    class Pair:
        def __init__(self, *given: int) -> None:
            self.given = given

    register(Pair, lambda pair: f"Pair{pair.given}")
    assert SafeRepr()([Pair(1, 2)]) == "[Pair(1, 2)]"


def test_text_of_objects_own_is_bounded_and_safe() -> None:
    class Bad:
        def __repr__(self) -> str:
            raise RecursionError

    class Kind(type):
        __name__ = property(lambda cls: 1 // 0)  # type: ignore[assignment]

        def __repr__(cls) -> str:
            raise ValueError

    class Hidden(metaclass=Kind):
        pass

    class Leaves:
        def __repr__(self) -> str:
            raise SystemExit(3)

    class Stops:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    show = SafeRepr(30, own=True)
    assert SafeRepr(200, own=True)([Leaves()]) == "<list, repr raised SystemExit>"
    assert SafeRepr(200, own=True)(Leaves()).endswith("Leaves, repr raised SystemExit>")
    assert "Hidden object at" in SafeRepr(200)(Hidden())
    assert "Kind instance at" in SafeRepr(200, own=True)(Hidden)
    with pytest.raises(KeyboardInterrupt):
        show(Stops())
    assert "Bad instance at" in SafeRepr(200, own=True)(Bad())
    assert all(len(show(value)) <= 30 for value in (Bad(), "x" * 99, [[[[["deep"] * 9] * 9] * 9]] * 9, 10**500))


EFFECTS = """
class Counted:
    count = 0
    def __repr__(self):
        Counted.count += 1
        return "counted"
    __str__ = __hash__ = __repr__
    def __eq__(self, other):
        return self.value == other
    def __getattr__(self, name):
        if name == "value":
            return 1
        Counted.count += 1
        raise AttributeError(name)
    def __call__(self, other):
        return other == 1
def f(x, d):
    y = [x, x(x), x == 1, d.get("x", x)]
    return y, x
f(Counted(), {})
left = Counted.count
"""


@ENGINES
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("trace", {"level": "instruction"}),
        ("comparisons", {}),
        ("history", {"target": "y"}),
        ("calls", {}),
        ("labels", {"sources": "f", "sinks": "*"}),
    ],
)
def test_analyses_run_no_code_of_the_program(tmp_path: Path, name: str, options: Any, engine: Any) -> None:
    path = tmp_path / "program.py"
    path.write_text(EFFECTS, encoding="utf-8")
    analysis = make(name, options)
    found = bytescope.run_path(path, analyses=[analysis], files="program.py", engine=engine)
    assert found["left"] == 0
    assert "counted" not in analysis.json()  # type: ignore[attr-defined]


LOCKED = """
import threading
class Pool:
    def __init__(self):
        self.lock = threading.Lock()
    def __repr__(self):
        with self.lock:
            return "Pool()"
    def add(self, x):
        with self.lock:
            return self.grow(x)
    def grow(self, x):
        return x
print(Pool().add(1))
"""


@pytest.mark.process
def test_a_repr_that_takes_the_lock_in_force_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(LOCKED, encoding="utf-8")
    done = run_python("-m", "bytescope", "trace", "program.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert "-> add(self=<__main__.Pool object at 0x" in done.stderr


@pytest.mark.process
def test_objects_are_shown_by_their_own_repr_if_that_is_asked_for(tmp_path: Path) -> None:
    source = "class C:\n    def __repr__(self): return 'own'\ndef f(x): pass\nf(C())\n"
    (tmp_path / "program.py").write_text(source, encoding="utf-8")
    done = run_python("-m", "bytescope", "trace", "--repr", "program.py", cwd=tmp_path)
    assert "-> f(x=own)" in done.stderr


ODD = "class C:\n    def __repr__(self): return '\\ud800'\ndef f(x): return x == '\\udcff'\nf(C())\n"


@pytest.mark.process
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
@pytest.mark.parametrize(
    "words",
    [
        ["trace", "--repr"],
        ["comparisons", "--repr"],
        ["calls"],
        ["coverage", "--branch", "--condition"],
        ["history", "--target", "x"],
        ["profile"],
        ["labels", "--sources", "f"],
    ],
)
def test_any_text_and_file_name_can_be_written(tmp_path: Path, words: list[str]) -> None:
    with open(os.path.join(os.fsencode(tmp_path), b"odd\xff.py"), "w", encoding="utf-8") as file:
        file.write(ODD)
    name = os.fsdecode(b"odd\xff.py")
    forms = [
        each for each in make(words[0], {"target": "x"} if words[0] == "history" else {}).formats if each != "data"
    ]  # type: ignore[attr-defined]
    outputs = [word for form in forms for word in ("--output", f"{form}:out.{form}")]
    done = run_python("-m", "bytescope", *words, *outputs, name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for form in forms:
        text = (tmp_path / f"out.{form}").read_text(encoding="utf-8")
        assert text
        if form in ("json", "chrome", "speedscope"):
            json.loads(text)
