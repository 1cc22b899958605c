"""The documentation's page of results, from the files that the parts have written: `python -m benchmarks page`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from . import chart, plot, report, scaling
from .analyses.rows import ROWS
from .analyses.table import Line, key
from .engines import NATIVE
from .results import Results

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "benchmark-results.md"
FIGURES = DOCS / "figures"


def write(folder: Path) -> None:
    """Write the page and its figures from what there is in a folder of results.

    Raises:
        FileNotFoundError: if there is nothing.
    """
    lines = [
        "# Results of the benchmarks",
        "",
        "This page is made by `python -m benchmarks page`. Ratios say how many times as long as CPython it takes,",
        "in the same process and by its processor time: the median of the pairs; in brackets the smallest and largest.",
    ]
    FIGURES.mkdir(exist_ok=True)
    found = 0
    for name, make in (("speed", _speed), ("analyses", _analyses), ("scaling", _scaling)):
        path = folder / f"{name}.json"
        if path.exists():
            found += 1
            lines += ["", *make(path)]
    if not found:
        raise FileNotFoundError(f"there are no results in {folder}")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _speed(path: Path) -> Iterator[str]:
    results = Results.read(path)
    (FIGURES / "speed.svg").write_text(chart.chart(results), encoding="utf-8")
    yield "## Speed of the engines"
    yield ""
    yield _about(results)
    yield ""
    yield "![time against CPython, by program](figures/speed.svg)"
    yield ""
    yield f"| program | CPython | {' | '.join(results.engines)} |"
    yield f"|---|---|{'---|' * len(results.engines)}"
    for program, timings in results.timings.items():
        ratios = [results.ratio(program, engine) for engine in results.engines]
        cells = [f"{ratio}x ({ratio.spread})" if ratio else "" for ratio in ratios]
        yield f"| {program} | {report.duration(timings[NATIVE].seconds)} | {' | '.join(cells)} |"
    means = [results.mean(engine) for engine in results.engines]
    yield f"| **geometric mean** | | {' | '.join(f'**{mean:.1f}x**' if mean else '' for mean in means)} |"


def _analyses(path: Path) -> Iterator[str]:
    results = Results.read(path)
    lines = list(lines_of(results))
    (FIGURES / "analyses.svg").write_text(chart.of_analyses(results, lines), encoding="utf-8")
    yield "## What analyses cost"
    yield ""
    yield f"{_about(results)} Geometric means over eight programs; in brackets the smallest and the largest of them."
    yield ""
    yield "![time against CPython, by analysis](figures/analyses.svg)"
    yield ""
    yield "| watched | tool | ratio | to be at most |"
    yield "|---|---|---|---|"
    for line in lines:
        mean = line.mean
        assert mean is not None
        limit = line.row.limits.get(line.tool)
        partly = "" if len(line.ratios) == 8 else f"; {len(line.ratios)} programs"
        ratio = f"{mean.middle:.2f}x ({mean.low:.2f} .. {mean.high:.2f}{partly})"
        yield f"| {line.row.title} | {line.tool} | {ratio} | {f'{limit:g}x' if limit else ''} |"


def lines_of(results: Results) -> Iterator[Line]:
    """The lines of the table of analyses that were measured."""
    for row in ROWS:
        for tool in row.tools():
            line = Line(row, tool)
            for name in results.timings:
                ratio = results.ratio(name, tool)
                if ratio is not None and name == key(row, tool, name.rpartition("/")[2]):
                    line.ratios[name.rpartition("/")[2]] = ratio
            if line.ratios:
                yield line


def _scaling(path: Path) -> Iterator[str]:
    found = json.loads(path.read_text(encoding="utf-8"))
    points = [scaling.Point(**each) for each in found["points"]]
    (FIGURES / "scaling.svg").write_text(plot.plot(points, found["python_version"]), encoding="utf-8")
    yield "## Scaling"
    yield ""
    yield "![time and memory against length of a run and size of a program](figures/scaling.svg)"
    yield ""
    for good, line in scaling.report(points):
        if "bytes for a function" in line or "cheapest" in line or "apart" in line:
            yield f"- {line}{'' if good else ' (over the limit)'}"


def _about(results: Results) -> str:
    facts = results.metadata
    quick = ", the small sizes (`--quick`)" if facts.get("quick") else ""
    return f"CPython {facts['python_version']}, {facts['platform']}{quick}."
