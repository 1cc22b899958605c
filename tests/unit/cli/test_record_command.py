"""`bytescope record`: the program as otherwise, a file and a page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bytescope.recording import Recording
from bytescope.recording.html import MARK, VIEWER
from tests.support.processes import HANG, environment, run_python

pytestmark = pytest.mark.process

SCRIPT = "import sys\ndef f(n):\n    return n * 2\nprint(f(int(sys.argv[1])))\n"


def said(steps: int, name: str) -> str:
    """Return the line at the end, which says what the page still needs where there is no viewer."""
    page = f"{name}.html"
    more = f" and {page}" if VIEWER.is_file() else f"; {page} needs the viewer, which `make playground` builds"
    return f"recorded {steps} steps in {name}.bscope{more}\n"


def test_a_script_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    for _ in range(2):  # the second time, the files are there
        done = run_python("-m", "bytescope", "record", "script.py", "21", cwd=tmp_path)
        recording = Recording.load(tmp_path / "script.bscope")
        assert (done.stdout, done.stderr, done.returncode) == ("42\n", said(recording.steps, "script"), 0)
    assert recording.output() == "42\n"
    assert (tmp_path / "script.html").is_file() == VIEWER.is_file()
    assert not VIEWER.is_file() or MARK in (tmp_path / "script.html").read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["-c", "x = 1"], "command"),
        (["-m", "package.module"], "package.module"),
        (["package"], "package"),
        (["--output", "other.html", "-cx=1"], "other"),
        (["--output=some/other", "-c", "x = 1"], "some/other"),
    ],
)
def test_what_the_files_are_called(words: list[str], name: str, tmp_path: Path) -> None:
    for folder in ("package", "some"):
        (tmp_path / folder).mkdir()
    for file in ("__init__", "__main__", "module"):
        (tmp_path / "package" / f"{file}.py").write_text("x = 1\n")
    done = run_python("-m", "bytescope", "record", *words, cwd=tmp_path)
    assert done.stderr == said(Recording.load(tmp_path / f"{name}.bscope").steps, name)


@pytest.mark.parametrize(
    ("ending", "status", "line"),
    [
        ("raise ValueError('x')", 1, 3),
        ("sys.exit(3)", 3, 3),
        ("os._exit(4)", 4, 3),
        ("os.kill(os.getpid(), signal.SIGINT)", -signal.SIGINT, 3),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, 3),
        ("os.kill(os.getpid(), getattr(signal, 'SIGHUP', 0))", -getattr(signal, "SIGHUP", 0), 3),
        ("os.fork() and os.wait()", 0, 3),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="signals and forks are those of POSIX")
def test_however_it_ends(ending: str, status: int, line: int, tmp_path: Path) -> None:
    source = f"import os, signal, sys\nprint('first', flush=True)\n{ending}\n"
    done = run_python("-W", "ignore", "-m", "bytescope", "record", "-c", source, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("first\n", status)
    recording = Recording.load(tmp_path / "command.bscope")
    assert done.stderr.endswith(said(recording.steps, "command"))
    assert done.stderr.count("recorded") == 1
    assert recording.at(recording.steps - 1).frames[0].line == line


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_a_signal_that_is_handled_does_not_end_the_recording(tmp_path: Path) -> None:
    source = """
