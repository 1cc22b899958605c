"""A pool of processes that runs jobs, the longest first, and leaves nothing behind.

pytest-xdist keeps a pool as well, but gives every test to one worker, or to all: its workers have to have the same
tests, which those of several CPythons have not.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 10.0
"""How many seconds a job has to end when it is told to."""


@dataclass(frozen=True)
class Job:
    """A command that is run in a process of its own.

    Attributes:
        name: what it does.
        command: the program and its arguments.
        log: where its output goes.
        expected: about how many seconds it takes.
        minutes: how long it may take; after that it is killed.
        env: variables added to this process's own.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    expected: float = 1.0
    minutes: float = 30.0
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a job ended.

    Attributes:
        status: its exit status, negative for the signal that killed it.
        seconds: how long it took.
        cpu: seconds of processor time, those of its children included, where the system tells; else the seconds.
    """

    status: int
    seconds: float
    cpu: float


class Pool:
    """Runs jobs in so many processes at once."""

    def __init__(self, cwd: Path, workers: int, starts: Callable[[Job], None]) -> None:
        self._cwd = cwd
        self._workers = workers
        self._starts = starts
        self._live: set[subprocess.Popen[bytes]] = set()
        self._stopping = False
        self._lock = threading.Lock()

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Ended]]:
        """Run jobs; yields each when it has ended. Whatever ends this, nothing of them goes on running."""
        with ThreadPoolExecutor(self._workers) as threads:
            try:
                ordered = sorted(jobs, key=lambda job: -job.expected)
                futures = {threads.submit(self._run, job): job for job in ordered}
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
                self._stop()

    def _run(self, job: Job) -> Ended:
        self._starts(job)
        began = time.monotonic()
        with job.log.open("wb") as log:
            with self._lock:
                if self._stopping:
                    return Ended(-signal.SIGTERM, 0.0, 0.0)
                process = subprocess.Popen(
                    [os.fspath(part) for part in job.command],
                    cwd=self._cwd,
                    env={**os.environ, **job.env},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self._live.add(process)
            timed_out = threading.Event()

            def end(process: subprocess.Popen[bytes] = process) -> None:
                timed_out.set()
                _kill(process)

            timer = threading.Timer(job.minutes * 60, end)
            timer.start()
            cpu = _wait(process)
            timer.cancel()
            self._live.discard(process)
            if timed_out.is_set():
                log.write(f"\nstill running after {job.minutes:g} minutes, killed\n".encode())
        seconds = time.monotonic() - began
        return Ended(process.returncode, seconds, seconds if cpu is None else cpu)

    def _stop(self) -> None:
        """End what still runs: told to first, so that it can end its own children in other sessions, then killed."""
        with self._lock:
            self._stopping = True
            live = list(self._live)
        for process in live:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self._live and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in live:
            _kill(process)


def _wait(process: subprocess.Popen[bytes]) -> float | None:
    """Wait for a process; returns the processor time that it and its children took, where the system tells."""
    if not hasattr(os, "wait4"):
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a process and what it has started in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.terminate()


def _kill(process: subprocess.Popen[bytes]) -> None:
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
