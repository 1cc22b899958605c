"""Readable output for the project's tools: headings, notes and commands whose output is shown as it comes."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_STYLES = {"heading": "1;36", "good": "32", "bad": "1;31", "note": "33"}


def _coloured(text: str, style: str) -> str:
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"
    return text


def say(text: str, style: str | None = None) -> None:
    """Print one line at once, whatever stdout is.

    Args:
        text: the line.
        style: `heading`, `good`, `bad` or `note`; only a terminal shows it.
    """
    sys.stdout.write((_coloured(text, style) if style else text) + "\n")  # at once, or lines of threads mix
    sys.stdout.flush()


def heading(text: str) -> None:
    """Begin a new part of the output."""
    say(f"\n=== {text} ".ljust(100, "="), "heading")


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    minutes: float = 10,
    quiet: bool = False,
) -> int:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        cwd: where it runs; the current folder when None.
        env: variables added to this process's own.
        minutes: how long it may take; after that it is killed.
        quiet: keep its output back, and show it only when it fails.

    Returns:
        The exit status; 124 when the time was up, 127 when there is no such program.
    """
    output = subprocess.PIPE if quiet else None
    try:
        finished = subprocess.run(
            [os.fspath(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if quiet else None,
            timeout=minutes * 60,
        )
    except FileNotFoundError:
        say(f"no such program: {command[0]}", "bad")
        return 127
    except subprocess.TimeoutExpired as expired:
        if quiet and expired.output:
            _show(expired.output)
        say(f"still running after {minutes:g} minutes, killed: {' '.join(map(str, command))}", "bad")
        return 124
    if quiet and finished.returncode:
        _show(finished.stdout)
    return finished.returncode


def _show(output: bytes) -> None:
    sys.stdout.write(output.decode(errors="replace"))
    sys.stdout.flush()


class Stopwatch:
    """Says how long something took, from the moment it is made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __str__(self) -> str:
        seconds = time.monotonic() - self._start
        return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
