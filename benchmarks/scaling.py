"""Scaling: time against the length of a run and against the size of a program. Both have to grow in proportion."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .catalogue import Program
from .children import ChildFailed, ask
from .engines import load
from .report import duration

LENGTHS = [100, 300, 1_000, 3_000]  # of the loops program: n * n turns, some 14 instructions each
SIZES = [100, 300, 1_000, 3_000]  # functions in a program
TOLERANCE = 2.0  # between the dearest and the cheapest unit
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


def report(engines: Sequence[str], *, quick: bool) -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether the growth is in proportion."""
    for engine in engines:
        for what, points in (("length", LENGTHS), ("size", SIZES)):
            try:
                measured = [ask("scaling", what, engine, point) for point in points[: 3 if quick else None]]
            except ChildFailed as problem:
                yield False, f"{engine}: {problem}"
                continue
            for amount, seconds in measured:
                unit = "instructions" if what == "length" else "functions"
                yield (
                    True,
                    f"{engine}: {amount:>12,} {unit:<13} {duration(seconds):>9}, {duration(seconds / amount)} each",
                )
            costs = [seconds / amount for amount, seconds in measured]
            ratio = max(costs) / min(costs)
            yield ratio <= TOLERANCE, f"{engine}: between the dearest and the cheapest by {what}: {ratio:.2f}x"


def length(engine: str, n: int) -> tuple[int, float]:
    """How many instructions a run of the loops program has, and its seconds."""
    source = Path(__file__).with_name("programs") / "loops.py"
    counter, work = load(Program("loops", n, n, lambda: source), engine, n)
    before = counter.instructions
    start = time.thread_time()
    work()
    return counter.instructions - before or 14 * n * n, time.thread_time() - start


def size(engine: str, n: int) -> tuple[int, float]:
    """The number of functions, and the seconds to compile, load and execute them all once."""
    from types import ModuleType

    from .engines import ENGINES

    loader = ENGINES[engine](Program("functions", n, n, Path))
    start = time.thread_time()
    code = compile("".join(FUNCTION.format(i) for i in range(n)), "<functions>", "exec")
    loader.execute(code, ModuleType("functions").__dict__)
    return n, time.thread_time() - start


def main() -> None:
    what, engine, n = sys.argv[1:]
    json.dump((length if what == "length" else size)(engine, int(n)), sys.stdout)


if __name__ == "__main__":
    main()
