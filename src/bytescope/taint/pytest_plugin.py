"""`pytest --taint`: input of tests is followed to where it can do harm; each test is a scope."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bytescope.analysis import attach
from bytescope.taint.analysis import Taint
from bytescope.taint.findings import Finding
from bytescope.taint.policy.load import PolicyError
from bytescope.taint.report.text import report
from bytescope.taint.scope import scoped

__all__ = ["TaintPlugin", "TaintWarning"]

_INSTALLED = re.compile(r"[/\\](site-packages|dist-packages)[/\\]")
_OUTPUT = "bytescope_taint"


class TaintWarning(UserWarning):
    """Warning: in a test, characters of the input mean something where they can do harm."""


class TaintPlugin:
    """The plugin.

    Args:
        config: pytest's configuration.

    Raises:
        pytest.UsageError: if an option is wrong.
    """

    __test__ = False

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._fails = config.getoption("taint") == "fail"
        self._root = os.path.join(config.rootpath, "")
        try:
            self.analysis = Taint(policy=",".join(config.getoption("taint_policy")))
        except (PolicyError, ValueError) as error:
            raise pytest.UsageError(f"--taint-policy: {error}") from None
        self._attachment: attach | None = None
        self._seen: set[int] = set()
        self._data: list[dict[str, Any]] = []

    def pytest_collection_finish(self) -> None:
        """Attach the analysis to the modules below the root folder."""
        if self._attachment is None and (include := self._include()):
            self._attachment = attach(self.analysis, include=include)
            self._attachment.__enter__()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Detach, and hand over what was found."""
        if self._attachment is not None:
            self._attachment.__exit__(None, None, None)
            self._attachment = None
        self._data += [each.data() for each in self.analysis.findings]
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = json.dumps(self._data)
            return
        for text in self._config.getoption("taint_output"):
            form, colon, path = text.partition(":")
            path = path if colon else text
            target = Path(self._config.invocation_params.dir, path)
            if not colon or form == "json":
                target.write_text(json.dumps(self._data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            else:
                self.analysis.save(target, form)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Collect the findings of a worker of xdist."""
        self._data += json.loads(getattr(node, "workeroutput", {}).get(_OUTPUT, "[]"))

    def _include(self) -> list[str]:
        """Return globs for the modules that are below the root folder and are not installed there."""
        names = set(self._config.getoption("taint_include"))
        for name, module in list(sys.modules.items()):
            file = vars(module).get("__file__") if type(module) is type(sys) else None
            if isinstance(file, str) and file.startswith(self._root) and not _INSTALLED.search(file):
                names.add(name)
        return sorted(each for each in names if each.partition(".")[0] not in ("bytescope", "pytest_bytescope"))

    # --- tests

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Make a test a scope."""
        with scoped(item.nodeid):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Fail or warn if something was found in a test."""
        result = yield
        found = self._new()
        if found and self._fails:
            pytest.fail(report(found), pytrace=False)
        for each in found:
            item.warn(TaintWarning(f"{each.kind.title} at {each.place}: {each.function}"))
        return result

    def _new(self) -> list[Finding]:
        found = [each for each in self.analysis.findings if each.verdict == "syntax" and id(each) not in self._seen]
        self._seen.update(map(id, found))
        return found

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Report the findings."""
        harmful = [each for each in self._data if each["verdict"] == "syntax"]
        if not harmful:
            return
        terminalreporter.section("bytescope taint")
        for each in harmful:
            sink = each["sink"]
            where = f"{sink['file']}:{sink['line']}"
            terminalreporter.line(f"{each['title']}: {where} in {sink['in']}, {sink['function']} ({each['scope']})")
