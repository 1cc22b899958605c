"""Running programs with analyses attached."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

from bytescope.analysis.attach import Engine, attach
from bytescope.analysis.base import Analysis
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.filters import Globs, Lines, Threads, Where
from bytescope.loading.main_program import program_at
from bytescope.machine.vm import VM, run_main


def run_path(
    path: str | os.PathLike[str],
    argv: Sequence[str] | None = None,
    *,
    analyses: Iterable[Analysis] = (),
    vm: VM | None = None,
    engine: Engine | None = None,
    include: Globs = None,
    exclude: Globs = (),
    files: Globs = None,
    functions: Globs = None,
    events: Globs = None,
    lines: Lines = None,
    where: Where = None,
    threads: Threads = None,
) -> dict[str, Any]:
    """Run a program as `python path` would, with analyses attached.

    Args:
        path: a source or compiled file, or a folder or zip file with a `__main__`.
        argv: its arguments, without its name.
        analyses: instances, told in this order.
        vm: the machine; if none is given, and the engine is the interpreter or there is no analysis, a new one.
        engine: see `attach`; by default "interpreter" where a machine is given.
        include: the filters of `attach`: globs over dotted module names;
        exclude: the same, for what is left out;
        files: globs over file names;
        functions: globs over qualified names;
        events: globs over names of events;
        lines: a range, a pair (first, last), or line numbers;
        where: a predicate over sites;
        threads: threads, or their identifiers.

    Returns:
        The program's namespace.

    Raises:
        ValueError: if a machine is given together with another engine than the interpreter.
    """
    if vm is not None:
        engine = engine or "interpreter"
        if engine != "interpreter":
            raise ValueError(f"vm= requires engine='interpreter', got engine={engine!r}")
    with ExitStack() as stack:
        chosen = list(analyses)
        if chosen:
            attachment = stack.enter_context(
                attach(
                    *chosen,
                    engine=engine or "woven",
                    include=include,
                    exclude=exclude,
                    files=files,
                    functions=functions,
                    events=events,
                    lines=lines,
                    where=where,
                    threads=threads,
                )
            )
            if attachment.engine == "woven":
                program = program_at(os.fspath(path))
                return run_main(program, argv, WOVEN.running(program))
        machine = VM() if vm is None else vm
        return machine.run_path(path, argv)
