"""The commands as a user types them: in processes of their own."""

import re
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT, run

BYTESCOPE = [sys.executable, "-m", "bytescope"]

pytestmark = [pytest.mark.any_host, pytest.mark.process]


def call(*words: str, stdin: str = "", command: list[str] | None = None, **environment: str) -> tuple[int, str, str]:
    done = run(*(command or BYTESCOPE), *words, stdin=stdin, **{"COLUMNS": "120", **environment})
    return done.returncode, done.stdout, done.stderr


# --- run: what python has not


def test_stats_follow_the_program() -> None:
    status, output, errors = call(
        "run", "--stats", "-c", "for i in range(10): print(i + 1, end=' ')\nraise SystemExit(3)"
    )
    assert status == 3
    assert output == "1 2 3 4 5 6 7 8 9 10 "
    assert re.search(r"^1 function, \d+ instructions of \d+ kinds$", errors, re.M)
    assert re.search(r"^FOR_ITER +11 +\d+\.\d%$", errors, re.M)
    assert re.search(r"^BINARY +10 +\d+\.\d%$", errors, re.M)
    counts = [int(count) for count in re.findall(r"^[A-Z_]+ +(\d+) ", errors, re.M)]
    assert counts == sorted(counts, reverse=True)
    assert f" {sum(counts)} instructions" in errors


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--max-instructions=1000", "more than 1,000 guest instructions"),
        ("--max-depth=20", "more than 20 guest frames"),
        ("--timeout=1.5", "more than 1.5 seconds"),
    ],
)
def test_a_stopped_program_says_where_it_was(option: str, reason: str) -> None:
    source = (
        "import atexit\natexit.register(print, 'at exit')\n"
        "def f(n):\n    try:\n        if n < 50: f(n + 1)\n        while True: pass\n    except BaseException:\n"
        "        print('caught')\n"
        "print('started')\nf(0)\n"
    )
    status, output, errors = call("run", option, "-c", source)
    assert status == 124
    assert output == "started\n"
    assert errors.startswith('Traceback (most recent call last):\n  File "<string>", line 10, in <module>\n')
    assert errors.endswith(f"bytescope.BudgetExceeded: {reason}\n")
    assert "machine" not in errors


def test_guests_are_added_by_name(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "import bisect, colorsys, bytescope\n"
        "print(bytescope.is_guest(colorsys.rgb_to_hls), bytescope.is_guest(bytescope.convert))\n"
    )
    path = str(tmp_path / "main.py")
    assert call("run", path)[1] == "False False\n"
    assert call("run", "--guest", "color*", path)[1] == "True False\n"
    assert call("run", "--guest", "*", "--guest", "!colorsys", path)[1] == "False False\n"


def test_modules_that_the_machine_itself_uses_can_be_guests() -> None:
    source = "import collections, dis, re, bytescope\nprint(bytescope.is_guest(dis.dis), re.sub('a', 'b', 'ab'))"
    for guest in ("dis", "*"):
        assert call("run", "--guest", guest, "-c", source) == (0, "True bb\n", "")
    assert call("run", "-c", source) == (0, "False bb\n", "")


