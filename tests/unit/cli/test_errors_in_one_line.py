"""No sub-command shows a traceback of bytescope's own, whatever it reads, writes to, or is started with.

Inputs are tried in this process, where the command allows it; standard streams, terminals and environments in child
processes, of which each host starts another part.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bytescope.cli import main
from bytescope.cli.launch import Launch
from tests.support import scale
from tests.support.processes import HANG, environment

needs_posix = pytest.mark.skipif(os.name != "posix", reason="without a POSIX shell")

PROGRAM = "def f(é='é'):\n    x = 'ünï☃'\n    return x\nf()\n"


def foreign_file() -> bytes:
    """A compiled file of CPython 3.8: `x = 1`."""
    numbers, code = struct.pack("<6i", 0, 0, 0, 0, 1, 64), bytes([100, 0, 90, 0, 100, 1, 83, 0])
    constants, names, none = b")\x02i\x01\x00\x00\x00N", b")\x01z\x01x", b")\x00" * 3
    rest = b"z\x04x.py" + b"z\x08<module>" + struct.pack("<i", 1) + b"s" + bytes(4)
    data = b"\xe3" + numbers + b"s" + struct.pack("<i", len(code)) + code + constants + names + none + rest
    return (3413).to_bytes(2, "little") + b"\r\n" + bytes(12) + data


OLD_MAGIC = (3394).to_bytes(2, "little") + b"\r\n"
"""That of Python 3.7."""

INPUTS: dict[str, tuple[str, bytes | Callable[[Path], object]]] = {
    "missing": ("missing.py", lambda path: None),
    "a directory": ("folder", Path.mkdir),
    "a directory named like a file": ("folder.py", Path.mkdir),
    "binary": ("binary.py", b"\x00\x01\xff\xfe\x00binary"),
    "empty": ("empty.py", b""),
    "no permission": ("closed.py", lambda path: (path.write_text("x = 1"), path.chmod(0))),
    "not UTF-8": ("latin.py", b"x = '\xff'\n"),
    "a BOM": ("bom.py", b"\xef\xbb\xbfx = 1\n"),
    "a wrong syntax": ("syntax.py", b"def f(:\n"),
    "a null byte": ("null.py", b"x = 1\0\n"),
    "too deep": ("deep.py", b"x = " + b"(" * 400 + b"1" + b")" * 400),
    "a link to itself": ("loop.py", lambda path: path.symlink_to("loop.py")),
    "a broken pyc": ("broken.pyc", b"garbage"),
    "an empty pyc": ("empty.pyc", b""),
    "a foreign pyc": ("foreign.pyc", OLD_MAGIC + bytes(12) + b"\xe3garbage"),
    "a pyc of another version": ("other.pyc", foreign_file()),
    "a truncated pyc": ("cut.pyc", importlib.util.MAGIC_NUMBER + bytes(12) + b"\xe3\0\0"),
    "a pyc without code": ("none.pyc", importlib.util.MAGIC_NUMBER + bytes(12) + b"N"),
    "a name that is none": ("a\udcffb.py", lambda path: None),
}


INPUT_OF = [
    *(["run"], ["record"], ["record", "--no-page"], ["coverage"], ["labels"], ["trace"]),
    *(
        ["calls"],
        ["comparisons"],
        ["profile"],
        ["history", "--target", "f:x"],
        ["taint"],
        ["step"],
        ["dis"],
        ["dis", "--woven"],
    ),
    *(["run", "--analysis", "coverage", "--output", "{name}/x.json"], ["record", "--output", "{name}/x"]),
    *(["profile", "--diff", "{name}"], ["run", "--files"], ["coverage", "--output"]),
]
"""Words before the name of an input, which `{name}` is as well."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bytescope"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def made(folder: Path, what: str) -> str:
    """Make an input; its name."""
    name, content = INPUTS[what]
    if isinstance(content, bytes):
        (folder / name).write_bytes(content)
    else:
        try:
            content(folder / name)
        except (OSError, NotImplementedError):
            pytest.skip("this system has no such files")
    return name


def command(*words: str) -> object:
    """Call a command in this process; what it exits with."""
    try:
        main(list(words))
    except SystemExit as leaving:
        return leaving.code
    except Launch:  # there is a program, which is no affair of this test
        return "launched"
    return 0


