"""One subprocess for a test module: its limits, its stream, the retry without a test that killed it."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

CHILD = Path(__file__).with_name("child.py")
POLL = 0.05
_live: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()
LIMIT = "the module's time is up"
# The worst outcome of an id counts: one id may be run several times, and a test may fail in several subtests.
ORDER = ("pass", "xfail", "skip", "upass", "fail", "error", "timeout", "crashed")


@dataclass(frozen=True)
class Job:
    """A test module to run, and how."""

    module: str
    python: str
    engine: str = "cpython"
    src: str = ""
    libraries: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    resources: tuple[str, ...] | None = None
    skip: tuple[str, ...] = ()
    silence: float = 300.0
    limit: float = 1800.0
    memory: int = 6 << 30

    def spec(self) -> str:
        keys = "module engine src libraries match resources skip memory".split()
        return repr({key: getattr(self, key) for key in keys})


@dataclass
class Report:
    """What became of a module: its status, and an outcome for every test that was begun."""

    module: str
    status: str = "crashed"  # ok, skipped, crashed, timeout
    why: str = ""
    loaded: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    slowest: dict[str, float] = field(default_factory=dict)
    instructions: int = 0
    functions: int = 0
    natives: list[str] = field(default_factory=list)
    peak_kb: int = 0

    def record(self, test: str, outcome: str, seconds: float = 0.0, detail: str = "") -> None:
        """Notes an outcome; the worst one of a test stands."""
        before = self.outcomes.get(test, "pass")
        self.outcomes[test] = max(before, outcome, key=ORDER.index)
        if detail and outcome not in ("pass", "skip"):
            self.details.setdefault(test, detail)
        if seconds >= 1:
            self.slowest[test] = max(seconds, self.slowest.get(test, 0))

    def passed(self) -> set[str]:
        return {test for test, outcome in self.outcomes.items() if outcome == "pass"}


def run_module(job: Job, progress: Callable[[int, int], None] = lambda done, loaded: None) -> Report:
    """Runs a module; when a test kills or hangs the process, once more without that test."""
    report, culprit = _attempt(job, progress)
    if culprit is None or _stopping.is_set():
        return report
    again, second = _attempt(replace(job, skip=(*job.skip, culprit)), progress)
    again.record(culprit, report.status, detail=report.why)
    again.seconds += report.seconds
    if second is not None:
        again.record(second, again.status, detail=again.why)
    return again


def _attempt(job: Job, progress: Callable[[int, int], None]) -> tuple[Report, str | None]:
    """One process. Returns its report and the test that it died in, if it died in one."""
    report = Report(job.module)
    work = Path(tempfile.mkdtemp(prefix="cf-"))
    try:
        stream, log, cwd = work / "stream", work / "log", work / "cwd"
        stream.touch()
        cwd.mkdir()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [job.python, str(CHILD), job.spec(), str(stream)],
                cwd=cwd,
                env=_environment(cwd),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            _live.add(process)
            running = _follow(process, stream, report, job, progress)
        if report.status not in ("ok", "skipped"):
            report.why = f"{report.why}\n{_tail(log)}".strip()
        return report, running
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _follow(
    process: subprocess.Popen[bytes], stream: Path, report: Report, job: Job, progress: Callable[[int, int], None]
) -> str | None:
    """Reads the stream until the process ends or is ended; returns the test that was running then."""
    began = heard = time.monotonic()
    running: str | None = None
    ended = False
    late = ""
    with stream.open("rb") as lines:
        try:
            while True:
                code = process.poll()  # before reading: what an ended process wrote is all there
                for line in _whole_lines(lines):
                    heard = time.monotonic()
                    kind, *rest = json.loads(line)
                    if kind == "start":
                        running = rest[0]
                    elif kind == "loaded":
                        report.loaded = rest[0]
                    elif kind == "skipped":
                        report.status, report.why = "skipped", rest[0]
                    elif kind == "end":
                        ended = True
                        report.instructions, report.functions, report.natives, report.peak_kb = rest
                    else:
                        running = None if running == rest[0] else running
                        report.record(rest[0], kind, rest[1], rest[2])
                    progress(len(report.outcomes), report.loaded)
                if code is not None:
                    break
                now = time.monotonic()
                if now - heard > job.silence or now - began > job.limit:
                    late = f"nothing heard for {now - heard:.0f} s" if now - heard > job.silence else LIMIT
                    _ask_where(process)
                    break
                time.sleep(POLL)
        finally:
            _kill_group(process)
    report.seconds = time.monotonic() - began
    if late:
        report.status, report.why = "timeout", late
        running = running if late != LIMIT else None  # no single test is to blame
    elif ended and code == 0:
        report.status = "ok"
        running = None
    elif report.status != "skipped" or code != 0:
        report.status, report.why = "crashed", f"exit status {code}" + (" after its last test" if ended else "")
    return running


def _whole_lines(lines: BinaryIO) -> Iterator[bytes]:
    """The lines that are complete by now."""
    while True:
        place = lines.tell()
        line = lines.readline()
        if not line.endswith(b"\n"):
            lines.seek(place)
            return
        yield line


def _ask_where(process: subprocess.Popen[bytes]) -> None:
    """Makes a hanging child write its tracebacks to the log (faulthandler) before it goes."""
    process.send_signal(signal.SIGABRT)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass


def kill_all() -> None:
    """Ends what still runs, for good: their supervisors see crashes and do not try again."""
    _stopping.set()
    for process in list(_live):
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    _live.discard(process)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _tail(log: Path, size: int = 3000) -> str:
    return log.read_bytes()[-size:].decode("utf-8", "replace")


def _environment(cwd: Path) -> dict[str, str]:
    """A small, fixed environment: no interpreter options, no colours, nothing of the user's in their home."""
    keep = {key: os.environ[key] for key in ("PATH", "USER", "LD_LIBRARY_PATH") if key in os.environ}
    return keep | {"LANG": "C.UTF-8", "HOME": str(cwd), "TMPDIR": str(cwd), "PYTHONHASHSEED": "0", "TZ": "UTC"}
