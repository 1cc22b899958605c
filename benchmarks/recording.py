"""Recording: what it costs for each instruction and step, and how fast a recording is read."""

import json
import math
import sys
import time
from collections.abc import Iterator

import bytescope
from bytescope.recording import Cursor, record
from bytescope.recording.file import encode
from bytescope.recording.showing import text_of

from .catalogue import CORE, programs
from .children import ChildFailed, ask
from .memory import resident

MICROSECONDS = 1.2
"""Limit of a recorded instruction, as the geometric mean over the core programs."""
IN_MEMORY, IN_FILE = 80, 6
"""Limits of bytes a step."""
BACK, SNAPSHOT = 10.0, 0.5
"""Limits in milliseconds: 10,000 steps back; all frames, variables and operands at one step."""
MEMORY = 256 << 20
"""Limit of what a run of 10**6 steps takes."""


def report(*, quick: bool) -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limits."""
    costs = []
    for name in CORE:
        try:
            found = ask("recording", name, str(int(quick)))
        except ChildFailed as problem:
            yield False, f"{name} FAILED: {problem}"
            continue
        costs.append(found["microseconds"])
        within = found["memory"] <= IN_MEMORY and found["file"] <= IN_FILE
        within &= found["back"] <= BACK and found["snapshot"] <= SNAPSHOT
        yield (
            within,
            f"{name:<12} {found['steps']:>9,} steps  {found['microseconds']:5.2f} us an instruction"
            f" ({found['plain']:.2f} unrecorded)  {found['memory']:5.1f} B a step in memory, {found['file']:.1f} in a"
            f" file  10,000 steps back {found['back']:.1f} ms  snapshot {found['snapshot']:.2f} ms",
        )
    if costs:
        mean = math.exp(sum(map(math.log, costs)) / len(costs))
        yield mean <= MICROSECONDS, f"geometric mean {mean:.2f} us an instruction, of {MICROSECONDS}"
    try:
        grown = ask("recording", "million", "0")
    except ChildFailed as problem:
        yield False, f"10**6 steps FAILED: {problem}"
    else:
        yield grown <= MEMORY, f"10**6 steps of a longer run take {grown / 2**20:,.0f} MB, of {MEMORY >> 20}"


def measure(name: str, quick: bool) -> dict[str, float]:
    """Measure one program."""
    (program,) = programs([name])
    source = compile(program.source().read_text(encoding="utf-8"), f"{name}.py", "exec")
    size = program.quick if quick else program.size
    vm = bytescope.VM()

    def run() -> float:
        namespace = {"__name__": "benchmark"}
        vm.exec(source, namespace)
        begin = time.process_time()
        vm.exec(f"run({size})", namespace)
        return time.process_time() - begin

    run()
    plain = min(run() for _ in range(3))
    with record() as recording:
        run()  # makes the handlers
    times = []
    for _ in range(3):
        with record() as recording:
            times.append(run())
    tape = recording.tape
    tape.settle()
    steps = recording.steps
    cursor = recording.at(steps)
    distance = min(10_000, steps)
    begin = time.process_time()
    cursor.go(steps - distance)
    back = (time.process_time() - begin) * 1000 * 10_000 / distance
    middle = range(steps // 2, steps // 2 + 20)
    cursor.go(middle[0])
    begin = time.process_time()
    for step in middle:
        cursor.go(step)
        look(cursor)
    snapshot = (time.process_time() - begin) / len(middle) * 1000
    return {
        "steps": steps,
        "plain": plain / steps * 1e6,
        "microseconds": min(times) / steps * 1e6,
        "memory": (len(tape.rows) * tape.rows.itemsize + sys.getsizeof(tape.log)) / steps,
        "file": len(encode(tape)) / steps,
        "back": back,
        "snapshot": snapshot,
    }


def look(cursor: Cursor) -> None:
    """Make all that a front end shows at a step: frames, variables and operands, containers two levels deep."""
    for frame in cursor.frames[:20]:
        for value in (*frame.variables.values(), *frame.operands):
            text_of(value, cursor)


def million() -> int:
    """Return by how many bytes this process grows while a run of more than 10**6 steps is recorded."""
    source = "def f(n):\n    return [n, n + 1]\nfor n in range(200_000):\n    kept = f(n)\n"
    vm = bytescope.VM()
    with record(steps=1000):
        vm.exec(source.replace("200_000", "100"))
    before = resident()
    with record() as recording:
        vm.exec(source)
    assert recording.steps >= 1_000_000
    return resident() - before


def main() -> None:
    """Measure what the arguments name, in a process of its own."""
    name, quick = sys.argv[1:]
    json.dump(million() if name == "million" else measure(name, quick == "1"), sys.stdout)


if __name__ == "__main__":
    main()
