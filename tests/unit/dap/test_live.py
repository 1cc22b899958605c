"""Sessions with a program that still runs: it is stepped, waited for, fed and changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.dap.programs import ERRORS, HANDLED

pytest.importorskip("dap", reason="dap-python needs Python 3.12")

from tests.support.dap import Refused, client

pytestmark = [pytest.mark.process, pytest.mark.any_host]

TALK = """\
def double(x):
    result = 2 * x
    return result


name = input("name? ")
print("hello", name)
total = double(3)
print(total)
while total:
    total += 1
print("stopped")
"""


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.py"
    path.write_text(TALK, encoding="utf-8")
    return path


def test_input_comes_from_the_console(talk: Path) -> None:
    with client() as debug:
        debug.launch(talk, [8])
        assert debug.stop() == ("pause", "<module>", 6)
        assert "standard input" in debug.stopped["description"]
        debug.until_written("stdout", "name? ")
        assert debug.written("stdout") == "name? "
        debug.evaluate("Ada", "repl")
        assert debug.stop() == ("breakpoint", "<module>", 8)
        debug.until_written("stdout", "Ada\n")
        assert debug.written("stdout") == "name? hello Ada\n"
        assert debug.evaluate("name") == "'Ada'"


def test_variables_are_set_and_expressions_run_code(talk: Path) -> None:
    with client() as debug:
        debug.launch(talk, [2])
        debug.wait("stopped")
        debug.ask("evaluate", expression="Ada", context="repl")
        assert debug.stop() == ("breakpoint", "double", 2)
        answer = debug.ask("setVariable", variablesReference=debug.scopes()["Locals"], name="x", value="x + 20")
        assert (answer["value"], answer["type"]) == ("23", "int")
        answer = debug.ask("setExpression", expression="name", value="'Bea'", frameId=debug.frames()[1]["id"])
        assert answer["value"] == "'Bea'"
        assert debug.move("next") == ("step", "double", 3)
        assert debug.variables() == {"x": "23", "result": "46"}
        assert debug.evaluate("double(4) + len(name)", "repl") == "11"
        with pytest.raises(Refused, match="would run code"):
            debug.evaluate("double(4)", "hover")
        assert debug.move("stepBack") == ("breakpoint", "double", 2)
        with pytest.raises(Refused, match="x cannot be set here"):
            debug.ask("setExpression", expression="x", value="1", frameId=debug.frames()[0]["id"])
        with pytest.raises(Refused, match="would run code"):
            debug.evaluate("double(4)", "repl")


def test_a_program_that_runs_is_paused_and_takes_breakpoints(talk: Path) -> None:
    with client() as debug:
        debug.launch(talk)
        debug.wait("stopped")
        debug.ask("evaluate", expression="Ada", context="repl")
        while "6\n" not in debug.written("stdout"):
            category, text = (body := debug.wait("output")[1])["category"], body["output"]
            debug.output.append((category, text))
        with pytest.raises(Refused, match="next: the program is running"):
            debug.ask("next", threadId=1)
        debug.ask("pause", threadId=1)
        reason, function, line = debug.stop()
        assert (reason, function) == ("pause", "<module>")
        assert line in (10, 11)
        debug.ask("continue", threadId=1)
        debug.ask("setBreakpoints", source={"path": str(talk)}, breakpoints=[{"line": 11}])
        assert debug.stop() == ("breakpoint", "<module>", 11)
        total = int(debug.evaluate("total"))
        assert debug.move("continue") == ("breakpoint", "<module>", 11)
        assert int(debug.evaluate("total")) == total + 1
        debug.ask("setBreakpoints", source={"path": str(talk)}, breakpoints=[])
        debug.ask("setExpression", expression="total", value="-1", frameId=debug.frames()[0]["id"])
        debug.ask("continue", threadId=1)
        assert debug.wait("exited")[1] == {"exitCode": 0}
        debug.wait("terminated")


def test_an_uncaught_exception_is_looked_at_where_it_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "errors.py"
    path.write_text(ERRORS, encoding="utf-8")
    with client() as debug:
        debug.launch(path, filters=["uncaught"])
        assert debug.stop() == ("exception", "check", 11)
        assert debug.ask("exceptionInfo", threadId=1)["breakMode"] == "unhandled"
        assert debug.variables()["number"] == "0"
        debug.ask("continue", threadId=1)
        assert debug.wait("exited")[1] == {"exitCode": 1}
        assert "ZeroDivisionError" in debug.written("stderr")


def test_an_exception_that_only_a_library_catches_is_looked_at_where_it_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "handled.py"
    path.write_text(HANDLED, encoding="utf-8")
    with client() as debug:
        debug.launch(path, [13], filters=["uncaught", "userUnhandled"])
        assert debug.stop() == ("exception", "Case.check", 9)
        assert debug.ask("exceptionInfo", threadId=1)["breakMode"] == "userUnhandled"
        assert debug.variables()["values"] == "{}"
        assert debug.move("continue") == ("breakpoint", "after", 13)
        debug.ask("continue", threadId=1)
        assert debug.wait("exited")[1] == {"exitCode": 0}


def test_what_a_program_sees_is_what_it_sees_without_a_debugger(tmp_path: Path) -> None:
    path = tmp_path / "look.py"
    path.write_text(
        "import os, sys, threading\n"
        "print(threading.enumerate(), sys.argv, os.getcwd(), __name__, 'socket' in sys.modules)\n",
        encoding="utf-8",
    )
    with client() as debug:
        debug.launch(path, args=["a"], cwd=str(tmp_path))
        debug.wait("terminated")
        written = debug.written("stdout")
    assert written.count("Thread") == 2 and "MainThread" in written
    assert written.endswith(f"{[str(path), 'a']} {tmp_path} __main__ False\n")
