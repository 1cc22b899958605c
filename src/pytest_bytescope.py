"""pytest's way to bytescope: options. Nothing of bytescope is imported unless one of them asks for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("bytescope", "recording tests with bytescope")
    group.addoption(
        "--record",
        choices=("failures", "all"),
        help="record tests and keep the recordings of those that fail: 'failures' runs a test that has failed again, "
        "recorded; 'all' records each test from the start, which takes longer",
    )
    group.addoption(
        "--record-failures", dest="record", action="store_const", const="failures", help="the same as --record=failures"
    )
    group.addoption(
        "--record-dir", metavar="DIR", default="recordings", help="the folder for recordings [default: recordings]"
    )
    group.addoption(
        "--record-steps", metavar="N", type=int, default=100_000, help="keep the last N steps [default: 100000]"
    )
    group.addoption(
        "--record-include",
        metavar="GLOB",
        action="append",
        default=[],
        help="record the modules of this name as well, besides those below the root folder (repeatable)",
    )
    group.addoption(
        "--taint",
        nargs="?",
        choices=("fail", "warn"),
        const="fail",
        help="follow the input of tests to where it can do harm; a test in which it means something there fails, or "
        "('warn') gives a warning",
    )
    group.addoption(
        "--taint-policy", metavar="FILE", action="append", default=[], help="further sources and sinks (repeatable)"
    )
    group.addoption(
        "--taint-output",
        metavar="[FORMAT:]FILE",
        action="append",
        default=[],
        help="write what was found: json, sarif, html or text (repeatable)",
    )
    group.addoption(
        "--taint-include",
        metavar="GLOB",
        action="append",
        default=[],
        help="follow input in these modules as well, besides those below the root folder (repeatable)",
    )
    coverage = parser.getgroup("bytescope coverage", "measuring coverage with bytescope")
    coverage.addoption(
        "--bytescope-coverage",
        metavar="PKG",
        action="append",
        default=[],
        help="measure the branch coverage of a package, a module or a folder, a context for each test (repeatable)",
    )
    coverage.addoption(
        "--bytescope-coverage-data",
        metavar="FILE",
        help="coverage.py's data file to write [default: as coverage.py is configured, or .coverage]",
    )
    coverage.addoption(
        "--bytescope-coverage-fail-under",
        metavar="N",
        type=float,
        help="fail if less than N percent is covered",
    )


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Measure coverage, if that is asked for, before conftest files import what is to be measured."""
    if early_config.known_args_namespace.bytescope_coverage:
        from bytescope.analyses.pytest_plugin import begin

        begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Have tests recorded, or their input followed, if that is asked for."""
    if config.getoption("taint"):
        from bytescope.taint.pytest_plugin import TaintPlugin

        config.pluginmanager.register(TaintPlugin(config), "bytescope-taint")
    if config.getoption("record"):
        from bytescope.pytest_plugin import TestRecorder

        config.pluginmanager.register(TestRecorder(config), "bytescope-recorder")
