"""A program that is started to be stepped, in a thread of its own."""

from __future__ import annotations

import os
import sys
import threading
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bytescope.machine.vm import VM
from bytescope.recording.breakpoints import Breakpoint
from bytescope.recording.frontier import Frontier
from bytescope.recording.session import record
from bytescope.recording.stepper import Stepper

__all__ = ["launch"]


def launch(
    program: str | os.PathLike[str] | types.CodeType | Callable[[], Any],
    *,
    argv: Sequence[str] = (),
    vm: VM | None = None,
    breakpoints: Iterable[Breakpoint] = (),
    entry: bool = True,
    **options: Any,
) -> Stepper:
    """Start a program in another thread, recorded, and return a stepper that stands where it waits.

    It ends with `Stepper.close`. What it raises is in the recording. Signals and `asyncio` that needs them are for
    programs in the main thread: give `record` a `Frontier` there instead, and step from another thread.

    Args:
        program: the path of a script, a code object, or a function to be called.
        argv: arguments of a script.
        vm: the machine that runs it.
        breakpoints: where to stop.
        entry: whether it waits before its first instruction.
        options: those of `record`.

    Returns:
        The stepper. The program's standard input is what `Stepper.feed` is given.

    Raises:
        OSError: if there is no such script.
        RuntimeError: if another recording is going on.
    """
    machine = vm or VM()
    frontier = Frontier(entry)

    def run() -> None:
        stdin, sys.stdin = sys.stdin, frontier.stdin
        try:
            with record(frontier=frontier, **options):
                if isinstance(program, types.CodeType):
                    machine.run_code(program)
                elif callable(program):
                    machine.call(program)
                else:
                    machine.run_path(program, argv)
        except BaseException as error:
            frontier.error = error
        finally:
            sys.stdin = stdin
            frontier.end()

    threading.Thread(target=run, name="stepped program", daemon=True).start()
    stepper = Stepper.live(frontier)
    if frontier.error is not None and not stepper.recording.steps:
        raise frontier.error
    stepper.breakpoints += breakpoints
    return stepper
