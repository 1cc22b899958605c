"""The results as a bar chart in SVG: one bar for each program and engine, on a logarithmic scale."""

import math
from html import escape

from .results import Ratio, Results

COLOURS = ["#3776ab", "#d98c00", "#3a8f5c", "#a6439c", "#b5402f", "#5a6b7b"]
MARKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
LEFT, RIGHT, TOP, WIDTH = 190, 70, 64, 860
BAR, GAP = 15, 9

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 15px; font-weight: 600 }
.small { fill: #6a737d } .grid { stroke: #d0d7de } .spread { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d } .spread { stroke: #e6edf3 }
}"""


def chart(results: Results) -> str:
    """An SVG document with the ratio of every program on every engine and their geometric means."""
    engines = results.engines
    rows: list[tuple[str, list[Ratio | None]]] = []
    for program in results.timings:
        rows.append((program, [results.ratio(program, engine) for engine in engines]))
    means = [results.mean(engine) for engine in engines]
    rows.append(("geometric mean", [mean and Ratio(mean, mean, mean) for mean in means]))
    largest = max((ratio.high for _, ratios in rows for ratio in ratios if ratio), default=1)
    scale = _Scale(min(mark for mark in MARKS if mark >= min(largest, MARKS[-1])))
    row_height = BAR * len(engines) + GAP
    height = TOP + row_height * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="12" y="24">Time against CPython {escape(results.metadata["python_version"])}</text>',
        *_legend(engines),
        *_grid(scale, height),
    ]
    for number, (name, ratios) in enumerate(rows):
        y = TOP + number * row_height
        middle = y + (row_height - GAP) / 2 + 4
        weight = ' font-weight="600"' if number == len(rows) - 1 else ""
        parts.append(f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end"{weight}>{escape(name)}</text>')
        for index, ratio in enumerate(ratios):
            if ratio:
                parts += _bar(scale, y + index * BAR, ratio, COLOURS[index % len(COLOURS)])
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


def _legend(engines: list[str]) -> list[str]:
    parts = []
    x = float(LEFT)
    for index, engine in enumerate(engines):
        colour = COLOURS[index % len(COLOURS)]
        parts.append(f'<rect x="{x:.0f}" y="34" width="11" height="11" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16:.0f}" y="44">{escape(engine)}</text>')
        x += 40 + 7 * len(engine)
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
