"""`bytescope repl` on a terminal: prompts, blocks, history, completion, Ctrl-C and Ctrl-D."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import HANG, environment

pty = pytest.importorskip("pty")
pytest.importorskip("readline")
pytestmark = [pytest.mark.any_host, pytest.mark.process]

FIRST, MORE = ">>> ", "... "
CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"


class Terminal:
    """A prompt with a keyboard."""

    def __init__(self, folder: Path) -> None:
        self.process, self.screen = pty.fork()
        if not self.process:
            words = [sys.executable, "-m", "bytescope", "repl"]
            here = {"XDG_STATE_HOME": str(folder / "state"), "INPUTRC": "/dev/null", "TERM": "dumb"}
            try:
                os.execve(sys.executable, words, environment(folder, **here))
            finally:
                os._exit(127)
        self.shown = ""
        self.wait_for(FIRST)

    def wait_for(self, text: str, otherwise: str = "") -> str:
        """What is shown up to this text; keys are pressed once if nothing is shown for a while."""
        end = time.monotonic() + HANG
        while text not in self.shown:
            assert time.monotonic() < end, f"no {text!r} in {self.shown!r}"
            if select.select([self.screen], [], [], 2)[0]:
                self.shown += os.read(self.screen, 4096).decode().replace("\r\n", "\n")
            else:
                self.press(otherwise)
                otherwise = ""
        before, _, self.shown = self.shown.partition(text)
        return before

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self.screen, keys.encode())

    def type(self, line: str, prompt: str = FIRST) -> str:
        """Type a line; what is shown before the next prompt, without the line itself."""
        self.press(line + "\n")
        return self.wait_for(prompt).partition("\n")[2]

    def status(self) -> int:
        """The exit status, once the process has ended."""
        try:
            while os.read(self.screen, 4096):
                pass
        except OSError:
            pass  # how a terminal's end is told of
        os.close(self.screen)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    try:
        os.close(terminal.screen)  # which ends a process that has not ended
        os.waitpid(terminal.process, 0)
    except OSError:
        pass


def test_statements_and_tracebacks(terminal: Terminal) -> None:
    assert terminal.type("6 * 7") == "42\n"
    assert terminal.type("def f(x):", MORE) == ""
    assert terminal.type("    return 1 / x", MORE) == ""
    assert terminal.type("") == ""
    shown = terminal.type("f(0)")
    assert shown.startswith("Traceback (most recent call last):\n")
    assert "in f\n    return 1 / x\n           ~~^~~\nZeroDivisionError: division by zero\n" in shown
    assert "SyntaxError: invalid syntax" in terminal.type("1 +")
    assert terminal.type("_ + 1") == "43\n"
    assert terminal.type("vm.instructions > 10") == "True\n"
    terminal.press("exit(3)\n")
    assert terminal.status() == 3


def test_interrupts(terminal: Terminal) -> None:
    assert terminal.type("x = (", MORE) == ""
    terminal.press(CTRL_C)
    # Between its prompt and its waiting for keys, CPython's reader of lines notes an interrupt but goes on to wait.
    assert "KeyboardInterrupt" in terminal.wait_for(FIRST, otherwise="\n")
    terminal.press("print('running'); all(True for _ in iter(int, 1))\n")
    terminal.wait_for("running\n")
    terminal.press(CTRL_C)
    shown = terminal.wait_for("KeyboardInterrupt\n")
    assert "Traceback (most recent call last):" in shown and "in <module>" in shown
    terminal.wait_for(FIRST)
    assert terminal.type("'still here'") == "'still here'\n"
    terminal.press(CTRL_D)
    assert terminal.status() == 0


def test_completion_and_history(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("remarkable = 'noted'")
    assert terminal.type("remark\t") == "'noted'\n"
    assert terminal.type("remarkable.capit\t") == "'Noted'\n"
    assert terminal.type(UP) == "'Noted'\n"
    terminal.press(CTRL_D)
    assert terminal.status() == 0
    again = Terminal(tmp_path)
    assert again.type("remarkable = 'once more'") == ""
    assert again.type(UP * 3) == "'once more'\n"
    again.press("exit()\n")
    assert again.status() == 0
