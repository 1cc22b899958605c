"""`make next-python`: what a CPython has that the newest known version has not."""

import re
import sys
from pathlib import Path

import pytest

from bytescope.code.host.facts import SUPPORTED
from tests.differential.corpus import Snippet
from tests.support.all_pythons import found_pythons
from tools import next_python, pythons

pytestmark = [pytest.mark.any_host, pytest.mark.process]

ROOT = Path(__file__).resolve().parents[2]
OLD = {
    "OPCODES": {"NOP": (1, "", 0, 0), "POP": (2, "", 0, 0), "CALL": (3, "number", 1, 0)},
    "BINARY_OPS": ("+", "-"),
    "JUMP_UNIT": 2,
    "MAGIC": 7,
}


def test_equal_facts_have_no_differences() -> None:
    assert list(next_python.differences(OLD, dict(OLD))) == []


def test_each_kind_of_difference_has_a_line() -> None:
    new = {
        "OPCODES": {"NOP": (1, "", 0, 0), "CALL": (4, "name", 1, 5), "PUSH": (2, "", 0, 0)},
        "BINARY_OPS": ("+", "*", "-"),
        "JUMP_UNIT": 1,
        "MAGIC": 7,
        "MORE": ("a",),
    }
    assert list(next_python.differences(OLD, new)) == [
        "opcodes added (1): PUSH",
        "opcodes removed (1): POP",
        "opcodes with another number (1): CALL 3 -> 4",
        "CALL, kind of argument: 'number' -> 'name'",
        "CALL, bits below an index: 0 -> 5",
        "BINARY_OPS[1]: '-' -> '*'",
        "BINARY_OPS[2]: nothing -> '-'",
        "JUMP_UNIT: 2 -> 1",
        "MORE: None -> ('a',)",
    ]


def test_only_opcodes_that_no_rule_lowers_are_named() -> None:
    assert next_python.without_rule(SUPPORTED[-1], ["POP_TOP", "OF_TOMORROW"]) == ["OF_TOMORROW"]


@pytest.mark.parametrize("version", [version for version in SUPPORTED if version in found_pythons()])
def test_a_released_python_states_the_facts_in_the_sources(version: str) -> None:
    release, stated = next_python.facts_from(str(found_pythons()[version]))
    assert release.startswith(f"{version}.")
    assert list(next_python.differences(next_python.facts_of(version), stated)) == []


def test_programs_with_another_outcome_are_named() -> None:
    snippets = [Snippet("topic", "same", "print(1)"), Snippet("topic", "other", "print(__debug__)")]
    assert next_python.programs_that_differ(snippets, [sys.executable], [sys.executable, "-O"]) == ["topic::other"]


def test_an_older_python_differs(capsys: pytest.CaptureFixture[str]) -> None:
    if sys.version_info >= (3, 15):
        pytest.skip("this is the newest version")
    assert next_python.main([sys.executable, "--programs"]) == 1
    written = capsys.readouterr().out
    assert re.match(
        rf"CPython 3\.\S+ against the table of {re.escape(SUPPORTED[-1])}: \d+ differences\n  opcodes added", written
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["/no/such/python", "--programs"], "/no/such/python cannot be run: "),
        ([sys.executable, "--programs", "nonsense"], "no such topic or snippet: nonsense"),
    ],
)
def test_what_cannot_be_compared_gives_one_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert next_python.main(words) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(complaint)


def test_the_workflow_tries_the_version_after_the_newest_known_one() -> None:
    text = (ROOT / ".github" / "workflows" / "next-python.yml").read_text(encoding="utf-8")
    following = f"3.{int(SUPPORTED[-1].removeprefix('3.')) + 1}"
    assert f'python-version: "{following}-dev"' in text
    assert set(re.findall(r"--host (\S+)", text)) == pythons.OPT_IN
