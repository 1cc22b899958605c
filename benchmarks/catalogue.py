"""The programs that are measured: the project's own, and those of pyperformance (see borrowed.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

Namespace = dict[str, Any]
Work = Callable[[], object]

OWN = Path(__file__).with_name("programs")
CORE = ("fib", "loops", "nbody", "json_parser", "richards")


def _run(namespace: Namespace, size: int) -> Work:
    return partial(namespace["run"], size)


@dataclass(frozen=True)
class Program:
    """One program to measure.

    Attributes:
        name: what it is called in tables and on the command line.
        size: how much work one run is: some 5 ms on CPython.
        quick: the same for `--quick`, some 1.5 ms.
        source: gives the file with the program's source.
        entry: makes, from the loaded program's globals and a size, the function to time.
        modules: modules that are loaded anew, as part of the program.
        without: modules that the program must not find (accelerators in C).
        compared: whether the results of two runs are equal and can be checked.
    """

    name: str
    size: int
    quick: int
    source: Callable[[], Path]
    entry: Callable[[Namespace, int], Work] = _run
    modules: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    compared: bool = True


def _own(name: str, size: int, quick: int) -> Program:
    return Program(name, size, quick, lambda: OWN / f"{name}.py")


OWN_PROGRAMS = [
    _own("fib", 22, 19),
    _own("loops", 250, 140),
    _own("nbody", 900, 300),
    _own("json_parser", 110, 35),
    _own("richards", 900, 300),
    _own("deltablue", 60, 25),
    _own("strings", 50, 16),
    _own("generators", 5000, 1500),
    _own("exceptions", 500, 160),
    _own("classes", 250, 80),
]


def programs(patterns: Sequence[str] = ()) -> list[Program]:
    """The programs whose names fit one of *patterns*, all when there is none; `core` stands for the five of CORE.

    Raises:
        LookupError: if a pattern fits no program.
    """
    from .borrowed import BORROWED_PROGRAMS

    every = [*OWN_PROGRAMS, *BORROWED_PROGRAMS]
    if not patterns:
        return every
    wanted = [name for pattern in patterns for name in (CORE if pattern == "core" else (pattern,))]
    for pattern in wanted:
        if not any(fnmatchcase(program.name, pattern) for program in every):
            raise LookupError(f"no program is called {pattern!r}; there are {', '.join(p.name for p in every)}")
    return [program for program in every if any(fnmatchcase(program.name, pattern) for pattern in wanted)]