def test_run_needs_no_other_package(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n"]
    command[-1] += "sys.argv[:] = ['bytescope', *sys.argv[1:]]\nfrom bytescope.cli import main\nmain()\n"
    source = "import sys; print([name for name in ('click', 'rich', 'typing_extensions') if name in sys.modules])"
    assert call("run", "-c", source, command=command) == (0, "[]\n", "")
    status, output, errors = call("--version", command=command)
    assert (status, errors) == (0, "")
    assert output.startswith("bytescope ")
    status, output, errors = call("eval", "1", command=command)
    assert (status, output) == (1, "")
    assert errors.startswith("bytescope: this needs the package click: pip install 'bytescope[cli]'")


def test_an_unsupported_host_gives_one_line() -> None:
    source = (
        "import sys, types\n"
        "sys.implementation = types.SimpleNamespace(**{**vars(sys.implementation), 'name': 'other'})\n"
        "from bytescope.cli import main\nmain(['run', '-c', 'pass'])\n"
    )
    status, output, errors = call("-c", source, command=[sys.executable])
    assert (status, output) == (1, "")
    assert re.fullmatch(r"bytescope needs CPython 3\.11 to 3\.15, and this is other 3\.\d+\n", errors)


# --- the others


def test_the_command_has_the_name_bytescope_too() -> None:
    program = Path(sys.executable).with_name("bytescope")
    if not program.exists():
        pytest.skip("bytescope is not installed as a command")
    status, output, errors = call(
        "run", "-c", "import sys; print(sys.argv, sys.path[0]); 1/0", "a", command=[str(program)]
    )
    assert (status, output) == (1, "['-c', 'a'] \n")
    assert errors.startswith('Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n')


def test_eval_prints_the_value() -> None:
    assert call("eval", "[n * n for n in range(4)]") == (0, "[0, 1, 4, 9]\n", "")
    assert call("eval", "None") == (0, "", "")
    status, output, errors = call("eval", "--stats", "sum(range(4))")
    assert (status, output) == (0, "6\n")
    assert "1 function, 5 instructions" in errors or "1 function, " in errors


def test_eval_prints_the_guests_traceback() -> None:
    status, output, errors = call("eval", "(lambda: 1 / 0)()")
    assert (status, output) == (1, "")
    frames = re.findall(r'File "(.*)", line \d+, in (.*)', errors)
    assert frames == [("<string>", "<module>"), ("<string>", "<lambda>")]
    status, _, errors = call("eval", "1 +")
    assert status == 1
    assert errors.startswith('  File "<string>", line 1\n    1 +\n')
    assert call("eval", "exit(3)")[0] == 3


def test_repl_keeps_its_state_and_shows_sources_in_tracebacks() -> None:
    typed = """\
from __future__ import annotations
def f(x: nowhere):
    return x / 0

f.__annotations__
x = 20
x + 1
_ + 1
f(1)
import bytescope
bytescope.is_guest(f), vm.instructions > 10
for i in range(2): i

1 +
raise SystemExit(5)
print("never")
"""
    status, output, errors = call("repl", stdin=typed)
    assert status == 5
    assert re.findall(r"[^>. \n].*", output.replace(">>> ", "\n").replace("... ", "\n")) == [
        "{'x': 'nowhere'}",
        "21",
        "22",
        "(True, True)",
        "0",
        "1",
    ]
    assert 'File "<input 7>", line 1, in <module>\n    f(1)\n' in errors
    assert 'File "<input 2>", line 2, in f\n    return x / 0\n' in errors
    assert "ZeroDivisionError: division by zero" in errors
    assert 'File "<input 11>", line 1\n    1 +\n' in errors
    assert "site-packages" not in errors
    assert "/bytescope/" not in errors


def test_repl_ends_with_its_input() -> None:
    status, output, errors = call("repl", stdin="1 + 1")
    assert status == 0
    assert "2" in output
    assert errors.startswith("bytescope ")


def test_dis_writes_plain_text_into_a_pipe() -> None:
    status, output, errors = call("dis", "-c", "def f(): pass")
    assert (status, errors) == (0, "")
    assert "MAKE_FUNCTION" in output
    assert "\x1b" not in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dis", "no_such_module"], "Error: there is no file or module no_such_module"),
        (["dis", "x", "-c", "y"], "say either a target or -c SOURCE"),
        (["nonsense"], "No such command 'nonsense'"),
        (["eval"], "Missing argument 'EXPRESSION'"),
        (["eval", "--nonsense", "1"], "No such option"),
    ],
)
def test_wrong_words_are_told(words: list[str], message: str) -> None:
    status, output, errors = call(*words)
    assert status in (1, 2)
    assert output == ""
    assert message in errors
    assert "Traceback" not in errors


def test_help_names_every_command() -> None:
    status, output, _ = call("--help")
    assert status == 0
    for command in ("run", "eval", "repl", "dis", "--version"):
        assert re.search(rf"^  {command} ", output, re.M), command
    assert call("run", "--help")[1].startswith("usage: bytescope run")
