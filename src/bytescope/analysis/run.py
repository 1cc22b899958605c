"""Running programs with analyses attached."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

from bytescope.analysis.attach import attach
from bytescope.analysis.base import Analysis
from bytescope.machine.vm import VM


def run_path(
    path: str | os.PathLike[str],
    argv: Sequence[str] | None = None,
    *,
    analyses: Iterable[Analysis] = (),
    vm: VM | None = None,
    **filters: Any,
) -> dict[str, Any]:
    """Run a program as `python path` would, with analyses attached.

    Args:
        path: a source or compiled file, or a folder or zip file with a `__main__`.
        argv: its arguments, without its name.
        analyses: instances, told in this order.
        vm: the machine, by default a new one.
        filters: what `attach` takes.

    Returns:
        The program's namespace.
    """
    machine = VM() if vm is None else vm
    with ExitStack() as stack:
        chosen = list(analyses)
        if chosen:
            stack.enter_context(attach(*chosen, **filters))
        return machine.run_path(path, argv)
