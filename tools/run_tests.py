"""Run lint and the test suite on every supported CPython that is found, its core inside Pyodide, and the page.

Makes the environments first if need be. A line says when each job starts and ends; a job that failed shows its whole
output. The last line is the total of all parts, `N passed, N failed, N skipped`; the exit status is 0 when nothing
failed and something passed.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import durations, page, pyodide_host
from tools.bootstrap import ROOT, SetupError
from tools.console import Stopwatch, heading, say
from tools.jobs import RESULTS, SPHINX, Plan, Selection, Task
from tools.outcomes import NO_TESTS, Outcome, slowest
from tools.pool import Ended, Job, Pool
from tools.pythons import OPT_IN, SUPPORTED, Host, environment, find_hosts

__all__ = ["SPHINX", "main"]

BASELINES = ROOT / "tests" / "conformance" / "baseline"


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments ask for; returns the exit status."""
    options = _options(arguments)
    watch = Stopwatch()
    found = find_hosts(*options.host or ())
    _show_hosts(found)
    hosts = {minor: host for minor, host in found.items() if not options.host or minor in options.host}
    if options.check:
        hosts = dict(list(hosts.items())[-1:])
    if not hosts:
        say("none of the wanted CPythons was found: nothing to run on", "bad")
        return 2
    parts: dict[str, Outcome] = defaultdict(Outcome)
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    plan = Plan(Selection(options.full, options.pytest, options.targets, options.check))
    _fill(plan, hosts, options, parts)
    if options.list:
        return _list(plan.tasks)
    stops = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        _run(plan.tasks, options.jobs, parts)
    finally:
        signal.signal(signal.SIGTERM, stops)
    if options.update_durations:
        say(f"wrote {_record(plan.tasks, parts).relative_to(ROOT)}")
    return _report(parts, found, watch)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make test", description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--host", action="append", choices=SUPPORTED, help="run on this version only; repeatable")
    add("--no-lint", dest="lint", action="store_false", help="leave the linters out")
    add("--no-docs", dest="docs", action="store_false", help="leave the documentation out")
    add("--no-pyodide", dest="pyodide", action="store_false", help="leave Pyodide out")
    add("--no-page", dest="page", action="store_false", help="leave the page out")
    add("--no-conformance", dest="conformance", action="store_false", help="leave CPython's tests out")
    add("--full", action="store_true", help="also what takes long, and all of it everywhere (make test-all)")
    add("--check", action="store_true", help="lint, unit tests and instruction programs, newest host (make check)")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once; default: one a processor")
    add("--list", action="store_true", help="print the host and the name of every test, and run none")
    add("--update-durations", action="store_true", help="write what each file took to tests/durations.json")
    options, rest = parser.parse_known_args(arguments)
    options.targets = [word for word in rest if (ROOT / word.partition("::")[0]).exists()]
    options.pytest = [word for word in rest if word not in options.targets]
    if rest or options.check:  # not where single tests are asked for
        options.conformance = options.docs = options.page = False
    options.pyodide = options.pyodide and not options.check
    return options


def _show_hosts(found: Mapping[str, Host]) -> None:
    heading("hosts")
    for minor in SUPPORTED:
        if minor in OPT_IN and minor not in found:
            continue
        host = found.get(minor)
        say(f"CPython {host.version}: {host.executable}" if host else f"CPython {minor}: not found")


def _fill(plan: Plan, hosts: Mapping[str, Host], options: argparse.Namespace, parts: dict[str, Outcome]) -> None:
    """Make what the jobs need, and the jobs; what cannot be set up has failed, and the rest is run all the same."""
    newest = list(hosts)[-1]
    judged = [minor for minor in hosts if (BASELINES / minor / "core.json").exists()]
    for minor, host in reversed(hosts.items()):
        try:
            groups = ["lint"] * options.lint + ["docs"] * options.docs if minor == newest else []
            python = environment(host, *groups)
        except SetupError as problem:
            say(f"set-up failed: {problem}", "bad")
            parts[minor] = Outcome(failed=1, notes=[f"set-up failed: {problem}"])
            continue
        plan.add_pytest(minor, python, minor == newest)
        if options.conformance and minor in judged:
            plan.add_conformance(minor, python, host.executable, minor == judged[-1])
        if options.lint and minor == newest:
            plan.add_lint(python)
        if options.docs and minor == newest:
            plan.add_docs(python)
        if options.pyodide and minor == newest:
            _add_pyodide(plan, python, parts)
        if options.page and minor == newest:
            _add_page(plan, python, parts)


