"""`dis --woven`: what was woven for what."""

import re

import pytest

from bytescope.analyses.labels import Labels
from bytescope.analysis import Analysis
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.outlines import Refused, outlined
from bytescope.cli.dis import dis
from bytescope.cli.targets import TargetError, compiled
from bytescope.cli.woven_listing import woven_listing
from bytescope.shadow.active import current
from bytescope.shadow.algebra import Algebra
from tests.support.processes import run_python

LOOP = """\
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return result
"""


class Compares(Analysis):
    def compare(self, site, op, left, right, result):
        print(left, right)


class Other(Analysis):
    """Has an algebra of its own."""

    shadows = Algebra()


def listed(source: str, *analyses: Analysis, width: int = 120) -> dict[str, list[str]]:
    """The lines about each code object of a source text, by its name."""
    with outlined(compiled(source), "__main__", analyses) as found:
        return {
            each.program.co_qualname: [
                "".join(piece.text for piece in line).rstrip() for line in woven_listing(each, "these", width)
            ]
            for each in found
        }


def instructions(lines: list[str]) -> list[tuple[bool, str]]:
    """Whether each woven instruction was inserted, and its name."""
    found = (re.match(r"[ \d]{6}[ \d]{8}  ([+ ]) ([A-Z_0-9]+)", line) for line in lines)
    return [(each[1] == "+", each[2]) for each in found if each]


def sections(lines: list[str]) -> list[str]:
    return [line for line in lines[3:] if not line.startswith(" ")]


def test_the_hook_is_beside_the_instruction_that_it_observes() -> None:
    lines = listed("a < b", Compares())["<module>"]
    start = next(number for number, line in enumerate(lines) if "COMPARE_OP            <" in line)
    shown = instructions(lines[start : start + 4])
    assert shown[0] == (True, "COPY"), lines
    assert (False, "COMPARE_OP") in shown
    assert any("hook of compare" in line for line in lines)
    assert sections(lines) == ["cold code", "exception handlers"]


def test_what_is_not_inserted_is_the_code_itself() -> None:
    with outlined(compiled("a < b"), "__main__", [Compares()]) as (each,):
        lines = ["".join(piece.text for piece in line) for line in woven_listing(each, "", 120)]
    own = [name for inserted, name in instructions(lines) if not inserted]
    assert own.count("COMPARE_OP") == own.count("RESUME") == 1
    assert own.count("LOAD_NAME") == 2
    total = re.search(r"(\d+) woven, (\d+) of them inserted", lines[1])
    assert total is not None
    assert (int(total[1]), int(total[2])) == (len(instructions(lines)), sum(each for each, _ in instructions(lines)))


def test_code_without_events_is_said_to_stay_as_it_is() -> None:
    text = listed("def f(): return 1\na < b", Compares())
    assert text["f"][1:] == ["  not woven: these observes nothing in it"]


def test_versions_and_paths_of_code_with_shadows_are_named() -> None:
    lines = listed(LOOP, Labels())["total"]
    assert sections(lines) == [
        "clean version",
        "clean version, cold code",
        "entry of the versions with shadows",
        "speculative version",
        "speculative version, cold code",
        "general version",
        "general version, cold code",
        "exception handlers",
    ]
    clean = lines[: lines.index("clean version, cold code")]
    assert any("flag shadows_exist" in line for line in clean)
    for version in ("speculative version", "general version"):
        part = lines[lines.index(version) : lines.index(f"{version}, cold code")]
        assert any(line.endswith("  fast path") and "BINARY_OP" in line for line in part), version
    assert any(line.endswith("  slow path") for line in listed("import os", Labels())["<module>"])


def test_every_instruction_of_the_program_is_in_every_version() -> None:
    lines = listed(LOOP, Labels())["total"]
    right = lines[2].index("belongs to")
    versions = {}
    for name, following in [("clean version", "clean version, cold code"), ("general version", "general version, ")]:
        start = lines.index(name)
        end = next(number for number in range(start, len(lines)) if lines[number].startswith(following))
        versions[name] = {
            match[1] for line in lines[start:end] if (match := re.match(r" *(\d+)  [A-Z_]+", line[right:]))
        }
    assert versions["general version"] <= versions["clean version"]
    assert len(versions["general version"]) > 6


def test_two_runs_print_the_same() -> None:
    assert listed(LOOP, Labels()) == listed(LOOP, Labels())
    assert not re.search(r"0x[0-9a-f]{5}", str(listed(LOOP, Labels())))


@pytest.mark.parametrize("width", [60, 90, 200])
def test_everything_can_be_listed(width: int) -> None:
    source = "class A:\n    async def f(self, *a, **k):\n        async with self as x: yield [y for y in x]\n"
    text = listed(source, Labels(), Compares(), width=width)
    assert set(text) >= {"<module>", "A", "A.f"}
    assert all(len(lines) > 5 for lines in text.values())


def test_weaving_for_a_listing_leaves_nothing_attached() -> None:
    listed(LOOP, Labels())
    assert WOVEN.shadower is None
    with pytest.raises(RuntimeError, match="no analysis is attached that has shadows"):
        current()


def test_code_that_cannot_be_woven_is_refused() -> None:
    code = compiled("a < b")
    wrong = code.replace(co_code=code.co_code[:-2])
    with (
        pytest.raises(Refused, match=r"<module> in <string> cannot be woven: invalid bytecode"),
        outlined(wrong, "__main__", [Compares()]),
    ):
        pass


def test_dis_weaves_for_the_named_analyses(capsys: pytest.CaptureFixture[str]) -> None:
    dis(None, "a < b", False, 100, ["comparisons"])
    assert "hook of compare" in capsys.readouterr().out


def test_analyses_whose_shadows_do_not_go_together_are_one_clear_line() -> None:
    with pytest.raises(TargetError, match="attached analyses must share one shadow algebra"):
        dis(None, "1", False, 100, ["labels", f"{__name__}:Other"])


@pytest.mark.process
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--woven", "--analysis", "label"], "Error: there is no analysis 'label'; did you mean labels?"),
        (["--woven", "--analysis", "os:path"], "Error: os:path is no subclass of bytescope.Analysis"),
        (["--woven", "--analysis", "history"], "Error: history needs the option"),
        (["--analysis", "calls"], "Error: --analysis needs --woven"),
    ],
)
def test_nonsense_gives_one_clear_line(words: list[str], message: str) -> None:
    run = run_python("-m", "bytescope", "dis", *words, "-c", "1")
    assert run.returncode != 0
    assert run.stderr.splitlines()[-1].startswith(message), run.stderr


@pytest.mark.process
def test_coverage_is_the_default() -> None:
    shown = run_python("-m", "bytescope", "dis", "--woven", "-c", "x = 1")
    assert (
        shown.stdout == run_python("-m", "bytescope", "dis", "--woven", "--analysis", "coverage", "-c", "x = 1").stdout
    )
    assert "hook of line" in shown.stdout
