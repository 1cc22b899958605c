"""The guided tour runs from its first cell to its last, shows what it should, and is the same on both engines."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

import bytescope
from tests.tour.chapters import CHAPTERS, Outputs, expected, on_cpython, on_interpreter, read_cells, run
from tests.tour.so_far import MARKER, same, so_far

run_on_cpython = cache(lambda chapter: run(chapter, on_cpython))


def differences(one: Outputs, other: Outputs) -> dict[int, tuple[str | None, str | None]]:
    numbers = sorted(one.keys() | other.keys())
    return {number: (one.get(number), other.get(number)) for number in numbers if one.get(number) != other.get(number)}


def test_there_are_ten_chapters() -> None:
    assert [name[:2] for name in CHAPTERS] == [f"{number:02}" for number in range(1, 11)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_shows_what_is_expected(chapter: str) -> None:
    shown = run_on_cpython(chapter)
    assert differences(shown, expected(chapter)) == {}
    assert [number for number, text in shown.items() if not text] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_shows_the_same_on_the_interpreter(chapter: str) -> None:
    assert differences(run(chapter, on_interpreter), run_on_cpython(chapter)) == {}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_has_one_title_and_sections_that_end_in_something_to_try(chapter: str) -> None:
    cells = read_cells(chapter)
    assert cells[0].is_prose
    text = "\n".join(cell.source if cell.is_prose else "CODE" for cell in cells)
    first, *sections = re.split(r"^(?=##? )", text, flags=re.MULTILINE)
    assert not first
    assert [section[:2] for section in sections].count("# ") == 1
    with_code = [section for section in sections[1:] if "\nCODE" in section]
    assert with_code
    assert [section for section in with_code if "\n**Try it.** " not in section.rpartition("\nCODE")[2]] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_uses_only_public_names(chapter: str) -> None:
    for cell in read_cells(chapter):
        for node in ast.walk(ast.parse("" if cell.is_prose else cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bytescope."):
                assert (node.module, [each.name for each in node.names]) == ("bytescope.code.object.code", ["Code"])
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "bytescope":
                assert node.attr in bytescope.__all__


@pytest.mark.parametrize(
    "chapter", [chapter for chapter in CHAPTERS if any(cell.marker == MARKER for cell in read_cells(chapter))]
)
def test_chapter_carries_over_the_machine_of_those_before(chapter: str) -> None:
    (cell,) = [cell for cell in read_cells(chapter) if cell.marker == MARKER]
    assert same(cell.source, so_far(chapter)), "python -m tests.tour.so_far writes it anew"
