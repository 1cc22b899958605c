"""`bytescope eval`: the value of an expression."""

from __future__ import annotations

import sys
import traceback

from bytescope.code.host.invisible_frames import hidden
from bytescope.machine.vm import VM


@hidden
def evaluate(expression: str, with_stats: bool) -> int:
    """Print the value of an expression as the prompt does; an error with its traceback.

    Args:
        expression: the source text.
        with_stats: whether to print the instructions executed, by kind, on standard error.

    Returns:
        The exit status.
    """
    vm = VM(count_kinds=with_stats)
    status = 0
    try:
        sys.displayhook(vm.eval(expression))
    except Exception as error:
        print_guest_traceback(error)
        status = 1
    if with_stats:
        from bytescope.cli.stats import print_stats

        print_stats(vm)
    return status


def print_guest_traceback(error: BaseException) -> None:
    """Print an exception with the frames of the guest, which are the ones from the first that is no file of ours.

    Raises:
        OSError: if no guest has raised it.
    """
    trace = error.__traceback__
    package = __name__.partition(".")[0]
    while trace is not None and trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in (package, "click"):
        trace = trace.tb_next
    if trace is None and isinstance(error, OSError):  # it is about the output
        raise error
    traceback.print_exception(type(error), error, trace)
