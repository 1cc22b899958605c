"""Launch arguments, named as debugpy's, and the command that they ask for."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass, field
from typing import Any

from bytescope.dap.connection import RequestError, argument

__all__ = ["Launch"]


@dataclass(frozen=True)
class Launch:
    """Arguments of a launch: the program or recording to debug, and how.

    target: the words of the command line that name the program; recording: the `.bscope` that is opened instead of a
    program; arguments: those of the program; python: the interpreter and its options; cwd: the folder; env: variables
    besides those of this process, None for those that are removed; guests: globs over modules to record as well;
    stop_on_entry, stop_at_end: whether to stop before the first, and at the last step;
    debug: whether to record at all; live: whether to step while the program runs; name: what the client calls it.
    """

    target: tuple[str, ...] = ()
    recording: str | None = None
    arguments: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    cwd: str = ""
    env: dict[str, str | None] = field(default_factory=dict)
    guests: tuple[str, ...] = ()
    stop_on_entry: bool = False
    stop_at_end: bool = False
    debug: bool = True
    live: bool = False
    name: str = ""

    @classmethod
    def of(cls, given: dict[str, Any]) -> Launch:
        """Return what the arguments of a launch request say.

        Raises:
            RequestError: if one is wrong, or there is no program.
        """
        target, name = _target(given)
        cwd = os.path.abspath(argument(given, "cwd", str) or os.getcwd())
        if not os.path.isdir(cwd):
            raise RequestError(f"cwd: there is no folder {cwd!r}")
        recording = None
        if "program" in given and not target[0].startswith("-"):
            path = os.path.join(cwd, target[0])
            if not os.path.exists(path):
                raise RequestError(f"program: there is no file {path!r}")
            recording = path if path.endswith(".bscope") else None
        guests = _words(given, "guests")
        if not argument(given, "justMyCode", bool, True):
            guests = ("*", *guests)
        return cls(
            target=target,
            recording=recording,
            arguments=_words(given, "args"),
            python=_words(given, "python") or (sys.executable,),
            cwd=cwd,
            env=_env(given),
            guests=guests,
            stop_on_entry=argument(given, "stopOnEntry", bool, False),
            stop_at_end=argument(given, "stopAtEnd", bool, False),
            debug=not argument(given, "noDebug", bool, False),
            live=argument(given, "live", bool, True) and recording is None,
            name=name,
        )

    def command(self, *command: str) -> list[str]:
        """Return the command that runs the program: by a command of bytescope unless it is not to be debugged."""
        words = [*self.python, "-u"]
        if self.debug:
            words += ["-m", "bytescope", *command]
            words += [word for glob in self.guests for word in ("--guest", glob)]
        return [*words, *self.target, *self.arguments]

    def environment(self) -> dict[str, str]:
        """Return the environment of the program."""
        found = dict(os.environ)
        for name, value in self.env.items():
            found.pop(name, None)
            if value is not None:
                found[name] = value
        return found


def _target(given: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    named = [name for name in ("program", "module", "code") if given.get(name) is not None]
    if len(named) != 1:
        raise RequestError(f"one of 'program', 'module' and 'code' must say what to debug, got {named or 'none'}")
    name = named[0]
    if name == "code" and isinstance(given[name], list):
        return ("-c", "\n".join(map(str, given[name]))), "<string>"
    value: str = argument(given, name, str)
    if not value or "\0" in value:
        raise RequestError(f"{name} must name something, got {value!r}")
    option = {"module": ("-m",), "code": ("-c",), "program": ()}[name]
    return (*option, value), "<string>" if name == "code" else value


def _words(given: dict[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(shlex.split(value, posix=os.name == "posix")) if name == "args" else (value,)
    if not isinstance(value, list) or not all(isinstance(each, (str, int, float)) for each in value):
        raise RequestError(f"{name} must be a string or a list of strings, got {value!r}")
    return tuple(map(str, value))


def _env(given: dict[str, Any]) -> dict[str, str | None]:
    found: dict[str, Any] = argument(given, "env", dict, {})
    for name, value in found.items():
        if not name or "=" in name or "\0" in name or not (value is None or isinstance(value, (str, int))):
            raise RequestError(f"env: {name!r} must have a string as its value, got {value!r}")
    return {name: None if value is None else str(value) for name, value in found.items()}
