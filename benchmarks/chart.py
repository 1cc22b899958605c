"""The results as a bar chart in SVG: one bar for each program and engine, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from .results import Ratio, Results

if TYPE_CHECKING:
    from .analyses.table import Line

COLOURS = ["#3776ab", "#d98c00", "#3a8f5c", "#a6439c", "#b5402f", "#5a6b7b", "#7a6a00"]
MARKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
LEFT, RIGHT, TOP, WIDTH = 190, 70, 64, 860
BAR, GAP = 15, 9

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 15px; font-weight: 600 }
.small { fill: #6a737d } .grid { stroke: #d0d7de } .spread { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d } .spread { stroke: #e6edf3 }
}"""


Row = tuple[str, list[tuple[Ratio | None, str]]]
"""A name, and its bars: each with its colour."""


def chart(results: Results) -> str:
    """An SVG document with the ratio of every program on every engine and their geometric means."""
    engines = {engine: COLOURS[n % len(COLOURS)] for n, engine in enumerate(results.engines)}
    rows: list[Row] = [
        (program, [(results.ratio(program, engine), colour) for engine, colour in engines.items()])
        for program in results.timings
    ]
    means = [(results.mean(engine), colour) for engine, colour in engines.items()]
    rows.append(("geometric mean", [(mean and Ratio(mean, mean, mean), colour) for mean, colour in means]))
    return _draw(f"Time against CPython {results.metadata['python_version']}", engines, rows)


def of_analyses(results: Results, lines: Sequence[Line]) -> str:
    """An SVG document with the geometric mean of each tool in each row; the spread is that of the programs."""
    tools = {tool: COLOURS[n % len(COLOURS)] for n, tool in enumerate(dict.fromkeys(line.tool for line in lines))}
    rows: dict[str, list[tuple[Ratio | None, str]]] = {}
    for line in lines:
        if line.mean:
            rows.setdefault(line.row.name, []).append((line.mean, tools[line.tool]))
    return _draw(f"Analyses: time against CPython {results.metadata['python_version']}", tools, list(rows.items()))


def _draw(title: str, legend: dict[str, str], rows: Sequence[Row]) -> str:
    largest = max((ratio.high for _, bars in rows for ratio, _ in bars if ratio), default=1)
    scale = _Scale(min(mark for mark in MARKS if mark >= min(largest, MARKS[-1])))
    height = TOP + sum(BAR * len(bars) + GAP for _, bars in rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="12" y="24">{escape(title)}</text>',
        *_legend(legend),
        *_grid(scale, height),
    ]
    y = TOP
    for number, (name, bars) in enumerate(rows):
        middle = y + BAR * len(bars) / 2 + 4
        weight = ' font-weight="600"' if number == len(rows) - 1 and name.startswith("geometric") else ""
        parts.append(f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end"{weight}>{escape(name)}</text>')
        for index, (ratio, colour) in enumerate(bars):
            if ratio:
                parts += _bar(scale, y + index * BAR, ratio, colour)
        y += BAR * len(bars) + GAP
    return "\n".join([*parts, "</svg>", ""])


class _Scale:
    def __init__(self, largest: float) -> None:
        self._largest = max(largest, 2)

    def __call__(self, ratio: float) -> float:
        """The x of *ratio*; what is faster than CPython sits at the left edge."""
        share = math.log(max(ratio, 1)) / math.log(self._largest)
        return LEFT + min(share, 1) * (WIDTH - LEFT - RIGHT)

    def marks(self) -> list[int]:
        return [mark for mark in MARKS if mark <= self._largest]


def _legend(colours: dict[str, str]) -> list[str]:
    parts = []
    x = 12.0
    for name, colour in colours.items():
        parts.append(f'<rect x="{x:.0f}" y="34" width="11" height="11" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16:.0f}" y="44">{escape(name)}</text>')
        x += 30 + 7 * len(name)
    return parts


def _grid(scale: _Scale, height: int) -> list[str]:
    parts = []
    for mark in scale.marks():
        x = scale(mark)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 22}"/>')
        parts.append(f'<text class="small" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{mark}x</text>')
    return parts


def _bar(scale: _Scale, y: float, ratio: Ratio, colour: str) -> list[str]:
    end, low, high = scale(ratio.middle), scale(ratio.low), scale(ratio.high)
    middle = y + (BAR - 2) / 2
    return [
        f'<rect x="{LEFT}" y="{y}" width="{max(end - LEFT, 1):.1f}" height="{BAR - 2}" rx="2" fill="{colour}"/>',
        f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<text class="small" x="{max(end, high) + 5:.1f}" y="{middle + 4}">{ratio}x</text>',
    ]