import os, signal
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
before = signal.signal(signal.SIGTERM, lambda *given: print('handled'))
os.kill(os.getpid(), signal.SIGTERM)
print(before is signal.SIG_DFL, signal.signal(signal.SIGTERM, before) is not before)
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, flush=True)
os.kill(os.getpid(), signal.SIGTERM)
"""
    done = run_python("-m", "bytescope", "record", "-c", source, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("True\nhandled\nTrue True\nTrue\n", -signal.SIGTERM)
    recording = Recording.load(tmp_path / "command.bscope")
    assert done.stderr == said(recording.steps, "command")
    assert recording.at(recording.steps - 1).frames[0].line == 8


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize("work", ["time.sleep(600)", "\n    while True: n += 1"])
def test_a_program_that_is_terminated_from_outside_leaves_its_files(work: str, tmp_path: Path) -> None:
    source = f"import time\nn = 0\nprint('ready', flush=True)\nwhile True: {work}\n"
    words = [sys.executable, "-m", "bytescope", "record", "-c", source]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=tmp_path, env=environment(tmp_path), **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        _, said_at_the_end = process.communicate(timeout=HANG)
    assert process.returncode == -signal.SIGTERM
    recording = Recording.load(tmp_path / "command.bscope")
    assert recording.steps > 5 and "recorded" in said_at_the_end


def test_the_page_can_be_left_out(tmp_path: Path) -> None:
    done = run_python("-m", "bytescope", "record", "--no-page", "-c", "x = 1", cwd=tmp_path)
    steps = Recording.load(tmp_path / "command.bscope").steps
    assert (done.stderr, len(list(tmp_path.iterdir()))) == (f"recorded {steps} steps in command.bscope\n", 1)


@pytest.mark.parametrize("words", [["-c", "x = ("], ["-m", "no_such_module"], ["--include", "other", "-c", "x = 1"]])
def test_nothing_to_record_writes_no_file(words: list[str], tmp_path: Path) -> None:
    done = run_python("-m", "bytescope", "record", *words, cwd=tmp_path)
    assert "nothing was recorded: no file is written\n" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_filters_and_bounds(tmp_path: Path) -> None:
    source = "import helper\nhelper.f()\nfor i in range(20_000): pass\n"
    (tmp_path / "helper.py").write_text("def f():\n    return 1\n")
    run_python("-m", "bytescope", "record", "--steps", "300", "-c", source, cwd=tmp_path)
    recording = Recording.load(tmp_path / "command.bscope")
    assert recording.forgotten > 0 and recording.steps < 40_000
    run_python("-m", "bytescope", "record", "--include", "helper", "-c", source, cwd=tmp_path)
    assert {code.module for code in Recording.load(tmp_path / "command.bscope").codes} == {"helper"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_forked_processes_have_files_of_their_own_if_asked(tmp_path: Path) -> None:
    source = "import os\nchild = os.fork()\nif child:\n    os.wait()\n    print(child)\n"
    done = run_python("-W", "ignore", "-m", "bytescope", "record", "--children", "-c", source, cwd=tmp_path)
    child = f"command.{int(done.stdout)}"
    for name, line in (("command", 5), (child, 3)):
        recording = Recording.load(tmp_path / f"{name}.bscope")
        assert recording.at(recording.steps - 1).frames[0].line == line
        assert said(recording.steps, name) in done.stderr


def test_windows_and_beginnings(tmp_path: Path) -> None:
    source = "def f(): return g()\ndef g(): return 1\nfor i in range(300): f()\n"
    both = run_python("-m", "bytescope", "record", "--keep", "both", "--steps", "200", "-c", source, cwd=tmp_path)
    assert " steps (the first and the last ones) in command.bscope" in both.stderr
    run_python("-m", "bytescope", "record", "--keep", "first", "--steps", "200", "-c", source, cwd=tmp_path)
    recording = Recording.load(tmp_path / "command.bscope")
    assert (recording.steps, recording.forgotten) == (200, 0)
    run_python("-m", "bytescope", "record", "--when", "g", "--memory", "1M", "-c", source, cwd=tmp_path)
    assert {code.name for code in Recording.load(tmp_path / "command.bscope").codes} == {"g"}


def test_redacted_values_are_in_no_file(tmp_path: Path) -> None:
    source = "password, user = 'hunter22', 'ada'\nprint(password)\n"
    done = run_python("-m", "bytescope", "record", "--redact", "password", "-c", source, cwd=tmp_path)
    recording = Recording.load(tmp_path / "command.bscope")
    assert (done.stdout, recording.output()) == ("hunter22\n", "<redacted>\n")
    assert recording.evaluate("user", recording.steps - 1) == "ada"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "there is no program to record"),
        (["--nope", "x.py"], "there is no option --nope"),
        (["--output"], "--output needs a value"),
        (["--steps", "many", "-c", "1"], "--steps must be a whole number, got 'many'"),
        (["--steps", "0", "-c", "1"], "steps must be at least 1, not 0"),
        (["--keep", "some", "-c", "1"], "keep must be 'first', 'last' or 'both', not 'some'"),
        (["--playground", "here", "-c", "1"], "--playground must begin with https:// or http://, got 'here'"),
        (["--memory", "much", "-c", "1"], "--memory must be a whole number, got 'much'"),
        (["--output", "no/x", "-c", "1"], "--output no/x.bscope: there is no such folder"),
        (["index.py"], "--output index.html: it is there and is no recording"),
        (["--include", "[", "-c", "1"], "include: '[' has a bracket that is not closed"),
    ],
)
def test_errors_are_one_line_before_anything_runs(words: list[str], problem: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>mine")
    (tmp_path / "index.py").write_text("print(1)")
    done = run_python("-m", "bytescope", "record", *words, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"bytescope record: {problem}")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "index.html").read_text() == "<p>mine"


def test_a_run_that_is_stopped_by_a_limit(tmp_path: Path) -> None:
    done = run_python("-m", "bytescope", "record", "--max-instructions", "5000", "-c", "while True: pass", cwd=tmp_path)
    assert done.returncode == 124
    assert Recording.load(tmp_path / "command.bscope").steps > 1


def test_a_folder_of_the_file_s_name(tmp_path: Path) -> None:
    (tmp_path / "kept.bscope").mkdir()
    done = run_python("-m", "bytescope", "record", "--output", "kept", "-c", "print(1)", cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("", 2)
    assert "bytescope record: --output kept.bscope: it is a folder\n" in done.stderr
