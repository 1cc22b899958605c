"""What the benchmarks make of their figures: comparisons, tables, charts, plots. No time is measured."""

from __future__ import annotations

import platform
from xml.etree import ElementTree

import pytest

pytest.importorskip("venv")  # the peers have environments of their own, which are not everywhere

from benchmarks import ablation, baseline, charts, playground, scaling, startup, wholes
from benchmarks.analyses.rows import PROGRAMS, ROWS
from benchmarks.analyses.table import Line
from benchmarks.catalogue import OWN_PROGRAMS
from benchmarks.results import Ratio, Results, Timing
from bytescope.analysis import attach
from bytescope.startup.switches import DISABLE

pytestmark = pytest.mark.any_host


def results(**ratios: tuple[float, ...]) -> Results:
    """Results of an engine whose pairs have these ratios, by program."""
    return Results(
        {name: {"cpython": Timing((1.0,) * len(each)), "engine": Timing(each)} for name, each in ratios.items()},
        metadata={"python_version": "3.0"},
    )


def texts(drawing: str) -> set[str | None]:
    """The texts in an SVG document."""
    return {each.text for each in ElementTree.fromstring(drawing).iter() if each.tag.endswith("text")}


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


def test_whole_processes_have_limits_where_the_cache_matters() -> None:
    assert all(row.cold is None and row.warm is None for row in wholes.ROWS if not row.is_ours)
    assert wholes.line("tool", 0.5, 1.25, 2.0).startswith("tool: 2.5x (limit 2x), 1.25 s beside 0.50 s, load ")
    assert wholes.line("tool", 0.5, 1.25, None).startswith("tool: 2.5x, ")


def test_charts_are_well_formed() -> None:
    drawing = charts.speed(results(**{"a": (2.0, 3.0), "<b>": (200.0, 300.0)}))
    assert {"a", "<b>", "geometric mean", "engine", "2.5x", "250x", "25x"} <= texts(drawing)
    lines = [Line(row, "interpreter", {"fib": Ratio(2.0, 1.0, 3.0)}) for row in ROWS]
    assert {*(row.name for row in ROWS), "interpreter"} <= texts(charts.analyses(results(), lines))
    points = [scaling.Point("engine", what, 10**n, 1.0 * n, n) for what in scaling.UNITS for n in (2, 3)]
    assert {"instructions", "functions", "engine"} <= texts(charts.scaling(points, "3.0"))


def test_charts_of_nothing_and_of_what_is_faster_are_well_formed() -> None:
    texts(charts.speed(results()))
    assert "0.5x" in texts(charts.speed(results(a=(0.5,))))
    texts(charts.scaling([], "3.0"))


def test_the_same_chart_is_the_same_file() -> None:
    found = results(a=(2.0, 3.0))
    assert charts.speed(found) == charts.speed(found)


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


# --- ablation


def test_every_mechanism_is_measured_and_its_lines_are_counted() -> None:
    assert list(ablation.MECHANISMS) == list(DISABLE.values)
    assert all(each.lines() > 20 for each in ablation.MECHANISMS.values())


def test_a_mechanism_without_files_is_noticed() -> None:
    with pytest.raises(FileNotFoundError, match="no/such"):
        ablation.Mechanism(("flow/types.py", "no/such.py"), "", (), lambda *_: 1.0).lines()


def test_worth_is_by_pairs_and_one_that_is_not_worth_its_lines_is_named() -> None:
    costs = iter([3.0, 2.0, 2.0, 3.0, 9.0, 6.0])  # in pairs: without and with, with and without, ...
    mechanism = ablation.Mechanism(("startup/tuning.py",), "work", ("one",), lambda *_: next(costs))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ablation.MECHANISMS, "traces", mechanism)
        worth = ablation.measure("traces", quick=True, repetitions=3)
    assert worth.factors == {"one": [1.5, 1.5, 1.5]}
    good, text = ablation.line("traces", mechanism, worth)
    assert good
    assert text.split()[0] == "traces"
    assert "1.50x  work: one 1.50" in text
    assert ablation.line("traces", mechanism, ablation.Worth({"one": [1.02]}))[0] is False


def test_the_mechanism_is_off_in_every_other_measurement() -> None:
    seen = []

    def cost(program: str, quick: bool, variables: dict[str, str]) -> float:
        seen.append(variables)
        return 1.0

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ablation.MECHANISMS, "cache", ablation.Mechanism((), "", ("one",), cost))
        ablation.measure("cache", quick=True, repetitions=2)
    off, on = {"BYTESCOPE_DISABLE": "cache"}, {"BYTESCOPE_DISABLE": ""}
    assert seen == [off, on, on, off]


@pytest.mark.parametrize(("seconds", "within"), [((0.9, 0.5, 2.5), True), ((1.1, 1.2, 0.1), False)])
def test_page_is_held_to_the_median_of_its_runs(seconds: tuple[float, ...], within: bool) -> None:
    runs = [{"seconds": each, "processors": 3.0} for each in seconds]
    good, line = playground._line({"name": "ready, first visit", "limit": 1, "runs": runs})
    assert good is within
    assert line.split()[:3] == ["ready,", "first", "visit"]
    assert "1 s" in line
    assert line.endswith("3 s")
