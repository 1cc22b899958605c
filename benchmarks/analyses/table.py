"""Measure every row, and show it: geometric means over the programs, each against CPython in the same process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import geometric_mean

from benchmarks.children import ChildFailed, ask
from benchmarks.peers import available
from benchmarks.results import Ratio, Results, new_results

from .rows import PROGRAMS, ROWS, Row


@dataclass
class Line:
    """One tool in one row.

    Attributes:
        row: the row.
        tool: the engine or peer.
        ratios: program to its ratio.
        missing: why there is none, or none for some programs.
    """

    row: Row
    tool: str
    ratios: dict[str, Ratio] = field(default_factory=dict)
    missing: str = ""

    @property
    def mean(self) -> Ratio | None:
        """The geometric mean over the programs, with the smallest and the largest of them."""
        if not self.ratios:
            return None
        middles = sorted(ratio.middle for ratio in self.ratios.values())
        return Ratio(geometric_mean(middles), middles[0], middles[-1])

    @property
    def good(self) -> bool:
        """Whether it is within its limit, if it has one."""
        limit, mean = self.row.limits.get(self.tool), self.mean
        return limit is None or mean is None or mean.middle <= limit

    def __str__(self) -> str:
        mean = self.mean
        text = f"{self.tool:<20}"
        if mean is not None:
            text += f"{mean.middle:8.2f}x {mean.low:8.2f} .. {mean.high:.2f}"
            limit = self.row.limits.get(self.tool)
            text += f"   (limit {limit:g}x)" if limit else ""
            text += "" if self.good else "  ** over the limit **"
        return text + (f"   {self.missing}" if self.missing else "")


def key(row: Row, tool: str, program: str) -> str:
    """Under what name the timings of a program are kept."""
    return f"{row.name}/{tool}/{program}"


def measure(
    rows: Sequence[str],
    *,
    quick: bool,
    repetitions: int,
    clock: str,
    report: Callable[[str], None],
) -> tuple[Results, list[Line]]:
    """Measure rows of the table.

    Args:
        rows: their names, all when there is none.
        quick: take the small sizes.
        repetitions: how many pairs of each program.
        clock: see measure.CLOCKS.
        report: is told each line as soon as it is known.

    Returns:
        All timings, and the lines.
    """
    results = new_results(clock=clock, quick=int(quick))
    lines = []
    for row in ROWS:
        if rows and row.name not in rows:
            continue
        limits = ", ".join(f"{engine} {limit:g}x" for engine, limit in row.limits.items())
        report(f"\n{row.name}: {row.title}   (at most: {limits})")
        for tool in row.tools():
            line = Line(row, tool)
            lines.append(line)
            if tool in row.peers and row.peers[tool].package and not available(row.peers[tool].package):
                line.missing = "not set up: python -m benchmarks peers"
            else:
                _measure(line, results, {"quick": quick, "repetitions": repetitions, "clock": clock})
            report(f"  {line}")
    return results, lines


def _measure(line: Line, results: Results, how: dict[str, object]) -> None:
    for program in PROGRAMS:
        spec = {"row": line.row.name, "tool": line.tool, "program": program, **how}
        try:
            found = ask("analyses.measure", json.dumps(spec))
        except ChildFailed as problem:
            line.missing = f"{program}: {str(problem)[:120]}"
            continue
        if "missing" in found:
            line.missing = found["missing"]
            return
        name = key(line.row, line.tool, program)
        results.add(name, found)
        ratio = results.ratio(name, line.tool)
        assert ratio is not None
        line.ratios[program] = ratio
