"""Exceptions of what was called right behind a hook are the program's, not the hook's.

When a Python function that the host has called without a C frame is left by an exception, CPython 3.13 looks for the
caller's handler at the instruction before the call.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import bytescope

CALLED = {
    "call": "f((n, 1),\n    n)",
    "subscript": "O()[n]",
    "property": "O().p",
    "generator": "[each for each in\n    g(n)]",
    "operator": "O() + n",
}

PROGRAM = """
def f(pair, n):
    if n > 40:
        raise ValueError(n)
def g(n):
    yield n
    f((), n)
n = 0
class O:
    __getitem__ = __add__ = lambda self, m: f((), m)
    p = property(lambda self: f((), n))
def work(n):
    return CALLED
caught = []
for n in range(50):
    try:
        work(n)
    except ValueError as error:
        caught.append(n)
"""


class Lines(bytescope.Analysis):
    """Has hooks of which the engine does not know what they do."""

    def __init__(self):
        self.count = 0

    def line(self, site):
        self._any(site)

    def _any(self, site):
        self.count += 1


class Watches(Lines):
    """Has more of them."""

    def before_call(self, site, function, args, kwargs):
        self._any(site)

    def before_getitem(self, site, container, key):
        self._any(site)

    def before_getattr(self, site, name, object):
        self._any(site)

    def before_next(self, site, iterator):
        self._any(site)

    def before_binary(self, site, op, left, right):
        self._any(site)


@pytest.mark.parametrize("kind", CALLED)
@pytest.mark.parametrize("engine", ["woven", "interpreter"])
def test_exceptions_of_what_is_called_are_the_program_s(tmp_path: Path, kind: str, engine: str) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.replace("CALLED", CALLED[kind]), encoding="utf-8")
    watches = Lines() if kind == "call" else Watches()
    namespace = bytescope.run_path(path, analyses=[watches], engine=engine)
    assert namespace["caught"] == list(range(41, 50))
    assert watches.count > 100
