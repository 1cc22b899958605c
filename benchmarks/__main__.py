"""Run the benchmarks: `python -m benchmarks [PART]...`."""

import argparse
import platform
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from . import (
    ablation,
    attaching,
    baseline,
    charts,
    memory,
    page,
    peers,
    playground,
    recording,
    report,
    scaling,
    startup,
    statements,
    suite,
    wholes,
)
from .analyses import table, weaving
from .analyses.rows import ROWS
from .catalogue import programs
from .engines import ENGINES, NATIVE, OBSERVED, OTHERS
from .measure import CLOCKS
from .results import Results

HOST = f"{sys.version_info.major}.{sys.version_info.minor}"
PARTS = ["speed", "analyses", "memory", "recording", "startup", "wholes", "attaching", "scaling"]
PEERS, PAGE, PLAYGROUND = "peers", "page", "playground"
"""What sets the peers up, writes the documentation's page, and drives a browser: left out unless they are named."""
NEEDED = ["mako", "matplotlib", "psutil", "pyperf", "pyperformance"]
OUTPUT = Path(".tmp") / "benchmarks" / "results"


def main() -> int:
    options = _options()
    if missing := [name for name in NEEDED if not find_spec(name)]:
        print(f"the benchmarks need {', '.join(missing)}: pip install 'bytescope[bench]'", file=sys.stderr)
        return 2
    values = options.output
    options.output = values / HOST
    try:
        chosen = programs(options.programs)
        engines = _engines(options.engines)
    except LookupError as problem:
        print(problem.args[0], file=sys.stderr)
        return 2
    if options.list:
        print(f"programs: {' '.join(program.name for program in chosen)}\nengines: {' '.join(ENGINES)}")
        return 0
    if PEERS in options.parts:
        for line in peers.set_up():
            print(line, flush=True)
    if options.ablate:
        return 0 if _lines("ablation", ablation.report(quick=options.quick, repetitions=options.repetitions)) else 1
    good = True
    if "speed" in options.parts:
        good &= _speed(options, chosen, engines)
    if "analyses" in options.parts:
        good &= _analyses(options)
    others = [engine for engine in engines if engine != NATIVE]
    if "memory" in options.parts:
        good &= _lines("memory", memory.report(others))
    if "recording" in options.parts:
        good &= _lines("recording", recording.report(quick=options.quick))
    if "startup" in options.parts and others:
        good &= _lines("start-up", startup.report(quick=options.quick, folder=options.output))
    if "wholes" in options.parts:
        good &= _lines("whole processes", wholes.report(quick=options.quick))
    if "attaching" in options.parts:
        good &= _lines("attaching", attaching.report())
        good &= _lines("statements", statements.report())
    if "scaling" in options.parts:
        good &= _scaling(options, engines)
    if PLAYGROUND in options.parts:
        good &= _lines("page", playground.report(quick=options.quick))
    if PAGE in options.parts:
        page.write(values)
        print(f"wrote {page.PAGE}")
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Every engine against CPython, in turns.")
    parts = f"of {', '.join(PARTS)}; all when none is named; or {PEERS}, {PAGE}, {PLAYGROUND}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=parts)
    parser.add_argument("--rows", type=_names, default=[], help="of the analyses, with commas; all by default")
    parser.add_argument("--quick", action="store_true", help="less work and fewer repetitions: for a first look")
    parser.add_argument("--full", action="store_true", help="scaling up to 10**8 instructions, which takes minutes")
    parser.add_argument("--programs", type=_names, default=[], help="names or globs, with commas; `core` for the five")
    parser.add_argument("--engines", type=_names, default=[], help=f"with commas, of {', '.join(ENGINES | OTHERS)}")
    parser.add_argument("--repetitions", type=int, help="how often each engine is timed (7; quick: 3)")
    parser.add_argument("--clock", choices=CLOCKS, default="thread_time", help="processor time (default) or wall time")
    parser.add_argument("--time-limit", type=float, default=300, help="seconds for one program on all engines")
    parser.add_argument(
        "--output",
        type=Path,
        default=OUTPUT,
        metavar="FOLDER",
        help="where values (pyperf's format) and charts go, into a folder for each version of CPython",
    )
    parser.add_argument("--check", type=Path, metavar="BASELINE", help="compare with stored values; fail if slower")
    parser.add_argument("--tolerance", type=float, default=0.1, help="by what part a ratio may grow (0.1)")
    ablate = "measure, instead of all else, what each mechanism of BYTESCOPE_DISABLE is worth"
    parser.add_argument("--ablate", action="store_true", help=ablate)
    parser.add_argument("--list", action="store_true", help="name the programs and engines, and do nothing else")
    options = parser.parse_args()
    for part in options.parts:
        if part not in [*PARTS, PEERS, PAGE, PLAYGROUND]:
            parser.error(f"no part is called {part!r}; there are {', '.join(PARTS)}, {PEERS}, {PAGE} and {PLAYGROUND}")
    for row in options.rows:
        if row not in (rows := [*(each.name for each in ROWS), "weaving"]):
            parser.error(f"no row is called {row!r}; there are {', '.join(rows)}")
    options.parts = options.parts or PARTS
    options.repetitions = options.repetitions or (3 if options.quick else 7)
    return options


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _engines(names: list[str]) -> list[str]:
    for name in names:
        if name not in ENGINES | OTHERS:
            raise LookupError(f"no engine is called {name!r}; there are {', '.join(ENGINES | OTHERS)}")
    chosen = [NATIVE, *(name for name in names or ENGINES if name != NATIVE)]
    if OBSERVED in chosen and len(chosen) > 2:
        raise LookupError(f"{OBSERVED} is measured by itself: its analysis observes modules of every engine")
    return chosen


