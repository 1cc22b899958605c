"""A program that is stepped in the terminal while it runs, in a process of its own; what `bytescope step` refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("textual")

from bytescope.tui.wire import Program
from tests.support.processes import ROOT, run_python
from tests.support.screens import Terminal, on_terminal

pytestmark = [pytest.mark.process, pytest.mark.any_host]

TALK = """\
import os
def double(x):
    result = 2 * x
    return result

name = input("name? ")
os.write(1, b"raw\\n")
total = double(3)
print("hello", name, total)
while total:
    total += 1
raise ValueError(total)
"""


def on(
    source: str, do: Callable[[Terminal], Awaitable[None]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Program:
    """Step through a program in a child process."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
    Path("talk.py").write_text(source, encoding="utf-8")
    words = [sys.executable, "-m", "bytescope", "run", "--step"]
    program = Program(lambda address: [*words, address, "--", "talk.py"])
    try:
        on_terminal(program, do)
    finally:
        program.close()
    return program


def test_input_set_evaluate_pause_and_post_mortem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def do(terminal: Terminal) -> None:
        assert terminal.place[:2] == ("<module>", 1)
        await terminal.press("B")
        await terminal.type("def double")
        await terminal.press("r")
        assert terminal.app._view["state"] == "input" and "input:" in terminal.screen  # type: ignore[index]
        await terminal.type("Ada")
        assert terminal.place[0] == "double"
        await terminal.press("i", "s")
        await terminal.type("x = x + 20")
        assert terminal.said == "x is now 23"
        await terminal.press("e")
        await terminal.type("x.bit_length()")
        assert terminal.said == "x.bit_length() = 5"
        await terminal.press("u", "o")
        assert "total = 46" in "".join(terminal.panel("variables"))
        await terminal.press("O", "O")
        assert terminal.app._view["state"] == "past"  # type: ignore[index]
        await terminal.press("end", "o")
        await terminal.pilot.press("r")
        await terminal.pilot.pause()
        await terminal.press("ctrl+c")
        assert terminal.said == "paused" and terminal.place[1] in (10, 11)
        await terminal.press("end", "i", "s")  # at the beginning of a line: no operand is loaded yet
        await terminal.type("total = -1")
        await terminal.press("r")
        assert "comes up here" in terminal.said and terminal.place[:2] == ("<module>", 12)
        await terminal.press("end")
        assert terminal.app._view["state"] == "end"  # type: ignore[index]

    program = on(TALK, do, tmp_path, monkeypatch)
    written = "".join(text for _, text in program.written)
    assert "raw\n" in written and "hello Ada 46" in written


def test_a_program_whose_process_ends_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("r")
        assert terminal.said == "the program has ended: signal 9"
        await terminal.press("n", "q")

    on("import os, signal\nos.kill(os.getpid(), getattr(signal, 'SIGKILL', 9))\n", do, tmp_path, monkeypatch)


def test_what_ends_at_once_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def do(terminal: Terminal) -> None:
        await terminal.press("r")
        assert terminal.said == "the end" and terminal.place[:2] == ("<module>", 3)
        await terminal.press("O", "O")
        assert terminal.place[:2] == ("<module>", 2)

    on("import os\nx = 1\nos._exit(3)\n", do, tmp_path, monkeypatch)


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    done = run_python("-m", "bytescope", "step", "-c", "x = 1", cwd=tmp_path)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("bytescope step: it needs a terminal as standard input and standard error;")


def test_usage(tmp_path: Path) -> None:
    assert "FILE.bscope" in run_python("-m", "bytescope", "step", "--help", cwd=tmp_path).stdout
    done = run_python("-m", "bytescope", "step", "--wrong", "x.py", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.startswith("bytescope step: there is no option --wrong\n")
    done = run_python("-m", "bytescope", "step", cwd=tmp_path)
    assert done.returncode == 2 and "there is no program" in done.stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
@pytest.mark.parametrize(
    ("words", "keys", "status", "said"),
    [
        (["missing.py"], b"", 2, "can't open file"),
        (["missing.bscope"], b"", 2, "bytescope step: cannot read missing.bscope: No such file or directory"),
        (["-c", "x = 1"], b"q", 0, ""),
        (["-c", "x = 1"], b"\x03", 130, "bytescope step: interrupted"),
    ],
)
def test_in_a_real_terminal(words: list[str], keys: bytes, status: int, said: str, tmp_path: Path) -> None:
    controller, terminal = os.openpty()
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]), "TERM": "xterm"}
    command = [sys.executable, "-m", "bytescope", "step", *words]
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=tmp_path, env=variables)
    os.close(terminal)
    found, pressed = b"", not keys
    try:
        while True:
            data = os.read(controller, 1 << 16)
            if not data:
                break
            found += data
            if not pressed and b"step 1 of" in found:
                os.write(controller, keys)
                pressed = True
    except OSError:  # the terminal is closed
        pass
    finally:
        os.close(controller)
    assert process.wait(timeout=60) == status
    assert said.encode() in found