@pytest.mark.parametrize("what", INPUTS)
@pytest.mark.parametrize("words", INPUT_OF, ids=" ".join)
def test_inputs(folder: Path, what: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    name = made(folder, what)
    status = command(*(word.format(name=name) for word in words), name)
    text = "".join(capsys.readouterr())
    assert "Traceback" not in text
    assert status in (0, 1, 2, "launched") or str(status).startswith("bytescope")


@pytest.mark.process  # in WebAssembly, nested JSON ends the stack and the interpreter with it
@pytest.mark.parametrize(
    "text", ["[1]", "{", "1", '{"functions": []}', '{"functions": {"a": 3}, "instructions": "x"}', "[" * 100_000]
)
def test_profile_diff_of_other_json(folder: Path, text: str) -> None:
    (folder / "a.json").write_text(text, encoding="utf-8")
    assert "is no result of profile in JSON" in str(command("profile", "--diff", "a.json", "a.json"))


@pytest.mark.parametrize("target", ["os.path:join", "nothing.at.all", ":", "os:", "..", "builtins", "a b", "-c", ""])
def test_targets_of_dis(folder: Path, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("click")
    assert command("dis", "--", target) in (0, 1, 2)
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_pipe_or_a_huge_file_in_the_cache_is_no_entry(tmp_path: Path) -> None:
    from bytescope.weave.cache.store import SUFFIX, Store

    store = Store(str(tmp_path / "cache"))
    store.write("ab", b"payload")
    assert store.read("ab") == b"payload"
    store.limit = 3
    assert store.read("ab") is None
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "cache" / f"cd{SUFFIX}", 0o600)
        assert store.read("cd") is None


# --- child processes

COMMANDS = [
    "dis fine.py", "dis --woven fine.py", "dis --color fine.py", "eval 'f\"ünï☃\"'", "repl", "info", "cache info",
    "cache clear", "--version", "--help", "run --help", "coverage --help", "run --stats fine.py", "coverage fine.py",
    "trace --level instructions fine.py", "history --target f:x fine.py", "labels --sources f --returns f fine.py",
    "profile fine.py", "calls fine.py", "comparisons fine.py", "nonsense", "run -", "record fine.py",
    "record --no-page -c 1", "record --help", "record --output other --no-page fine.py", "dap", "dap --help",
    "dap --listen nowhere", "dis fine.pyc", "playground --help", "playground --port 0 nonsense",
    "step fine.py", "step --help", "taint fine.py",
]  # fmt: skip

STREAMS: dict[str, tuple[str, dict[str, str | None]]] = {
    "closed stdin": ("<&-", {}),
    "closed stdout": (">&-", {}),
    "closed stderr": ("2>&-", {}),
    "all closed": ("<&- >&- 2>&-", {}),
    "full disk": (">/dev/full", {}),
    "nobody reads": ("| true", {}),
    "no HOME": ("", {"HOME": None, "XDG_CACHE_HOME": None}),
    "HOME is a file": ("", {"HOME": "/dev/null"}),
    "LANG=C": ("", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}),
    "narrow": ("", {"COLUMNS": "10", "LINES": "2"}),
    "no columns": ("", {"COLUMNS": "0"}),
    "a relative cache": ("", {"BYTESCOPE_CACHE": "cache/of/mine"}),
}

PAIRS = [(line, condition) for line in COMMANDS for condition in STREAMS]


def chosen() -> list[tuple[str, str]]:
    """A twelfth of the pairs, another one on each host and in each commit; each command is among them."""
    if scale.FULL:
        return PAIRS
    names = list(STREAMS)
    first = scale.POSITION * 3 + scale.TURN
    return [(line, names[(number * 5 + first) % len(names)]) for number, line in enumerate(COMMANDS)]


def test_each_command_is_in_the_table() -> None:
    click = pytest.importorskip("click")
    from bytescope.cli.commands import commands

    assert isinstance(commands, click.Group)
    assert {*commands.commands} <= {line.split()[0] for line in COMMANDS}


@needs_posix
@pytest.mark.process
@pytest.mark.parametrize(("line", "condition"), chosen())
def test_streams_and_environments(tmp_path: Path, line: str, condition: str) -> None:
    redirection, variables = STREAMS[condition]
    if "/dev/full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    (tmp_path / "fine.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "fine.pyc").write_bytes(foreign_file())
    changed = environment(tmp_path, **{name: value for name, value in variables.items() if value is not None})
    done = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.quote(sys.executable)} -m bytescope {line} {redirection}"],
        cwd=tmp_path,
        env={name: value for name, value in changed.items() if variables.get(name, "") is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=HANG,
    )
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert "Traceback" not in text
    assert "Exception ignored" not in text or line.startswith(("run --stats", "repl"))
    assert 0 <= done.returncode <= 2


@needs_posix
@pytest.mark.process
def test_the_working_directory_is_gone(tmp_path: Path) -> None:
    lines = ["run -c 1", "run x.py", "dis x.py", "coverage -c 1", "coverage --output x.json -c 1"]
    for line in scale.chosen(lines):
        gone = tmp_path / "gone"
        gone.mkdir()
        done = subprocess.run(
            ["/bin/sh", "-c", f"rmdir ../gone; exec {shlex.quote(sys.executable)} -m bytescope {line}"],
            cwd=gone,
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=HANG,
        )
        assert b"Traceback" not in done.stderr, line
        assert done.returncode in (0, 1, 2)
