"""`bytescope record`: a program, as `python` would run it, and its recording as a file and as a page."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from bytescope.cli.passed_options import Command
from bytescope.cli.recorded_run import Recorded
from bytescope.cli.run import run, size_of

USAGE = """\
usage: bytescope record [OPTION]... SCRIPT [ARGUMENT]...
       bytescope record [OPTION]... -m MODULE [ARGUMENT]...
       bytescope record [OPTION]... -c SOURCE [ARGUMENT]...
"""

HELP = (
    USAGE
    + """
Run a program as `bytescope run` does, record it instruction by instruction, and write two files when it ends, however
it ends: NAME.bscope, which bytescope reads, and NAME.html, a page to step through the run in any browser, offline.

options, which come before the program:
  --output NAME          write NAME.bscope and NAME.html; the default is the name of the script or module
  --no-page              write NAME.bscope only
  --playground URL       have the page link to the notebook that is served there, with the program's text
  --steps N, --memory SIZE
                         keep about so many steps, or bytes, of a longer run; the default is a million steps, 256M
  --keep last|first|both
                         of a longer run, keep the last steps, the first ones, or half of each
  --when GLOB            record only functions of these qualified names, and what they call (repeatable)
  --children             also record processes that the program forks, in NAME.PID.bscope and NAME.PID.html
  --redact NAME          keep the values of variables, attributes and keys of this name out of the files (repeatable)
  --include GLOB         record only these modules, whether the program imports them or is one (repeatable)
  --exclude GLOB         do not record these modules (repeatable)
  --files GLOB, --functions GLOB
                         record only what is in these files or functions (repeatable)
  --guest GLOB, --max-instructions N, --max-depth N, --timeout SECONDS, --max-memory SIZE
                         as for `bytescope run`
  --help                 show this text

The exit status is that of the program.
"""
)

_GLOBS = ("--include", "--exclude", "--files", "--functions", "--when")
_COMMAND = Command("record", USAGE, HELP, "there is no program to record")
_SUFFIXES = (".bscope", ".html")


def record(words: list[str], collecting: bool = True) -> NoReturn:
    """Run and record the program that the words after `record` name.

    Args:
        words: these words.
        collecting: whether the program is to start with the garbage collector on.

    Raises:
        SystemExit: if there is none.
        Launch: if there is.
    """
    texts = {"--output": "", "--playground": ""}
    redacted: list[str] = []
    filters: dict[str, Any] = {}
    without_page: list[bool] = []
    values: dict[str, Callable[[str], object]] = {
        **{option: partial(texts.__setitem__, option) for option in texts},
        "--redact": redacted.append,
        "--keep": partial(filters.__setitem__, "keep"),
        "--steps": lambda text: filters.update(steps=_number("--steps", text)),
        "--memory": lambda text: filters.update(memory=_number("--memory", text)),
        **{option: partial(_add, filters, option[2:]) for option in _GLOBS},
    }
    flags = {"--children": lambda: filters.update(children=True), "--no-page": lambda: without_page.append(True)}
    passed, rest = _COMMAND.parse(words, values, flags)
    playground = texts["--playground"]
    if playground and not playground.startswith(("http://", "https://")):
        _COMMAND.misused(f"--playground must begin with https:// or http://, got {playground!r}")
    name = _without_suffix(texts["--output"] or _name_of(rest))
    file = "" if without_page else f"{name}.html"
    wanted = Recorded("bytescope record", f"{name}.bscope", file, filters, redacted, playground)
    run([*passed, "--", *rest], collecting, wanted)


def _add(filters: dict[str, Any], name: str, value: str) -> None:
    filters.setdefault(name, []).append(value)


def _number(option: str, text: str) -> int:
    try:
        return size_of(text) if option == "--memory" else int(text.replace("_", ""))
    except ValueError:
        _COMMAND.misused(f"{option} must be a whole number, got {text!r}")


def _without_suffix(name: str) -> str:
    root, suffix = os.path.splitext(name)
    return root if suffix in _SUFFIXES else name


def _name_of(words: list[str]) -> str:
    """Return what the files are called unless it is said: after the program, in the current folder."""
    first, *rest = words
    if first.startswith("-c"):
        return "command"
    if first.startswith("-m"):
        return first[2:] or (rest[0] if rest else "module")
    if first == "-":
        return "stdin"
    base = os.path.basename(os.path.abspath(first))
    return os.path.splitext(base)[0] or base
