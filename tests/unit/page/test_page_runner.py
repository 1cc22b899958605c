"""What the page's worker runs, on this machine's CPython: cells by both interpreters, with a bridge taking notes."""

from __future__ import annotations

import asyncio
import bdb
import builtins
import io
import json
import linecache
import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.code.host.facts import HOST
from bytescope.recording import Recording
from bytescope.recording.file import decode
from tests.support.processes import run_python

pytestmark = [
    pytest.mark.process,  # it sends signals
    pytest.mark.skipif(HOST != "3.14", reason="the page runs on Pyodide's CPython, whose texts these are"),
]

WEB = Path(__file__).parents[3] / "web"
CELLS = WEB / "tests" / "cases" / "cells"


class Bridge:
    """The page's end."""

    blocks = True

    def __init__(self) -> None:
        self.texts: list[tuple[int, str, str]] = []
        self.pictures: list[tuple[int, dict[str, Any]]] = []
        self.lines: list[str | None] = []
        self.places: list[Any] = []
        self.counts: list[list[int]] = []
        self.interrupted = False
        self.recording: Recording | None = None

    def write(self, cell: int, stream: str, text: str) -> None:
        self.texts.append((cell, stream, text))

    def show(self, cell: int, data: str) -> None:
        self.pictures.append((cell, json.loads(data)))

    def read_line(self, cell: int) -> str | None:
        return self.lines.pop(0) if self.lines else ""

    def nap(self, seconds: float) -> bool:
        return self.interrupted

    def stopping(self, place: str) -> None:
        self.places.append(json.loads(place))

    def recorded(self, data: bytes) -> None:
        self.recording = Recording(decode(data))

    def tasks(self, cells: str) -> None:
        self.counts.append(json.loads(cells))


class Cells:
    """A notebook's interpreter, and what became of its cells."""

    def __init__(self, runner: Any, bridge: Bridge) -> None:
        self.runner, self.bridge = runner, bridge
        self.number = 0

    def run(
        self, source: str, engine: str, *lines: str | None, number: int = 0, record: int = 0, following: bool = False
    ) -> dict[str, Any]:
        self.number = number or self.number + 1
        self.bridge.lines = list(lines)
        del self.bridge.texts[:]
        found = self.runner.run(self.number, self.number, source, engine, record, following)
        if not isinstance(found, str):
            found = asyncio.get_event_loop().run_until_complete(found)
        result: dict[str, Any] = json.loads(found)
        result["text"] = "".join(text for _, _, text in self.bridge.texts)
        return result


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    monkeypatch.syspath_prepend(str(WEB / "python"))
    saved = (sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, sys.meta_path[:], time.sleep, sys.argv)
    standard = sys.__stdin__, sys.__stdout__, sys.__stderr__
    names = {name: vars(builtins).get(name) for name in ("exit", "quit", "help")}
    handler = signal.getsignal(signal.SIGINT)
    modules = set(sys.modules)
    from bytescope_page import environment, pictures, runner

    monkeypatch.setattr(bdb.Bdb, "__init__", bdb.Bdb.__init__)  # which the runner replaces
    monkeypatch.setattr(environment, "_wait_for_the_loop", lambda _runner: None)
    monkeypatch.setattr(environment.sandbox, "close", lambda: None)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    monkeypatch.setattr(runner.asyncio, "all_tasks", partial(asyncio.all_tasks, loop))
    monkeypatch.setattr(runner.asyncio, "current_task", partial(asyncio.current_task, loop))
    bridge = Bridge()
    try:
        yield Cells(runner.Runner(bridge, None), bridge)
    finally:
        loop.close()
        asyncio.set_event_loop(None)
        signal.signal(signal.SIGINT, handler)
        sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, sys.meta_path[:], time.sleep, sys.argv = saved
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = standard
        for name, value in names.items():
            setattr(builtins, name, value)
        pictures.shower.clear()
        for name in set(sys.modules) - modules:
            if name.partition(".")[0] == "bytescope_page":
                del sys.modules[name]
        for name in [name for name in linecache.cache if name.startswith("<Cell ")]:
            del linecache.cache[name]


INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"
ENGINES = pytest.mark.parametrize("engine", ["bytescope", "cpython"])


def case(name: str) -> list[str]:
    """The cells of a file of cases."""
    text = (CELLS / name).read_text(encoding="utf-8")
    return ["\n".join(part.split("\n")[1:]).removesuffix("\n") for part in ("\n" + text).split("\n# %%")[1:]]


def recorded(
    cells: Cells, source: str, *lines: str | None, steps: int = 100_000, following: bool = False
) -> tuple[Recording, dict[str, Any]]:
    """Run a cell, recorded."""
    cells.bridge.recording = None
    result = cells.run(source, "bytescope", *lines, record=steps, following=following)
    assert cells.bridge.recording is not None
    return cells.bridge.recording, result


def test_a_recorded_cell_does_what_it_does_otherwise(cells: Cells) -> None:
    first, _ = case("25-steps.py")
    plain = cells.run(first, "bytescope", number=1)
    recording, result = recorded(cells, first)
    assert [result[key] for key in ("outcome", "text")] == [plain[key] for key in ("outcome", "text")]
    assert result["traceback"] == plain["traceback"].replace("<Cell 1>", "<Cell 2>")
    assert recording.output() == "leaving\n"
    (uncaught,) = recording.index.uncaught
    assert recording.at(uncaught.step).frames[0].code.name == "inner"
    _, shown = recorded(cells, "name = input('Name? ')\nclass C:\n    def __repr__(self): return name\nC()", "Ada")
    assert (shown["value"]["text"], shown["text"]) == ("Ada", "Name? ")
    cells.run("def before(n): return n + 1", "cpython")
    recording, result = recorded(cells, "import asyncio\nawait asyncio.sleep(0)\nbefore(1)")
    assert result["value"]["text"] == "2"
    assert {code.name for code in recording.codes} == {"<module>", "before"}
    assert cells.run("before(2)", "bytescope")["value"]["text"] == "3"


