"""The second half of the demo: a program analysed while it runs, with a summary and the reports as files."""

import json
import os
import subprocess
import sys
from pathlib import Path

from demo_screen import Column, Screen

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "build" / "demo"
TIME_LIMIT = 180
WIDTH = 110

ANALYSES = {
    "coverage": (["branch=yes", "condition=yes"], ["json:coverage.json", "text:coverage.txt", "lcov:coverage.lcov"]),
    "calls": ([], ["json:calls.json", "text:calls.txt", "dot:calls.dot", "speedscope:calls.speedscope.json"]),
    "comparisons": (["limit=2000"], ["json:comparisons.json", "text:comparisons.txt"]),
}
"""Each analysis with its options and outputs."""


def analyse(show: Screen, command: tuple[str, ...], folder: Path) -> bool:
    """Run a program with three analyses attached, and show what they found.

    Args:
        show: where to.
        command: the program as it stands after `bytescope run`, seen from the folder.
        folder: where it is run.

    Returns:
        Whether it worked.
    """
    REPORTS.mkdir(parents=True, exist_ok=True)
    words = []
    for name, (options, outputs) in ANALYSES.items():
        words += ["--analysis", name]
        words += [word for option in options for word in ("--analysis-option", option)]
        for output in outputs:
            form, _, file = output.partition(":")
            words += ["--output", f"{form}:{REPORTS / file}"]
    with show.working("The same run once more, with coverage, call graph and comparisons ..."):
        done = subprocess.run(
            [sys.executable, "-m", "bytescope", "run", *words, *command],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
        )
    if done.returncode:
        show.panel("analyses", done.stderr)
        return False
    _coverage(show)
    _calls(show)
    _comparisons(show)
    names = sorted(path.name for path in REPORTS.iterdir())
    show.note(f"reports in {REPORTS.relative_to(ROOT)}/: " + ", ".join(names))
    show.note("calls.speedscope.json opens in speedscope.app, calls.dot in Graphviz, coverage.lcov in editors")
    return True


def _result(name: str) -> dict:
    return json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8"))


def _coverage(show: Screen) -> None:
    rows = []
    for file, entry in _result("coverage")["files"].items():
        lines, branches = entry["lines"], entry["branches"]
        conditions = [each for decision in entry["decisions"] for each in decision["conditions"]]
        rows.append(
            [
                Path(file).name,
                f"{len(lines['executed'])}/{len(lines['executed']) + len(lines['missing'])}",
                f"{len(branches['executed'])}/{len(branches['executed']) + len(branches['missing'])}",
                f"{sum(each['independent'] for each in conditions)}/{len(conditions)}",
            ]
        )
    figures = ("lines executed", "branches taken", "conditions shown to matter (MC/DC)")
    columns = [Column("coverage", wide=True), *(Column(name, number=True) for name in figures)]
    show.table(columns, rows)


def _calls(show: Screen) -> None:
    found = sorted(_result("calls")["functions"], key=lambda entry: -entry["own"])[:6]
    figures = ("calls", "instructions", "with those it calls")
    columns = [Column("busiest functions", wide=True), *(Column(name, number=True) for name in figures)]
    show.table(columns, [[e["function"], *(f"{e[name]:,}" for name in ("calls", "own", "inclusive"))] for e in found])


def _comparisons(show: Screen) -> None:
    lines = (REPORTS / "comparisons.txt").read_text(encoding="utf-8").splitlines()
    shown = [line if len(line) <= WIDTH else line[: WIDTH - 3] + "..." for line in lines[2:10]]
    show.panel(f"what it compares: {lines[0]}, the busiest first", "\n".join(shown))
