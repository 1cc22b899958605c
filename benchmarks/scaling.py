"""Scaling: time and memory against the length of a run and the size of a program. Both have to grow in proportion."""

from __future__ import annotations

import gc
import json
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isqrt
from pathlib import Path

from .catalogue import Program
from .children import ChildFailed, ask
from .engines import NATIVE, load
from .memory import resident
from .report import duration

LENGTHS = [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]  # guest instructions
LONG = [30_000_000, 100_000_000]
SIZES = [100, 300, 1_000, 3_000]  # functions in a program
LARGE = [10_000]
TURN = 14  # instructions in a turn of the loops program, which has n * n of them
TOLERANCE = 2.0  # between the unit of the largest amount and the cheapest
GROWTH_LIMIT = 8 << 20  # bytes by which a longer run of the same program may need more
FUNCTION = """
def function_{0}(a, b):
    total = a * {0} + b
    for item in (a, b, {0}):
        if item > total:
            total -= item
        else:
            total += len([item, a])
    return total
result = function_{0}({0}, 2)
"""
UNITS = {"length": "instructions", "size": "functions"}


@dataclass(frozen=True)
class Point:
    """One measurement.

    Attributes:
        engine: the engine's name.
        what: "length" or "size".
        amount: instructions executed, or functions compiled, loaded and called once.
        seconds: processor time.
        memory: bytes by which the resident set has grown.
    """

    engine: str
    what: str
    amount: int
    seconds: float
    memory: int


def measure(engines: Sequence[str], *, quick: bool, full: bool) -> Iterator[Point | ChildFailed]:
    """Measure all points, each in a process of its own.

    Args:
        engines: their names.
        quick: leave the longest out.
        full: up to 10**8 instructions, which takes minutes.
    """
    lengths, sizes = LENGTHS + LONG * full, SIZES + LARGE * full
    for engine in engines:
        for what, amounts in (("length", lengths), ("size", sizes)):
            for amount in amounts[: 3 if quick else None]:
                try:
                    yield Point(engine, what, *ask("scaling", what, engine, amount))
                except ChildFailed as problem:
                    yield problem


def report(points: Sequence[Point]) -> Iterator[tuple[bool, str]]:
    """Lines about the points, each with whether the growth is in proportion."""
    for point in points:
        each = duration(point.seconds / point.amount)
        text = f"{point.engine}: {point.amount:>12,} {UNITS[point.what]:<13}"
        yield True, f"{text} {duration(point.seconds):>9}, {each} each; {point.memory / 2**20:.1f} MB"
    for engine, what in dict.fromkeys((point.engine, point.what) for point in points if point.engine != NATIVE):
        own = [point for point in points if (point.engine, point.what) == (engine, what)]
        costs = [point.seconds / point.amount for point in own]
        ratio = costs[-1] / min(costs)  # the first ones bear what is done once, and may cost more
        yield ratio <= TOLERANCE, f"{engine}: time for one of the most, by {what}: {ratio:.2f}x of the cheapest"
        if what == "length":
            growth = max(point.memory for point in own) - min(point.memory for point in own)
            text = f"{engine}: memory of a run, the largest and the smallest: {growth / 2**20:.1f} MB apart"
            yield growth <= GROWTH_LIMIT, text
        else:
            first, last = own[0], own[-1]
            slope = (last.memory - first.memory) / (last.amount - first.amount)
            yield True, f"{engine}: {slope:,.0f} bytes for a function more"


def as_json(points: Sequence[Point]) -> str:
    """The points as JSON, with the version of Python."""
    found = {"python_version": platform.python_version(), "points": [asdict(point) for point in points]}
    return json.dumps(found, indent=1) + "\n"


def length(engine: str, instructions: int) -> tuple[int, float, int]:
    """Run the loops program for about so many instructions: how many it were, seconds, bytes."""
    n = isqrt(instructions // TURN)
    source = Path(__file__).with_name("programs") / "loops.py"
    counter, work = load(Program("loops", n, n, lambda: source), engine, n)
    before, memory = counter.instructions, resident()
    start = time.thread_time()
    work()
    seconds = time.thread_time() - start
    return counter.instructions - before or TURN * n * n, seconds, resident() - memory


def size(engine: str, functions: int) -> tuple[int, float, int]:
    """Compile, load and execute a program of so many functions, each once: their number, seconds, bytes."""
    from types import ModuleType

    from .engines import ENGINES

    loader = ENGINES[engine](Program("functions", functions, functions, Path))
    gc.disable()  # as timeit does: what the collector takes depends on all else that there is in the process
    memory = resident()
    start = time.thread_time()
    code = compile("".join(FUNCTION.format(i) for i in range(functions)), "<functions>", "exec")
    module = ModuleType("functions")
    loader.execute(code, vars(module))
    return functions, time.thread_time() - start, resident() - memory


def main() -> None:
    what, engine, amount = sys.argv[1:]
    json.dump((length if what == "length" else size)(engine, int(amount)), sys.stdout)


if __name__ == "__main__":
    main()
