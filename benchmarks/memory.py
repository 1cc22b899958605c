"""Memory: what a frame costs in a deep recursion, and whether calls leave anything behind."""

import gc
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from .catalogue import Program
from .children import ChildFailed, ask
from .engines import NATIVE, load

PROGRAMS = Path(__file__).with_name("programs")
DEPTH = 10_000
PROBE_EVERY = 1_000
FRAME_LIMIT = 4096
GROWTH_LIMIT = 0.01  # memory blocks left behind by one call
CALLS = {"call": 100_000, "method": 100_000, "generator": 100_000, "exception": 100_000, "closure": 100_000,
         "class": 2_000, "exec": 2_000}  # fmt: skip


def report(engines: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limits."""
    native = _frame_bytes(NATIVE)
    yield True, f"bytes for a frame, at {DEPTH:,} frames: {NATIVE} {native:,.0f}"
    for engine in engines:
        try:
            cost = _frame_bytes(engine)
        except ChildFailed as problem:
            yield False, f"bytes for a frame: {engine} FAILED: {problem}"
        else:
            yield (
                cost <= FRAME_LIMIT,
                f"bytes for a frame, at {DEPTH:,} frames: {engine} {cost:,.0f} of {FRAME_LIMIT:,}",
            )
    for engine in engines:
        try:
            growth = ask("memory", "leaks", engine)
        except ChildFailed as problem:
            yield False, f"growth: {engine} FAILED: {problem}"
            continue
        for kind, blocks in growth.items():
            good = blocks <= GROWTH_LIMIT * CALLS[kind]
            yield good, f"memory blocks left after {CALLS[kind]:>7,} of {kind:<10} {engine} {blocks:+}"


def _frame_bytes(engine: str) -> float:
    return ask("memory", "frames", engine)  # type: ignore[no-any-return]


def frames(engine: str) -> float:
    """How much the resident set grows with each level of a recursion: the slope between its ends."""
    _, work = load(Program("recursion", DEPTH, DEPTH, lambda: PROGRAMS / "recursion.py"), engine, DEPTH)
    sys.setrecursionlimit(DEPTH * 20)
    probes: list[tuple[int, int]] = []
    work.keywords.update(probe=lambda depth: probes.append((depth, resident())), every=PROBE_EVERY)  # type: ignore[attr-defined]
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    (first, before), (last, after) = probes[1], probes[-1]  # what is allocated once is over by the second probe
    return (after - before) / (first - last)


def leaks(engine: str) -> dict[str, int]:
    """How many more memory blocks there are after many calls of each kind than before."""
    growth = {}
    for kind, calls in CALLS.items():
        _, work = load(Program("calls", calls, calls, lambda: PROGRAMS / "calls.py"), engine, calls)
        work.keywords.update(kind=kind)  # type: ignore[attr-defined]
        for _ in range(2):  # the first time fills caches
            gc.collect()
            before = sys.getallocatedblocks()
            work()
            gc.collect()
            growth[kind] = sys.getallocatedblocks() - before
    return growth


def resident() -> int:
    """Return the resident set of this process, in bytes."""
    return psutil.Process().memory_info().rss


def main() -> None:
    what, engine = sys.argv[1:]
    json.dump(frames(engine) if what == "frames" else leaks(engine), sys.stdout)


if __name__ == "__main__":
    main()
