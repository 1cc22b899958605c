"""The jobs of a test run: so many test files, or a part of a long one, on one CPython."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tools import commit, durations, outcomes, page, pyodide_host
from tools.bootstrap import ROOT
from tools.outcomes import Outcome
from tools.pool import Job
from tools.run_lint import CHECKS

RESULTS = ROOT / ".tmp" / "results"
PATTERNS = ("tests/**/test_*.py", "README.md", "CONTRIBUTING.md", "docs/**/*.md")
PYODIDE_ONLY = "tests/pyodide/"
QUICK = ("tests/unit/", "tests/spec/instructions/")
"""What `make check` runs."""

SECONDS = 40.0
"""About how long a job takes: so short that no core idles at the end, so long that its start does not count."""
START = 1.5
"""How long it takes until the first test runs."""
PYODIDE_START = 6.0

SPHINX = ["-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
CONFORMANCE_PARTS = 6
PAGE_PARTS = 3
OF_COMMIT = "commit/3"
"""The part of CPython's core tests that is run on hosts other than the newest."""
OF_COMMIT_WIDE = "commit/12"


@dataclass(frozen=True)
class Task:
    """A job with the part of the run that it belongs to, and what reads its results.

    Attributes:
        files: the test files that it runs.
        listing: further arguments with which the command lists its tests, and runs none.
    """

    part: str
    job: Job
    read: Callable[[int], Outcome]
    files: Sequence[str] = ()
    listing: Sequence[str] = ()


@dataclass
class Selection:
    """What of the tests is to be run.

    Attributes:
        full: all that takes long as well, and the host-neutral tests everywhere.
        arguments: further ones for pytest.
        targets: the files and tests that are named; none for all of them.
        quick: only what `make check` runs.
    """

    full: bool = False
    arguments: Sequence[str] = ()
    targets: Sequence[str] = ()
    quick: bool = False
    recorded: durations.Durations = field(default_factory=durations.load)

    def files(self) -> list[str]:
        """Return the test files, or the named tests of a file."""
        paths = (path.relative_to(ROOT).as_posix() for pattern in PATTERNS for path in sorted(ROOT.glob(pattern)))
        files = [file for file in paths if "node_modules" not in file and ".venv" not in file]
        if self.targets:
            return [
                target if "::" in target or target == file else file
                for target in self.targets
                for file in files
                if file == target.partition("::")[0] or file.startswith(target.rstrip("/") + "/")
            ]
        return [file for file in files if file.startswith(QUICK)] if self.quick else files

    def settings(self, newest: bool) -> dict[str, str]:
        """Return the variables that tell the tests how much to do; see tests/support/scale.py."""
        if self.full:
            return {"BYTESCOPE_TEST_SCALE": "full"}
        turn = {"BYTESCOPE_TEST_TURN": str(commit.number() % 6)}  # so many: all combinations of a third and a half
        return turn if newest else turn | {"BYTESCOPE_DEBUG": "0"}


def chunks(files: Iterable[str], seconds: Mapping[str, float], start: float) -> Iterator[tuple[list[str], int, float]]:
    """Divide files into jobs of about one length, longer ones where the start takes long.

    Yields the files of a job, in how many parts they are run, and the seconds of all parts together.
    """
    size = max(SECONDS, 10 * start)
    open_: list[tuple[float, list[str]]] = []
    for expected, file in sorted(((seconds.get(file, durations.UNKNOWN), file) for file in files), reverse=True):
        if expected > 1.5 * size:
            yield [file], math.ceil(expected / size), expected
            continue
        index = next((i for i, (total, _) in enumerate(open_) if total + expected <= size), None)
        if index is None:
            open_.append((expected, [file]))
        else:
            open_[index] = open_[index][0] + expected, [*open_[index][1], file]
    for total, together in open_:
        yield sorted(together), 1, total


def _named(files: Sequence[str], part: str) -> str:
    first = files[0].removeprefix("tests/")
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return first + more + part


