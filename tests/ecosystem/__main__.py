"""``python -m tests.ecosystem``: other projects' test suites give the same outcomes under bytescope as natively."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from tests.conformance.plan import Host
from tests.conformance.runs import SRC
from tools.pythons import find_hosts

from .projects import Project, projects

HERE = Path(__file__).parent
NATIVE: tuple[str, ...] = ()
BYTESCOPE = ("-m", "bytescope", "run")


@dataclass
class Suite:
    """What one run of a project's suite gave."""

    status: str
    seconds: float
    outcomes: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether pytest came to its end, tests having failed or not."""
        return self.status in ("exit 0", "exit 1")


@dataclass
class Comparison:
    """A project's suite natively and under bytescope."""

    project: str
    version: str
    native: Suite
    guest: Suite
    differences: dict[str, tuple[str, str]]

    @property
    def good(self) -> bool:
        return not self.differences and self.native.finished and self.guest.finished


def run_suite(project: Project, interpreter: Path, source: Path, engine: tuple[str, ...], options) -> Suite:
    """Runs pytest in a project's source folder."""
    with tempfile.TemporaryDirectory(prefix="eco-") as folder:
        stream, log = Path(folder, "outcomes"), Path(folder, "log")
        stream.touch()
        keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        paths = os.pathsep.join([str(HERE), str(options.src)])
        environment = keep | {"ECOSYSTEM_OUTCOMES": str(stream), "PYTHONPATH": paths, "TMPDIR": folder}
        environment |= {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "TZ": "UTC"}
        pytest = [
            "-m",
            "pytest",
            "-q",
            "-p",
            "outcomes_plugin",
            "-p",
            "no:cacheprovider",
            "--rootdir=.",
            "--confcutdir=.",
        ]
        command = [str(interpreter), *engine, *pytest, *project.arguments, *options.pytest, *project.tests]
        began = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=source,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = f"exit {process.wait(options.timeout)}"
            except subprocess.TimeoutExpired:
                status = "timeout"
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        suite = Suite(status, round(time.monotonic() - began, 1))
        for line in stream.read_text().splitlines():
            test, outcome, detail = json.loads(line)
            suite.outcomes[test] = outcome
            if outcome not in ("passed", "skipped"):
                suite.details[test] = detail
        if not suite.finished:
            suite.details["the end of its output"] = log.read_bytes()[-3000:].decode("utf-8", "replace")
        return suite


def compare(project: Project, host: Host, options) -> Comparison:
    """Runs a project's suite natively and under bytescope."""
    source = project.source(host.python)
    interpreter = project.environment(host.python, host.version)
    native = run_suite(project, interpreter, source, NATIVE, options)
    guest = native
    if not options.native_only:
        guest = run_suite(project, interpreter, source, BYTESCOPE, options)
    differences = {
        test: (native.outcomes.get(test, "not run"), guest.outcomes.get(test, "not run"))
        for test in sorted(native.outcomes.keys() | guest.outcomes.keys())
        if native.outcomes.get(test) != guest.outcomes.get(test)
        and not any(fnmatchcase(test, glob) for glob, _ in project.skip)
    }
    return Comparison(project.name, host.version, native, guest, differences)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.ecosystem", description=__doc__)
    add = parser.add_argument
    add("--project", action="append", metavar="NAME", help="only this one; repeatable")
    add("--python", default="", metavar="EXE", help="the host; all: every one found; default: this Python")
    add("--timeout", type=float, default=3600.0, metavar="S", help="longest time for one run of a suite")
    add("--native-only", action="store_true", help="check the suites themselves, without bytescope")
    add("--pytest", action="append", default=[], metavar="ARG", help="one more argument for pytest; repeatable")
    add("--src", type=Path, default=SRC, metavar="DIR", help="folder of the bytescope to test, if not ours")
    add("--json", type=Path, metavar="FILE", help="write everything to FILE")
    add("--verbose", action="store_true", help="print the traceback of every difference")
    return parser.parse_args()


def main() -> int:
    options = parse()
    if options.python == "all":
        pythons = [str(host.executable) for host in find_hosts().values()]
    else:
        pythons = [options.python or getattr(sys, "_base_executable", sys.executable)]
    done = []
    for host in map(Host.of, pythons):
        for project in projects():
            if options.project and project.name not in options.project:
                continue
            done.append(compare(project, host, options))
            show(done[-1], options.verbose)
            if options.json:
                options.json.write_text(json.dumps([asdict(comparison) for comparison in done], indent=1) + "\n")
    return 0 if all(comparison.good for comparison in done) else 1


def show(found: Comparison, verbose: bool) -> None:
    native, guest = found.native, found.guest
    passed = [sum(outcome == "passed" for outcome in suite.outcomes.values()) for suite in (native, guest)]
    print(
        f"{found.version:5} {found.project:12} native {passed[0]:5} passed, {native.status}, {native.seconds:6.1f} s   "
        f"bytescope {passed[1]:5} passed, {guest.status}, {guest.seconds:6.1f} s   "
        f"{len(found.differences)} differences{'' if found.good else '  FAILED'}",
        flush=True,
    )
    for test, (before, after) in found.differences.items():
        print(f"  {test}: {before} natively, {after} under bytescope")
        if verbose:
            print(guest.details.get(test, ""))
    for suite in (native, guest):
        if not suite.finished:
            print(suite.details["the end of its output"])


if __name__ == "__main__":
    sys.exit(main())
