"""What a run of the benchmarks found, kept as a pyperf suite: a file that `python -m pyperf show` understands, too.

The i-th value of an engine was taken right beside the i-th value of CPython, so ratios are made pair by pair.
"""

import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

from .catalogue import CORE
from .engines import NATIVE


@dataclass(frozen=True)
class Ratio:
    """How many times as long as CPython: the median of all pairs, and the smallest and largest of them."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.3g}"

    @property
    def spread(self) -> str:
        return f"{self.low:.3g} .. {self.high:.3g}"


@dataclass(frozen=True)
class Timing:
    """One program on one engine: seconds for one run, as often as it was timed."""

    values: tuple[float, ...]
    loops: int = 1
    instructions: int = 0

    @property
    def seconds(self) -> float:
        return median(self.values)


@dataclass
class Results:
    """All timings of one run, by program and engine, and what could not be measured."""

    timings: dict[str, dict[str, Timing]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def engines(self) -> list[str]:
        """The engines other than CPython."""
        found = dict.fromkeys(engine for timings in self.timings.values() for engine in timings)
        return [engine for engine in found if engine != NATIVE]

    def add(self, program: str, measured: dict[str, Any]) -> None:
        """Take over what `measure.measure` returned."""
        self.timings[program] = {
            engine: Timing(tuple(found["values"]), found["loops"], found["instructions"])
            for engine, found in measured["engines"].items()
        }

    def ratio(self, program: str, engine: str) -> Ratio | None:
        """How *engine* compares with CPython on *program*; None if either is missing."""
        timings = self.timings.get(program, {})
        if engine not in timings or NATIVE not in timings:
            return None
        pairs = zip(timings[engine].values, timings[NATIVE].values, strict=True)
        ratios = sorted(value / native for value, native in pairs)
        return Ratio(median(ratios), ratios[0], ratios[-1])

    def mean(self, engine: str, programs: Iterable[str] | None = None) -> float | None:
        """The geometric mean of the engine's ratios over *programs*, all by default; None if one was not measured."""
        ratios = [self.ratio(program, engine) for program in (self.timings if programs is None else programs)]
        known = [ratio.middle for ratio in ratios if ratio is not None]
        return geometric_mean(known) if known and len(known) == len(ratios) else None

    def core_mean(self, engine: str) -> float | None:
        """The geometric mean over the five core programs."""
        return self.mean(engine, CORE)

    def save(self, path: Path) -> None:
        """Write a pyperf suite to *path*."""
        import pyperf

        benchmarks = []
        for program, timings in self.timings.items():
            for engine, timing in timings.items():
                metadata = {
                    "name": f"{program}[{engine}]",
                    "program": program,
                    "engine": engine,
                    "unit": "second",
                    "loops": timing.loops,
                    "instructions": timing.instructions,
                    **self.metadata,
                }
                run = pyperf.Run(timing.values, metadata=metadata, collect_metadata=False)
                benchmarks.append(pyperf.Benchmark([run]))
        path.parent.mkdir(parents=True, exist_ok=True)
        pyperf.BenchmarkSuite(benchmarks).dump(str(path), replace=True)

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read what `save` wrote."""
        import pyperf

        results = cls()
        for benchmark in pyperf.BenchmarkSuite.load(str(path)).get_benchmarks():
            metadata = benchmark.get_metadata()
            timing = Timing(benchmark.get_values(), metadata.get("loops", 1), metadata.get("instructions", 0))
            results.timings.setdefault(metadata["program"], {})[metadata["engine"]] = timing
            results.metadata = {name: metadata[name] for name in (*_facts(), "clock", "quick") if name in metadata}
        return results


def _facts() -> dict[str, str]:
    """Where and when: what belongs to every result. Nothing that names the machine or its user."""
    return {
        "python_version": platform.python_version(),
        "python_implementation": platform.python_implementation().lower(),
        "platform": f"{platform.system()} {platform.machine()}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    }


def new_results(**metadata: Any) -> Results:
    """Results with nothing measured yet; *metadata* joins what is known of the host."""
    return Results(metadata=_facts() | metadata)
