"""Running programs with analyses attached."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

from bytescope.analysis.attach import attach
from bytescope.analysis.base import Analysis
from bytescope.analysis.engines.woven import WOVEN
from bytescope.loading.main_program import program_at
from bytescope.machine.vm import VM, run_main


def run_path(
    path: str | os.PathLike[str],
    argv: Sequence[str] | None = None,
    *,
    analyses: Iterable[Analysis] = (),
    vm: VM | None = None,
    engine: str | None = None,
    **filters: Any,
) -> dict[str, Any]:
    """Run a program as `python path` would, with analyses attached.

    Args:
        path: a source or compiled file, or a folder or zip file with a `__main__`.
        argv: its arguments, without its name.
        analyses: instances, told in this order.
        vm: the machine; if none is given, and the engine is the interpreter or there is no analysis, a new one.
        engine: see `attach`; by default "interpreter" where a machine is given.
        filters: what else `attach` takes.

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
            attachment = stack.enter_context(attach(*chosen, engine=engine or "woven", **filters))
            if attachment.engine == "woven":
                program = program_at(os.fspath(path))
                return run_main(program, argv, WOVEN.running(program))
        machine = VM() if vm is None else vm
        return machine.run_path(path, argv)
