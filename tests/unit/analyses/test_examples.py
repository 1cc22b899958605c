"""The tutorial's analyses, on its program."""

from __future__ import annotations

import pytest

from tests.support.processes import ROOT, run_python

pytestmark = pytest.mark.any_host

FOLDER = ROOT / "examples" / "analyses"

EXPECTED = {
    "zero_divisions:ZeroDivisions": "average:5: 2 divisions by zero avoided\n",
    "string_building:StringBuilding": "listing:13: 4 concatenations copy 16 characters\n",
    "argument_types:ArgumentTypes": ("def average(numbers: list) -> None | float\ndef listing(numbers: list) -> str\n"),
}


@pytest.mark.process
@pytest.mark.parametrize("name", EXPECTED)
def test_tutorial_example(name: str) -> None:
    done = run_python("-m", "bytescope", "run", "--analysis", name, "program.py", cwd=FOLDER)
    assert done.stderr == ""
    assert done.stdout == "2.0 1;2;3;\nNone \n2.5 2.5;\nNone \n" + EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_tutorial_example_has_20_lines(name: str) -> None:
    text = (FOLDER / f"{name.partition(':')[0]}.py").read_text(encoding="utf-8")
    body = text.partition("class ")[2].splitlines()
    assert len([line for line in body if line.strip()]) <= 20


@pytest.mark.parametrize("name", EXPECTED)
def test_tutorial_shows_the_example(name: str) -> None:
    module, _, cls = name.partition(":")
    text = (FOLDER / f"{module}.py").read_text(encoding="utf-8")
    shown = "class " + cls + text.partition("class " + cls)[2].rstrip()
    assert shown in (ROOT / "docs" / "tutorial-analyses.md").read_text(encoding="utf-8")
