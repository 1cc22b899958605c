"""Run a Python command in the environment of the newest CPython found, made first if need be.

usage: python tools/in_environment.py [--group GROUP]... ARGUMENT...

GROUP is a lock in requirements/ to install besides `test`; the arguments are those of `python`.
"""

import os
import sys

from console import say
from environments import SetupError, newest_environment


def main(arguments: list[str]) -> None:
    groups = []
    while arguments[:1] == ["--group"]:
        groups.append(arguments[1])
        arguments = arguments[2:]
    try:
        python = newest_environment(groups)
    except SetupError as problem:
        say(f"set-up failed: {problem}", "bad")
        raise SystemExit(2) from None
    os.execv(python, [str(python), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
