"""The law of shadows (docs/shadow.md), as programs with the labels that they must have, in every engine."""

from __future__ import annotations

import re
import sys
import tempfile
import types
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bytescope.analyses.labels import Labels
from bytescope.analysis import attach
from bytescope.analysis.attach import ENGINES

TEXT = Path(__file__).with_name("shadow_programs.txt").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"^# --- (\w+)\n(.*?)(?=^# --- |\Z)", TEXT, re.MULTILINE | re.DOTALL))
NEEDS_PROCESS = {"threads", "async", "async_generators"}

LABELLING = """
def a(v): return v
def b(v): return v
def c(v): return v
def sink(v): pass
"""

Found = dict[str, dict[int, set[str]]]


def labels_of(programs: list[str], engine: str, late: bool) -> Found:
    """The labels that reach the sinks of programs, by program and line.

    Args:
        programs: their names.
        engine: the engine.
        late: whether only calls of the labelling functions are told, so that woven code begins without shadows.
    """
    labelling = types.ModuleType("labelling")
    exec(LABELLING, vars(labelling))
    analysis = Labels(sources="labelling.[abc]", sinks="labelling.sink")
    if late:
        analysis.calls_of = (labelling.a, labelling.b, labelling.c, labelling.sink)
    found: Found = {name: {} for name in programs}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "labelling", labelling)
        patch.syspath_prepend(folder)
        for name in programs:
            text = "from labelling import a, b, c, sink\n" + PROGRAMS[name]
            Path(folder, f"shadow_program_{name}.py").write_text(text, encoding="utf-8")
        with attach(analysis, include=["shadow_program_*"], engine=engine):
            for name in programs:
                __import__(f"shadow_program_{name}")
                sys.modules.pop(f"shadow_program_{name}")
    for each in analysis.result():
        lines = found[Path(each["file"]).stem.removeprefix("shadow_program_")]
        lines.setdefault(each["line"] - 1, set()).update(label[-1] for label in each["labels"])
    return found


@cache
def labels_of_all(engine: str) -> Found:
    """The labels of all programs, run one after another."""
    return labels_of([name for name in PROGRAMS if name not in NEEDS_PROCESS], engine, False)


@pytest.mark.parametrize(("engine", "late"), [*((engine, False) for engine in ENGINES), ("woven", True)])
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.process) if name in NEEDS_PROCESS else name for name in PROGRAMS
])  # fmt: skip
def test_program(name: str, engine: str, late: bool) -> None:
    alone = late or name in NEEDS_PROCESS
    found = (labels_of([name], engine, late) if alone else labels_of_all(engine))[name]
    lines = PROGRAMS[name].splitlines()
    expected: dict[int, Any] = {}
    for number, line in enumerate(lines, 1):
        comment = re.search(r"# ->(.*)", line)
        if comment:
            expected[number] = set(comment[1].split())
    assert expected
    wrong = [
        f"{lines[number - 1]}   but: {' '.join(sorted(found.get(number, set())))}"
        for number, labels in expected.items()
        if found.get(number, set()) != labels
    ]
    assert not wrong, "\n".join(wrong)


def test_there_are_many() -> None:
    assert len(PROGRAMS) > 40
