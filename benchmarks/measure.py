"""Measure one program on several engines, in one process, in turns. Run as `python -m benchmarks.measure SPEC`.

pyperf stores the results; its runner does not fit: it finishes one benchmark before the next, and ratios need pairs.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from .catalogue import programs
from .engines import NATIVE, load

CLOCKS = {"thread_time": time.thread_time, "perf_counter": time.perf_counter}
SHORTEST = 0.004  # seconds: shorter runs are repeated until they take this long


class WrongResult(Exception):
    """An engine computed something else than CPython."""


def measure(name: str, engines: list[str], *, quick: bool, repetitions: int, clock: str) -> dict[str, Any]:
    """Time a program on each of *engines* in turns, forwards and backwards, so that drift hits all alike.

    Args:
        name: the program's.
        engines: names of engines; CPython comes first, as the one the others are compared with.
        quick: take the program's small size.
        repetitions: how many times each engine is timed.
        clock: a key of CLOCKS.

    Returns:
        For each engine its `values` (seconds for one run), `loops` (runs in one value) and `instructions` (in one run).

    Raises:
        WrongResult: if an engine's result is not CPython's.
    """
    (program,) = programs([name])
    size = program.quick if quick else program.size
    now = CLOCKS[clock]
    loaded = {engine: load(program, engine, size) for engine in engines}
    expected = None
    results: dict[str, Any] = {}
    for engine, (counter, work) in loaded.items():
        before = counter.instructions
        result = work()
        instructions = counter.instructions - before
        if engine == NATIVE:
            expected = result
        elif program.compared and result != expected:
            raise WrongResult(f"{engine} computes {str(result)[:200]}, CPython {str(expected)[:200]}")
        results[engine] = {"values": [], "loops": _loops(work, now), "instructions": instructions}
    for repetition in range(repetitions):
        for engine in engines if repetition % 2 == 0 else reversed(engines):
            loops = results[engine]["loops"]
            results[engine]["values"].append(time_of(loaded[engine][1], loops, now) / loops)
    return {"size": size, "engines": results}


def _loops(work: Callable[[], object], now: Callable[[], float]) -> int:
    loops = 1
    while time_of(work, loops, now) < SHORTEST:
        loops *= 2
    return loops


def time_of(work: Callable[[], object], loops: int, now: Callable[[], float]) -> float:
    """How long *loops* runs take."""
    gc.collect()
    start = now()
    for _ in range(loops):
        work()
    return now() - start


def main() -> None:
    spec = json.loads(sys.argv[1])
    import pyperf  # noqa: F401 - here, so that the programs that import it find it loaded, on every engine

    sys.setrecursionlimit(10_000)
    output, sys.stdout = sys.stdout, sys.stderr  # what a program prints is not a result
    results = measure(**spec)
    json.dump(results, output)


if __name__ == "__main__":
    main()
