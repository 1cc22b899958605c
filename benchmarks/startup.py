"""Start-up: what `bytescope run` costs before the program's first line, and with a program of the standard library.

`pyperf command` does not fit: it times one command after the other, by the wall clock, and the ratio needs pairs.
"""

import json
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class Comparison:
    """One program on CPython and under bytescope.

    title: what is run; native, machine: what that costs; limit: the ratio that it must not exceed, if there is one.
    """

    title: str
    native: Cost
    machine: Cost
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """By processor time: on an idle machine that is the ratio of the wall times."""
        return self.machine.processor / self.native.processor

    def lines(self) -> Iterator[tuple[bool, str]]:
        """Lines, each with whether it is within the limit."""
        yield True, f"{self.title}: CPython {self.native}"
        yield True, f"{self.title}: bytescope {self.machine}"
        text = f"{self.title}: {self.machine.wall / self.native.wall:.2f}x, by processor time {self.ratio:.2f}x"
        yield self.limit is None or self.ratio <= self.limit, text + (f" of {self.limit}x" if self.limit else "")


def as_json(comparisons: Sequence[Comparison]) -> str:
    """The comparisons, to be kept."""
    return json.dumps({"python_version": platform.python_version(), "runs": [asdict(each) for each in comparisons]})


def read(text: str) -> tuple[str, list[Comparison]]:
    """What `as_json` has kept: the version of Python, and the comparisons."""
    kept = json.loads(text)
    costs = [{**each, "native": Cost(**each["native"]), "machine": Cost(**each["machine"])} for each in kept["runs"]]
    return kept["python_version"], [Comparison(**each) for each in costs]


def report(*, quick: bool, folder: Path) -> Iterator[tuple[bool, str]]:
    """Measure, yield lines, each with whether it is within the limits, and keep the values in a folder."""
    found = [Comparison("-c pass", *_in_turns(["-c", "pass"], 5 if quick else REPETITIONS), LIMIT)]
    yield from found[0].lines()
    modules = sorted(_imported(), reverse=True)
    total = sum(own for own, _ in modules) / 1000
    yield True, f"{len(modules)} modules that CPython does not import, {total:.1f} ms; the dearest:"
    for own, name in modules[:6]:
        yield True, f"    {own / 1000:6.2f} ms  {name}"
    if not quick:
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "big.json"
            records = (f'{{"id": {i}, "tags": ["a", "b"], "ok": true}}' for i in range(BIG_FILE // 47))
            path.write_text("[" + ",\n".join(records) + "]")
            title = f"-m json.tool, {path.stat().st_size / 1e6:.1f} MB"
            found.append(Comparison(title, *_in_turns(["-m", "json.tool", str(path)], 2)))
        yield from found[1].lines()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "startup.json").write_text(as_json(found), encoding="utf-8")


def _in_turns(arguments: list[str], repetitions: int) -> tuple[Cost, Cost]:
    pairs = [(_cost(PYTHON + arguments), _cost(BYTESCOPE + arguments)) for _ in range(repetitions + 1)]
    natives, machines = zip(*pairs[1:], strict=True)  # the first may have to write bytecode files
    return _median(natives), _median(machines)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.wall for cost in costs), median(cost.processor for cost in costs))


def _cost(command: list[str]) -> Cost:
    import resource  # here: Windows has none

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
