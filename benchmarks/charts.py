"""Charts of the results, drawn by matplotlib: ratios as horizontal bars, scaling as lines on logarithmic axes.

matplotlib is imported when a chart is drawn: processes that measure do without it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .results import Ratio, Results
from .scaling import UNITS, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .analyses.table import Line

COLOURS = ["#3776ab", "#d98c00", "#3a8f5c", "#a6439c", "#b5402f", "#5a6b7b", "#7a6a00"]
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "bytescope",  # the same chart is the same file
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#d0d7de",
}
WIDTH = 8.6  # inches, as all lengths here
BAR, GAP = 0.15, 0.09
MARKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
MEGABYTE = 2**20

PANELS: list[tuple[str, str, Callable[[Point], float], bool]] = [
    ("length", "time of a run (s)", lambda point: point.seconds, True),
    ("size", "time to load and run a program once (s)", lambda point: point.seconds, True),
    ("length", "memory of a run (MB, at least 0.1)", lambda point: max(point.memory / MEGABYTE, 0.1), False),
    ("size", "memory of a program (MB, at least 0.1)", lambda point: max(point.memory / MEGABYTE, 0.1), True),
]
"""Panels of the scaling chart: x axis, title, y value, whether it should grow in proportion."""

Bars = dict[str, dict[str, Ratio]]
"""Ratios by the name of a row and the name of a series."""


def speed(results: Results) -> str:
    """Return the chart of all programs on all engines, with the geometric means, as an SVG document."""
    rows: Bars = {}
    for program in results.timings:
        ratios = ((engine, results.ratio(program, engine)) for engine in results.engines)
        rows[program] = {engine: ratio for engine, ratio in ratios if ratio}
    means = ((engine, results.mean(engine)) for engine in results.engines)
    rows["geometric mean"] = {engine: Ratio(mean, mean, mean) for engine, mean in means if mean}
    return _bars(f"Time against CPython {results.metadata['python_version']}", results.engines, rows)


def analyses(results: Results, lines: Iterable[Line]) -> str:
    """Return the chart of the geometric mean of each tool in each row of the analyses, as an SVG document."""
    rows: Bars = {}
    for line in lines:
        if line.mean:
            rows.setdefault(line.row.name, {})[line.tool] = line.mean
    tools = list(dict.fromkeys(tool for bars in rows.values() for tool in bars))
    return _bars(f"Analyses: time against CPython {results.metadata['python_version']}", tools, rows)


def scaling(points: Sequence[Point], version: str) -> str:
    """Return time and memory against length and size, a line for each engine, as an SVG document."""

    def draw(figure: Figure) -> None:
        engines = dict.fromkeys(point.engine for point in points)
        colours = dict(zip(engines, COLOURS, strict=False))
        figure.suptitle(f"Scaling on CPython {version}; dashed: in proportion", fontweight="bold")
        for axes, (what, title, value, proportional) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
            axes.set(title=title, xlabel=UNITS[what], xscale="log", yscale="log")
            for engine, colour in colours.items():
                line = [(p.amount, value(p)) for p in points if (p.what, p.engine) == (what, engine)]
                if line:
                    axes.plot(*zip(*line, strict=True), "o-", color=colour, markersize=4, label=engine)
                    if proportional:
                        (first, _), (last, end) = line[0], line[-1]
                        guide = [end * first / last, end]
                        axes.plot([first, last], guide, color="#6a737d", dashes=(2, 3), zorder=1, scaley=False)
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(engines))

    return _svg(6.5, draw)


def _bars(title: str, series: Sequence[str], rows: Bars) -> str:
    """Draw groups of horizontal bars on a logarithmic axis; the thin line on a bar is the spread."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        colours = dict(zip(series, COLOURS, strict=False))
        y, ticks = 0.0, {}
        for name, bars in rows.items():
            ticks[name] = y + BAR * (len(bars) - 1) / 2
            for each, ratio in bars.items():
                _bar(axes, y, ratio, colours[each])
                y += BAR
            y += GAP
        every = [ratio for bars in rows.values() for ratio in bars.values()]
        low, high = min([1, *(ratio.low for ratio in every)]), max([2, *(ratio.high for ratio in every)])
        axes.set(xscale="log", xlim=(low, high * 1.25), ylim=(y, -BAR))
        marks = [mark for mark in MARKS if mark <= high]
        axes.set_xticks(marks, [f"{mark}x" for mark in marks], minor=False)
        axes.set_xticks([], minor=True)
        axes.set_yticks(list(ticks.values()), list(ticks))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        axes.set_axisbelow(True)
        figure.suptitle(title, fontweight="bold")
        handles = [figure.axes[0].barh(0, 0, color=colour, label=each) for each, colour in colours.items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(series))

    count = sum(len(bars) for bars in rows.values())
    return _svg(BAR * count + GAP * len(rows) + 1, draw)


def _bar(axes: Axes, y: float, ratio: Ratio, colour: str) -> None:
    spread = [[ratio.middle - ratio.low], [ratio.high - ratio.middle]]
    axes.barh(y, ratio.middle - 1, BAR * 0.85, left=1, color=colour)
    axes.errorbar(ratio.middle, y, xerr=spread, color="#24292f", linewidth=1)
    end = max(1, ratio.high)
    axes.annotate(f"{ratio}x", (end, y), (4, 0), textcoords="offset points", va="center", color="#6a737d", fontsize=7)


def _svg(height: float, draw: Callable[[Figure], None]) -> str:
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as problem:
        raise ImportError("charts need matplotlib: pip install 'bytescope[bench]'") from problem
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure)
        output = io.StringIO()
        figure.savefig(output, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"
