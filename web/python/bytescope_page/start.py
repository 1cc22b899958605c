"""The interpreter's beginning: what a memory snapshot is made after, and what comes after it."""

from __future__ import annotations

import asyncio  # noqa: F401  these are imported so that the snapshot has them
import json  # noqa: F401
import random
import sys
from typing import Any

import bytescope
from bytescope_page.recordings import Recorded
from bytescope_page.runner import Runner

_PROGRAM = """
class Warm:
    def __init__(self, n): self.n = n
    def each(self):
        for i in range(self.n): yield i
def f(n): return n if n < 2 else f(n - 1) + f(n - 2)
total, seen = 0, {}
for i in Warm(4).each():
    total += f(i); seen[i] = [j * j for j in range(i) if j]
try: 1 / 0
except ZeroDivisionError as error: text = f"{error} {total:>3}"
with open("/dev/null") as file: file.read()
while total: total -= 1
"""


def warm() -> None:
    """Run a program that has a bit of everything, and record it: the first cell then finds compiled what it needs."""
    bytescope.VM(stoppable=True).exec(_PROGRAM)
    recorded = Recorded(10_000)
    with recorded:
        recorded.vm.exec(_PROGRAM)
    recorded.data()


def connect(bridge: Any, stack_switching: bool) -> tuple[Runner, str, str]:
    """Make what runs the cells of a notebook.

    Args:
        bridge: the page's end, see `Runner`.
        stack_switching: whether the browser can wait for a promise.

    Returns:
        It, and the versions of Python and of bytescope.
    """
    from pyodide.ffi import run_sync  # here, because there is none on other hosts

    random.seed()  # a snapshot's is the same each time
    runner = Runner(bridge, run_sync if stack_switching else None)
    return runner, sys.version.split()[0], bytescope.__version__