def test_a_recorded_loop_without_end_is_stopped_by_its_bound(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    from bytescope_page import recordings

    monkeypatch.setattr(recordings, "LONGEST", 100_000)
    recording, result = recorded(cells, case("25-steps.py")[1], steps=500)
    assert (result["outcome"], result["bound"], result["place"][0]) == ("stopped", 100_000, "<Cell 1>")
    begin, count = recording.tape.left_out or (0, 0)
    assert (begin, recording.steps + count - 1) == (249, 100_000)
    assert cells.run("n > 10_000", "bytescope")["value"]["text"] == "True"


def test_a_recorded_loop_without_end_is_stopped_by_the_reader(cells: Cells) -> None:
    recording, result = recorded(
        cells, f"import os, signal\nn = 0\nwhile True:\n    n += 1\n    if n == 50:\n        {INTERRUPT}"
    )
    assert result["outcome"] == "stopped" and "bound" not in result
    assert recording.evaluate("n", recording.steps - 1) == 50


@ENGINES
def test_values(cells: Cells, engine: str) -> None:
    results = [cells.run(source, engine) for source in case("26-shown.py")]
    shown = [result["value"] and result["value"]["text"] for result in results]
    assert [result["outcome"] for result in results] == ["ran"] * 14
    assert shown.pop(12)[:14] == "<function f at"
    assert shown == [None, "4", "6", None, None, None, "'second'", None, None, "7", "'value'", None, "[1, 2]"]
    assert results[10]["text"] == "printed\n"


@ENGINES
def test_a_traceback_shows_the_text_that_ran(cells: Cells, engine: str) -> None:
    first, second = case("06-edited.py")
    cells.run(first, engine)
    assert cells.run(second, engine)["traceback"].splitlines() == [
        "Traceback (most recent call last):",
        '  File "<Cell 2>", line 1, in <module>',
        "    part(0)",
        "    ~~~~^^^",
        '  File "<Cell 1>", line 2, in part',
        "    return 100 / n",
        "           ~~~~^~~",
        "ZeroDivisionError: division by zero",
    ]
    cells.run("# one\n# two\n# three\n" + first, engine, number=1)
    again = cells.run(second, engine, number=2)["traceback"]
    assert 'File "<Cell 1, run 2>", line 5, in part' in again
    assert "    return 100 / n\n           ~~~~^~~\n" in again


@ENGINES
def test_ends_of_programs(cells: Cells, engine: str) -> None:
    sources = case("07-exit.py")
    results = [cells.run(source, engine) for source in (sources[0], sources[1], sources[2], sources[4])]
    assert [result["outcome"] for result in results] == ["ended", "ended", "ended", "ran"]
    assert [result.get("status") for result in results] == [3, 0, 1, None]
    assert [result["text"] for result in results] == ["before\n", "", "bad luck\n", "still here\n"]


@ENGINES
def test_cells_are_main(cells: Cells, engine: str) -> None:
    results = [cells.run(source, engine) for source in case("08-main.py")]
    assert results[1]["text"] == "TestResults(failed=0, attempted=1)\n"
    assert results[2]["value"]["text"] == "Point(x=1, y=2)"
    assert results[3]["text"] == "    def moved(self, by):\n        return Point(self.x + by, self.y)\n"
    assert results[4]["value"]["text"] == "{'x': <class 'int'>, 'y': <class 'float'>}"
    assert results[5]["value"]["text"] == "(True, '__main__')"
    assert results[6]["traceback"].splitlines()[-1].startswith("NameError: name '__file__' is not defined")


@ENGINES
def test_input(cells: Cells, engine: str) -> None:
    sources = case("02-input.py")
    assert cells.run(sources[0], engine, "Ada\n")["text"] == "Your name? Hello, Ada\n"
    assert cells.run(sources[1], engine, "2\n", "3\n", "")["text"] == "sum 5\n"
    bad = cells.run(sources[1], engine, "2\n", "\n")
    assert bad["traceback"].splitlines()[-1] == "ValueError: invalid literal for int() with base 10: ''"
    assert cells.run(sources[2], engine, "a\n", "b\n", "")["text"] == "'a\\n'\n'b\\n'\nno more lines\n"
    twice = "for _ in 1, 2:\n    try:\n        input()\n    except EOFError:\n        print('end')"
    assert cells.run(twice, engine, "", "not read\n")["text"] == "end\nend\n"
    stopped = cells.run(sources[3], engine, "a\n", None)
    assert (stopped["outcome"], stopped["place"]) == ("stopped", ["<Cell 6>", 2])
    assert cells.run("1 + 1", engine)["value"]["text"] == "2"


@ENGINES
def test_texts_of_all_kinds(cells: Cells, engine: str) -> None:
    first, value, error, wide, controls = case("05-unicode.py")
    result = cells.run(first, engine)
    assert result["text"] == "3\n"
    assert result["traceback"].splitlines()[-1].startswith("UnicodeEncodeError: 'utf-8' codec can't encode")
    assert cells.run(value, engine)["value"]["text"] == "'a\\ud800b'"
    assert cells.run(error, engine)["traceback"].splitlines()[-1] == "ValueError: broken \\udfff text"
    assert "\\u202eabc" in cells.run(wide, engine)["value"]["text"]
    assert "1\u200b2|\x00|\x7f|\x85|\u2028\n" in cells.run(controls, engine)["text"]


@ENGINES
def test_streams_keep_their_order(cells: Cells, engine: str) -> None:
    sources = case("04-redraw.py")
    cells.run(sources[2], engine)
    assert [(stream, text) for _, stream, text in cells.bridge.texts] == [
        ("stdout", "to stdout"),
        ("stderr", " to stderr\n"),
        ("stdout", "and on\n"),
    ]
    assert cells.run(sources[4], engine)["text"] == "é€😀\n"


@ENGINES
def test_awaiting(cells: Cells, engine: str) -> None:
    sources = case("09-await.py")
    assert cells.run(sources[0], engine)["text"] == "slept\n"
    assert cells.run(sources[1], engine)["value"]["text"] == "[0, 1, 4, 9]"
    assert cells.run(sources[3], engine)["value"]["text"] == "[1, 2]"
    wrong = cells.run(sources[5], engine)["traceback"].splitlines()
    assert wrong[0] == '  File "<Cell 4>", line 2'
    assert wrong[1] == "    await square(1)"
    assert wrong[-1] == "SyntaxError: 'await' outside async function"


@ENGINES
def test_absent_modules(cells: Cells, engine: str) -> None:
    result = cells.run("import maths", engine)
    assert result["traceback"].splitlines()[-1] == "ModuleNotFoundError: No module named 'maths'"
    assert result["hint"].startswith("Was math meant? There is the standard library and bytescope")
    caught = cells.run("try:\n    import numpyy\nexcept ImportError as error:\n    print(error.name, error)", engine)
    assert (caught["text"], caught.get("hint", "")) == ("numpyy No module named 'numpyy'\n", "")


@ENGINES
def test_commands_of_ipython(cells: Cells, engine: str) -> None:
    sources = [
        "".join(cell["source"])
        for cell in json.loads((WEB / "tests/cases/notebooks/18-magics.ipynb").read_text())["cells"]
    ]
    results = [cells.run(source, engine) for source in sources]
    assert [result.get("error", "") for result in results[:8]] == ["SyntaxError"] * 6 + ["NameError"] * 2
    assert all(result["hint"].startswith("This is a command of IPython, not Python: ") for result in results[:8])
    assert [result["value"]["text"] for result in results[8:10]] == ["1", repr("\n!important\n5\n")]
    assert results[10]["text"] == "last\n"


@ENGINES
def test_debuggers_find_the_source(cells: Cells, engine: str) -> None:
    source, help_of_len, *_ = case("11-help.py")
    # as breakpoint() does, which is pytest's own here
    source = source.replace("breakpoint()", "import pdb; pdb.Pdb(backend='monitoring').set_trace()")
    result = cells.run(source, engine, "l\n", "p x\n", "c\n")
    assert result["text"].startswith("> <Cell 1>(2)f()")
    assert "    return x + 1" in result["text"]
    assert (result["outcome"], result["value"]["text"]) == ("ran", "2")
    assert "Return the number of items in a container." in cells.run(help_of_len, engine)["text"]


@ENGINES
def test_stop_from_a_signal(cells: Cells, engine: str) -> None:
    source = f"import os, signal\nn = 0\nwhile n < 10**7:\n    n += 1\n    if n == 100:\n        {INTERRUPT}\n"
    result = cells.run(source, engine)
    assert (result["outcome"], result["place"][0]) == ("stopped", "<Cell 1>")
    assert result["place"] == cells.bridge.places[0]
    assert cells.run("n < 10**6", engine)["value"]["text"] == "True"


def test_stop_cannot_be_caught_under_bytescope(cells: Cells) -> None:
    source = "import os, signal\nn = 0\nwhile n < 10**7:\n    try:\n        while True:\n            n += 1\n"
    source += f"            if n == 100:\n                {INTERRUPT}\n    except BaseException:\n        n = -1\n"
    assert cells.run(source, "bytescope")["outcome"] == "stopped"
    assert cells.run("n", "bytescope")["value"]["text"] == "100"


@ENGINES
def test_names_that_cells_read_and_bind(cells: Cells, engine: str) -> None:
    result = cells.run("import os as o\ndef f():\n    return a\nclass C:\n    inside = b\nx = [c for y in d]", engine)
    assert set(result["reads"]) >= {"a", "b", "c", "d"}
    assert result["binds"] == ["C", "f", "o", "x"]


@ENGINES
def test_programs_may_spoil_what_is_theirs(cells: Cells, engine: str) -> None:
    source = (
        "import builtins, sys, linecache, json, io\nbuiltins.sorted = builtins.repr = None\nlinecache.clearcache()\n"
    )
    kept = builtins.sorted, builtins.repr
    try:
        assert cells.run(source + "sys.stdout.close()\nsys.stdin = None\n", engine)["outcome"] == "ran"
        result = cells.run("print('heard'); 1 / 0", engine)
    finally:
        builtins.sorted, builtins.repr = kept
    assert result["text"] == "heard\n"
    assert "    print('heard'); 1 / 0\n                    ~~^~~" in result["traceback"]


@ENGINES
def test_pictures_are_data(cells: Cells, engine: str) -> None:
    source = "from bytescope_page import Stack, Table, show\nshow(Table([['<b>', 1]], head=['a', 'b']))\n"
    source += "Stack([('load', [1])])"
    result = cells.run(source, engine)
    assert result["value"]["steps"] == [{"label": "load", "values": ["1"], "kept": 0}]
    assert result["value"]["text"] == "load  [1]"
    [(cell, table)] = cells.bridge.pictures
    assert (cell, table["kind"], table["rows"]) == (1, "table", [["<b>", "1"]])


@ENGINES
def test_output_of_a_task_goes_to_its_cell(cells: Cells, engine: str) -> None:
    source = "import asyncio\nasync def later():\n    await asyncio.sleep(0.01)\n    print('late')\n"
    source += "task = asyncio.get_event_loop().create_task(later())\nawait asyncio.sleep(0)"
    assert cells.run(source, engine)["tasks"] == 1
    cells.run("await asyncio.sleep(0.05)", engine)
    assert cells.bridge.texts == [(1, "stdout", "late\n")]
    assert cells.bridge.counts[-1] == []


def test_the_browser_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(WEB / "python"))
    from bytescope_page import sandbox

    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    monkeypatch.setitem(sys.modules, "js", io)
    sandbox.close()
    for name in ("js", "pyodide", "_pyodide_core"):
        with pytest.raises(ModuleNotFoundError, match=f"No module named '{name}'"):
            __import__(name)
    assert os.path.basename(sandbox.__file__) == "sandbox.py"


