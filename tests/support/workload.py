"""A program that does some of everything, in many small functions, and says what came out."""

from __future__ import annotations

import asyncio
import traceback
import types
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SOURCE = """
import functools

class Shape:
    sides = 0
    def __init__(self, name):
        self.name = name
    @property
    def label(self):
        return f"{self.name}/{self.sides}"
    def __eq__(self, other):
        return self.label == other.label

class Square(Shape):
    sides = 4
    def __init__(self, size):
        super().__init__(f"square{size}")
        self.size = size

@functools.lru_cache(maxsize=4)
def cubed(n):
    return n ** 3
"""


class Odd(Exception):
    """What the workload raises."""


def counted(n: int) -> int:
    """Return the successor, and be counted."""
    return n + 1


def fibonacci(n: int) -> int:
    """Recurse."""
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def raising() -> list[Any]:
    """Raise, catch, unwind, and look at tracebacks."""
    got: list[Any] = []
    for i in range(6):
        try:
            try:
                if i % 3 == 0:
                    raise Odd(i)
                got.append(i)
            finally:
                got.append("f")
        except Odd as error:
            entry = traceback.extract_tb(error.__traceback__)[-1]
            got.append((error.args, entry.name, (entry.lineno or 0) - raising.__code__.co_firstlineno))
    return got


@contextmanager
def around(log: list[str]) -> Iterator[str]:
    """Be a context."""
    log.append("in")
    try:
        yield "inside"
    finally:
        log.append("out")


def generating(n: int) -> Iterator[int]:
    """Yield, receive and delegate."""
    total = 0
    for i in range(n):
        sent = yield i + total
        total += sent or 1
    yield from (each * 2 for each in range(3))


def contexts() -> tuple[Any, ...]:
    """Run contexts and generators."""
    log: list[str] = []
    with around(log) as what:
        log.append(what)
    values = generating(4)
    first = next(values)
    return log, first, values.send(7), tuple(values), tuple(i for i in range(300) if i % 7 == 3)


def containers() -> tuple[Any, ...]:
    """Fill and search containers."""
    table = {str(i): [i, i * i] for i in range(20)}
    table.update({"x": [1]})
    missing = []
    for key in ("3", "y", "17"):
        try:
            table[key].append(0)
        except KeyError as error:
            missing.append(error.args[0])
    text = ",".join(sorted(table, key=lambda key: (len(key), key)))
    a, *b, c = text.split(",")
    return missing, text.startswith("0,1"), a, len(b), c, {k: v for k, v in table.items() if v[0] > 17}, text.find("9")


def classes() -> tuple[Any, ...]:
    """Execute a module's source text and use its classes."""
    module = types.ModuleType("workload_module")
    exec(compile(SOURCE, "workload_module.py", "exec"), vars(module))
    squares: Any = [module.Square(each) for each in range(3)]
    return [each.label for each in squares], squares[0] == module.Square(0), [module.cubed(n) for n in (1, 2, 1, 5)]


def freed() -> bool:
    """Drop an object that nobody else has."""
    held = Odd()
    gone = weakref.ref(held)
    del held
    return gone() is None


def matching(value: object) -> str:
    """Match patterns."""
    match value:
        case [int(x), *rest] if rest:
            return f"list {x} {len(rest)}"
        case {"k": str(v)}:
            return "mapping " + v
        case Odd():
            return "odd"
        case _:
            return "other"


async def sleeping(n: int) -> int:
    """Await."""
    for _ in range(n):
        await asyncio.sleep(0)
    return counted(n)


async def tasks() -> list[int]:
    """Run tasks."""
    return list(await asyncio.gather(*(sleeping(n) for n in range(4))))


def work() -> tuple[Any, ...]:
    """Do some of everything."""
    total = 0
    for n in range(10):
        total += counted(n)
    matched = [matching(each) for each in ([1, 2], {"k": "v"}, Odd(), 3)]
    return total, fibonacci(9), raising(), contexts(), containers(), classes(), matched, asyncio.run(tasks())


COUNTED = 14
"""Calls of `counted` in one run of `work`."""
