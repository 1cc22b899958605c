"""Progress of a run: bars where rich is installed and a terminal listens, else a line a module."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .supervise import Report


class Lines:
    """A plain line for every finished module."""

    def __init__(self, total: int):
        self._total, self._done = total, 0

    def update(self, name: str, done: int, loaded: int) -> None:
        pass

    def finish(self, name: str, report: Report, lost: int | None) -> None:
        self._done += 1
        print(f"[{self._done:3}/{self._total}] {describe(name, report, lost)}", flush=True)


class Bars:
    """A bar for the run and one for every module under way."""

    def __init__(self, total: int, progress: Any):
        self._progress = progress
        self._all = progress.add_task("modules", total=total)
        self._modules: dict[str, Any] = {}

    def update(self, name: str, done: int, loaded: int) -> None:
        if name not in self._modules:
            self._modules[name] = self._progress.add_task(name, total=None)
        self._progress.update(self._modules[name], completed=done, total=loaded or None)

    def finish(self, name: str, report: Report, lost: int | None) -> None:
        if name in self._modules:
            self._progress.remove_task(self._modules.pop(name))
        self._progress.advance(self._all)
        if lost or report.status not in ("ok", "skipped"):
            self._progress.console.print(describe(name, report, lost), markup=False, highlight=False)


def describe(name: str, report: Report, lost: int | None) -> str:
    """One module's line. ``lost`` counts the native passes it does not have; None in a native run."""
    passed = len(report.passed())
    tail = f"  LOST {lost}" if lost else ""
    status = "" if report.status == "ok" else f"  {report.status}: {report.why.splitlines()[0] if report.why else ''}"
    speed = f"  {report.instructions / 1e6:8.2f} M instructions" if report.instructions else ""
    return f"{name:34} {passed:5}/{len(report.outcomes):<5} {report.seconds:7.1f} s{speed}{tail}{status}"


def open_progress(total: int) -> tuple[AbstractContextManager[object], Lines | Bars]:
    """The display and the context in which it lives."""
    try:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        return nullcontext(), Lines(total)
    if not sys.stdout.isatty():
        return nullcontext(), Lines(total)
    columns = TextColumn("{task.description:30}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    progress = Progress(*columns)
    return progress, Bars(total, progress)
