"""The command line. This module is loaded on every start: it imports no more than it needs to find the command."""

from __future__ import annotations

import gc
import sys

from bytescope.cli.output import fill_streams, show_all_characters, with_output
from bytescope.startup.stdlib_lite import Collection, Sequence

__all__ = ["main"]


def _analyses() -> Collection[str]:
    """Return the sub-commands that are `run` with an analysis."""
    from bytescope.analyses.shipped import SHIPPED

    return SHIPPED


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; `run` is begun by `Launch`, which must reach the top of the stack.

    Args:
        arguments: what follows `bytescope` on the command line, by default that of this process.

    Raises:
        SystemExit: when the command has ended.
        Launch: when a program is to be run.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with_output(lambda: _command(words))


def _command(words: list[str]) -> None:
    """Run the command that the words name."""
    if words[:1] == ["info"]:  # which also says that a host is not supported
        from bytescope.cli.info import info

        show_all_characters()
        info(words[1:])
        return
    try:
        import bytescope.code.host.facts
        import bytescope.startup.tuning  # noqa: F401
    except (RuntimeError, ValueError) as error:  # UnsupportedHost; BYTESCOPE_DISABLE names what there is not
        raise SystemExit(str(error)) from None
    collecting = gc.isenabled()
    if words[:1] == ["run"]:
        gc.disable()  # until the program starts
        from bytescope.cli.run import run

        run(words[1:], collecting)
    elif words[:1] and words[0] in _analyses():
        from bytescope.cli.analyses import subcommand
        from bytescope.cli.run import run

        run(subcommand(words[0], words[1:]), collecting)
    elif words[:1] == ["record"]:
        from bytescope.cli.record import record

        record(words[1:], collecting)
    elif words == ["--version"]:
        from bytescope.cli.version import version

        print(version())
    else:
        try:
            import click  # noqa: F401
        except ImportError:
            raise SystemExit(_WITHOUT_CLICK) from None
        from bytescope.cli.commands import commands

        fill_streams()
        if words[:1] == ["dis"]:
            show_all_characters()
        commands(words, prog_name="bytescope")


_WITHOUT_CLICK = """\
bytescope: this needs the package click: pip install 'bytescope[cli]'
(python -m bytescope run, info and --version need nothing.)"""
