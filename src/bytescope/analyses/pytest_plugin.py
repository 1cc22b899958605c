"""`pytest --bytescope-coverage=PKG`: branch coverage while tests run, with a context for each phase of each test."""

from __future__ import annotations

import argparse
import io
import os
import warnings
from collections.abc import Generator
from typing import Any

import pytest

from bytescope.analyses.coverage import Coverage
from bytescope.analysis import NothingObserved, attach
from bytescope.loading.imports import executed_by_others

__all__ = ["CoveragePlugin", "begin"]


def begin(config: pytest.Config) -> None:
    """Measure from now on, unless no test is to run.

    Raises:
        pytest.UsageError: if an option is wrong, or coverage.py is not installed.
    """
    options = config.known_args_namespace
    if options.help or options.version or options.collectonly:
        return
    if getattr(options, "numprocesses", None) or getattr(options, "tx", None):
        raise pytest.UsageError("--bytescope-coverage measures a single process: leave out -n, or give -n 0")
    if getattr(options, "cov_source", None) and not options.bytescope_coverage_data:
        raise pytest.UsageError(
            "--cov and --bytescope-coverage would write the same data file: give --bytescope-coverage-data FILE, too"
        )
    plugin = CoveragePlugin(options)
    config.add_cleanup(plugin.stop)
    config.pluginmanager.register(plugin, "bytescope-coverage")
    plugin.start()


class CoveragePlugin:
    """The plugin.

    Args:
        options: of the command line.

    Raises:
        pytest.UsageError: if one is wrong, or coverage.py is not installed.
    """

    __test__ = False

    def __init__(self, options: argparse.Namespace) -> None:
        try:
            import coverage
        except ImportError:
            raise pytest.UsageError(
                "--bytescope-coverage: coverage.py is needed for data and reports: pip install 'bytescope[coverage]'"
            ) from None
        self._library: Any = coverage
        self._named: list[str] = options.bytescope_coverage
        self._least: float | None = options.bytescope_coverage_fail_under
        if self._least is not None and not 0 <= self._least <= 100:
            raise pytest.UsageError(f"--bytescope-coverage-fail-under must be from 0 to 100, got {self._least:g}")
        self._text = ""
        file = options.bytescope_coverage_data
        try:
            configured = coverage.Coverage(data_file=file) if file else coverage.Coverage()
            omit: Any = configured.get_option("run:omit")
            self._file = os.path.abspath(str(configured.get_option("run:data_file")))
            self.analysis = Coverage(branch=True, source=",".join(self._named), omit=",".join(omit or ()))
            self.analysis.check_output(self._file, "data")
        except (coverage.CoverageException, ValueError, OSError) as error:
            raise pytest.UsageError(f"--bytescope-coverage: {error}") from None
        scope = self.analysis.scope
        if not (scope.folders or scope.modules):
            raise pytest.UsageError("--bytescope-coverage: '' is nothing to measure: name a package, module or folder")
        names = [glob for each in scope.modules for glob in (each, f"{each}.*")]
        self._attachment = attach(self.analysis, include=None if scope.folders else names)
        self._is_attached = False
        self._tests = executed_by_others.use()  # pytest executes test modules itself

    def start(self) -> None:
        """Attach the analysis."""
        self._attachment.__enter__()
        self._is_attached = True
        self._tests.open()

    def stop(self) -> None:
        """Detach it, if it is attached."""
        if self._is_attached:
            self._is_attached = False
            self._tests.close()
            with warnings.catch_warnings(action="ignore", category=NothingObserved):  # the report says it
                self._attachment.__exit__(None, None, None)

    # --- tests

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Begin the context of a test's set-up."""
        self._begin_context(item, "setup")
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Begin the context of a test."""
        self._begin_context(item, "run")
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Begin the context of a test's tear-down."""
        self._begin_context(item, "teardown")
        return (yield)

    def _begin_context(self, item: pytest.Item, phase: str) -> None:
        name = f"{item.nodeid}|{phase}".encode(errors="backslashreplace").decode()
        if self.analysis.begin_context(name) and self._is_attached:
            self._attachment.rearm()

    # --- results

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the data, and fail if too little is covered."""
        self.stop()
        total = 0.0
        output = io.StringIO()
        try:
            self.analysis.save(self._file, "data")
            reporter = self._library.Coverage(data_file=self._file)
            reporter.load()
            total = reporter.report(file=output)
            self._text = output.getvalue().rstrip()
        except (self._library.CoverageException, OSError) as error:
            self._text = f"{', '.join(self._named)}: {error}"
        if self._least is None:
            return
        reached = total >= self._least
        self._text += f"\n{'Reached' if reached else 'FAIL'}: {total:.2f} % covered, required {self._least:g} %"
        if not reached and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the table."""
        terminalreporter.section("bytescope coverage")
        for line in self._text.splitlines():
            terminalreporter.line(line)
