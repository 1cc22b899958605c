"""Weaving a function with many statements of one kind: the time has to grow in proportion to their number."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator

from .children import ChildFailed, ask

STATEMENTS = {
    "with": "with a: b = 1",
    "try": "try: b = a()\n  except KeyError: b = 1",
    "comprehension": "b = [c for c in a]",
    "for": "for b in a: pass",
}
AMOUNTS = [1_000, 4_000]
REPETITIONS = 3
TOLERANCE = 2.0  # between the times for each statement of the most and of the fewest


def report() -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limit."""
    for kind in STATEMENTS:
        try:
            few, many = (ask("statements", kind, amount) for amount in AMOUNTS)
        except ChildFailed as problem:
            yield False, str(problem)
            continue
        each = [seconds / amount * 1e6 for seconds, amount in zip((few, many), AMOUNTS, strict=True)]
        counts = " and ".join(f"{amount:,}" for amount in AMOUNTS)
        yield (
            each[1] <= TOLERANCE * each[0],
            f"weaving {counts} {kind} statements: {few:.2f} and {many:.2f} s, {each[1] / each[0]:.2f}x for each",
        )


def measure(kind: str, amount: int) -> float:
    """Return the seconds of processor time, the least of several, to weave a function of so many statements.

    Args:
        kind: of `STATEMENTS`.
        amount: how many.
    """
    import bytescope
    from bytescope.analysis.engines.woven import WOVEN

    class Lines(bytescope.Analysis):
        def line(self, site: bytescope.Site) -> None:
            pass

        def call(self, site: bytescope.Site, function: object, args: object, kwargs: object, result: object) -> None:
            pass

    source = "async def work(a):\n" + f"  {STATEMENTS[kind]}\n" * amount
    WOVEN.store = None  # nothing is found in the cache
    gc.disable()
    times = []
    for _ in range(REPETITIONS):
        code = compile(source, "many.py", "exec")
        with bytescope.attach(Lines(), include=["many"]):
            start = time.thread_time()
            WOVEN.load(code, "many")
            times.append(time.thread_time() - start)
    return min(times)


def main() -> None:
    kind, amount = sys.argv[1:]
    json.dump(measure(kind, int(amount)), sys.stdout)


if __name__ == "__main__":
    main()
