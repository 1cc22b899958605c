"""Recording tests under pytest: those that fail leave a recording of their last steps up to the failure."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from bytescope.recording import NoViewer, Recording, record

__all__ = ["TestRecorder"]

RECORDED, FLAKY = "bytescope_recording", "bytescope_flaky"
"""Names of the properties of a report: the file of its recording; that the test has passed when it was run again."""

_INSTALLED = re.compile(r"[/\\](site-packages|dist-packages)[/\\]")


class _Phases:
    """The recordings of one run of a test: of set-up and test together, and of the tear-down.

    recordings: by "test" and "teardown"; problem: why nothing could be recorded, or "".
    """

    def __init__(self, include: list[str], steps: int, teardown: bool) -> None:
        self.recordings: dict[str, Recording] = {}
        self.problem = ""
        self._include, self._steps, self._teardown = include, steps, teardown
        self._open: record | None = None

    def begin(self, name: str) -> None:
        """Record from here on."""
        if name == "teardown" and not self._teardown:
            return
        context = record(include=self._include, steps=self._steps)
        try:
            self.recordings[name] = context.__enter__()
        except RuntimeError as error:  # the test is about to record, or another recording is going on
            self.problem = str(error)
        else:
            self._open = context

    def end(self) -> None:
        """Record no further."""
        context, self._open = self._open, None
        if context is not None:
            context.__exit__(None, None, None)


class TestRecorder:
    """The plugin.

    Args:
        config: pytest's configuration.

    Raises:
        pytest.UsageError: if an option is wrong.
    """

    __test__ = False

    def __init__(self, config: pytest.Config) -> None:
        self._always = config.getoption("record") == "all"
        self._steps = config.getoption("record_steps")
        if self._steps < 1:
            raise pytest.UsageError(f"--record-steps must be at least 1, got {self._steps}")
        self._folder = Path(config.rootpath, config.getoption("record_dir"))
        self._root = os.path.join(config.rootpath, "")
        self._more: list[str] = config.getoption("record_include")
        self._interactive = bool(config.getoption("usepdb", False))
        self._phases: _Phases | None = None

    # --- running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a test; if it fails, see to it that there is a recording."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        if self._always:
            with self._recorded(teardown=True) as phases:
                reports = runtestprotocol(item, nextitem=nextitem, log=False)
            again = reports
        else:
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = [report for report in reports if report.failed]
        if failed and not self._interactive:
            if not self._always:
                phases, again = self._run_again(item, nextitem, any(report.when == "teardown" for report in failed))
            self._attach(item, reports, failed[0], phases, [report for report in again if report.failed])
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _run_again(
        self, item: pytest.Item, nextitem: pytest.Item | None, teardown: bool
    ) -> tuple[_Phases, list[pytest.TestReport]]:
        """Run a test again, recorded, with all of its fixtures made anew."""
        item.session._setupstate.teardown_exact(None)
        if hasattr(item.ihook, "pytest_timeout_cancel_timer"):  # what is recorded takes longer
            item.ihook.pytest_timeout_cancel_timer(item=item)
        with self._recorded(teardown) as phases:
            return phases, runtestprotocol(item, nextitem=nextitem, log=False)

    @contextmanager
    def _recorded(self, teardown: bool) -> Iterator[_Phases]:
        phases = self._phases = _Phases(self._include(), self._steps, teardown)
        try:
            yield phases
        finally:
            self._phases = None
            phases.end()

    def _include(self) -> list[str]:
        """Return globs for the modules that are below the root folder and are not installed there."""
        names = set()
        for name, module in list(sys.modules.items()):
            file = vars(module).get("__file__") if type(module) is type(sys) else None
            if isinstance(file, str) and file.startswith(self._root) and not _INSTALLED.search(file):
                names.add(name.partition(".")[0])
        names -= {"bytescope", "pytest_bytescope"}
        return [*sorted(names), *(f"{name}.*" for name in sorted(names)), *self._more]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        """Record set-up and test."""
        if self._phases is not None:
            self._phases.begin("test")
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """End the recording with the test, so that what follows does not push it out."""
        try:
            return (yield)
        finally:
            if self._phases is not None:
                self._phases.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """Record the tear-down by itself."""
        if self._phases is None:
            return (yield)
        self._phases.end()  # the set-up has failed
        self._phases.begin("teardown")
        try:
            return (yield)
        finally:
            self._phases.end()

    # --- results

    def _attach(
        self,
        item: pytest.Item,
        reports: list[pytest.TestReport],
        first: pytest.TestReport,
        phases: _Phases,
        failed: list[pytest.TestReport],
    ) -> None:
        """Add to a failed test's report the outcome of recording it."""
        if not failed:
            first.sections.append(("Flaky", "the test passed when it was run again to be recorded"))
            properties = [(FLAKY, "passed when it was run again")]
        else:
            lines = [f"not recorded: {phases.problem}"] if phases.problem else []
            properties = []
            if _message(failed[0]) != _message(first):
                lines.append(f"run again to be recorded, it failed otherwise: {_message(failed[0])}")
            for name in dict.fromkeys("teardown" if report.when == "teardown" else "test" for report in failed):
                recording = phases.recordings.get(name)
                if recording is not None and recording.steps:
                    path = self._save(recording, item.nodeid, name)
                    lines.append(f"{path}: {_described(recording)}")
                    properties.append((RECORDED, path))
                elif recording is not None:
                    lines.append(f"nothing of the {name} was recorded: no module below the root folder took part")
            first.sections.append(("Recording", "\n".join(lines)))
        for report in reports:
            report.user_properties.extend(properties)

    def _save(self, recording: Recording, nodeid: str, name: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(nodeid.encode()).hexdigest()[:8]
        stem = re.sub(r"[^\w.-]+", "-", nodeid)[-100:].strip("-")
        path = self._folder / f"{stem}-{digest}{'' if name == 'test' else '.teardown'}.bscope"
        recording.save(path)
        page = path.with_suffix(".html")
        try:
            recording.to_html(page, nodeid, _failure(recording))
        except NoViewer:
            return os.path.relpath(path)
        return os.path.relpath(page)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """List the recordings, and the tests that fail only sometimes."""
        reports = [each for kind in ("failed", "error") for each in terminalreporter.stats.get(kind, [])]
        found = dict.fromkeys(
            (report.nodeid, *each)
            for report in reports
            for each in getattr(report, "user_properties", ())
            if each[0] in (RECORDED, FLAKY)
        )
        if found:
            terminalreporter.section("recordings")
            for nodeid, name, text in found:
                terminalreporter.line(f"{nodeid}: {text}" if name == RECORDED else f"FLAKY {nodeid}: {text}")


def _failure(recording: Recording) -> int:
    """Return the step at which the exception comes up that ends the test; the last one if none does."""
    uncaught = recording.index.uncaught
    return uncaught[-1].step if uncaught else recording.steps - 1


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else report.longrepr).splitlines()[0]


def _described(recording: Recording) -> str:
    kept = "the last " if recording.forgotten else ""
    return f"{kept}{recording.steps} steps up to the failure"
