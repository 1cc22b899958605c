"""Start-up: what `bytescope run` costs before the program's first line."""

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .report import duration
from .suite import environment

PYTHON = [sys.executable]
BYTESCOPE = [sys.executable, "-m", "bytescope", "run"]
LIMIT = 2.5
REPETITIONS = 15
BIG_FILE = 5_000_000
TIME_LIMIT = 300


@dataclass(frozen=True)
class Cost:
    """Wall time and processor time of a process, in seconds."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{duration(self.wall)} ({duration(self.processor)} processor time)"


def report(*, quick: bool) -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limits."""
    native, machine = _in_turns(["-c", "pass"], 5 if quick else REPETITIONS)
    ratio = machine.processor / native.processor  # on an idle machine this is the ratio of the wall times
    yield True, f"-c pass: CPython {native}"
    yield True, f"-c pass: bytescope {machine}"
    yield ratio <= LIMIT, f"-c pass: {machine.wall / native.wall:.2f}x, by processor time {ratio:.2f}x of {LIMIT}x"
    modules = sorted(_imported(), reverse=True)
    total = sum(own for own, _ in modules) / 1000
    yield True, f"{len(modules)} modules that CPython does not import, {total:.1f} ms; the dearest:"
    for own, name in modules[:6]:
        yield True, f"    {own / 1000:6.2f} ms  {name}"
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "big.json"
            records = (f'{{"id": {i}, "tags": ["a", "b"], "ok": true}}' for i in range(BIG_FILE // 42))
            path.write_text("[" + ",\n".join(records) + "]")
            native, machine = _in_turns(["-m", "json.tool", str(path)], 3)
            size = path.stat().st_size / 1e6
        yield True, f"json.tool on {size:.1f} MB: CPython {native}"
        yield True, f"json.tool on {size:.1f} MB: bytescope {machine}, {machine.processor / native.processor:.2f}x"


def _in_turns(arguments: list[str], repetitions: int) -> tuple[Cost, Cost]:
    pairs = [(_cost(PYTHON + arguments), _cost(BYTESCOPE + arguments)) for _ in range(repetitions + 1)]
    natives, machines = zip(*pairs[1:], strict=True)  # the first may have to write bytecode files
    return _median(natives), _median(machines)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.wall for cost in costs), median(cost.processor for cost in costs))


def _cost(command: list[str]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), timeout=TIME_LIMIT, check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _imported() -> Iterator[tuple[int, str]]:
    """The modules that only bytescope imports: own time in microseconds, and name."""
    plain = {name for _, name in _import_times(PYTHON)}
    for own, name in _import_times(BYTESCOPE):
        if name not in plain:
            yield own, name


def _import_times(command: list[str]) -> Iterator[tuple[int, str]]:
    timed = [command[0], "-X", "importtime", *command[1:], "-c", "pass"]
    done = subprocess.run(
        timed, capture_output=True, encoding="utf-8", env=environment(), timeout=TIME_LIMIT, check=True
    )
    for own, name in re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE):
        yield int(own), name
