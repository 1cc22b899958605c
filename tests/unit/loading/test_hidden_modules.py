"""A program's `sys.modules` holds what the program has imported, whatever bytescope has."""

from __future__ import annotations

import signal
import types
from pathlib import Path

import pytest

from bytescope.loading import hidden_modules
from tests.support.processes import run_python

pytestmark = pytest.mark.process

ENGINES = ((), ("--analysis", "calls", "--output", "/dev/null"), ("--engine", "interpreter", "--analysis", "coverage"))

NAMES = """
import sys
seen = {"__main__", "warnings", "_py_warnings", "_contextvars"}
def look():
    global seen
    new = {name for name in sys.modules if name.partition(".")[0] != "bytescope"} - seen
    print(sorted(new - {"site"}))
    seen |= new
look()
import json
print(json.decoder.__spec__.name, json.decoder.__loader__.name)
look()
import collections.abc, typing, inspect, threading
look()
import importlib
print(hasattr(importlib, "util"))
import importlib.util
print(importlib.util.find_spec("re").name, sys.modules["re"] is __import__("re"))
look()
"""


@pytest.mark.parametrize("options", ENGINES, ids=["interpreter", "woven", "observed"])
def test_modules_appear_when_the_program_imports_them(options: tuple[str, ...]) -> None:
    wanted = run_python("-c", NAMES).stdout
    done = run_python("-m", "bytescope", "run", *options, "-c", NAMES)
    assert done.stdout.splitlines()[: len(wanted.splitlines())] == wanted.splitlines(), done.stderr
    assert wanted.count("json.decoder") == 3


@pytest.mark.parametrize("options", ENGINES, ids=["interpreter", "woven", "observed"])
def test_an_import_that_is_missing_fails(options: tuple[str, ...]) -> None:
    program = "import importlib, collections\nprint(hasattr(collections, 'abc'))\nimportlib.util"
    done = run_python("-m", "bytescope", "run", *options, "-c", program)
    assert done.stdout.splitlines()[:1] == run_python("-c", program).stdout.splitlines()
    assert "AttributeError: module 'importlib' has no attribute 'util'" in done.stderr


def test_a_module_started_by_runpy_finds_what_that_imports(tmp_path: Path) -> None:
    program = "import sys; print('importlib.util' in sys.modules, 'runpy' in sys.modules, 'typing' in sys.modules)"
    (tmp_path / "started.py").write_text(program)
    wanted = run_python("-m", "started", cwd=tmp_path).stdout
    assert run_python("-m", "bytescope", "run", "-m", "started", cwd=tmp_path).stdout == wanted
    assert wanted == "True True False\n"


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="there is no such signal")
def test_an_exception_of_a_signal_handler_is_not_lost_while_a_module_comes_back() -> None:
    class Late(Exception):
        pass

    def handler(number: int, frame: object) -> None:
        raise Late

    class Loader:
        def get_code(self, name: str) -> None:
            if name == "interrupted":
                signal.raise_signal(signal.SIGUSR1)
            raise ImportError(name)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        for name in ("interrupted", "without_code"):
            module = types.ModuleType(name)
            module.__spec__ = types.SimpleNamespace(name=name)  # type: ignore[assignment]
            module.__loader__ = Loader()  # type: ignore[assignment]
            if name == "interrupted":
                with pytest.raises(Late):
                    hidden_modules._code(module)
            else:
                assert hidden_modules._code(module) is None
    finally:
        signal.signal(signal.SIGUSR1, before)
