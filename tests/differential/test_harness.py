"""The harness sees what it has to see: otherwise equal outcomes would mean nothing."""

from __future__ import annotations

import pytest

from tests.support import harness

from . import corpus, random_programs

pytestmark = pytest.mark.any_host


def outcomes(**sources: str) -> dict[str, harness.Outcome]:
    return harness.run_batch(sources, "cpython", seconds=2)


@pytest.mark.process
@pytest.mark.parametrize(
    ("left", "right", "field"),
    [
        ("print(1)", "print(2)", "stdout"),
        ("import sys; print(1, file=sys.stderr)", "pass", "stderr"),
        ("x = [1, {2: (3,)}]", "x = [1, {2: (4,)}]", "variables"),
        ("1 / 0", "1 // 0", "exception"),
        ("raise ValueError(1)", "raise ValueError(2)", "exception"),
        ("raise ValueError from KeyError()", "raise ValueError", "exception"),
        ("x = 1; raise KeyError", "xy = 1; raise KeyError", "exception"),
        ("raise ExceptionGroup('g', [KeyError()])", "raise ExceptionGroup('g', [ValueError()])", "exception"),
    ],
)
def test_differences_are_seen(left: str, right: str, field: str) -> None:
    one, other = outcomes(program=left)["program"], outcomes(program=right)["program"]
    assert any(found.startswith(field) for found in harness.differences(one, other))
    assert not harness.differences(one, one)


@pytest.mark.process
def test_a_program_that_kills_the_process_or_hangs_is_named_and_the_rest_goes_on() -> None:
    found = outcomes(first="print(1)", killer="import os; os._exit(7)", hanging="while True: pass", last="print(2)")
    assert found["first"]["stdout"] == "1\n"
    assert "exit status 7" in found["killer"]["died"]
    assert "died" in found["hanging"]
    assert found["last"]["stdout"] == "2\n"


@pytest.mark.process
def test_programs_in_one_process_do_not_disturb_each_other() -> None:
    disturbing = (
        "import sys, gc, os\nsys.setrecursionlimit(50000); sys.settrace(lambda *a: None); gc.disable()\nos.chdir('/')"
    )
    observing = "import sys, gc, os\nprint(sys.getrecursionlimit(), sys.gettrace(), gc.isenabled(), os.getcwd() != '/')"
    assert outcomes(one=disturbing, two=observing)["two"]["stdout"] == "1000 None True True\n"


@pytest.mark.process
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 / 0", True),
        ("print(id(object()))", False),
        ("def f(n):\n try: return f(n + 1)\n except RecursionError: return n\nprint(f(0))", False),
    ],
)
def test_programs_that_differ_on_cpython_alone_are_known(source: str, expected: bool) -> None:
    """Addresses and the depth of the stack are nothing to compare; tracebacks are."""
    assert random_programs.deterministic("program", source, outcomes(program=source)["program"]) is expected


def test_headings() -> None:
    text = "# --- plain\nx = 1\n\n# --- conditional [3.12+ process]\ny = 2\n# --- p [posix]\nz\n"
    plain, conditional, posix = corpus.parse("topic", text)
    assert (plain.id, plain.source, plain.minimum, plain.own_process) == ("topic::plain", "x = 1\n", (3, 11), False)
    assert (conditional.source, conditional.minimum, conditional.own_process) == ("y = 2\n", (3, 12), True)
    assert (plain.posix_only, conditional.posix_only, posix.posix_only) == (False, False, True)


@pytest.mark.parametrize(
    "text", ["x = 1\n# --- a\n", "# --- a\n# --- a\n", "# --- a [windows]\n"], ids=["stray", "twice", "unknown"]
)
def test_wrong_headings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        corpus.parse("topic", text)


def test_unknown_selections_are_refused() -> None:
    with pytest.raises(ValueError, match="no_such_topic"):
        corpus.load("loops", "no_such_topic")
