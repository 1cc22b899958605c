"""The law of shadows (docs/shadow.md), as programs with the labels that they must have, in every engine."""

from __future__ import annotations

import itertools
import re
import sys
import textwrap
import types
from pathlib import Path
from typing import Any

import pytest

from bytescope.analyses.labels import Labels
from bytescope.analysis import attach
from bytescope.analysis.attach import ENGINES

TEXT = Path(__file__).with_name("shadow_programs.txt").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"^# --- (\w+)\n(.*?)(?=^# --- |\Z)", TEXT, re.MULTILINE | re.DOTALL))
NEEDS_PROCESS = {"threads"}

_numbers = itertools.count()


def labels_of(
    program: str, engine: str, late: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[int, set[str]]:
    """The labels that reach the sinks of a program, by line."""
    name = f"shadow_program_{next(_numbers)}"
    (tmp_path / f"{name}.py").write_text("from labelling import a, b, c, sink\n" + program, encoding="utf-8")
    labelling = types.ModuleType("labelling")
    exec(
        textwrap.dedent("""
            def a(v): return v
            def b(v): return v
            def c(v): return v
            def sink(v): pass
        """),
        vars(labelling),
    )
    monkeypatch.setitem(sys.modules, "labelling", labelling)
    monkeypatch.syspath_prepend(str(tmp_path))
    analysis = Labels(sources="labelling.[abc]", sinks="labelling.sink")
    if late:  # code that is woven keeps no shadows before there are any
        analysis.calls_of = (labelling.a, labelling.b, labelling.c, labelling.sink)
    with attach(analysis, include=[name], engine=engine):
        __import__(name)
    sys.modules.pop(name, None)
    found: dict[int, set[str]] = {}
    for each in analysis.result():
        found.setdefault(each["line"] - 1, set()).update(label[-1] for label in each["labels"])
    return found


@pytest.mark.parametrize(("engine", "late"), [*((engine, False) for engine in ENGINES), ("woven", True)])
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.process) if name in NEEDS_PROCESS else name for name in PROGRAMS
])  # fmt: skip
def test_program(name: str, engine: str, late: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = PROGRAMS[name]
    expected: dict[int, Any] = {}
    for number, line in enumerate(program.splitlines(), 1):
        comment = re.search(r"# ->(.*)", line)
        if comment:
            expected[number] = set(comment[1].split())
    assert expected
    found = labels_of(program, engine, late, tmp_path, monkeypatch)
    lines = program.splitlines()
    wrong = [
        f"{lines[number - 1]}   but: {' '.join(sorted(found.get(number, set())))}"
        for number, labels in expected.items()
        if found.get(number, set()) != labels
    ]
    assert not wrong, "\n".join(wrong)


def test_there_are_many() -> None:
    assert len(PROGRAMS) > 40
