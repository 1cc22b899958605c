"""Attaching: what it costs to attach and detach, against the number of objects that have nothing to do with it.

And calling: what `VM.call` costs, once all has been translated, against the number of functions of the module.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator

from .children import ChildFailed, ask

OBJECTS = [10_000, 100_000, 1_000_000]
REPETITIONS = 9
TOLERANCE = 1.5  # between the times beside most and fewest objects; the collector itself is off
ENGINES = ("woven", "interpreter")
FUNCTIONS = [1, 100, 1_000, 10_000]
CALL_TOLERANCE = 3.0  # between the times for each function of the most and of a thousand


def report() -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limit."""
    for engine in ENGINES:
        seconds: dict[int, float] = {}
        for amount in OBJECTS:
            try:
                seconds[amount] = ask("attaching", engine, amount)
            except ChildFailed as problem:
                yield False, str(problem)
            else:
                yield True, f"{engine}: attach and detach beside {amount:>9,} objects: {seconds[amount] * 1e3:.2f} ms"
        if len(seconds) == len(OBJECTS):
            ratio = seconds[OBJECTS[-1]] / seconds[OBJECTS[0]]
            yield ratio <= TOLERANCE, f"{engine}: beside the most and the fewest: {ratio:.2f}x"
    milliseconds = {}
    for amount in FUNCTIONS:
        try:
            milliseconds[amount] = ask("attaching", "call", amount) * 1e3
        except ChildFailed as problem:
            yield False, str(problem)
        else:
            yield True, f"VM.call in a module of {amount:>6,} functions: {milliseconds[amount]:.2f} ms"
    if len(milliseconds) == len(FUNCTIONS):
        ratio = milliseconds[10_000] / milliseconds[1_000] / 10
        yield ratio <= CALL_TOLERANCE, f"VM.call, for each function of the most and of a thousand: {ratio:.2f}x"


def measure(engine: str, amount: int) -> float:
    """Return the seconds of processor time, the least of several, of one attachment to a module of the library.

    Args:
        engine: of `attach`.
        amount: how many objects that the collector knows are in the process besides.
    """
    import textwrap

    import bytescope

    class Calls(bytescope.Analysis):
        def call(self, site: object, function: object, args: object, kwargs: object, result: object) -> None:
            pass

    unrelated: list[list[object]] = [[] for _ in range(amount)]
    gc.disable()
    times = []
    for _ in range(REPETITIONS):
        start = time.thread_time()
        with bytescope.attach(Calls(), include=["textwrap"], engine=engine):
            textwrap.dedent(" a\n b")
        times.append(time.thread_time() - start)
    assert len(unrelated) == amount
    return min(times)


def calling(amount: int) -> float:
    """Return the seconds of processor time, the least of several, of a `VM.call` in a module of so many functions."""
    import bytescope

    module = {"__name__": "many"}
    exec("".join(f"def f{number}(): return {number}\n" for number in range(amount)), module)
    vm = bytescope.VM()
    times = []
    for _ in range(REPETITIONS):
        start = time.thread_time()
        vm.call(module["f0"])
        times.append(time.thread_time() - start)
    return min(times)


def main() -> None:
    engine, amount = sys.argv[1:]
    json.dump(calling(int(amount)) if engine == "call" else measure(engine, int(amount)), sys.stdout)


if __name__ == "__main__":
    main()
