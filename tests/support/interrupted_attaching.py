"""Trials: what an interrupt of attaching leaves behind, at one instruction after the other.

usage: interrupted_attaching ENGINE [COUNT]: print what is wrong after interrupts at COUNT instructions, by default all.
ENGINE is that of an attachment, or "run" for a run of the machine that imports and executes.
It runs in a process of its own: a search for functions in all that pytest has loaded takes twenty times as long.
"""

from __future__ import annotations

import gc
import importlib.machinery
import random
import signal
import sys
import tempfile
import threading
import types
from pathlib import Path
from typing import Any

import bytescope
from bytescope.analyses.coverage import Coverage
from bytescope.analysis.planning import dispatch
from bytescope.machine.support import budget
from bytescope.machine.support.own_frames import HANDLER_FILE

from . import interrupting

SOURCE = """
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

def count(n):
    for number in range(n):
        yield number

class Thing:
    def caught(self, value):
        try:
            raise ValueError(value)
        except ValueError as error:
            return error.args[0]

def work():
    return fibonacci(4), list(count(3)), Thing().caught(2), [each for each in (1, 2)]
"""


RUN = (
    SOURCE
    + """
import interrupted_import
exec("executed = interrupted_import.twice(work)")
"""
)


class Trial:
    """Attach, run and detach, again and again, and compare what is left afterwards."""

    def __init__(self, engine: Any) -> None:
        self.module = types.ModuleType("interrupted_module")
        exec(compile(SOURCE, "interrupted_module.py", "exec"), vars(self.module))
        sys.modules[self.module.__name__] = self.module
        self.folder = tempfile.TemporaryDirectory()
        Path(self.folder.name, "interrupted_import.py").write_text(
            "def twice(function): return function(), function()\n"
        )
        sys.path.insert(0, self.folder.name)
        self.engine = engine
        self.attachment: bytescope.attach | None = None
        for _ in range(3):  # what is imported and remembered meanwhile is no part of it
            self.once()
        self.report = self.once()
        self.state = self.now()

    def once(self) -> object:
        """Return the report of the module's work, or what a run has done."""
        if self.engine == "run":
            sys.modules.pop("interrupted_import", None)
            vm = bytescope.VM(max_instructions=100_000)
            vm.exec(RUN)
            return vm.globals["executed"], vm.instructions
        coverage = Coverage()
        self.attachment = bytescope.attach(coverage, engine=self.engine, include=[self.module.__name__])
        with self.attachment:
            self.module.work()
        return coverage.result()

    def now(self) -> list[object]:
        """Return what attaching changes, in this process and in the module."""
        functions = [self.module.fibonacci, self.module.count, self.module.Thing.caught, self.module.work]
        tools = [sys.monitoring.get_tool(tool) for tool in range(6)] if hasattr(sys, "monitoring") else []
        loader = importlib.machinery.SourceFileLoader.exec_module
        process = [
            gc.isenabled(),
            sys.getrecursionlimit(),
            sys.settrace,
            sys.setrecursionlimit,
            sys.modules.get("__main__"),
        ]
        process += [
            dispatch.thread.busy[0],
            *sys.path,
            *sys.argv,
            len(budget.active),
            len(budget.watching),
            signal.getsignal(2),
        ]
        return [*(each.__code__ for each in functions), *tools, loader, threading.Thread._bootstrap, *process]

    def points(self) -> list[interrupting.Point]:
        """Return where it can be interrupted: everywhere but in this file, the module, and importlib itself.

        Handlers are written for where the host looks for signals, and go on from anywhere there alone; functions that
        begin with a `try` do so where it does not look.
        """
        outside = (__file__, interrupting.__file__, self.module.work.__code__.co_filename, "<frozen importlib")
        callbacks = ("weakref.py", "_weakrefset.py")  # the host ignores what callbacks raise

        def looked_for(point: interrupting.Point) -> bool:
            if point[0].co_filename == HANDLER_FILE:
                return point[1] in interrupting.where_the_host_looks(point[0])
            return not interrupting.begins_quietly(*point)

        def wanted(code: types.CodeType) -> bool:
            return not code.co_filename.startswith(outside) and not code.co_filename.endswith(callbacks)

        return [point for point in interrupting.points(self.once, wanted) if looked_for(point)]

    def interrupted(self, point: interrupting.Point) -> str | None:
        """Interrupt it once, and return what is wrong afterwards."""
        self.attachment = None
        try:
            if interrupting.interrupt(point, self.once):
                return "the interrupt is lost"
        except interrupting.Interrupt:
            pass
        except BaseException as error:
            return f"raised {error!r}"
        if self.now() != self.state:
            if self.attachment is None or self.engine == "run":
                return "something is left, and nothing is attached"
            self.attachment.__exit__(None, None, None)
            if self.now() != self.state:
                return "something is left"
        reports: list[object] = []
        thread = threading.Thread(target=lambda: reports.append(self.once()))  # which finds no lock that is held
        thread.start()
        thread.join(60)
        return None if reports == [self.report] else f"next report: {reports}"


def main(engine: str, count: str | None = None) -> None:
    trial = Trial(engine)
    points = trial.points()
    if count is not None:
        points = random.Random(16).sample(points, int(count))
    for code, offset in points:
        wrong = trial.interrupted((code, offset))
        if wrong is not None:
            print(f"{code.co_filename}:{code.co_firstlineno} {code.co_qualname} at {offset}: {wrong}", flush=True)
    print(f"{len(points)} points")


if __name__ == "__main__":
    main(*sys.argv[1:])
