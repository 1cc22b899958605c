"""What the jobs of a test run left behind: counts, failures and how long each file took."""

import json
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

NO_TESTS = 5
"""pytest's exit status where it found none to run."""


@dataclass
class Outcome:
    """How one part of the run went.

    Attributes:
        notes: what a reader must know besides the counts.
        seconds: how long it took, all its jobs together.
        cpu: the processor time of that.
        files: the seconds that each test file took.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    files: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return counts + (f" ({'; '.join(self.notes)})" if self.notes else "")

    def ended(self, seconds: float, cpu: float) -> None:
        """Take down how long it took; the time of files becomes that of processors, which busy machines leave alone."""
        self.seconds, self.cpu = seconds, cpu
        for file in self.files:
            self.files[file] *= cpu / seconds

    def add(self, other: "Outcome") -> None:
        """Count another outcome in."""
        for name in ("passed", "failed", "skipped", "notes", "seconds", "cpu"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for file, seconds in other.files.items():
            self.files[file] += seconds


def of_pytest(results: Path, status: int) -> Outcome:
    """Read a JUnit file; a run that ended badly counts as a failure even where no test of it did."""
    outcome = Outcome()
    try:
        suites = list(ElementTree.parse(results).iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return Outcome(failed=1, notes=[f"no results: pytest ended with status {status}"])
    for suite in suites:
        count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        outcome.failed += count["failures"] + count["errors"]
        outcome.skipped += count["skipped"]
        outcome.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
        for case in suite.iter("testcase"):
            outcome.files[case.get("file", "?")] += float(case.get("time", 0))
    if status not in (0, NO_TESTS) and not outcome.failed:
        outcome.failed = 1
        outcome.notes.append(f"pytest ended with status {status}")
    return outcome


def of_conformance(results: Path, status: int) -> Outcome:
    """Read what `python -m tests.conformance --json` has written."""
    try:
        runs = json.loads(results.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Outcome(failed=1, notes=[f"no results: it ended with status {status}"])
    outcome = Outcome()
    for run in runs:
        part = Outcome(run["passing"], run["lost"], run["excused"])
        names = {"lost": run["verdict"]["lost"], "unsteady": run["unsteady_tests"]}
        part.notes = [f"{kind}: {', '.join(tests)}" for kind, tests in names.items() if tests]
        if not run["good"] and not run["lost"]:
            part.failed = 1
            part.notes.append("broken or empty modules, or stale expectations")
        for name, module in run["by_module"].items():
            part.files[f"conformance: {name}"] += module["seconds"]
        outcome.add(part)
    return outcome


def of_checks(count: int, status: int) -> Outcome:
    """Count checks of which `status` have failed, or all, where it is no such number."""
    failed = status if 0 <= status <= count else count
    return Outcome(count - failed, failed)


def slowest(outcomes: Iterable[tuple[str, Outcome]], count: int) -> list[tuple[float, str]]:
    """Return the files that took longest, with the part they were run in."""
    files = [(seconds, f"{part}  {file}") for part, outcome in outcomes for file, seconds in outcome.files.items()]
    return sorted(files, reverse=True)[:count]
