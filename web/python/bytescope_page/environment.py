"""What programs expect of the interpreter that they are in."""

from __future__ import annotations

import builtins as _builtins

__builtins__ = dict(vars(_builtins))  # what programs rebind must not reach the functions below

import asyncio
import bdb
import sys
import time
from typing import TYPE_CHECKING, Any

from bytescope_page import sandbox

if TYPE_CHECKING:
    from bytescope_page.runner import Runner


def prepare(runner: Runner) -> None:
    """Give programs what they expect of an interpreter, and keep the browser from them."""
    import _sitebuiltins

    for name in ("exit", "quit"):
        setattr(_builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    _builtins.help = _sitebuiltins._Helper()  # type: ignore[attr-defined]
    sys.argv = [""]
    if not runner.cannot_wait:
        time.sleep = runner.sleep
        _wait_for_the_loop(runner)
    _trace_in_debuggers()
    sandbox.close()


def _trace_in_debuggers() -> None:
    """Have `pdb` ask for `sys.settrace`, which shows a guest's lines, and not for `sys.monitoring`, as from 3.14 on."""
    begin = bdb.Bdb.__init__

    def __init__(self: bdb.Bdb, skip: Any = None, backend: str = "settrace") -> None:
        begin(self, skip)

    if begin.__module__ == "bdb":
        bdb.Bdb.__init__ = __init__  # type: ignore[method-assign]


def _wait_for_the_loop(runner: Runner) -> None:
    """Have `asyncio.run` wait as it does elsewhere."""

    def run_until_complete(_loop: Any, future: Any) -> Any:
        return runner.run_until_complete(future)

    def run(main: Any, *, debug: Any = None, loop_factory: Any = None) -> Any:
        """Execute the coroutine and return the result."""
        if not asyncio.iscoroutine(main):
            raise ValueError(f"a coroutine was expected, got {main!r}")
        return runner.run_until_complete(main)

    loop = asyncio.get_event_loop()
    type(loop).run_until_complete = run_until_complete  # type: ignore[method-assign]
    loop._keyboard_interrupt_handler = loop._system_exit_handler = lambda *_: None  # type: ignore[attr-defined]
    asyncio.run = asyncio.runners.run = run
