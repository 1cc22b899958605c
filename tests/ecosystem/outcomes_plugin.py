"""A pytest plugin that appends the outcome of every phase of every test to the file that ECOSYSTEM_OUTCOMES names."""

import inspect
import json
import os
import sys

_PATH = os.environ["ECOSYSTEM_OUTCOMES"]


def _write(*fields):
    with open(_PATH, "a") as stream:
        stream.write(json.dumps(fields) + "\n")


def pytest_runtest_logreport(report):
    outcome = report.outcome
    if hasattr(report, "wasxfail"):
        outcome = "xpassed" if report.passed else "xfailed"
    if report.when == "call" or outcome != "passed":
        _write(report.nodeid, outcome, str(report.longrepr or "")[-3000:])


def pytest_collectreport(report):
    if report.failed:
        _write(f"collect {report.nodeid}", "failed", str(report.longrepr)[-3000:])


def pytest_collection_modifyitems(items):
    if "bytescope" in sys.modules:
        for item in items:
            function = inspect.unwrap(getattr(item, "function", _write))  # what unittest.skip makes is unittest's own
            if not sys.modules["bytescope"].is_guest(function):
                _write(f"guest {item.nodeid}", "native", "its function is not a guest function")
