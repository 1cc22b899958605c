"""Options before a program, of commands that pass some of them on to `bytescope run`: `record` and `step`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

PASSED = ("--guest", "--max-instructions", "--max-depth", "--timeout", "--max-memory")


class Command:
    """A command that takes options and then a program.

    Args:
        name: its name.
        usage: what it says first if it is misused.
        text: what `--help` says.
        without: what is missing if no program is named.
    """

    def __init__(self, name: str, usage: str, text: str, without: str) -> None:
        self.name = name
        self._usage = usage
        self._text = text
        self._without = without

    def parse(
        self,
        words: list[str],
        values: Mapping[str, Callable[[str], object]] | None = None,
        flags: Mapping[str, Callable[[], object]] | None = None,
    ) -> tuple[list[str], list[str]]:
        """Return the options that are passed on, and the program with its arguments.

        Args:
            words: what follows the command.
            values: takes the value of each option of its own.
            flags: is told of each option of its own that has none.

        Raises:
            SystemExit: if help is asked for, or something is wrong.
        """
        values, flags = values or {}, flags or {}
        passed: list[str] = []
        rest = list(words)
        while rest and rest[0].startswith("--"):
            option, equals, value = rest.pop(0).partition("=")
            if option == "--":
                break
            if option == "--help":
                self._help()
            if option in flags and not equals:
                flags[option]()
                continue
            if option not in values and option not in PASSED:
                self.misused(f"there is no option {option}{equals}{value}")
            if not equals:
                if not rest:
                    self.misused(f"{option} needs a value")
                value = rest.pop(0)
            if option in values:
                values[option](value)
            else:
                passed += [option, value]
        if rest[:1] == ["-h"]:
            self._help()
        if not rest:
            self.misused(self._without)
        return passed, rest

    def _help(self) -> NoReturn:
        print(self._text, end="")
        raise SystemExit

    def misused(self, problem: object) -> NoReturn:
        """Report a misuse with the command's usage, and exit."""
        name = f"bytescope {self.name}"
        print(f"{name}: {problem}\n{self._usage}{name} --help says more", file=sys.stderr)
        raise SystemExit(2)

    def refuse(self, problem: object, status: int = 2) -> NoReturn:
        """Report why the command cannot be executed, and exit."""
        print(f"bytescope {self.name}: {problem}", file=sys.stderr)
        raise SystemExit(status)
