"""What the benchmarks make of their figures: comparisons, tables, charts, plots. No time is measured."""

from __future__ import annotations

import platform
from xml.etree import ElementTree

import pytest

pytest.importorskip("venv")  # the peers have environments of their own, which are not everywhere

from benchmarks import baseline, chart, plot, scaling, startup
from benchmarks.analyses.rows import PROGRAMS, ROWS
from benchmarks.analyses.table import Line
from benchmarks.catalogue import OWN_PROGRAMS
from benchmarks.results import Ratio, Results, Timing
from bytescope.analysis import attach


def results(**ratios: tuple[float, ...]) -> Results:
    """Results of an engine whose pairs have these ratios, by program."""
    return Results(
        {name: {"cpython": Timing((1.0,) * len(each)), "engine": Timing(each)} for name, each in ratios.items()},
        metadata={"python_version": "3.0"},
    )


def test_ratios_and_means() -> None:
    found = results(one=(2.0, 3.0, 4.0), two=(12.0, 12.0, 12.0))
    ratio = found.ratio("one", "engine")
    assert ratio == Ratio(3.0, 2.0, 4.0)
    assert found.mean("engine") == pytest.approx(6.0)
    assert found.mean("engine", ["one", "three"]) is None


def test_slower_is_what_is_slower_beyond_chance_and_tolerance() -> None:
    before = results(slower=(2.0, 2.1), noisy=(2.0, 4.0), faster=(4.0, 4.1), gone=(1.0, 1.0))
    after = results(slower=(3.0, 3.1), noisy=(3.0, 5.0), faster=(2.0, 2.1), new=(1.0, 1.0))
    changes = {change.program: change for change in baseline.compare(before, after, 0.1)}
    assert {name: (each.slower, each.faster) for name, each in changes.items()} == {
        "slower": (True, False), "noisy": (False, False), "faster": (False, True),
    }  # fmt: skip
    assert "SLOWER" in str(changes["slower"])


def test_charts_are_well_formed() -> None:
    bars = ElementTree.fromstring(chart.chart(results(**{"a": (2.0, 3.0), "<b>": (200.0, 300.0)})))
    texts = [each.text for each in bars.iter() if each.tag.endswith("text")]
    assert {"a", "<b>", "geometric mean", "engine"} <= set(texts)
    lines = [Line(row, "interpreter", {"fib": Ratio(2.0, 1.0, 3.0)}) for row in ROWS]
    bars = ElementTree.fromstring(chart.of_analyses(results(), lines))
    assert {row.name for row in ROWS} <= {each.text for each in bars.iter() if each.tag.endswith("text")}


def test_a_line_of_analyses_is_judged_by_its_geometric_mean() -> None:
    row = next(row for row in ROWS if row.name == "coverage")
    line = Line(row, "woven", {"fib": Ratio(1.0, 0.9, 9.0), "loops": Ratio(1.21, 1.0, 1.3)})
    assert str(line.mean) == "1.1"
    assert line.good
    line.ratios["nbody"] = Ratio(2.0, 1.0, 3.0)
    assert not line.good
    assert "over the limit" in str(line)
    assert Line(row, "slipcover", {"fib": Ratio(50.0, 50.0, 50.0)}).good


def test_rows_can_be_measured() -> None:
    assert set(PROGRAMS) <= {program.name for program in OWN_PROGRAMS}
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        attach(row.analysis(), include=row.include)


def test_scaling_is_judged_by_the_cost_of_one() -> None:
    def points(*costs: float) -> list[scaling.Point]:
        return [scaling.Point("engine", "length", 10**n, cost * 10**n, 5) for n, cost in enumerate(costs, 5)]

    assert all(good for good, _ in scaling.report(points(9e-6, 1e-6, 1.5e-6)))
    assert not all(good for good, _ in scaling.report(points(9e-6, 1e-6, 3e-6)))
    more = [*points(1e-6), scaling.Point("engine", "length", 10**8, 100, 1 << 30)]
    assert next(line for good, line in scaling.report(more) if not good).startswith("engine: memory of a run")
    ElementTree.fromstring(plot.plot([*points(1e-6, 2e-6), scaling.Point("engine", "size", 100, 0.1, 0)], "3.0"))


def test_figures_of_start_up_are_kept() -> None:
    found = [
        startup.Comparison("-c pass", startup.Cost(0.02, 0.01), startup.Cost(0.05, 0.024), 2.5),
        startup.Comparison("-m json.tool, 5.0 MB", startup.Cost(1.0, 1.0), startup.Cost(12.0, 11.0)),
    ]
    version, kept = startup.read(startup.as_json(found))
    assert (version, kept) == (platform.python_version(), found)
    lines = [each for comparison in kept for each in comparison.lines()]
    assert [within for within, _ in lines] == [True] * 6
    over = startup.Comparison("-c pass", startup.Cost(0.02, 0.01), startup.Cost(0.05, 0.026), 2.5)
    assert [within for within, _ in over.lines()] == [True, True, False]
