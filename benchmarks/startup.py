"""Start-up: what `bytescope run` costs before the program's first line."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
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


def report(*, quick: bool) -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limits."""
    native, machine = _in_turns(["-c", "pass"], 5 if quick else REPETITIONS)
    ratio = machine / native
    yield (
        ratio <= LIMIT,
        (f"start-up, -c pass: CPython {duration(native)}, bytescope {duration(machine)}, {ratio:.2f}x of {LIMIT}x"),
    )
    modules = sorted(_imported(), reverse=True)
    yield (
        True,
        f"start-up imports {len(modules)} modules more, {sum(own for own, _ in modules) / 1000:.1f} ms; the dearest:",
    )
    for own, name in modules[:6]:
        yield True, f"    {own / 1000:6.2f} ms  {name}"
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "big.json"
            path.write_text(
                "[" + ",\n".join(f'{{"id": {i}, "tags": ["a", "b"], "ok": true}}' for i in range(BIG_FILE // 42)) + "]"
            )
            native, machine = _in_turns(["-m", "json.tool", str(path)], 3)
            size = path.stat().st_size / 1e6
        times = f"CPython {duration(native)}, bytescope {duration(machine)}, {machine / native:.2f}x"
        yield True, f"json.tool on {size:.1f} MB: {times}"


def _in_turns(arguments: list[str], repetitions: int) -> tuple[float, float]:
    pairs = [(_wall_time(PYTHON + arguments), _wall_time(BYTESCOPE + arguments)) for _ in range(repetitions + 1)]
    natives, machines = zip(*pairs[1:], strict=True)  # the first may have to write bytecode files
    return median(natives), median(machines)


def _wall_time(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), timeout=TIME_LIMIT, check=True)
    return time.perf_counter() - start


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
