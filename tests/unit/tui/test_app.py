"""Keys in the terminal debugger, on a recording: where they lead, and what is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

pytest.importorskip("textual")

from bytescope.recording import Stepper
from bytescope.tui.keys import COMMANDS
from bytescope.tui.session import Recorded
from tests.support.screens import Terminal, on_terminal
from tests.unit.recording.programs import RATES, recorded

pytestmark = [pytest.mark.process, pytest.mark.any_host]

FAILING = """\
def check(n):
    if n > 1:
        raise ValueError(n)
    return n

for n in range(3):
    try:
        check(n - 1)
    except KeyError:
        pass
check(2)
"""


def session(source: str = RATES) -> Recorded:
    recording = recorded(source, "program.py")
    recording.tape.sources["program.py"] = source
    return Recorded(Stepper(recording))


def on(do: Callable[[Terminal], Awaitable[None]], source: str = RATES, width: int = 80, height: int = 24) -> int | None:
    return on_terminal(session(source), do, width, height)


def test_every_move_and_back() -> None:
    async def do(terminal: Terminal) -> None:
        places = [terminal.place[:2]]
        for key in ("o", "o", "o", "i", "i", "i", "i", "u", "o", "O", "U"):
            await terminal.press(key)
            places.append(terminal.place[:2])
        module, rates = "<module>", "rates"
        assert places == [
            (module, 1), (module, 3), (module, 6), (module, 13), (rates, 7), (rates, 8), (rates, 9), ("lookup", 4),
            (rates, 9), (rates, 10), (rates, 9), (module, 13),
        ]  # fmt: skip
        for there, back in (("n", "p"), ("right", "left")):
            step = terminal.place[2]
            await terminal.press(there)
            assert terminal.place[2] > step
            await terminal.press(back)
            assert terminal.place[2] == step
        await terminal.press("home")
        assert terminal.place[2] == 0
        await terminal.press("end", "R")
        assert terminal.place[2] == 0

    assert on(do) is None


def test_breakpoints_by_line_by_text_and_by_mouse() -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("down", "down", "down", "b")
        assert terminal.panel("breakpoints") == ["● program.py:4"]
        assert any(line.startswith("● 4") for line in terminal.panel("source"))
        await terminal.press("r")
        assert (terminal.place[:2], terminal.said) == (("lookup", 4), "breakpoint: program.py:4")
        await terminal.press("r", "R")
        assert terminal.place[:2] == ("lookup", 4)
        await terminal.press("B")
        await terminal.type("write RATES")
        await terminal.press("B")
        await terminal.type("10 if name == 'b'")
        assert terminal.panel("breakpoints")[1:] == ["● write RATES", "● program.py:10 if name == 'b'"]
        await terminal.press("b", "r")
        assert terminal.place[:2] == ("rates", 10) and "  name = 'b'" in terminal.panel("variables")
        await terminal.press("B")
        await terminal.type("nonsense")
        assert "def FUNCTION" in terminal.said
        await terminal.press("B")
        await terminal.type("99")
        assert terminal.said == "no line of program.py from 99 on holds code"
        source = terminal.app.query_one("#source")
        line = terminal.panel("source").index(next(each for each in terminal.panel("source") if "found = []" in each))
        await terminal.pilot.click(source, offset=(0, line + 1))
        await terminal.settle()
        assert terminal.panel("breakpoints")[-1] == "● program.py:7"
        await terminal.pilot.click(source, offset=(20, line + 2))
        await terminal.press("T")
        assert terminal.place[:2] == ("rates", 8)

    on(do)


def test_questions() -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("/")
        await terminal.type("len(found) == 2")
        assert (terminal.place[:2], terminal.said) == (("rates", 10), "found: len(found) == 2")
        await terminal.press("/")
        await terminal.type("back name == 'a'")
        assert terminal.place[:2] == ("rates", 8)
        await terminal.press("e")
        await terminal.type("names")
        assert terminal.said == "names = ['a', 'b']"
        await terminal.press("]")
        assert terminal.panel("frames") == ["  rates:8", "▶ <module>:13"] and terminal.place[:2] == ("<module>", 13)
        await terminal.press("[", "e")
        await terminal.type("names()")
        assert "would run code" in terminal.said
        await terminal.press("end", "w")
        await terminal.type("last")
        assert "None: write at step" in terminal.screen and "lookup, line 4" in terminal.screen
        await terminal.press("down", "enter")
        assert terminal.place[2] < 74
        await terminal.press("w", "escape", "g")
        await terminal.type("12")
        assert terminal.place[2] == 12
        await terminal.press("g")
        await terminal.type("9999")
        assert terminal.said.startswith("there is no step 9999: there are steps 0 to ")
        await terminal.press("s")
        await terminal.type("x = 1")
        assert terminal.said.startswith("x cannot be set here")
        await terminal.press("?")
        assert "back by one instruction" in terminal.screen
        await terminal.press("escape")
        assert "back by one instruction" not in terminal.screen

    on(do)


def test_exceptions() -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("x")
        assert terminal.place[:2] == ("check", 3) and "comes up here" in terminal.said
        await terminal.press("B")
        await terminal.type("raise ValueError")
        await terminal.press("home", "r")
        assert terminal.place[:2] == ("check", 3)
        await terminal.press("u")
        assert terminal.said.endswith("the end")

    on(do, FAILING)


def test_output_and_marks_of_changes() -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("down", "down", "down", "down", "down", "down", "down", "down", "down", "t")
        assert terminal.panel("output") == []
        await terminal.press("o")
        assert terminal.panel("output") == ["a [2]"]
        await terminal.press("o", "o")
        assert terminal.panel("variables")[1:] == ["* found = [2, None]", "  name = 'b'"]
        await terminal.press("o")
        assert terminal.panel("variables")[1:] == ["~ found = [2, None]", "  name = 'b'"]  # print was given it

    on(do)


@pytest.mark.parametrize(("width", "height"), [(30, 10), (59, 24), (60, 12), (200, 60)])
def test_sizes(width: int, height: int) -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("i", "i", "i")
        assert terminal.place[:2] == ("<module>", 13)
        shown = terminal.screen
        assert len(shown.splitlines()) <= height and max(map(len, shown.splitlines())) <= width
        assert "result = rates" in shown
        await terminal.pilot.resize_terminal(80, 24)
        await terminal.settle()
        assert "─variables" in terminal.screen and "─output" in terminal.screen

    on(do, width=width, height=height)


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("ctrl+c", 130)])
def test_leaving(key: str, status: int) -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.pilot.press(key)

    assert on(do) == status


def test_the_help_says_every_key_once() -> None:
    keys = [key for command in COMMANDS for key in command.keys.split(",")]
    assert len(keys) == len(set(keys))