@ENGINES
def test_instructions_are_counted(cells: Cells, engine: str) -> None:
    executed = cells.run("for i in range(100):\n    i", engine)["instructions"]
    assert (executed > 200) == (engine == "bytescope")


def test_what_comes_before_a_memory_snapshot(cells: Cells) -> None:
    from bytescope_page import start

    executed = []
    run = bytescope.VM.exec
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bytescope.VM, "exec", lambda vm, text: (run(vm, text), executed.append(vm.instructions)))
        start.warm()
    assert executed > [100]


def test_nothing_is_left_to_import_when_a_run_is_recorded_first() -> None:
    program = """
import sys
from bytescope_page import start
start.warm()
before = set(sys.modules)
recorded = start.Recorded(1_000)
with recorded:
    recorded.vm.exec("class C:\\n    def f(self):\\n        yield self\\nfor each in C().f(): print([each])\\n1 / 1")
print(len(recorded.data()) > 1_000, *sorted(set(sys.modules) - before))
"""
    path = os.pathsep.join([str(WEB / "python"), str(WEB.parent / "src")])
    child = run_python("-c", program, PYTHONPATH=path)
    assert (child.stdout.splitlines()[1:], child.stderr) == (["True"], "")


def test_text_from_outside_is_followed_through_a_recorded_run(cells: Cells) -> None:
    source = """name = input()
greeting = f"Hello {name.strip()}!"
clean = len(name)
def run(text):
    return eval(text)
run(name)"""
    recording, result = recorded(cells, source, " 6 * 7", following=True)
    assert result["value"]["text"] == "42"
    notes = {(line, what): pieces for _, line, what, pieces in recording.tape.notes}
    assert notes == {
        (1, "name = "): [(" 6 * 7", "tainted")],
        (2, "greeting = "): [("Hello ", ""), ("6 * 7", "tainted"), ("!", "")],
        (5, "Code injection, is code: "): [(" 6 ", "tainted"), ("*", "meaning"), (" 7", "tainted")],
    }
    recording, _ = recorded(cells, "name")
    assert recording.tape.notes == []
