"""Handler transforms: their order, and what they decide besides the handlers."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope import Analysis, attach
from bytescope.analyses.labels import Labels
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.program import TRANSFORMS, Program


class Logging:
    """A transform of the programs whose functions have a name: it logs the instructions that they execute."""

    def __init__(self, name: str, function: str, log: list[tuple[str, str]], traces: bool = False) -> None:
        self.name, self.function, self.log, self.traces = name, function, log, traces
        self.linked: list[Program] = []

    def wants(self, program: Program) -> bool:
        if program.code.co_name == self.function:
            self.linked.append(program)
        return program.code.co_name == self.function

    def stops(self, program: Program) -> Iterable[int]:
        return [index for index, each in enumerate(program.instructions) if each.op == "NOP"]

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        def logging(R: list[Any]) -> int:
            self.log.append((self.name, program.instructions[index].op))
            return op(R)

        return logging, resume


SOURCE = """
def wanted(x):
    return -x
def other(x):
    return -x
"""


def test_later_transforms_wrap_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[tuple[str, str]] = []
    for name in ("tracing", "shadows", "hooks"):
        monkeypatch.setitem(TRANSFORMS, name, Logging(name, "wanted", log))
    vm = bytescope.VM()
    vm.exec(SOURCE)
    assert vm.eval("wanted(3) + other(4)") == -7
    assert [name for name, op in log if op == "UNARY"] == ["tracing", "hooks", "shadows"]
    assert list(TRANSFORMS) == [
        "shadows", "hooks", "event contexts", "recording", "stop", "tracing", "monitoring",
    ]  # fmt: skip


@pytest.mark.parametrize("traces", [False, True])
def test_only_transforms_that_allow_traces_leave_them(monkeypatch: pytest.MonkeyPatch, traces: bool) -> None:
    monkeypatch.setattr(Program, "threshold", 2)
    transform = Logging("hooks", "loop", [], traces)
    monkeypatch.setitem(TRANSFORMS, "hooks", transform)
    vm = bytescope.VM()
    vm.exec("def loop(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n")
    assert vm.eval("loop(100)") == 4950
    assert transform.linked[0].traced is traces


def test_idle_instructions_are_executed_where_a_transform_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[tuple[str, str]] = []
    monkeypatch.setitem(TRANSFORMS, "hooks", Logging("hooks", "idle", log))
    vm = bytescope.VM()
    vm.exec("def idle():\n    pass\n    pass\n    return 1\n")
    assert vm.eval("idle()") == 1
    assert ("hooks", "NOP") in log


class Lines(Analysis):
    def __init__(self) -> None:
        self.lines: list[int] = []

    def line(self, site: Any) -> None:
        self.lines.append(site.line)


def test_shadows_hooks_and_tracing_work_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "at_once.py").write_text(
        "import math, sys\n"
        "def work(x):\n"
        "    y = x + 1\n"
        "    return print(y)\n"
        "def traced(x):\n"
        "    lines = []\n"
        "    def local(frame, event, argument):\n"
        "        if event == 'line':\n"
        "            lines.append(frame.f_lineno)\n"
        "        return local\n"
        "    sys.settrace(lambda frame, event, argument: local if frame.f_code is work.__code__ else None)\n"
        "    work(x)\n"
        "    sys.settrace(None)\n"
        "    return lines\n"
        "found = traced(math.sqrt(4.0))\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    labels, lines = Labels(sources="math.sqrt", sinks="print"), Lines()
    vm = bytescope.VM()
    with attach(labels, lines, include=["at_once"], engine="interpreter"):
        assert [name for name, each in TRANSFORMS.items() if each] == ["shadows", "hooks", "event contexts"]
        vm.exec("import at_once")
    module = sys.modules.pop("at_once")
    assert module.found == [3, 4]
    assert 3 in lines.lines and 4 in lines.lines
    assert "math.sqrt" in labels.report()
    assert not any(TRANSFORMS.values())
