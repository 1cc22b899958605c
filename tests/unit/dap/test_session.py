"""Debugging sessions, by dap-python's client: what a program has done can be gone through while it runs, too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.dap.programs import CALLS, ERRORS, LONG, LOOP, THREADS

pytest.importorskip("dap", reason="dap-python needs Python 3.12")

from tests.support.dap import Refused, client

pytestmark = [pytest.mark.process, pytest.mark.any_host]


@pytest.fixture
def program(tmp_path: Path) -> Any:
    """Return the function that writes a program into a file."""

    def write(source: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


def test_steps_forwards_and_backwards(program: Any) -> None:
    with client() as debug:
        debug.launch(program(CALLS), [2], live=False)
        assert debug.stop() == ("breakpoint", "add", 2)
        assert debug.written("stdout") == "first 4\n"
        assert [frame["name"] for frame in debug.frames()] == ["add", "twice", "<module>"]
        assert debug.move("stepOut") == ("step", "twice", 7)
        assert debug.variables() == {"(return) add": "4", "x": "2"}
        assert debug.move("next") == ("step", "twice", 8)
        assert debug.variables() == {"x": "2", "y": "4"}
        assert debug.move("stepBack") == ("breakpoint", "add", 2)
        assert debug.move("stepBack") == ("step", "twice", 7)
        assert debug.move("reverseContinue") == ("entry", "<module>", 1)
        assert debug.move("next") == ("step", "<module>", 6)


def test_steps_by_instruction_and_into(program: Any) -> None:
    with client() as debug:
        debug.launch(program(CALLS), stopOnEntry=True, live=False)
        assert debug.stop() == ("entry", "<module>", 1)
        before = debug.frames()[0]["instructionPointerReference"]
        debug.move("next", granularity="instruction")
        after = debug.frames()[0]["instructionPointerReference"]
        assert int(after, 16) == int(before, 16) + 1
        debug.move("stepBack", granularity="instruction")
        assert debug.frames()[0]["instructionPointerReference"] == before
        assert debug.move("next")[1:] == ("<module>", 6)
        assert debug.move("next")[1:] == ("<module>", 11)
        targets = debug.ask("stepInTargets", frameId=debug.frames()[0]["id"])["targets"]
        assert [each["label"] for each in targets] == ["twice"]
        assert debug.move("stepIn", targetId=targets[0]["id"]) == ("goto", "twice", 7)
        assert debug.move("stepIn") == ("step", "add", 2)


def test_ends_where_the_program_ends(program: Any) -> None:
    with client() as debug:
        debug.launch(program("import sys\nprint(sys.argv[1:])\nsys.exit(3)\n"), args=["a", "b c"])
        assert debug.wait("exited")[1] == {"exitCode": 3}
        assert debug.written("stdout") == "['a', 'b c']\n"
        debug.wait("terminated")


def test_stops_at_the_end_if_it_is_to(program: Any) -> None:
    with client() as debug:
        debug.launch(program(CALLS), stopAtEnd=True)
        assert debug.stop() == ("pause", "<module>", 14)
        assert debug.variables()["second"] == "5"
        assert debug.move("stepBack") == ("step", "<module>", 14)


STOPS: list[tuple[dict[str, Any], list[int]]] = [
    ({"line": 15, "condition": "row['price'] > 10"}, [1, 3]),
    ({"line": 15, "hitCondition": "3"}, [2]),
    ({"line": 15, "hitCondition": ">= 3"}, [2, 3]),
    ({"line": 15, "hitCondition": "% 2"}, [1, 3]),
    ({"line": 15, "condition": "number > 0", "hitCondition": "2"}, [2]),
    ({"line": 17}, [0, 1, 2, 3]),
    ({"line": 16}, [0, 1, 2, 3]),
]
"""A breakpoint in LOOP, and the numbers of the passes that it stops at."""


def test_breakpoints_stop_both_ways(program: Any) -> None:
    with client() as debug:
        path = program(LOOP)
        debug.launch(path, stopOnEntry=True, stopAtEnd=True)
        debug.stop()
        for given, stops in STOPS:
            debug.ask("setBreakpoints", source={"path": str(path)}, breakpoints=[given])
            for direction, expected in (("continue", stops), ("reverseContinue", stops[::-1])):
                found = []
                while debug.move(direction)[0] == "breakpoint":
                    found.append(int(debug.evaluate("number")))
                assert found == expected, (given, direction)


def test_breakpoints_say_where_they_are(program: Any) -> None:
    with client() as debug:
        path = program(LOOP)
        debug.launch(path, [3, 18, 15, 99, {"line": 15, "condition": "row["}, {"line": 15, "hitCondition": "often"}])
        found = [(each["verified"], each.get("line"), each.get("message", "")) for each in debug.breakpoints]
        assert found[0] == (True, 4, "line 3 holds no code: the next one that does is 4")
        assert found[1] == (True, 19, "line 18 holds no code: the next one that does is 19")
        assert found[2] == (True, 15, "")
        assert found[3] == (False, 99, "no line from 99 on holds code")
        assert not found[4][0] and "'row['" in found[4][2]
        assert not found[5][0] and "'often' is no hit condition" in found[5][2]
        places = debug.ask("breakpointLocations", source={"path": str(path)}, line=13, endLine=20)["breakpoints"]
        assert [each["line"] for each in places] == [13, 14, 15, 16, 19]


def test_conditions_that_cannot_be_evaluated_are_reported_once(program: Any) -> None:
    with client() as debug:
        debug.launch(program(LOOP), [{"line": 15, "condition": "row['price'] > 10"}])
        assert debug.stop()[2] == 15
        assert debug.move("continue")[2] == 15
        assert debug.move("continue")[0] == "terminated"
        report = debug.written("console")
        assert report.count("program.py:15") == 1
        assert "row (dict) has no recorded item 'price'" in report


def test_logpoints_write_both_ways(program: Any) -> None:
    with client() as debug:
        debug.launch(program(LOOP), [{"line": 19, "logMessage": "{number}: {row} {{}} {len(row)}"}], stopAtEnd=True)
        debug.stop()
        lines = [line for line in debug.written("console").splitlines() if line[:1].isdigit()]
        assert lines == ["0: {'price': 1} {} 1", "1: {'price': 12} {} 1", "2: {} {} 0", "3: {'price': 20} {} 1"]
        debug.output.clear()
        debug.move("reverseContinue")
        assert [line for line in debug.written("console").splitlines() if line[:1].isdigit()] == lines[::-1]


def test_function_breakpoints(program: Any) -> None:
    with client() as debug:
        debug.ask("setFunctionBreakpoints", breakpoints=[{"name": "up", "condition": "by > 1"}, {"name": ""}])
        debug.launch(program(LOOP))
        assert debug.stop() == ("function breakpoint", "Counter.up", 8)
        assert debug.variables() == {"self": "Counter(count=1) #" + debug.variables()["self"].split("#")[1], "by": "2"}


def test_data_breakpoints(program: Any) -> None:
    with client() as debug:
        debug.launch(program(LOOP), [14], stopAtEnd=True)
        debug.stop()
        frame = debug.frames()[0]["id"]
        info = debug.ask("dataBreakpointInfo", name="counter.count", frameId=frame)
        assert info["accessTypes"] == ["write"]
        debug.ask("setBreakpoints", source={"path": str(debug.frames()[0]["source"]["path"])}, breakpoints=[])
        debug.ask("setDataBreakpoints", breakpoints=[{"dataId": info["dataId"]}])
        assert debug.move("continue") == ("data breakpoint", "Counter.up", 9)
        assert [debug.move("continue")[0] for _ in range(4)] == ["data breakpoint"] * 3 + ["pause"]
        assert debug.move("reverseContinue") == ("data breakpoint", "Counter.up", 9)
        assert debug.evaluate("self.count + by") == "6"
        reference = debug.scopes()["Locals"]
        info = debug.ask("dataBreakpointInfo", name="by", variablesReference=reference)
        assert info["description"] == "by"
        assert debug.ask("dataBreakpointInfo", name="1 + 2", frameId=debug.frames()[0]["id"])["dataId"] is None


def test_instruction_breakpoints_and_disassembly(program: Any) -> None:
    with client() as debug:
        debug.launch(program(CALLS), [2])
        debug.stop()
        here = debug.frames()[0]["instructionPointerReference"]
        rows = debug.ask("disassemble", memoryReference=here, instructionOffset=-3, instructionCount=8)["instructions"]
        assert len(rows) == 8
        assert int(rows[3]["address"], 16) == int(here, 16)
        assert rows[0]["presentationHint"] == "invalid"
        assert rows[3]["line"] == 2
        add = next(row for row in rows if row["instruction"].startswith("BINARY"))
        debug.ask(
            "setInstructionBreakpoints", breakpoints=[{"instructionReference": add["address"], "condition": "b == 1"}]
        )
        assert debug.move("continue")[0] == "breakpoint"  # the line's, in the second call
        assert debug.move("continue")[0] == "instruction breakpoint"
        operands = debug.variables("Operand stack")
        assert operands == {"[1] used next": "1", "[0] used next": "4"}


def test_exceptions(program: Any) -> None:
    with client() as debug:
        debug.launch(program(ERRORS), filters=["raised"], stopAtEnd=True, live=False)
        assert debug.stop() == ("exception", "parse", 3)
        assert debug.move("continue") == ("exception", "check", 11)
        info = debug.ask("exceptionInfo", threadId=1)
        assert info["exceptionId"] == "ZeroDivisionError"
        assert info["breakMode"] == "unhandled"
        assert "program.py:11 in check" in info["details"]["stackTrace"]
        assert debug.move("continue")[0] == "pause"
        debug.ask("setExceptionBreakpoints", filters=["uncaught"])
        assert debug.move("reverseContinue") == ("exception", "check", 11)
        assert debug.move("reverseContinue")[0] == "entry"
        debug.ask(
            "setExceptionBreakpoints", filters=[], filterOptions=[{"filterId": "raised", "condition": "text == 'five'"}]
        )
        assert debug.move("continue") == ("exception", "parse", 3)
        assert debug.ask("exceptionInfo", threadId=1)["breakMode"] == "always"
        debug.move("next")
        with pytest.raises(Refused, match="no exception is raised at this step"):
            debug.ask("exceptionInfo", threadId=1)


def test_threads(program: Any) -> None:
    with client() as debug:
        debug.launch(program(THREADS), [9])
        assert debug.stop() == ("breakpoint", "adder", 9)
        adder = debug.thread
        threads = debug.ask("threads")["threads"]
        assert [each["id"] for each in threads] == [1, adder]
        assert debug.evaluate("box['total']") == "0"
        main = debug.ask("stackTrace", threadId=1)["stackFrames"]
        assert main[-1]["name"] == "<module>"
        assert main[-1]["line"] in (14, 15, 16)
        assert debug.move("next")[1:] == ("adder", 8)
        with pytest.raises(Refused, match=f"thread 1 waits here: it is thread {adder}"):
            debug.ask("next", threadId=1)


def test_variables_come_in_pages(program: Any) -> None:
    with client() as debug:
        debug.launch(program(LONG), [2])
        debug.stop()
        (top, *_) = debug.ask("variables", variablesReference=debug.scopes()["Locals"])["variables"]
        assert (top["name"], top["value"], top["type"]) == ("depth", "40", "int")
        rows = debug.ask("variables", variablesReference=debug.scopes()["Globals"])["variables"]
        numbers = next(row for row in rows if row["name"] == "numbers")
        assert numbers["indexedVariables"] == 150
        page = debug.ask(
            "variables", variablesReference=numbers["variablesReference"], filter="indexed", start=100, count=3
        )
        shown = [(row["name"], row["value"], row["evaluateName"]) for row in page["variables"]]
        assert shown == [(f"[{at}]", str(at), f"numbers[{at}]") for at in (100, 101, 102)]
        named = debug.ask("variables", variablesReference=numbers["variablesReference"], filter="named")
        assert named == {"variables": []}
        text = next(row for row in rows if row["name"] == "text")
        assert "(10000 characters)" in text["value"] and len(text["value"]) < 5000
        debug.ask("setBreakpoints", source={"path": "program.py"}, breakpoints=[])
        frames = debug.ask("stackTrace", threadId=1, startFrame=0, levels=1)
        assert (len(frames["stackFrames"]), frames["totalFrames"]) == (1, 2)
        with pytest.raises(Refused, match="there is no variablesReference 99999"):
            debug.ask("variables", variablesReference=99999)


def test_console_and_completions(program: Any) -> None:
    with client() as debug:
        debug.launch(program(LOOP), [19], live=False)
        debug.stop()
        debug.move("continue")
        assert debug.evaluate("counter.count", "hover") == "1"
        assert debug.evaluate("counter.count + number", "repl") == "2"
        why = debug.evaluate("why counter.count", "repl")
        assert why.startswith("1: write at step") and "Counter.up, line 9" in why
        assert debug.evaluate("born counter", "repl").endswith("<module>, line 12")
        history = debug.evaluate("history counter.count", "repl").splitlines()
        assert [line.split(": ")[1] for line in history][:3] == ["0, was nothing", "0, was 0", "1, was 0"]
        assert "line " in debug.evaluate("find number == 3", "repl")
        assert "not found" in debug.evaluate("find back number == 3", "repl")
        assert len(debug.evaluate("log 19 row['price']", "repl").splitlines()) == 4
        assert "why NAME" in debug.evaluate("help", "repl")
        for text, reason in (
            ("counter.up(1)", "would run code"),
            ("nobody", "has no value"),
            ("1 +", "is no expression"),
        ):
            with pytest.raises(Refused, match=reason):
                debug.evaluate(text)
        frame = debug.frames()[0]["id"]
        found = debug.ask("completions", text="counter.co", column=11, frameId=frame)["targets"]
        assert [(each["label"], each["start"], each["length"]) for each in found] == [("count", 9, 2)]
        found = debug.ask("completions", text="x + numb", column=9, frameId=frame)["targets"]
        assert [each["label"] for each in found] == ["number"]


def test_goto_and_restart_frame(program: Any) -> None:
    with client() as debug:
        path = program(CALLS)
        debug.launch(path, [7], live=False)
        debug.stop()
        targets = debug.ask("gotoTargets", source={"path": str(path)}, line=3)["targets"]
        assert [each["label"].partition(":")[0] for each in targets] == ["next", "last"]
        assert debug.move("goto", targetId=targets[1]["id"]) == ("goto", "add", 3)
        assert debug.variables()["total"] == "5"
        assert debug.move("restartFrame", frameId=debug.frames()[0]["id"]) == ("goto", "add", 2)


def test_sources_and_modules(program: Any) -> None:
    with client() as debug:
        path = program(CALLS)
        debug.launch(path, [2])
        debug.stop()
        sources = debug.ask("loadedSources")["sources"]
        assert {"name": "program.py", "path": str(path)} in sources
        modules = debug.ask("modules")["modules"]
        assert {"id": "__main__", "name": "__main__", "path": str(path)} in modules


def test_a_recording_opens_like_a_program(program: Any, tmp_path: Path) -> None:
    import bytescope

    path = program(CALLS)
    with bytescope.record() as recording:
        bytescope.VM().exec(compile(CALLS, str(path), "exec"))
    recording.tape.sources[str(path)] = CALLS
    recording.save(tmp_path / "run.bscope")
    path.unlink()
    with client() as debug:
        debug.launch(tmp_path / "run.bscope", stopOnEntry=True)
        assert debug.stop() == ("entry", "<module>", 1)
        source = debug.frames()[0]["source"]
        assert debug.ask("source", sourceReference=source["sourceReference"])["content"] == CALLS
        answer = debug.ask("setBreakpoints", source={"path": str(path)}, breakpoints=[{"line": 2}])
        assert answer["breakpoints"][0]["verified"]
        assert debug.move("continue") == ("breakpoint", "add", 2)


def test_restart_runs_the_program_again(program: Any) -> None:
    with client() as debug:
        path = program(CALLS)
        debug.launch(path, [12])
        assert debug.stop()[2] == 12
        path.write_text(CALLS.replace("twice(2)", "twice(3)"), encoding="utf-8")
        debug.ask("restart")
        assert debug.stop()[2] == 12
        assert debug.variables()["first"] == "6"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"program": "nowhere.py"}, "program: there is no file"),
        ({}, "one of 'program', 'module' and 'code' must say what to debug, got none"),
        ({"program": "a", "module": "b"}, "got \\['program', 'module'\\]"),
        ({"module": "json", "cwd": "/no/where"}, "cwd: there is no folder"),
        ({"module": "json", "stopOnEntry": "yes"}, "stopOnEntry must be true or false, got 'yes'"),
        ({"module": "json", "args": 3}, "args must be a string or a list of strings"),
        ({"module": "json", "env": {"A": []}}, "env: 'A' must have a string"),
    ],
    ids=str,
)
def test_wrong_launch_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    from bytescope.dap.connection import RequestError
    from bytescope.dap.launch import Launch

    with pytest.raises(RequestError, match=message):
        Launch.of(arguments)


def test_modules_code_and_environment(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text(
        "import os, sys\nprint(__name__, os.environ['A'], sys.argv[1:])\n", encoding="utf-8"
    )
    for given in (
        {"module": "part", "args": "x 'y z'"},
        {"code": "import part", "args": ["x", "y z"], "noDebug": True},
    ):
        with client() as debug:
            debug.wait("initialized")
            debug.ask("launch", cwd=str(tmp_path), env={"A": "b"}, python=[sys.executable, "-B"], **given)
            debug.ask("configurationDone")
            debug.wait("terminated")
            name = "__main__" if "module" in given else "part"
            assert debug.written("stdout") == f"{name} b ['x', 'y z']\n"
            assert debug.written("stderr") == debug.written("important") == ""
