"""The peers at work: what each does to the observed copy of a program."""

from __future__ import annotations

import ast
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .observed import Copies, Observation, execute_observed, import_observed


class NotHere(Exception):
    """A tool that this Python cannot run."""


def coverage_py(core: str) -> Callable[[Copies], Observation]:
    """coverage.py, lines and branches, with one of its cores."""

    def observe(copies: Copies) -> Observation:
        os.environ["COVERAGE_CORE"] = core
        import coverage

        if core == "sysmon" and not hasattr(sys, "monitoring"):
            raise NotHere("this Python has no sys.monitoring")
        tool = coverage.Coverage(branch=True, include=[str(copies.observed)], data_file=None, config_file=False)
        tool.start()
        if core not in str(tool._collector.tracer_name()).lower():  # which core it was in the end
            tool.stop()
            raise NotHere(f"coverage.py does not measure branches with {core} on this Python")
        return Observation(import_observed(), tool.start, tool.stop)

    return observe


def slipcover(copies: Copies) -> Observation:
    """slipcover, lines and branches."""
    import slipcover as tool
    from slipcover import branch

    cover = tool.Slipcover(branch=True)
    tree = branch.preinstrument(ast.parse(copies.observed.read_text(encoding="utf-8")))
    code = cover.instrument(compile(tree, str(copies.observed), "exec"))
    return Observation(execute_observed(copies, code), tool=cover)


def monitoring(event: str) -> Callable[[Copies], Observation]:
    """A callback of sys.monitoring that does nothing."""

    def observe(copies: Copies) -> Observation:
        if not hasattr(sys, "monitoring"):
            raise NotHere("this Python has no sys.monitoring")
        tool, events = sys.monitoring, sys.monitoring.events
        names = [name for name in (event, f"{event}_LEFT", f"{event}_RIGHT") if hasattr(events, name)]
        wanted = sum(getattr(events, name) for name in names if not (name == event and len(names) > 1))
        tool.use_tool_id(4, "benchmark")
        for name in names:
            tool.register_callback(4, getattr(events, name), lambda *given: None)
        return Observation(import_observed(), lambda: tool.set_events(4, wanted), lambda: tool.set_events(4, 0))

    return observe


def settrace(copies: Copies) -> Observation:
    """sys.settrace with a function that is told of every instruction of every frame."""

    def trace(frame: Any, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return trace

    return Observation(import_observed(), lambda: sys.settrace(trace), lambda: sys.settrace(None))


def dynapyt(analysis: str) -> Callable[[Copies], Observation]:
    """DynaPyt, with one of the analyses of `dynapyt_hooks`: the file is rewritten in place."""

    def observe(copies: Copies) -> Observation:
        from dynapyt.instrument.instrument import instrument_files

        path = f"benchmarks.analyses.dynapyt_hooks.{analysis}"
        session = os.environ["DYNAPYT_SESSION_ID"] = str(uuid.uuid4())
        listed = Path(tempfile.gettempdir()) / f"dynapyt_analyses-{session}.txt"
        listed.write_text(path)
        instrument_files([str(copies.observed)], [path])
        module = import_observed()
        listed.unlink()
        return Observation(module)

    return observe


def ddtrace(copies: Copies) -> Observation:
    """ddtrace's IAST: strings' operations are rewritten to keep ranges of taint."""
    os.environ |= {"DD_IAST_ENABLED": "true", "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"}
    from ddtrace.appsec._iast._ast.ast_patching import visit_ast

    text = copies.observed.read_text(encoding="utf-8")
    tree = visit_ast(text.encode(), str(copies.observed), copies.observed.stem)
    return Observation(execute_observed(copies, compile(tree or ast.parse(text), str(copies.observed), "exec")))
