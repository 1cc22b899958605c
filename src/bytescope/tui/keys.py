"""The keys: what each does, for the bindings and for the help."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COMMANDS", "Command"]


class Command(NamedTuple):
    """A key. keys: the names that Textual has for it; shown: how it is shown; action: Textual's; help: what it does."""

    keys: str
    shown: str
    action: str
    help: str


COMMANDS = (
    Command("n,right", "n", "move('instruction')", "on by one instruction"),
    Command("p,left", "p", "move('instruction', True)", "back by one instruction"),
    Command("o", "o", "move('over')", "on to the next line of this frame"),
    Command("O", "O", "move('over', True)", "back to the previous line of this frame"),
    Command("i", "i", "move('into')", "on to the next line of any frame"),
    Command("I", "I", "move('into', True)", "back to the previous line of any frame"),
    Command("u", "u", "move('out')", "on to where the caller goes on"),
    Command("U", "U", "move('out', True)", "back to where this frame was called"),
    Command("r", "r", "move('run')", "run to the next breakpoint, or to the end"),
    Command("R", "R", "move('run', True)", "run back to the previous breakpoint"),
    Command("t", "t", "to(False)", "run to the line that is chosen with up and down"),
    Command("T", "T", "to(True)", "run back to that line"),
    Command("home", "Home", "go(0)", "to the first step"),
    Command("end", "End", "go(-1)", "to the last step: where a program that runs waits"),
    Command("g", "g", "prompt('go')", "to a step by its number"),
    Command("x", "x", "ask('raise')", "to where the exception came up that arrived here, or ended the program"),
    Command("up,k", "Up", "choose(-1)", "choose the line above"),
    Command("down,j", "Down", "choose(1)", "choose the line below"),
    Command("pageup", "PgUp", "choose(-10)", "choose a line further up"),
    Command("pagedown", "PgDn", "choose(10)", "choose a line further down"),
    Command("b", "b", "toggle_breakpoint", "set or remove a breakpoint at the chosen line"),
    Command(
        "B", "B", "prompt('break')", "set or remove any breakpoint: 12, file.py:12, def f, raise KeyError, write x"
    ),
    Command("slash", "/", "prompt('find')", "find where an expression is true; `back ...` backwards"),
    Command("w", "w", "prompt('why')", "why has a variable its value?"),
    Command("e", "e", "prompt('answer')", "evaluate, or ask: why x, born x, history x, log 12 x"),
    Command("s", "s", "prompt('set')", "set a variable where the program waits: x = 1"),
    Command("enter", "Enter", "input", "type what the program reads"),
    Command("left_square_bracket", "[", "frame(-1)", "look at the frame that was called"),
    Command("right_square_bracket", "]", "frame(1)", "look at the frame that has called"),
    Command("ctrl+c", "^C", "interrupt", "have a program that runs wait; otherwise leave"),
    Command("question_mark,f1", "?", "help", "this help"),
    Command("q", "q", "leave", "leave; a program that runs is ended"),
)