def _speed(options: argparse.Namespace, chosen: list[suite.Program], engines: list[str]) -> bool:
    others = engines[1:]
    print(report.heading(others), flush=True)
    results = suite.run(
        chosen,
        engines,
        quick=options.quick,
        repetitions=options.repetitions,
        clock=options.clock,
        time_limit=options.time_limit,
        report=lambda results, program: print(report.line(results, program, others), flush=True),
    )
    if results.timings:
        print("\n" + "\n".join(report.means(results)))
        _keep(options, OBSERVED if OBSERVED in engines else "speed", results, charts.speed(results))
    good = not results.failures
    if options.check:
        good &= _check(options.check, results, options.tolerance)
    return good


def _analyses(options: argparse.Namespace) -> bool:
    results, lines = table.measure(
        options.rows,
        quick=options.quick,
        repetitions=options.repetitions,
        clock=options.clock,
        report=lambda line: print(line, flush=True),
    )
    if results.timings:
        _keep(options, "analyses", results, charts.analyses(results, lines))
    good = all(line.good for line in lines)
    if not options.rows or "weaving" in options.rows:
        good &= _lines("weaving", weaving.report())
    if options.check:
        good &= _check(options.check, results, options.tolerance)
    return good


def _scaling(options: argparse.Namespace, engines: list[str]) -> bool:
    found = list(scaling.measure(engines, quick=options.quick, full=options.full))
    points = [each for each in found if isinstance(each, scaling.Point)]
    failures = [(False, str(each)) for each in found if not isinstance(each, scaling.Point)]
    good = _lines("scaling", [*scaling.report(points), *failures])
    if points:
        values, picture = options.output / "scaling.json", options.output / "scaling.svg"
        options.output.mkdir(parents=True, exist_ok=True)
        values.write_text(scaling.as_json(points), encoding="utf-8")
        picture.write_text(charts.scaling(points, platform.python_version()), encoding="utf-8")
        print(f"values in {values}, plot in {picture}")
    return good


def _keep(options: argparse.Namespace, part: str, results: Results, drawing: str) -> None:
    """Write the values and the chart of a part."""
    values, picture = options.output / f"{part}.json", options.output / f"{part}.svg"
    results.save(values)
    picture.write_text(drawing, encoding="utf-8")
    print(f"\nvalues in {values}, chart in {picture}")


def _check(path: Path, results: Results, tolerance: float) -> bool:
    changes = list(baseline.compare(Results.read(path), results, tolerance))
    print(f"\nagainst {path}:")
    for change in changes:
        print(change)
    slower = [change for change in changes if change.slower]
    print(f"{len(slower)} of {len(changes)} slower by more than {tolerance:.0%}")
    return bool(changes) and not slower


def _lines(title: str, lines: Iterable[tuple[bool, str]]) -> bool:
    print(f"\n{title}\n{'-' * len(title)}", flush=True)
    good = True
    for within, line in lines:
        print(line if within else f"{line}  ** over the limit **", flush=True)
        good &= within
    return good


if __name__ == "__main__":
    sys.exit(main())
