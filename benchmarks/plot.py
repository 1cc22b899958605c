"""Scaling as two plots in one SVG, both axes logarithmic: what grows in proportion is a straight line at 45 degrees."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from .chart import COLOURS, STYLE
from .scaling import UNITS, Point

WIDTH, HEIGHT = 400, 300
LEFT, TOP, RIGHT, BOTTOM = 64, 70, 16, 46
NEARLY = 0.01  # what is so near to a power of ten, as a logarithm, needs no decade of its own
Axis = Callable[[Point], float]


def _seconds(point: Point) -> float:
    return point.seconds


def _megabytes(point: Point) -> float:
    return max(point.memory / 2**20, 0.1)  # the axes are logarithmic


PANELS: list[tuple[str, str, Axis, bool]] = [
    ("length", "time of a run (s)", _seconds, True),
    ("size", "time to load and run a program once (s)", _seconds, True),
    ("length", "memory of a run (MB, at least 0.1)", _megabytes, False),
    ("size", "memory of a program (MB, at least 0.1)", _megabytes, True),
]
"""What is on the x axis, a title, what is on the y axis, whether that should grow in proportion."""


def plot(points: Sequence[Point], version: str) -> str:
    """An SVG document with time and memory against length and size, one line for each engine."""
    engines = {engine: COLOURS[n % len(COLOURS)] for n, engine in enumerate(dict.fromkeys(p.engine for p in points))}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT + 30}" role="img">',
        f"<style>{STYLE} .guide {{ stroke: #6a737d; stroke-dasharray: 3 4 }}</style>",
        f'<text class="title" x="12" y="22">Scaling on CPython {escape(version)}; dashed: in proportion</text>',
    ]
    for number, (engine, colour) in enumerate(engines.items()):
        x = 420 + 110 * number
        parts.append(f'<rect x="{x}" y="12" width="11" height="11" rx="2" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16}" y="22">{escape(engine)}</text>')
    for number, (what, title, axis, grows) in enumerate(PANELS):
        parts.append(f'<g transform="translate({number % 2 * WIDTH} {number // 2 * HEIGHT + 10})">')
        lines: dict[str, list[tuple[float, float]]] = {}
        for point in points:
            if point.what == what:
                lines.setdefault(engines[point.engine], []).append((point.amount, axis(point)))
        parts += _panel(title, UNITS[what], lines, grows)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, unit: str, lines: dict[str, list[tuple[float, float]]], grows: bool) -> list[str]:
    every = [pair for line in lines.values() for pair in line]
    if not every:
        return []
    horizontal = _Scale([x for x, _ in every], LEFT, WIDTH - RIGHT)
    vertical = _Scale([y for _, y in every], HEIGHT - BOTTOM, TOP)
    parts = [f'<text x="{LEFT}" y="{TOP - 14}" font-weight="600">{escape(title)}</text>']
    for mark in horizontal.marks():
        x = horizontal(mark)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        y = HEIGHT - BOTTOM + 16
        parts.append(f'<text class="small" x="{x:.1f}" y="{y}" text-anchor="middle">{mark:,.0f}</text>')
    for mark in vertical.marks():
        y = vertical(mark)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="small" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{mark:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="small" x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{unit}</text>')
    for colour, line in lines.items():
        (x0, y0), (x1, _) = line[-1], line[0]
        low = max(x1, x0 * vertical.low / y0)  # the dashed line ends where the panel does
        if grows:
            parts.append(_line([(x0, y0), (low, y0 * low / x0)], horizontal, vertical, 'class="guide"'))
        parts.append(_line(line, horizontal, vertical, f'stroke="{colour}" stroke-width="2"'))
        parts += [f'<circle cx="{horizontal(x):.1f}" cy="{vertical(y):.1f}" r="3" fill="{colour}"/>' for x, y in line]
    return parts


def _line(pairs: Sequence[tuple[float, float]], horizontal: _Scale, vertical: _Scale, style: str) -> str:
    places = " ".join(f"{horizontal(x):.1f},{vertical(y):.1f}" for x, y in pairs)
    return f'<polyline fill="none" {style} points="{places}"/>'


class _Scale:
    """A logarithmic axis from the power of ten below all values to that above."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._first = math.floor(math.log10(min(values)) + NEARLY)
        self._last = max(math.ceil(math.log10(max(values)) - NEARLY), self._first + 1)
        self.low = 10.0**self._first
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self._first) / (self._last - self._first)
        return self._start + share * (self._end - self._start)

    def marks(self) -> list[float]:
        return [10.0**power for power in range(self._first, self._last + 1)]
