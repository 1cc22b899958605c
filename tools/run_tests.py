"""Run lint and the test suite on every supported CPython that is found, and its core inside Pyodide.

usage: python tools/run_tests.py [--host VERSION]... [--no-lint] [--no-conformance] [--no-pyodide] [--slow]
                                 [PYTEST_ARGUMENT]...

Makes the environments first if need be. The last line is the total of all parts, `N passed, N failed, N skipped`;
the exit status is 0 when nothing failed and something passed.
"""

import argparse
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyodide_host
from console import Stopwatch, heading, run, say
from environments import ROOT, SetupError, environment
from hosts import SUPPORTED, Host, find_hosts

RESULTS = ROOT / ".tmp" / "results"
MINUTES_PER_HOST = 40


@dataclass
class Outcome:
    """How one part of the run went.

    Attributes:
        part: what ran, such as `CPython 3.12.1`.
        note: anything a reader must know besides the counts.
    """

    part: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{self.part}: {counts}" + (f" ({self.note})" if self.note else "")


def main() -> int:
    options = _options()
    watch = Stopwatch()
    found = find_hosts()
    _show_hosts(found)
    hosts = {minor: host for minor, host in found.items() if not options.host or minor in options.host}
    if not hosts:
        say("none of the wanted CPythons was found: nothing to run on", "bad")
        return 2
    outcomes: list[Outcome] = []
    for part, run_part in _parts(hosts, found, options).items():
        try:
            outcomes += run_part()
        except SetupError as problem:  # the other parts are run all the same
            say(f"set-up failed: {problem}", "bad")
            outcomes.append(Outcome(part, failed=1, note="set-up failed"))
    return _report(outcomes, found, watch)


def _parts(
    hosts: Mapping[str, Host], found: Mapping[str, Host], options: argparse.Namespace
) -> dict[str, Callable[[], list[Outcome]]]:
    """What is to be run, by name."""
    parts: dict[str, Callable[[], list[Outcome]]] = {}

    def newest() -> Path:
        return environment(list(hosts.values())[-1], found, ["lint"])

    if options.lint:
        parts["lint"] = lambda: [_lint(newest())]
    for host in hosts.values():
        parts[f"CPython {host.version}"] = lambda host=host: [_suite(host, found, options)]
    if options.conformance and not options.pytest:  # not where single tests are asked for
        parts["conformance"] = lambda: _conformance(newest(), hosts)
    if options.pyodide:
        parts["Pyodide"] = lambda: [_pyodide(newest(), options)]
    return parts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--host", action="append", choices=SUPPORTED, help="run on this version only; repeatable")
    parser.add_argument("--no-lint", dest="lint", action="store_false", help="leave the linters out")
    parser.add_argument("--no-pyodide", dest="pyodide", action="store_false", help="leave Pyodide out")
    parser.add_argument("--no-conformance", dest="conformance", action="store_false", help="leave CPython's tests out")
    parser.add_argument("--slow", action="store_true", help="also run the tests marked slow")
    options, options.pytest = parser.parse_known_args()
    return options


def _show_hosts(found: Mapping[str, Host]) -> None:
    heading("hosts")
    for minor in SUPPORTED:
        host = found.get(minor)
        say(f"CPython {host.version}: {host.executable}" if host else f"CPython {minor}: not found")


def _lint(python: Path) -> Outcome:
    heading("lint")
    failed = run([python, ROOT / "tools" / "run_lint.py"], cwd=ROOT)
    return Outcome("lint", passed=max(4 - failed, 0), failed=failed)


def _suite(host: Host, found: Mapping[str, Host], options: argparse.Namespace) -> Outcome:
    heading(f"tests on CPython {host.version}")
    python = environment(host, found)
    results = _fresh(RESULTS / f"{host.minor}.xml")
    selection = [] if options.slow else ["-m", "not slow"]
    command = [
        python,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadfile",
        *selection,
        f"--junitxml={results}",
        *options.pytest,
    ]
    status = run(command, cwd=ROOT, minutes=MINUTES_PER_HOST)
    return _outcome(f"CPython {host.version}", results, status)


def _conformance(python: Path, hosts: Mapping[str, Host]) -> list[Outcome]:
    """CPython's own tests as guests: the core tier and, every day, another part of the wide one."""
    heading("CPython's own tests inside bytescope")
    results = _fresh(RESULTS / "conformance.json")
    command = [python, "-m", "tests.conformance", "--ci", "--jobs", "2", "--json", results]
    for host in hosts.values():
        command += ["--python", host.executable]
    status = run(command, cwd=ROOT, minutes=MINUTES_PER_HOST)
    try:
        runs = json.loads(results.read_text())
    except (OSError, ValueError):
        return [Outcome("conformance", failed=1, note=f"no results: it ended with status {status}")]
    outcomes = []
    for summary in runs:
        part = f"conformance, {summary['tier']} on CPython {summary['version']}"
        outcomes.append(Outcome(part, passed=summary["passing"], failed=summary["lost"], skipped=summary["excused"]))
        names = {"lost": summary["verdict"]["lost"], "unsteady": summary["unsteady_tests"]}
        outcomes[-1].note = "; ".join(f"{kind}: {', '.join(tests)}" for kind, tests in names.items() if tests)
        if not summary["good"] and not summary["lost"]:
            outcomes[-1].failed = 1
            outcomes[-1].note = "broken or empty modules, or stale expectations"
    return outcomes


def _pyodide(python: Path, options: argparse.Namespace) -> Outcome:
    part = f"CPython 3.14 in {pyodide_host.version()}"
    heading(f"core of the tests on {part}")
    lacking = pyodide_host.missing()
    if lacking:
        say(f"SKIPPED: {lacking}", "note")
        return Outcome(part, note=f"NOT RUN: {lacking}")
    pyodide_host.set_up(python)
    results = _fresh(RESULTS / "pyodide.xml")
    status = pyodide_host.run_tests(python, results, MINUTES_PER_HOST, options.pytest)
    return _outcome(part, results, status)


def _fresh(results: Path) -> Path:
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    return results


def _outcome(part: str, results: Path, status: int) -> Outcome:
    """Read a JUnit file; a run that ended badly counts as a failure even where no test of it did."""
    outcome = Outcome(part)
    try:
        suites = list(ElementTree.parse(results).iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return Outcome(part, failed=1, note=f"no results: pytest ended with status {status}")
    for suite in suites:
        count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        outcome.failed += count["failures"] + count["errors"]
        outcome.skipped += count["skipped"]
        outcome.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
    if status and not outcome.failed:
        outcome.failed = 1
        outcome.note = "no tests" if status == 5 else f"pytest ended with status {status}"
    return outcome


def _report(outcomes: list[Outcome], found: Mapping[str, Host], watch: Stopwatch) -> int:
    heading(f"summary, after {watch}")
    for outcome in outcomes:
        say(str(outcome), "bad" if outcome.failed else "note" if outcome.note else "good")
    not_found = [minor for minor in SUPPORTED if minor not in found]
    if not_found:
        say(f"not found on this machine: CPython {', '.join(not_found)}", "note")
    passed, failed, skipped = (sum(getattr(o, kind) for o in outcomes) for kind in ("passed", "failed", "skipped"))
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
