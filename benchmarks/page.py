"""The documentation's page of results, from the files that the parts have written: `python -m benchmarks page`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from . import charts, report, scaling, startup
from .analyses.rows import ROWS
from .analyses.table import Line, key
from .engines import NATIVE
from .results import Results

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "benchmark-results.md"
FIGURES = DOCS / "figures"


def write(folder: Path) -> None:
    """Write the page and its figures from what there is in a folder of results.

    Args:
        folder: it has a folder for each version of CPython.

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
    for old in FIGURES.glob("*.svg"):
        old.unlink()
    found = 0
    for name, (title, make) in PARTS.items():
        paths = sorted(folder.glob(f"*/{name}.json"), key=lambda path: [*map(int, path.parent.name.split("."))])
        if paths:
            lines += ["", f"## {title}"]
        for path in paths:
            found += 1
            lines += ["", *make(path)]
    if not found:
        raise FileNotFoundError(f"there are no results in {folder}")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _figure(path: Path, drawing: str, what: str) -> str:
    """Write a figure of a file of results; returns the line that shows it."""
    name = f"{path.stem}-{path.parent.name}.svg"
    (FIGURES / name).write_text(drawing, encoding="utf-8")
    return f"![{what}, CPython {path.parent.name}](figures/{name})"


def _speed(path: Path) -> Iterator[str]:
    results = Results.read(path)
    yield _about(results)
    yield ""
    yield _figure(path, charts.speed(results), "time against CPython, by program")
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
    yield f"{_about(results)} Geometric means over eight programs; in brackets the smallest and the largest of them."
    yield ""
    yield _figure(path, charts.analyses(results, lines), "time against CPython, by analysis")
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


def _startup(path: Path) -> Iterator[str]:
    version, found = startup.read(path.read_text(encoding="utf-8"))
    yield f"CPython {version}: `python -c pass` against `bytescope run -c pass`, and so on. Processor times."
    yield ""
    yield "| run | CPython | bytescope | ratio | to be at most |"
    yield "|---|---|---|---|---|"
    for each in found:
        times = f"{report.duration(each.native.processor)} | {report.duration(each.machine.processor)}"
        yield f"| `{each.title}` | {times} | {each.ratio:.2f}x | {f'{each.limit:g}x' if each.limit else ''} |"


def _scaling(path: Path) -> Iterator[str]:
    found = json.loads(path.read_text(encoding="utf-8"))
    points = [scaling.Point(**each) for each in found["points"]]
    drawing = charts.scaling(points, found["python_version"])
    yield _figure(path, drawing, "time and memory against length of a run and size of a program")
    yield ""
    for good, line in scaling.report(points):
        if "bytes for a function" in line or "cheapest" in line or "apart" in line:
            yield f"- {line}{'' if good else ' (over the limit)'}"


def _about(results: Results) -> str:
    facts = results.metadata
    quick = ", the small sizes (`--quick`)" if facts.get("quick") else ""
    return f"CPython {facts['python_version']}, {facts['platform']}{quick}."


PARTS = {
    "speed": ("Speed of the interpreter", _speed),
    "observed": ("Speed of the interpreter with a callback on every primitive", _speed),
    "analyses": ("What analyses cost", _analyses),
    "startup": ("Start-up, and a program of the standard library", _startup),
    "scaling": ("Scaling", _scaling),
}
"""The parts that the page has: title, and what writes the part about one version."""
