"""Runs a batch of programs in this process; `tests.support.harness` starts it with ENGINE RESULTS SECONDS FILE...

Each program gets a module ``__main__`` of its own, captured standard streams and SECONDS of CPU time, which a busy
machine does not make less; one that waits gets `PATIENCE` times as long. Before a program
starts and after it ended a line of JSON goes to RESULTS, so that whoever started the worker knows which program
killed it.
"""

from __future__ import annotations

import faulthandler
import gc
import io
import json
import math
import os
import signal
import sys
import threading
import types
import warnings
from pathlib import Path
from typing import Any

from . import observe
from .engines import ENGINES, Count, Run
from .standard_streams import RECORDER

try:
    import resource
except ImportError:  # on Windows and in Pyodide
    resource = None  # type: ignore[assignment]

PATIENCE = 5
"""How many times its CPU time a program may take by the clock."""
STDLIB = sys.stdlib_module_names


def main(arguments: list[str]) -> None:
    """Run the programs that the arguments name, one after the other."""
    engine, results, seconds, *files = arguments
    run, count = ENGINES[engine]()
    before = State()
    gc.collect()
    gc.freeze()  # each program ends with a collection, which need not go through what was there before
    with open(results, "a", encoding="utf-8") as out:
        for file in files:
            _send(out, {"start": file})
            _limit(float(seconds))
            outcome = execute(Path(file).read_text(encoding="utf-8"), file, run, count)
            faulthandler.cancel_dump_traceback_later()
            _send(out, {"file": file, **outcome, "events": RECORDER.take()})
            before.restore()


def _limit(seconds: float) -> None:
    """Have the process killed, with a traceback, if the program that comes next takes too long."""
    faulthandler.dump_traceback_later(PATIENCE * seconds, exit=True)
    if resource is not None:
        faulthandler.register(signal.SIGXCPU, chain=True)
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class State:
    """What a program may leave changed for the next one in the same process."""

    def __init__(self) -> None:
        self.modules, self.path, self.cwd = set(sys.modules), list(sys.path), os.getcwd()
        self.recursion, self.interval, self.collector = (
            sys.getrecursionlimit(),
            sys.getswitchinterval(),
            gc.get_threshold(),
        )
        self.hooks = {
            name: getattr(sys, name) for name in ("excepthook", "unraisablehook", "displayhook", "breakpointhook")
        }

    def restore(self) -> None:
        """Make it as it was."""
        sys.settrace(None)
        sys.setprofile(None)
        threading.settrace(None)  # type: ignore[arg-type]
        threading.setprofile(None)
        if monitoring := getattr(sys, "monitoring", None):
            for tool in range(6):
                if monitoring.get_tool(tool) is not None:
                    monitoring.set_events(tool, 0)
                    monitoring.free_tool_id(tool)
        sys.setrecursionlimit(self.recursion)
        sys.setswitchinterval(self.interval)
        gc.set_threshold(*self.collector)
        gc.enable()
        for name, hook in self.hooks.items():
            setattr(sys, name, hook)
        sys.path[:] = self.path
        os.chdir(self.cwd)
        for name in set(sys.modules) - self.modules:
            if name.partition(".")[0] not in STDLIB and name.partition(".")[0] != "bytescope":
                del sys.modules[name]


def _send(out: io.TextIOBase | Any, record: dict[str, Any]) -> None:
    out.write(json.dumps(record) + "\n")
    out.flush()


def execute(source: str, file: str, run: Run, count: Count) -> dict[str, Any]:
    """Run one program as ``__main__`` and describe all that can be seen of it.

    Args:
        source: its text.
        file: the name of the file that it is in, or may be thought to be in.
        run: what runs code.
        count: what counts the work done.
    """
    module = types.ModuleType("__main__")
    module.__file__ = file
    stdout, stderr = io.StringIO(), io.StringIO()
    streams, own_main = (sys.stdout, sys.stderr), sys.modules["__main__"]
    sys.modules["__main__"] = module
    sys.stdout, sys.stderr = stdout, stderr
    before = count()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            record, report = _observed(source, module, run)
            variables = observe.namespace(module.__dict__)
            # What the program leaves behind dies here, its finalizers' output included.
            module.__dict__.clear()
            gc.collect()
    finally:
        sys.stdout, sys.stderr = streams
        sys.modules["__main__"] = own_main
    return {
        "stdout": observe.text(stdout.getvalue()),
        "stderr": observe.text(stderr.getvalue()),
        "report": report,
        "exception": record,
        "variables": variables,
        "count": count() - before,
    }


def _observed(source: str, module: types.ModuleType, run: Run) -> tuple[dict[str, Any] | None, str]:
    assert module.__file__ is not None
    try:
        code = compile(source, module.__file__, "exec", dont_inherit=True)
        run(code, module.__dict__)
    except BaseException as raised:
        observe.drop_harness(raised, module.__file__)
        return observe.exception(raised), observe.report(raised)
    return None, ""
