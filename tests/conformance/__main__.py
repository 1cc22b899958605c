"""``python -m tests.conformance``: CPython's tests inside bytescope, held against what passes natively."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.pythons import find_hosts

from . import plan
from .runs import SRC, Choice, Run, modules, run_tier

COLUMNS = "version tier level engine modules clean native passing lost excused unsteady seconds good".split()

ENGINES = ["cpython", "interpreter", "observed", "woven"]
ABOUT_ENGINES = (
    "cpython: the native baseline; interpreter (default); observed: the interpreter, with an analysis that observes "
    "every event; woven: the weaver with such an analysis"
)


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    add = parser.add_argument
    add("--engine", choices=ENGINES, default="interpreter", help=ABOUT_ENGINES)
    add("--level", choices=["L1", "L2"], action="append", help="L1 (default): tests are guests; L2: the library too")
    add("--tier", choices=plan.TIERS, action="append", help="repeatable; core unless told otherwise")
    add("--python", action="append", metavar="EXE", help="host, repeatable; all: every one found; default: this Python")
    add("--all", action="store_true", help="every tier, level and host")
    add("--modules", nargs="+", default=[], metavar="test_x", help="only these modules of the tiers")
    add("--match", action="append", default=[], metavar="GLOB", help="only tests whose id matches; gives no verdict")
    about_parts = "only part K of N of the modules, commit/N: another part every commit; repeatable, a part of a part"
    add("--shard", action="append", default=[], metavar="K/N", help=about_parts)
    add("--list", action="store_true", help="print the modules of the tiers, and run none")
    add("--jobs", type=int, choices=[1, 2], default=1)
    add("--timeout", type=float, default=300.0, metavar="S", help="longest silence of a module (a test that hangs)")
    add("--limit", type=float, default=1800.0, metavar="S", help="longest time for a module")
    add(
        "--src", type=Path, default=SRC, metavar="DIR", help="folder of the bytescope to test; default: this checkout's"
    )
    add("--json", type=Path, metavar="FILE", help="write everything about the runs to FILE")
    add("--update-baseline", action="store_true", help="record native outcomes (--engine cpython), else floors")
    add("--verbose", action="store_true", help="print the traceback of every lost test")
    return parser.parse_args(argv)


def main() -> int:
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    choice = Choice(
        engine=options.engine,
        modules=tuple(options.modules),
        match=tuple(options.match),
        jobs=options.jobs,
        silence=options.timeout,
        limit=options.limit,
        update=options.update_baseline,
        src=options.src.resolve(),
        shards=tuple(options.shard),
    )
    levels = [""] if choice.native else ["L1", "L2"] if options.all else options.level or ["L1"]
    runs: list[Run] = []
    for python in pythons(options):
        host = plan.Host.of(python)
        for level in levels:
            for tier in tiers(options):
                if options.list:
                    print("\n".join(f"{tier} {module}" for module in modules(host, tier, level, choice)[0]))
                    continue
                run = run_tier(host, tier, level, choice)
                show(run, options.verbose)
                runs.append(run)
                if options.json:
                    options.json.write_text(json.dumps([run.record() for run in runs], indent=1) + "\n")
    if not options.list:
        table(runs)
    return 0 if all(run.verdict.good for run in runs) else 1


def tiers(options: argparse.Namespace) -> Sequence[str]:
    """The tiers to run."""
    return plan.TIERS if options.all else options.tier or ["core"]


def pythons(options: argparse.Namespace) -> list[str]:
    """The interpreters to run on; an environment stands for the interpreter that it was made from."""
    if options.all or "all" in (options.python or []):
        return [str(host.executable) for host in find_hosts().values()]
    return options.python or [getattr(sys, "_base_executable", sys.executable)]


def show(run: Run, verbose: bool) -> None:
    """Prints what is wrong with a run."""
    details = {test: text for report in run.reports.values() for test, text in report.details.items()}
    verdict = run.verdict
    for test, outcome in verdict.lost.items():
        print(f"LOST {test}: {outcome}")
        if verbose:
            print(details.get(test, ""))
    for name, why in verdict.broken.items():
        print(f"BROKEN {name}: {why}")
    for name, why in verdict.empty.items():
        print(f"EMPTY {name}: {why}")
    for name, before in run.unsteady.items():
        print(f"UNSTEADY {name}: {before}, passes when its module runs again")
    for match in verdict.stale:
        print(f"STALE expectation, nothing needs it: {match}")


def table(runs: list[Run]) -> None:
    """Prints the summary, a line a run."""
    rows = [COLUMNS] + [[str(run.summary()[column]) for column in COLUMNS] for run in runs]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
