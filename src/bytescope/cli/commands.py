"""The commands beside `run`, with click."""

from __future__ import annotations

import sys

import click

from bytescope.analyses.shipped import SUMMARIES
from bytescope.cli.output import printable
from bytescope.cli.version import version


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`bytescope COMMAND --help` says more about a command.",
    no_args_is_help=True,
)
@click.version_option(message=version())
def commands() -> None:
    """A Python virtual machine in Python: runs programs by interpreting their bytecode."""


@commands.command("run", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def run_command(words: tuple[str, ...]) -> None:
    """Run a program as python would."""
    from bytescope.cli.run import run

    run(list(words))


@commands.command("record", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def record_command(words: tuple[str, ...]) -> None:
    """Record a run, to step through it in both directions: a file and a page."""
    from bytescope.cli.record import record

    record(list(words))


@commands.command("step", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def step_command(words: tuple[str, ...]) -> None:
    """Step through a program, or a recording, in the terminal, in both directions."""
    from bytescope.cli.step import step

    step(list(words))


@commands.command("info", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def info_command(words: tuple[str, ...]) -> None:
    """Show what a report of a bug should tell: versions, host, cache, variables."""
    from bytescope.cli.info import info

    info(list(words))


@commands.command("eval")
@click.argument("expression")
@click.option("--stats", is_flag=True, help="Print the instructions executed, by kind, on standard error.")
def eval_command(expression: str, stats: bool) -> None:
    """Print the value of an expression."""
    from bytescope.cli.evaluate import evaluate

    sys.exit(evaluate(expression, stats))


@commands.command("repl")
@click.option("--guest", "guests", metavar="GLOB", multiple=True, help="Also execute these modules; repeatable.")
def repl_command(guests: tuple[str, ...]) -> None:
    """Type statements and have the machine execute them."""
    from bytescope.cli.repl import repl

    repl(guests)


@commands.command("dis", no_args_is_help=True)
@click.argument("target", required=False)
@click.option("-c", "source", metavar="SOURCE", help="Show this source text.")
@click.option("--color/--no-color", default=None, help="Colours, whatever the output goes to.")
@click.option("--width", type=click.IntRange(min=60), help="Columns of the output.")
@click.option("--woven", is_flag=True, help="Show the woven form: what CPython executes while analyses are attached.")
@click.option(
    "--analysis", "analyses", metavar="NAME", multiple=True, help="Weave for this; repeatable.  [default: coverage]"
)
def dis_command(
    target: str | None,
    source: str | None,
    color: bool | None,
    width: int | None,
    woven: bool,
    analyses: tuple[str, ...],
) -> None:
    """Show CPython's instructions and the machine's side by side.

    TARGET is a source file, a compiled file of CPython 3.8 to 3.15, a module, or a function or class in one
    (module:qualname).
    """
    if (target is None) == (source is None):
        raise click.UsageError("say either a target or -c SOURCE")
    if analyses and not woven:
        raise click.UsageError("--analysis needs --woven")
    from bytescope.analyses.registry import NoAnalysis
    from bytescope.cli.dis import dis
    from bytescope.cli.targets import TargetError

    try:
        dis(target, source, color, width, analyses or ("coverage",) if woven else ())
    except (TargetError, NoAnalysis) as error:
        raise click.ClickException(printable(str(error))) from None


@commands.command("playground")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 for any that is free.  [default: 8547]")
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser, which is the default.")
def playground_command(port: int | None, browser: bool) -> None:
    """Serve the page, in which cells can be written and run, on 127.0.0.1."""
    from bytescope.cli.playground import PORT, playground

    playground(PORT if port is None else port, browser)


@commands.command("dap")
@click.option("--listen", "address", metavar="[HOST:]PORT", help="Wait for one client there, on 127.0.0.1 by default.")
def dap_command(address: str | None) -> None:
    """Serve a client of the Debug Adapter Protocol, such as an editor, on standard input and output."""
    from bytescope.cli.dap import dap

    sys.exit(dap(address))


@commands.group("cache", no_args_is_help=True)
def cache_group() -> None:
    """Look after the cache of woven code."""


@cache_group.command("info")
def cache_info_command() -> None:
    """Show where the cache is, and its size."""
    from bytescope.cli.cache import info

    info()


@cache_group.command("clear")
def cache_clear_command() -> None:
    """Remove all entries of the cache."""
    from bytescope.cli.cache import clear

    clear()


def _add_analysis(name: str, summary: str) -> None:
    @commands.command(name, add_help_option=False, context_settings={"ignore_unknown_options": True}, help=summary)
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def command(words: tuple[str, ...]) -> None:
        from bytescope.cli.analyses import subcommand
        from bytescope.cli.run import run

        run(subcommand(name, list(words)))


for _name, _summary in SUMMARIES.items():
    _add_analysis(_name, _summary)
