"""Whole processes: what a run of pytest with one trivial test costs under analyses, beside other tools, in one run.

A tool is chosen by what a whole run costs: start, imports, the tests, the report. The tools take turns with plain
Python, and what is compared is the processor time of the process with its children. *Cold* is a run that finds no woven
code in its cache, *warm* is one behind it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from .startup import TIME_LIMIT

REPETITIONS = 5
PROGRAM = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_trivial.py")
TEST = "def test_trivial():\n    assert 1 + 1 == 2\n"


@dataclass(frozen=True)
class Row:
    """A tool.

    name: what it is called; words: what comes between Python and the program; cold, warm: the ratios to plain Python
    that it must not exceed, if there are such; variables: of the environment.
    """

    name: str
    words: tuple[str, ...]
    cold: float | None = None
    warm: float | None = None
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def is_ours(self) -> bool:
        """Return True if it is bytescope, which has a cache."""
        return "bytescope" in self.words


def _ours(words: str, cold: float | None = None, warm: float | None = None) -> Row:
    return Row(f"bytescope {words}", ("-m", "bytescope", *words.split()), cold, warm)


def _coverage_py(core: str) -> Row:
    words = ("-m", "coverage", "run", "--branch", "--data-file", ".coverage.theirs")
    return Row(f"coverage.py ({core})", words, variables=(("COVERAGE_CORE", core),))


ROWS = [
    _ours("coverage --branch", 2.0, 1.5),
    _coverage_py("ctrace"),
    _coverage_py("sysmon"),
    _ours("calls", 8.0, 2.5),
    _ours("profile"),
    _ours("comparisons"),
    Row("cProfile", ("-m", "cProfile", "-o", "profile.out")),
]


def report(quick: bool = False) -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within the limit."""
    missing = [name for name in ("pytest", "coverage") if find_spec(name) is None]
    if missing:
        yield False, f"{' and '.join(missing)} must be installed"
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_trivial.py").write_text(TEST, encoding="utf-8")
        for row in ROWS:
            yield from _measure(row, Path(folder), 1 if quick else REPETITIONS)


def _measure(row: Row, folder: Path, repetitions: int) -> Iterator[tuple[bool, str]]:
    plain, cold, warm = [], [], []
    try:
        for _ in range(repetitions):
            plain.append(_processor_time((), folder))
            if row.is_ours:
                shutil.rmtree(folder / "cache", ignore_errors=True)
                cold.append(_processor_time(row.words, folder, row.variables))
            warm.append(_processor_time(row.words, folder, row.variables))
    except subprocess.SubprocessError as problem:
        yield False, f"{row.name}: {problem}"
        return
    base = median(plain)
    for what, times, limit in (("cold", cold, row.cold), ("warm", warm, row.warm)):
        if times:
            ratio = median(times) / base
            label = f"{row.name}, {what}" if row.is_ours else row.name
            yield limit is None or ratio <= limit, line(label, base, median(times), limit)


def line(label: str, plain: float, tool: float, limit: float | None) -> str:
    """Return a line about a tool: seconds of processor time without and with it, and what it may cost."""
    most = "" if limit is None else f" (limit {limit:g}x)"
    return f"{label}: {tool / plain:.1f}x{most}, {tool:.2f} s beside {plain:.2f} s, load {os.getloadavg()[0]:.1f}"


def _processor_time(words: tuple[str, ...], folder: Path, variables: tuple[tuple[str, str], ...] = ()) -> float:
    """Return the seconds of processor time that a run takes."""
    import resource

    environment = dict(os.environ, BYTESCOPE_CACHE=str(folder / "cache"), **dict(variables))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *words, *PROGRAM], cwd=folder, env=environment, capture_output=True, check=True,
        timeout=TIME_LIMIT,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
