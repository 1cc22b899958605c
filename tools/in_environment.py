"""Run a Python command in the environment of the newest CPython found, made first if need be.

usage: python tools/in_environment.py [--or-bare] [--group GROUP]... ARGUMENT...

GROUP is a lock in requirements/ to install besides `test`; the arguments are those of `python`. With --or-bare, a
machine on which no environment can be made gets the command all the same, from the source tree, without dependencies.
"""

import os
import sys
from pathlib import Path

from console import say
from environments import ROOT, SetupError, newest_environment


def main(arguments: list[str]) -> None:
    or_bare = arguments[:1] == ["--or-bare"]
    if or_bare:
        arguments = arguments[1:]
    groups = []
    while arguments[:1] == ["--group"]:
        groups.append(arguments[1])
        arguments = arguments[2:]
    try:
        python = newest_environment(groups)
    except SetupError as problem:
        say(f"set-up failed: {problem}", "bad")
        if not or_bare:
            raise SystemExit(2) from None
        say("going on without an environment: bytescope itself has no dependencies", "note")
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        python = Path(sys.executable)
    os.execv(python, [str(python), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