class Plan:
    """Gathers the tasks of a run; each has its own log and results, .tmp/results/NUMBER.*."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.tasks: list[Task] = []

    def _place(self, suffix: str) -> Path:
        return RESULTS / f"{len(self.tasks):03}.{suffix}"

    def add_pytest(self, label: str, python: Path, newest: bool) -> None:
        """Add the tests on one host."""
        files = [file for file in self.selection.files() if not file.startswith(PYODIDE_ONLY)]
        left_out = [] if self.selection.full else ["slow"] + ([] if newest else ["any_host"])
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"]
        settings = self.selection.settings(newest) | {"PYTHONDONTWRITEBYTECODE": ""}
        self._divide(label, files, left_out, command, settings, START)

    def add_pyodide(self, label: str, packages: Sequence[Path]) -> None:
        """Add the tests that run in Pyodide."""
        files = [file for file in self.selection.files() if file.startswith(tuple(pyodide_host.core_tests()))]
        left_out = ["process", "any_host"] + ([] if self.selection.full else ["slow"])
        command = [*pyodide_host.command(packages), "-o", "junit_family=xunit1"]
        self._divide(label, files, left_out, command, self.selection.settings(True), PYODIDE_START)

    def _divide(
        self,
        label: str,
        files: Sequence[str],
        left_out: Sequence[str],
        command: Sequence[str | Path],
        settings: Mapping[str, str],
        start: float,
    ) -> None:
        marks = ["-m", " and ".join(f"not {mark}" for mark in left_out)] if left_out else []
        for together, parts, expected in chunks(files, self.selection.recorded.get(label, {}), start):
            for part in range(1, parts + 1):
                results, log = self._place("xml"), self._place("log")
                job = Job(
                    _named(together, f" {part}/{parts}" if parts > 1 else ""),
                    [*command, *marks, f"--junitxml={results.relative_to(ROOT)}", *self.selection.arguments, *together],
                    log,
                    expected=expected / parts + start,
                    minutes=600 if self.selection.full else 30,
                    env={**settings, "BYTESCOPE_TEST_PART": f"{part}/{parts}"},
                )
                read = partial(outcomes.of_pytest, results)
                self.tasks.append(Task(label, job, read, together, ["--collect-only", "-q", "--no-header"]))

    def add_conformance(self, host: str, python: Path, executable: Path, whole: bool) -> None:
        """Add CPython's own tests as guests: the core tier, whole or a part that depends on the commit."""
        full = self.selection.full
        for tier, part, parts in (
            ("core", "" if whole or full else OF_COMMIT, CONFORMANCE_PARTS if whole or full else 2),
            ("wide", "" if full else OF_COMMIT_WIDE, 40 if full else 2),
        ):
            if tier == "wide" and not (whole or full):
                continue
            for number in range(1, parts + 1):
                results, log = self._place("json"), self._place("log")
                command = [python, "-m", "tests.conformance", "--python", executable, "--tier", tier, "--json", results]
                command += [word for shard in (part, f"{number}/{parts}") if shard for word in ("--shard", shard)]
                job = Job(f"CPython's {tier} tests {number}/{parts}", command, log, SECONDS, 600 if full else 30)
                read = partial(outcomes.of_conformance, results)
                self.tasks.append(Task(f"conformance {host}", job, read, listing=["--list"]))

    def add_lint(self, python: Path) -> None:
        """Add the linters."""
        job = Job("lint", [python, "-m", "tools.run_lint"], self._place("log"), expected=40)
        self.tasks.append(Task("lint", job, partial(outcomes.of_checks, len(CHECKS))))

    def add_docs(self, python: Path) -> None:
        """Add the documentation: a warning is an error."""
        command = [python, *SPHINX, "-d", ROOT / ".tmp" / "doctrees", "docs", ROOT / ".tmp" / "docs"]
        job = Job("documentation", command, self._place("log"), expected=20)
        self.tasks.append(Task("docs", job, partial(outcomes.of_checks, 1)))

    def add_page(self, python: Path) -> None:
        """Add the page: its types, its models under Node, and itself in Chromium; Python makes what they read."""
        programs = page.WEB / "node_modules" / ".bin"
        job = Job("types", [programs / "tsc", "-p", "web"], self._place("log"), expected=10)
        self.tasks.append(Task("page", job, partial(outcomes.of_checks, 1)))
        chromium = [programs / "playwright", "test", "-c", "web"]
        for name, command, report, expected in (
            ("models", [programs / "vitest", "run", "--root", "web", "--reporter=junit"], "VITEST_JUNIT", 10.0),
            *(
                (f"in Chromium {n}/{PAGE_PARTS}", [*chromium, f"--shard={n}/{PAGE_PARTS}"], "PLAYWRIGHT_JUNIT", SECONDS)
                for n in range(1, PAGE_PARTS + 1)
            ),
        ):
            results, log = self._place("xml"), self._place("log")
            job = Job(name, command, log, expected, env={report: str(results), "BYTESCOPE_PYTHON": str(python)})
            self.tasks.append(Task("page", job, partial(outcomes.of_pytest, results)))
