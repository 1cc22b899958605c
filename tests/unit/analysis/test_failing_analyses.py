"""An analysis that fails ends the run for the host, whatever the guest catches, and is nothing that the guest sees."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import bytescope
from bytescope import Analysis, AnalysisError, attach
from bytescope.analysis.engines.woven import WOVEN

ENGINES = ("woven", "interpreter")


class Fails(Analysis):
    """Fails where a value is negated."""

    def unary(self, site, op, value, result):
        raise ValueError("a bug in the analysis")


def run(source: str, engine: Any, *analyses: Analysis, **names: object) -> None:
    """Execute a source text as a module that is observed."""
    namespace = {"__name__": "failing", **names}
    code = compile(source, "failing.py", "exec")
    with attach(*analyses, engine=engine, include=["failing"]):
        if engine == "woven":
            exec(WOVEN.load(code, "failing"), namespace)
        else:
            bytescope.VM().run_code(code, namespace)


CATCHING = {
    "a handler in a function without events": """
def outer():
    try: f(1)
    except BaseException: said.append("except")
    finally: said.append("finally")
    said.append("after")
outer()
""",
    "a bare handler": """
try: f(1)
except: said.append("except")
said.append("after")
""",
    "except*": """
def outer():
    try: f(1)
    except* BaseException: said.append("except*")
outer()
said.append("after")
""",
    "a context manager": """
class Manager:
    def __enter__(self): pass
    def __exit__(self, *error):
        said.append("exit")
        return True
def outer():
    with Manager(): f(1)
    said.append("after")
outer()
""",
    "a generator": """
def g():
    try: yield f(1)
    except BaseException: yield said.append("except")
    finally: said.append("finally")
def outer():
    for each in g(): said.append("went on")
outer()
""",
    "a generator that delegates": """
def inner(): yield f(1)
def g():
    try: yield from inner()
    except BaseException: yield said.append("except")
list(g())
said.append("after")
""",
    "a coroutine": """
async def inner(): f(1)
async def outer():
    try: await inner()
    except BaseException: said.append("except")
try: outer().send(None)
except StopIteration: said.append("after")
""",
    "a callback of C": """
def outer():
    try: sorted([1, 2], key=f)
    except BaseException: said.append("except")
outer()
said.append("after")
""",
    "nested handlers": """
def outer():
    try:
        try: f(1)
        finally: said.append("inner finally")
    except BaseException as error: said.append(type(error).__name__)
outer()
""",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("what", CATCHING)
def test_no_handler_of_the_guest_sees_a_failure(engine: str, what: str) -> None:
    said: list[str] = []
    with pytest.raises(AnalysisError, match=r"Fails failed on unary at failing\.py:1: ValueError: a bug in"):
        run("def f(x): return -x\n" + CATCHING[what], engine, Fails(), said=said)
    assert said == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_failure_in_a_finalizer_reaches_the_host(engine: str) -> None:
    source = "class A:\n    def __del__(self): said.append(-n)\nn, a = 1, A()\ndel a\nsaid.append(-n)\n"
    said: list[int] = []
    with pytest.raises(AnalysisError, match=r"failing\.py:2"):
        run(source, engine, Fails(), said=said)
    assert said == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.process
def test_a_failure_in_a_thread_reaches_the_host(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    said: list[str] = []
    source = """
import threading
def work():
    value = 1
    try: -value
    except BaseException: said.append("except")
    said.append("after")
thread = threading.Thread(target=work)
thread.start()
thread.join()
value = 2
-value
said.append("the main thread went on")
"""
    with pytest.raises(AnalysisError, match=r"failing\.py:5"):
        run(source, engine, Fails(), said=said)
    assert said == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_library_that_swallows_a_failure_does_not_keep_it_from_the_host(engine: str) -> None:
    def swallow(function: Any) -> None:
        try:
            function()
        except BaseException:
            pass

    said: list[str] = []
    source = "def f():\n    x = 1\n    return -x\nswallow(f)\nf()\nsaid.append('after')\n"
    with pytest.raises(AnalysisError, match=r"failing\.py:3"):
        run(source, engine, Fails(), said=said, swallow=swallow)
    assert said == []


@pytest.mark.parametrize("event", ["begin", "end"])
def test_a_failure_at_the_beginning_or_end_ends_all_that_has_begun(event: str) -> None:
    ended: list[str] = []

    class First(Analysis):
        def end(self):
            ended.append("first")

    class Second(Analysis):
        def line(self, site):
            pass

    def fails(self: object) -> None:
        raise ValueError("a bug")

    setattr(Second, event, fails)
    with pytest.raises(AnalysisError, match=f"Second failed on {event}: ValueError: a bug"):
        run("x = 1", "woven", First(), Second())
    assert ended == ["first"]
    run("x = -1", "woven", First())
    assert ended == ["first", "first"]
