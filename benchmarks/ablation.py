"""The worth of each mechanism of `BYTESCOPE_DISABLE`: the same work with and without it, in turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bytescope.startup.switches import DISABLE

from .catalogue import CORE
from .children import ChildFailed, ask
from .engines import NATIVE
from .suite import environment

SOURCES = Path(__file__).resolve().parents[1] / "src" / "bytescope"
MEASURED = {"repetitions": 3, "clock": "thread_time"}
LEAST = 0.03
"""A mechanism that makes its work no faster than by this part is not worth its lines."""


@dataclass(frozen=True)
class Mechanism:
    """A mechanism, and the work for which it is there.

    Attributes:
        sources: globs of the files that are there for it alone.
        work: what is measured, in words.
        programs: the programs that are measured.
        cost: measures one of them in a process of its own, with environment variables given.
    """

    sources: tuple[str, ...]
    work: str
    programs: Sequence[str]
    cost: Callable[[str, bool, dict[str, str]], float]

    def lines(self) -> int:
        """Return the number of lines of its sources that are not empty."""
        files: set[Path] = set()
        for pattern in self.sources:
            found = list(SOURCES.glob(pattern))
            if not found:
                raise FileNotFoundError(f"no file fits {pattern}")
            files.update(found)
        return sum(bool(line.strip()) for path in files for line in path.read_text(encoding="utf-8").splitlines())


@dataclass(frozen=True)
class Worth:
    """The factors by which each program costs more without a mechanism, by pairs."""

    factors: dict[str, list[float]]

    @property
    def mean(self) -> float:
        """The geometric mean over the programs of the median over the pairs."""
        return statistics.geometric_mean(statistics.median(each) for each in self.factors.values())


def _ratio(found: dict[str, dict[str, dict[str, list[float]]]], tool: str) -> float:
    native, values = (found["engines"][name]["values"] for name in (NATIVE, tool))
    return statistics.median(mine / its for mine, its in zip(values, native, strict=False))


def _interpreted(program: str, quick: bool, variables: dict[str, str]) -> float:
    spec = {"name": program, "engines": [NATIVE, "interpreter"], "quick": quick} | MEASURED
    return _ratio(ask("measure", json.dumps(spec), variables=variables), "interpreter")


def _watched(row: str) -> Callable[[str, bool, dict[str, str]], float]:
    def cost(program: str, quick: bool, variables: dict[str, str]) -> float:
        spec = {"row": row, "tool": "woven", "program": program, "quick": quick} | MEASURED
        return _ratio(ask("analyses.measure", json.dumps(spec), variables=variables), "woven")

    return cost


def _started(program: str, quick: bool, variables: dict[str, str]) -> float:
    """The processor time of `bytescope coverage` of a module's import, its woven code being in the cache, if any is."""
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "coverage")
        command = [sys.executable, "-m", "bytescope", "coverage", "--include", f"{program}*", "--output", output]
        environ = environment() | {"BYTESCOPE_CACHE": folder} | variables
        costs = []
        for _ in range(2 if quick else 4):
            before = os.times()
            done = subprocess.run([*command, "-c", f"import {program}"], env=environ, capture_output=True, check=False)
            if done.returncode:
                raise ChildFailed(done.stderr.decode(errors="replace").strip().splitlines()[-1])
            after = os.times()
            costs.append(sum(after[2:4]) - sum(before[2:4]))  # of child processes: in Python and in the system
        return min(costs[1:])  # the first one fills the cache


_JIT = "machine/jit/"
MECHANISMS: dict[str, Mechanism] = {
    "traces": Mechanism((f"{_JIT}*.py",), "the interpreter", CORE, _interpreted),
    "entries": Mechanism(
        (f"{_JIT}entries.py", f"{_JIT}methods.py"), "the interpreter", ("fib", "richards", "json_parser"), _interpreted
    ),
    "speculative_tier": Mechanism(
        ("weave/shadow/speculative_tier.py", "flow/types.py"),
        "labels attached, the input labelled", ("fib", "loops", "nbody", "richards"), _watched("labelled"),
    ),
    "inline_methods": Mechanism(
        ("weave/inlining.py",), "a callback on every branch", ("fib", "loops", "richards"), _watched("branch")
    ),
    "probes": Mechanism(
        ("code/host/monitoring.py", "analysis/planning/once.py"), "coverage of lines and branches",
        ("fib", "loops", "richards"), _watched("coverage"),
    ),
    "cache": Mechanism(
        ("weave/cache/*.py", "analysis/planning/cache_keys.py"), "start of a process with coverage",
        ("json", "argparse", "asyncio"), _started,
    ),
}  # fmt: skip


def measure(name: str, *, quick: bool, repetitions: int) -> Worth:
    """Measure what a mechanism is worth.

    Args:
        name: a key of MECHANISMS.
        quick: take the small sizes.
        repetitions: how many pairs, with and without it.

    Raises:
        ChildFailed: if a program fails.
    """
    mechanism = MECHANISMS[name]
    factors: dict[str, list[float]] = {}
    for program in mechanism.programs:
        for number in range(repetitions):
            costs = {}
            for off in (False, True) if number % 2 else (True, False):
                costs[off] = mechanism.cost(program, quick, {DISABLE.name: name if off else ""})
            factors.setdefault(program, []).append(costs[True] / costs[False])
    return Worth(factors)


def report(*, quick: bool, repetitions: int) -> Iterator[tuple[bool, str]]:
    """Yield a line for each mechanism, and whether it is worth its lines."""
    yield True, f"{'mechanism':18}{'lines':>6}{'without it':>12}  work"
    for name, mechanism in MECHANISMS.items():
        try:
            worth = measure(name, quick=quick, repetitions=repetitions)
        except ChildFailed as problem:
            yield False, f"{name:18}{mechanism.lines():6}  {problem}"
            continue
        yield line(name, mechanism, worth)


def line(name: str, mechanism: Mechanism, worth: Worth) -> tuple[bool, str]:
    """Return the line of a mechanism, and whether it is worth its lines."""
    each = ", ".join(f"{program} {statistics.median(found):.2f}" for program, found in worth.factors.items())
    return worth.mean >= 1 + LEAST, f"{name:18}{mechanism.lines():6}{worth.mean:11.2f}x  {mechanism.work}: {each}"
