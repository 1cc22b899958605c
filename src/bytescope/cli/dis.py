"""`bytescope dis`: instructions of CPython and of the machine side by side."""

from __future__ import annotations

import shutil
import sys
import types
from collections.abc import Iterator, Sequence

from bytescope.cli.listing import Line, Piece, listing
from bytescope.cli.targets import TargetError, code_of, compiled, nested, of_host

_STYLES = {
    "title": "bold magenta",
    "head": "underline",
    "block": "bold green",
    "line": "dim",
    "offset": "dim",
    "op": "cyan",
    "arg": "yellow",
    "region": "red",
    "error": "bold red",
}


def dis(
    target: str | None, source: str | None, color: bool | None, width: int | None, woven: Sequence[str] = ()
) -> None:
    """Print the listing of a target.

    Args:
        target: see `targets.code_of`; None for a source text.
        source: a source text.
        color: whether to use colours, whatever TERM and NO_COLOR say; None for where the output is a terminal.
        width: columns; None for those of the terminal.
        woven: names of analyses for which the code is shown woven; none for the code as it is.

    Raises:
        TargetError: if there is no such target, or it cannot be woven.
        NoAnalysis: if there is no such analysis.
    """
    code = compiled(source or "") if target is None else code_of(target)
    columns = width or shutil.get_terminal_size((120, 24)).columns
    if woven:
        _print(_woven(of_host(code), woven, columns), color)
    else:
        _print(_lines(listing(each, columns) for each in nested(code)), color)


def _woven(code: types.CodeType, names: Sequence[str], columns: int) -> Iterator[Line]:
    from bytescope.analyses.registry import make
    from bytescope.analysis.outlines import Refused, outlined
    from bytescope.cli.woven_listing import woven_listing

    analyses = [make(name) for name in names]
    try:
        with outlined(code, "__main__", analyses) as found:
            yield from _lines(woven_listing(each, ", ".join(names), columns) for each in found)
    except (Refused, ValueError) as error:  # the latter is for analyses whose shadows do not go together
        raise TargetError(str(error)) from None


def _print(lines: Iterator[Line], color: bool | None) -> None:
    if sys.stdout.isatty() if color is None else color:
        try:
            _print_in_colour(lines, always=color is True)
            return
        except ImportError:  # without rich there are no colours
            pass
    for line in lines:
        print("".join(_printed(piece) for piece in line).rstrip())


def _printed(piece: Piece) -> str:
    """The text of a piece, with escapes in the place of what does not show: names in compiled files can be anything."""
    if piece.text.isprintable():
        return piece.text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in piece.text)


def _lines(listings: Iterator[Iterator[Line]]) -> Iterator[Line]:
    for number, each in enumerate(listings):
        if number:
            yield []
        yield from each


def _print_in_colour(lines: Iterator[Line], always: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(
        force_terminal=True,
        color_system="standard" if always else "auto",
        no_color=False if always else None,
        soft_wrap=True,
        highlight=False,
    )
    for line in lines:
        text = Text.assemble(*((_printed(piece), _STYLES.get(piece.style, "")) for piece in line))
        text.rstrip()
        console.print(text)
