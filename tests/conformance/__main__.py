"""``python -m tests.conformance``: CPython's tests, natively or inside bytescope, against the recorded outcomes."""

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import baseline, floors, plan
from .progress import open_progress
from .supervise import Job, Report, run_module
from .verdict import Verdict, expectations, judge

SRC = Path(__file__).parents[2] / "src"


@dataclass
class Run:
    """One tier on one host at one level, with its verdict."""

    host: plan.Host
    tier: str
    level: str
    engine: str
    absent: list[str]
    natives: dict[str, baseline.Native]
    reports: dict[str, Report] = field(default_factory=dict)
    verdict: Verdict = field(default_factory=Verdict)

    def summary(self) -> dict[str, object]:
        """The figures of the run, as they go into the JSON file."""
        reports = self.reports.values()
        native = sum(len(self.natives[name].passing()) for name in self.reports if name in self.natives)
        return {
            "version": self.host.version,
            "release": self.host.release,
            "tier": self.tier,
            "level": self.level if self.engine != "cpython" else "",
            "engine": self.engine,
            "modules": len(self.reports),
            "clean": sum(not self.lost_of(name) and name not in self.verdict.broken for name in self.reports),
            "passing_natively": native,
            "passing": sum(len(report.passed()) for report in reports),
            "lost": len(self.verdict.lost),
            "excused": len(self.verdict.excused),
            "seconds": round(sum(report.seconds for report in reports), 1),
            "instructions": sum(report.instructions for report in reports),
            "good": self.verdict.good,
        }

    def lost_of(self, name: str) -> list[str]:
        """The tests of a module that pass natively and not here, whatever the excuses."""
        if name not in self.natives:
            return []
        return sorted(self.natives[name].passing() - self.reports[name].passed())


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    add = parser.add_argument
    add("--engine", choices=["cpython", "interpreter"], default="interpreter", help="cpython is the native baseline")
    add("--level", choices=["L1", "L2"], default="L1", help="L1: tests are guests; L2: the library under test too")
    add("--tier", choices=plan.TIERS, action="append", help="repeatable; core unless told otherwise")
    add("--modules", nargs="+", metavar="test_x", help="only these modules of the tiers")
    add("--match", action="append", default=[], metavar="GLOB", help="only the tests whose id matches; no verdict")
    add("--python", action="append", metavar="EXE", help="the host; repeatable; this Python unless told otherwise")
    add("--jobs", type=int, choices=[1, 2], default=1)
    add("--timeout", type=float, default=120.0, metavar="S", help="longest silence of a module (a test that hangs)")
    add("--limit", type=float, default=1800.0, metavar="S", help="longest time for a module")
    add("--shard", metavar="K/N", help="only part K of N of the modules; day/N takes another part every day")
    add("--json", type=Path, metavar="FILE", help="write everything about the run to FILE")
    add("--update-baseline", action="store_true", help="record native outcomes (--engine cpython) or floors")
    add("--verbose", action="store_true", help="print the traceback of every lost test")
    return parser.parse_args(argv)


def main() -> int:
    options = parse()
    runs = []
    for python in options.python or [sys.executable]:
        host = plan.Host.of(python)
        for tier in options.tier or ["core"]:
            runs.append(run_tier(host, tier, options))
            show(runs[-1], options)
    if options.json:
        options.json.write_text(json.dumps([record(run) for run in runs], indent=1) + "\n")
    table(runs)
    return 0 if all(run.verdict.good for run in runs) else 1


def run_tier(host: plan.Host, tier: str, options: argparse.Namespace) -> Run:
    """Runs the chosen modules of a tier and judges them."""
    modules, absent = plan.tier_modules(host, tier)
    if options.modules:
        modules = [name for name in modules if name in options.modules]
    if options.level == "L2" and options.engine != "cpython":
        modules = [name for name in modules if plan.libraries(name)]
    if options.shard:
        modules = plan.shard(modules, options.shard)
    release, natives = baseline.load(host.version, tier)
    native_run = options.engine == "cpython"
    if release != host.release and not options.update_baseline and not native_run:
        print(f"no record of native outcomes for {host.release} (there is one for {release or 'none'}): running natively")
        native_reports = run_modules(host, modules, options, "cpython", {})
        natives = {name: baseline.merge(None, report) for name, report in native_reports.items()}
    print(f"CPython {host.release}, {tier}, {options.engine} {options.level}: {len(modules)} modules", flush=True)
    reports = run_modules(host, modules, options, options.engine, natives)
    if native_run and options.update_baseline:
        merged = {name: baseline.merge(natives.get(name), report) for name, report in reports.items()}
        print("recorded in", baseline.save(host.version, tier, host.release, natives | merged))
    run = Run(host, tier, options.level, options.engine, absent, natives, reports)
    if options.update_baseline and not native_run:
        floors.record(host.version, options.level, reports)
    if not options.match and not options.update_baseline:
        allowed = [] if native_run else [e for e in expectations() if e.applies(host.version, options.level, tier)]
        run.verdict = judge(natives, reports, allowed, None if native_run else floors.load(host.version, options.level))
    return run


def run_modules(
    host: plan.Host,
    modules: list[str],
    options: argparse.Namespace,
    engine: str,
    natives: dict[str, baseline.Native],
) -> dict[str, Report]:
    """Runs modules, slowest first, ``--jobs`` at a time."""
    context, display = open_progress(len(modules))

    def work(name: str) -> Report:
        job = Job(
            module=f"test.{name}",
            python=host.python,
            engine=engine,
            src=str(SRC),
            libraries=plan.libraries(name) if options.level == "L2" else (),
            match=tuple(options.match),
            silence=options.timeout,
            limit=options.limit,
        )
        report = run_module(job, lambda done, loaded: display.update(name, done, loaded))
        lost = len(natives[name].passing() - report.passed()) if name in natives and not options.match else None
        display.finish(name, report, lost)
        return report

    order = sorted(modules, key=lambda name: -natives[name].seconds if name in natives else 0)
    with context, ThreadPoolExecutor(options.jobs) as pool:
        return dict(zip(order, pool.map(work, order), strict=True))


def show(run: Run, options: argparse.Namespace) -> None:
    """Prints what is wrong with a run."""
    verdict = run.verdict
    details = {test: text for report in run.reports.values() for test, text in report.details.items()}
    for test, outcome in verdict.lost.items():
        print(f"LOST {test}: {outcome}")
        if options.verbose:
            print(details.get(test, ""))
    if options.match and options.verbose:
        for test, text in details.items():
            print(f"{test}:\n{text}")
    for name, why in verdict.broken.items():
        print(f"BROKEN {name}: {why}")
    for name, why in verdict.empty.items():
        print(f"EMPTY {name}: {why}")
    for match in verdict.stale:
        print(f"STALE expectation, nothing needs it: {match}")


def table(runs: list[Run]) -> None:
    """Prints the summary, one line a run."""
    columns = "version tier level engine modules clean passing_natively passing lost excused seconds good".split()
    rows = [columns] + [[str(run.summary()[column]) for column in columns] for run in runs]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def record(run: Run) -> dict[str, object]:
    """Everything about a run, for the JSON file."""
    modules = {
        name: asdict(report) | {"outcomes": _counts(report), "lost": run.lost_of(name)}
        for name, report in sorted(run.reports.items())
    }
    return run.summary() | {"absent": run.absent, "verdict": asdict(run.verdict), "by_module": modules}


def _counts(report: Report) -> dict[str, int]:
    counts: dict[str, int] = {}
    for outcome in report.outcomes.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


if __name__ == "__main__":
    sys.exit(main())
