"""Evaluations of decisions are complete, whatever their conditions look like."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.analyses.registry import make

ENGINES: Any = pytest.mark.parametrize("engine", ["woven", "interpreter"])

FORMS = {
    "(a if b else not a) and b": (["b", "a", "a", "b"], 4),
    "a == 1 if b else a == 2": (["b", "a == 1", "a == 2"], 3),
    "not (b if a else c)": (["a", "b", "c"], 4),
    "a and True and b": (["a", "b"], 3),
    "(a or -1) and b": (["a", "b"], 4),
    "(a and 1 + 1) or b": (["a", "b"], 3),
    "a and (not __debug__ or b)": (["a", "b"], 3),
    "(x := a) and (y := b)": (["(x := a)", "(y := b)"], 3),
    "(x := a) is None or b": (["(x := a) is None", "b"], 2),
    "0 <= a < b and c": (["0 <= a", "a < b", "c"], 3),
    "not (a < b < c) or a": (["a < b", "b < c", "a"], 2),
    "bool(a and b) or (a or b)": (["bool(a and b)", "a", "b"], 4),
    "[q for q in (a, b) if q] and c": (["[q for q in (a, b) if q]", "c"], 3),
}


def decisions(folder: Path, source: str, engine: Any) -> list[Any]:
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    coverage = make("coverage", {"condition": "yes"})
    bytescope.run_path(path, analyses=[coverage], files="program.py", engine=engine)
    return list(coverage.result()["files"][str(path)]["decisions"])


def plain(folder: Path, source: str) -> Any:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, str(folder / "program.py"), "exec"), namespace)
    return namespace


@ENGINES
def test_every_form_of_condition_is_evaluated_to_its_end(tmp_path: Path, engine: Any) -> None:
    functions = "".join(f"def f{n}(a, b, c):\n    return 1 if ({text}) else 0\n" for n, text in enumerate(FORMS))
    calls = f"functions = [{', '.join(f'f{n}' for n in range(len(FORMS)))}]\nseen = []\n" + (
        "for f in functions:\n    for n in range(8):\n        seen.append(f(n & 1, n >> 1 & 1, n >> 2))\n"
    )
    seen = plain(tmp_path, functions + calls)["seen"]
    found = decisions(tmp_path, functions + calls, engine)
    for number, (text, (conditions, evaluations)) in enumerate(FORMS.items()):
        its = max((each for each in found if each["line"] == 2 * number + 2), key=lambda each: len(each["conditions"]))
        assert [each["text"] for each in its["conditions"]] == conditions, text
        assert its["outcomes"] == sorted({bool(each) for each in seen[8 * number : 8 * number + 8]}), text
        assert len(its["evaluations"]) == evaluations, text


THREADS = """
import sys, threading
sys.setswitchinterval(1e-6)
{functions}
def work(k):
    begin.wait()
    for f in functions:
        f(k % 2, k // 2 % 2)
functions = [{names}]
begin = threading.Barrier(8)
threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.process  # it starts threads
@ENGINES
def test_first_calls_in_threads_lose_no_evaluation(tmp_path: Path, engine: Any) -> None:
    functions = "".join(f"def f{n}(a, b):\n    return 1 if a and b else 0\n" for n in range(20))
    source = THREADS.format(functions=functions, names=", ".join(f"f{n}" for n in range(20)))
    path = tmp_path / "program.py"
    path.write_text(source, encoding="utf-8")
    coverage = make("coverage", {"condition": "yes", "branch": "yes"})
    interval = sys.getswitchinterval()
    try:
        bytescope.run_path(path, analyses=[coverage], files="program.py", engine=engine)
    finally:
        sys.setswitchinterval(interval)
    entry = coverage.result()["files"][str(path)]
    assert not entry["lines"]["missing"]
    assert [len(each["evaluations"]) for each in entry["decisions"]] == [3] * 20
    assert all(condition["independent"] for each in entry["decisions"] for condition in each["conditions"])


@ENGINES
def test_guards_of_cases_are_decisions(tmp_path: Path, engine: Any) -> None:
    source = (
        "def f(p):\n    match p:\n        case [x, y] if x and y:\n            return 1\n"
        "        case [x, y] if (x if y else not x):\n            return 2\n    return 3\n"
        "for p in ([0, 0], [0, 1], [1, 0], [1, 1]):\n    f(p)\n"
    )
    found = {each["text"]: each for each in decisions(tmp_path, source, engine)}
    assert found["x and y"]["outcomes"] == [False, True]
    assert all(each["independent"] for each in found["x and y"]["conditions"])
    assert [each["text"] for each in found["x if y else not x"]["conditions"]] == ["y", "x", "x"]
    assert len(found["x if y else not x"]["evaluations"]) == 3


@ENGINES
def test_an_evaluation_that_an_exception_cuts_short_is_not_part_of_the_next(tmp_path: Path, engine: Any) -> None:
    source = (
        "def fails():\n    raise KeyError\nfor n in range(2):\n    try:\n"
        "        if n == 0 and (n or fails()):\n            pass\n    except KeyError:\n        pass\n"
        "for n in (3, 'x', 0):\n    try:\n        if 0 < n < 5:\n            pass\n"
        "    except TypeError:\n        pass\n"
    )
    found = {each["text"]: each for each in decisions(tmp_path, source, engine)}
    assert [each["conditions"] for each in found["n == 0 and (n or fails())"]["evaluations"]] == [{"0": False}]
    assert found["0 < n < 5"]["evaluations"] == [
        {"conditions": {"0": False}, "outcome": False},
        {"conditions": {"0": True, "1": True}, "outcome": True},
    ]
