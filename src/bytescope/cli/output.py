"""Output of commands: what cannot be written, or read, is an error of one line, and no traceback."""

from __future__ import annotations

import os
import sys

from bytescope.startup.stdlib_lite import Any, Callable


def with_output(command: Callable[[], object]) -> None:
    """Call a command, and write out what it has printed.

    Args:
        command: the command.

    Raises:
        SystemExit: if the command does, or something could not be read or written.
    """
    leaving: SystemExit | None = None
    try:
        try:
            command()
        except SystemExit as error:
            leaving = error
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError as error:
        for each in (sys.stdout, sys.stderr):
            _give_up(each)
        if not isinstance(error, BrokenPipeError):  # then nobody reads any more, as in `bytescope dis x.py | head`
            where = f" {error.filename!r}" if error.filename is not None else ""
            _say(f"bytescope: {error.strerror or error}{where}")
        raise SystemExit(1) from None
    if leaving is not None:
        raise leaving


def fill_streams() -> None:
    """Give this process the standard streams that it was started without, for a command that uses them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for good


def show_all_characters() -> None:
    """Escape characters that standard output cannot encode, for a command that prints text of programs."""
    reconfigure: Any = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None and getattr(sys.stdout, "errors", "") == "strict":
        reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """Return a text that every stream for UTF-8 takes: file names may have bytes in them that are no characters."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _give_up(stream: Any) -> None:
    """Discard what a stream has buffered, if it cannot be written."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _say(text: str) -> None:
    try:
        print(text, file=sys.stderr)
    except OSError:
        pass
