"""`bytescope step`: a program, or a recording, stepped through in the terminal."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from bytescope.cli.passed_options import Command

USAGE = """\
usage: bytescope step [OPTION]... SCRIPT [ARGUMENT]...
       bytescope step [OPTION]... -m MODULE [ARGUMENT]...
       bytescope step [OPTION]... -c SOURCE [ARGUMENT]...
       bytescope step FILE.bscope
"""

HELP = (
    USAGE
    + """
Step through a program in the terminal, forwards and back, while it runs; or through a recording that `bytescope record`
has written. The key ? shows the keys.

options, which come before the program:
  --guest GLOB, --max-instructions N, --max-depth N, --timeout SECONDS, --max-memory SIZE
                         as for `bytescope run`
  --help                 show this text

The exit status is 0 once you leave, 130 after Ctrl-C, and that of the program if it ends before its first instruction.
"""
)

_COMMAND = Command("step", USAGE, HELP, "there is no program to step through")


def step(words: list[str]) -> NoReturn:
    """Step through what the words after `step` name.

    Args:
        words: these words.

    Raises:
        SystemExit: always.
    """
    passed, rest = _COMMAND.parse(words)
    if not (sys.stdin and sys.stdin.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        _COMMAND.refuse(
            "it needs a terminal as standard input and standard error; `bytescope record` makes a page instead"
        )
    try:
        from bytescope.tui.app import StepApp
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("textual", "rich"):
            raise
        _COMMAND.refuse("it needs the package textual: pip install 'bytescope[step]'", 1)
    try:
        steps = _recording(rest[0]) if rest[0].endswith(".bscope") else _program(passed, rest)
    except KeyboardInterrupt:
        _COMMAND.refuse("interrupted", 130)
    app = StepApp(steps)
    steps.changed = lambda: app.call_later(app.written)
    try:
        status = app.run()
    finally:
        steps.close()
    status = app.return_code if status is None else status
    if status in _LEFT:
        print(f"bytescope step: {_LEFT[status]}", file=sys.stderr)
    raise SystemExit(status)


_LEFT = {130: "interrupted", 129: "the terminal was closed", 143: "terminated"}
"""By exit status, what is said at the end."""


def _recording(path: str) -> Any:
    from bytescope.recording import Recording, Stepper
    from bytescope.tui.session import Recorded

    try:
        recording = Recording.load(path)
    except OSError as error:
        _COMMAND.refuse(f"cannot read {path}: {error.strerror}")
    except ValueError as error:
        _COMMAND.refuse(str(error))
    if not recording.steps:
        _COMMAND.refuse(f"{path}: nothing was recorded")
    return Recorded(Stepper(recording))


def _program(passed: list[str], words: list[str]) -> Any:
    import subprocess  # here, because not every platform has what it imports

    from bytescope.tui.wire import Program

    python = [sys.executable, *subprocess._args_from_interpreter_flags()]  # type: ignore[attr-defined]
    try:
        program = Program(lambda address: [*python, "-m", "bytescope", "run", "--step", address, *passed, "--", *words])
    except OSError as error:
        _COMMAND.refuse(f"the program cannot be started: {error}")
    if program.status is not None:
        for stream, text in program.written:
            print(text, end="", file=getattr(sys, stream))
        raise SystemExit(program.status if program.status >= 0 else 128 - program.status)
    return program
