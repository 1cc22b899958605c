"""What can go wrong between client, adapter and program: each has a clear end."""

from __future__ import annotations

import json
import socket
import subprocess
import textwrap
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bytescope.dap.framing import BrokenStream, read_message
from tests.support.dap_process import adapter, port_of
from tests.support.processes import HANG

pytestmark = [pytest.mark.process, pytest.mark.any_host]

FOREVER = "import time\nprint('begun', flush=True)\nwhile True:\n    time.sleep(0.01)\n"


def framed(content: bytes) -> bytes:
    """Return a message with its header."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(content), content)


class Wire:
    """An adapter to which anything can be sent."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.seq = 0
        self.output = ""

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def begin(self, command: str, **arguments: Any) -> int:
        self.seq += 1
        message = {"seq": self.seq, "type": "request", "command": command, "arguments": arguments}
        self.send(framed(json.dumps(message).encode()))
        return self.seq

    def read(self) -> dict[str, Any] | None:
        stream = self.process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            length = int(line.partition(b":")[2])
        if not length:
            return None
        message: dict[str, Any] = json.loads(stream.read(length))
        if message.get("event") == "output":
            self.output += message["body"]["output"]
        return message

    def until(self, **wanted: Any) -> dict[str, Any]:
        """Return the next message with these values; others are passed over."""
        while (message := self.read()) is not None:
            if all(message.get(name) == value for name, value in wanted.items()):
                return message
        raise EOFError(self.output)

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self.until(type="response", request_seq=self.begin(command, **arguments))

    def launch(self, program: Path, **arguments: Any) -> None:
        self.ask("initialize", adapterID="bytescope")
        assert self.ask("launch", program=str(program), **arguments)["success"]
        assert self.ask("configurationDone")["success"]

    def end(self) -> int:
        """Close the adapter's input; returns its exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(HANG)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with adapter() as process:
        yield Wire(process)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "program.py"


def test_malformed_messages_are_passed_over(wire: Wire) -> None:
    for content in (b"{", b"[]", b'"text"', b"\xff", b"{}", b'{"type": "request"}', b'{"type": "request", "seq": "x"}'):
        wire.send(framed(content))
    answer = wire.ask("initialize", adapterID="bytescope")
    assert answer["success"] and answer["body"]["supportsStepBack"]
    assert wire.output.count("bytescope dap: ") == 7
    assert "a message is no JSON" in wire.output and "a message must be a JSON object, got list" in wire.output
    assert wire.end() == 0


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"Content-Length: many\r\n\r\n{}", "Content-Length must be a number"),
        (b"Content-Length: 99999999999\r\n\r\n{}", "Content-Length must be a number up to"),
        (b"Content-Type: text\r\n\r\n{}", "a header has no Content-Length"),
        (b"x" * 5000, "a line of a header is longer than 4096 bytes"),
        (b"Content-Length: 50\r\n\r\n{}", "the stream ends after 2 bytes of a message of 50"),
        (b"Content-Length: 50\r\n", "the stream ends within a header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_header_breaks_the_stream(data: bytes, problem: str) -> None:
    with pytest.raises(BrokenStream, match=problem):
        read_message(BytesIO(data))


def test_a_broken_stream_ends_the_adapter(wire: Wire) -> None:
    wire.send(b"GET / HTTP/1.1\r\n\r\n")
    assert wire.process.wait(HANG) == 1
    assert wire.process.stderr is not None
    assert wire.process.stderr.read() == b"bytescope dap: a header has no Content-Length\n"


def test_wrong_requests_are_refused(wire: Wire, program: Path) -> None:
    program.write_text("x = 1\n", encoding="utf-8")
    assert wire.ask("nonsense")["message"] == "there is no request 'nonsense'"
    assert "has not been recorded" in wire.ask("stackTrace", threadId=1)["message"]
    assert "cannot attach" in wire.ask("attach")["message"]
    wire.launch(program, stopOnEntry=True)
    wire.until(event="stopped")
    assert wire.ask("launch", program=str(program))["message"] == "a program is being debugged already"
    assert wire.ask("scopes")["message"] == "scopes needs the argument 'frameId'"
    assert wire.ask("scopes", frameId="x")["message"] == "frameId must be a number, got 'x'"
    assert wire.ask("scopes", frameId=999)["message"] == "there is no frame 999 here"
    assert wire.ask("stackTrace", threadId=9)["message"] == "there is no thread 9"
    assert wire.ask("goto", targetId=10**9)["message"] == "there is no step 1000000000"
    assert "is no address" in wire.ask("disassemble", memoryReference="here", instructionCount=1)["message"]
    assert wire.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[5])["success"] is False
    wire.send(framed(b'{"seq": 900, "type": "request", "command": "scopes", "arguments": [1]}'))
    assert wire.until(request_seq=900)["message"] == "scopes: arguments must be an object"
    assert wire.ask("disconnect")["success"]
    assert wire.process.wait(HANG) == 0


@pytest.mark.parametrize(
    "source, status, message",
    [
        (
            "import os, signal\nprint('here', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n",
            -9,
            "here",
        ),
        ("print('here'", 1, "SyntaxError: '(' was never closed"),
    ],
    ids=["killed", "SyntaxError"],
)
@pytest.mark.parametrize("live", [True, False])
def test_a_program_that_ends_badly_ends_the_session(
    wire: Wire, program: Path, source: str, status: int, message: str, live: bool
) -> None:
    program.write_text(source, encoding="utf-8")
    wire.launch(program, live=live)
    assert wire.until(event="exited")["body"] == {"exitCode": status}
    wire.until(event="terminated")
    assert message in wire.output
    assert ("bytescope: " in wire.output) is not live
    assert wire.end() == 0


def test_a_program_that_calls_os_exit_is_recorded(wire: Wire, program: Path) -> None:
    program.write_text("import os\nos._exit(5)\n", encoding="utf-8")
    wire.launch(program, stopOnEntry=True)
    wire.until(event="stopped")
    wire.begin("continue", threadId=1)
    assert wire.until(event="exited")["body"] == {"exitCode": 5}
    wire.until(event="terminated")
    assert wire.output == ""


def test_an_interpreter_that_is_not_there_ends_the_session(wire: Wire, program: Path) -> None:
    program.touch()
    wire.launch(program, python=["no-such-python"])
    wire.until(event="terminated")
    assert "cannot be started: no-such-python" in wire.output


def test_a_client_that_goes_away_ends_the_program(wire: Wire, program: Path) -> None:
    program.write_text(FOREVER, encoding="utf-8")
    wire.launch(program)
    wire.until(event="output")
    assert wire.end() == 0


def test_an_adapter_that_is_killed_takes_the_program_along(wire: Wire, program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = f"""
            import socket
            alive = socket.create_connection(("127.0.0.1", {server.getsockname()[1]}))
            while True:
                pass
        """
        program.write_text(textwrap.dedent(source), encoding="utf-8")
        wire.launch(program)
        alive, _ = server.accept()
    with alive:
        wire.process.kill()
        alive.settimeout(HANG)
        assert alive.recv(1) == b""


def test_terminate_ends_a_program_that_runs(wire: Wire, program: Path) -> None:
    program.write_text(FOREVER, encoding="utf-8")
    wire.launch(program)
    wire.until(event="output")
    assert wire.ask("terminate")["success"]
    wire.until(event="terminated")
    assert wire.ask("disconnect")["success"]


def test_pause_makes_what_was_done_until_then_a_recording(wire: Wire, program: Path) -> None:
    program.write_text(FOREVER, encoding="utf-8")
    wire.launch(program, live=False)
    wire.until(event="output")
    wire.ask("setExceptionBreakpoints", filters=["uncaught"])
    assert wire.ask("pause", threadId=1)["success"]
    assert wire.until(event="stopped")["body"]["reason"] == "exception"
    info = wire.ask("exceptionInfo", threadId=1)
    assert info["body"]["exceptionId"] == "KeyboardInterrupt"


def test_a_request_can_be_cancelled(wire: Wire, program: Path) -> None:
    program.write_text("for n in range(50_000):\n    pass\n", encoding="utf-8")
    wire.launch(program, stopOnEntry=True, live=False)
    wire.until(event="stopped")
    search = wire.begin("evaluate", expression="find n == -1", context="repl")
    wire.begin("cancel", requestId=search)
    answer = wire.until(type="response", request_seq=search)
    assert (answer["success"], answer["message"]) == (False, "cancelled")
    assert wire.ask("threads")["success"]


def test_a_port_serves_one_client(program: Path) -> None:
    with (
        adapter("--listen", "127.0.0.1:0") as process,
        socket.create_connection(("127.0.0.1", port_of(process))) as client,
    ):
        client.sendall(framed(b'{"seq": 1, "type": "request", "command": "initialize"}'))
        assert b"supportsStepBack" in client.recv(1 << 16)
        client.shutdown(socket.SHUT_WR)
        assert process.wait(HANG) == 0


def test_a_wrong_address_is_refused() -> None:
    for address, message in (("port", b"'port' is no address"), ("1.2.3.4.5:1", b"cannot listen on 1.2.3.4.5:1")):
        with adapter("--listen", address) as process:
            assert process.wait(HANG) != 0
            assert process.stderr is not None
            assert message in process.stderr.read()
