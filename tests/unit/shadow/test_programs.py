"""The law of shadows (docs/shadow.md), as programs with the labels that they must have, in every engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

from tests.support.labelling import WAYS, Found, labels_of
from tests.support.processes import ROOT
from tests.support.scale import chosen

TEXT = (ROOT / "tests" / "spec" / "shadows" / "programs.txt").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"^# --- (\w+)\n(.*?)(?=^# --- |\Z)", TEXT, re.MULTILINE | re.DOTALL))
CHOSEN = chosen(PROGRAMS)
NEEDS_PROCESS = {"threads", "async", "async_generators"}


@cache
def labels_of_all(engine: str) -> Found:
    """The labels of all chosen programs, run one after another."""
    return labels_of({name: PROGRAMS[name] for name in CHOSEN if name not in NEEDS_PROCESS}, engine, False)


@pytest.mark.parametrize(("engine", "late"), WAYS)
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.process) if name in NEEDS_PROCESS else name for name in CHOSEN
])  # fmt: skip
def test_program(name: str, engine: str, late: bool) -> None:
    alone = late or name in NEEDS_PROCESS
    found = (labels_of({name: PROGRAMS[name]}, engine, late) if alone else labels_of_all(engine))[name]
    lines = PROGRAMS[name].splitlines()
    expected: dict[int, Any] = {}
    for number, line in enumerate(lines, 1):
        comment = re.search(r"# ->(.*)", line)
        if comment:
            expected[number] = set(comment[1].split())
    assert expected
    wrong = [
        f"{lines[number - 1]}   but: {' '.join(sorted(all_of(found.get(number, ()))))}"
        for number, labels in expected.items()
        if all_of(found.get(number, ())) != labels
    ]
    assert not wrong, "\n".join(wrong)
    if name not in NEEDS_PROCESS:
        assert found == labels_of_all("interpreter")[name], "as often as on the interpreter"


def all_of(found: Iterable[str]) -> set[str]:
    """All labels in some sets of them."""
    return {label for labels in found for label in labels.split()}


def test_there_are_many() -> None:
    assert len(PROGRAMS) > 40