def _add_pyodide(plan: Plan, python: Path, parts: dict[str, Outcome]) -> None:
    lacking = pyodide_host.missing()
    if lacking:
        say(f"Pyodide SKIPPED: {lacking}", "note")
        parts["Pyodide"].notes.append(f"NOT RUN: {lacking}")
        return
    try:
        plan.add_pyodide("Pyodide", pyodide_host.set_up(python))
    except SetupError as problem:
        say(f"set-up failed: {problem}", "bad")
        parts["Pyodide"] = Outcome(failed=1, notes=[f"set-up failed: {problem}"])


def _add_page(plan: Plan, python: Path, parts: dict[str, Outcome]) -> None:
    lacking = page.missing() or page.without_browser()
    if lacking:
        say(f"page SKIPPED: {lacking}", "note")
        parts["page"].notes.append(f"NOT RUN: {lacking}")
        return
    try:
        page.build()
        plan.add_page(python)
    except SetupError as problem:
        say(f"set-up failed: {problem}", "bad")
        parts["page"] = Outcome(failed=1, notes=[f"set-up failed: {problem}"])


def _run(tasks: Sequence[Task], workers: int, parts: dict[str, Outcome]) -> None:
    heading(f"{len(tasks)} jobs, {workers} at once")
    by_job = {id(task.job): task for task in tasks}
    pool = Pool(ROOT, workers, lambda job: say(f"      start  {_named(by_job[id(job)])}"))
    for number, (job, ended) in enumerate(pool.run([task.job for task in tasks]), 1):
        task = by_job[id(job)]
        outcome = task.read(ended.status)
        outcome.ended(ended.seconds, ended.cpu)
        _show(task, outcome, ended, f"{number}/{len(tasks)}")
        parts[task.part].add(outcome)


def _named(task: Task) -> str:
    return f"{task.part:16} {task.job.name}"


def _show(task: Task, outcome: Outcome, ended: Ended, count: str) -> None:
    bad = bool(outcome.failed)
    word = "FAILED" if bad else "ok"
    say(f"{count:>9}  {word}  {_named(task)}: {ended.seconds:.0f} s, {outcome}", "bad" if bad else None)
    if bad:
        say(_output(task.job))


def _output(job: Job) -> str:
    text = job.log.read_text(encoding="utf-8", errors="replace")
    return f"--- {' '.join(map(str, job.command))}\n{text}\n---"


def _list(tasks: Sequence[Task]) -> int:
    """Print every test that would run, after the part that it belongs to."""
    failed = 0
    for task in tasks:
        if not task.listing:
            say(f"{task.part} {task.job.name}")
            continue
        command = [*map(str, task.job.command), *task.listing]
        env = os.environ | task.job.env
        done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            if "::" in line or task.part.startswith("conformance"):
                say(f"{task.part} {line}")
        if done.returncode not in (0, NO_TESTS):
            say(done.stdout + done.stderr, "bad")
            failed += 1
    return 1 if failed else 0


def _record(tasks: Sequence[Task], parts: Mapping[str, Outcome]) -> object:
    measured: durations.Durations = defaultdict(dict)
    for task in tasks:
        for file in task.files:
            measured[task.part][file] = parts[task.part].files.get(file, 0.0)
    return durations.record(measured)


def _report(parts: Mapping[str, Outcome], found: Mapping[str, Host], watch: Stopwatch) -> int:
    heading("the slowest files, in seconds of processors")
    for seconds, name in slowest(parts.items(), 20):
        say(f"{seconds:8.1f} s  {name}")
    heading(f"summary, after {watch}")
    for part, outcome in sorted(parts.items()):
        style = "bad" if outcome.failed else "note" if outcome.notes else "good"
        say(f"{part:16} {outcome.seconds / 60:5.1f} min, {outcome.cpu / 60:5.1f} of processors: {outcome}", style)
    total = Outcome()
    for outcome in parts.values():
        total.add(outcome)
    say(f"{'all':16} {total.seconds / 60:5.1f} min, {total.cpu / 60:5.1f} of processors")
    not_found = [minor for minor in SUPPORTED if minor not in found and minor not in OPT_IN]
    if not_found:
        say(f"not found on this machine: CPython {', '.join(not_found)}", "note")
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or not total.passed else 0
