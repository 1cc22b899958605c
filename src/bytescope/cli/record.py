"""`bytescope record`: a program, as `python` would run it, and its recording as a file and as a page."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

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

_GLOBS = {name: name[2:] for name in ("--include", "--exclude", "--files", "--functions", "--when")}
_OWN = ("--output", "--playground", "--steps", "--memory", "--keep", "--redact", *_GLOBS)
_PASSED = ("--guest", "--max-instructions", "--max-depth", "--timeout", "--max-memory")
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
    name, page, playground, rest = "", True, "", list(words)
    filters: dict[str, Any] = {}
    redacted: list[str] = []
    passed: list[str] = []
    while rest and rest[0].startswith("--"):
        option, equals, value = rest.pop(0).partition("=")
        if option == "--":
            break
        if option == "--help":
            print(HELP, end="")
            raise SystemExit
        if option == "--children" and not equals:
            filters["children"] = True
            continue
        if option == "--no-page" and not equals:
            page = False
            continue
        if option not in (*_OWN, *_PASSED):
            _usage(f"there is no option {option}{equals}{value}")
        if not equals:
            if not rest:
                _usage(f"{option} needs a value")
            value = rest.pop(0)
        if option == "--output":
            name = value
        elif option == "--playground":
            if not value.startswith(("http://", "https://")):
                _usage(f"--playground must begin with https:// or http://, got {value!r}")
            playground = value
        elif option == "--redact":
            redacted.append(value)
        elif option == "--keep":
            filters["keep"] = value
        elif option in ("--steps", "--memory"):
            filters[option[2:]] = _number(option, value)
        elif option in _PASSED:
            passed += [option, value]
        else:
            filters.setdefault(_GLOBS[option], []).append(value)
    if not rest:
        _usage("there is no program to record")
    if rest[0] == "-h":
        print(HELP, end="")
        raise SystemExit
    name = _without_suffix(name or _name_of(rest))
    file = f"{name}.html" if page else ""
    wanted = Recorded("bytescope record", f"{name}.bscope", file, filters, redacted, playground)
    run([*passed, "--", *rest], collecting, wanted)


def _number(option: str, text: str) -> int:
    try:
        return size_of(text) if option == "--memory" else int(text.replace("_", ""))
    except ValueError:
        _usage(f"{option} must be a whole number, got {text!r}")


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


def _usage(problem: Any) -> NoReturn:
    print(f"bytescope record: {problem}\n{USAGE}bytescope record --help says more", file=sys.stderr)
    raise SystemExit(2)
