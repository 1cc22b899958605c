"""A client of the debug adapter: dap-python's, with a process or a socket, and with waiting for answers."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dap import DAPClient

from tests.support.dap_process import adapter
from tests.support.processes import HANG


class Refused(Exception):
    """A request that the adapter has refused."""


class Client:
    """A client that waits for what it has asked for.

    Args:
        receive, send: bytes from and to the adapter.
    """

    def __init__(self, receive: Any, send: Any) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._dap = DAPClient(clientID="tests", adapterID="bytescope")
        self._receive, self._send = receive, send
        self._messages: queue.Queue[Any] = queue.Queue()
        self._answers: dict[int, Any] = {}
        threading.Thread(target=self._read, daemon=True).start()
        self._flush()
        self.capabilities = self._answer(0)

    def _read(self) -> None:
        while data := self._receive():
            for message in self._dap.recv(data):
                self._messages.put(message)
        self._messages.put(None)

    def _flush(self) -> None:
        self._send(bytes(self._dap.send()))

    def _next(self) -> bool:
        """Take the next message; returns False at the end of the stream."""
        message = self._messages.get(timeout=HANG)
        if message is None:
            return False
        if message.type == "response":  # one that failed
            self._answers[message.request_seq] = Refused(message.message)
        elif message.event == "initialized" and message.body is None and not self._answers:
            self._answers[0] = {}  # dap-python's own form of the answer to `initialize`
        elif message.event == "response":
            self._answers[message.body["request_seq"]] = message.body["body"]
        else:
            self.events.append((message.event, message.body or {}))
        return True

    def _answer(self, seq: int) -> Any:
        while seq not in self._answers:
            if not self._next():
                raise EOFError(f"the adapter has ended without an answer: {self.events}")
        answer = self._answers.pop(seq)
        if isinstance(answer, Exception):
            raise answer
        return answer

    # --- what tests use

    def ask(self, command: str, **arguments: Any) -> Any:
        """Return the body of the answer to a request; raises `Refused` if it is refused."""
        return self._answer(self.begin(command, **arguments))

    def begin(self, command: str, **arguments: Any) -> int:
        """Send a request; returns its number."""
        number = self._dap._send_request(command, arguments)
        self._flush()
        return number

    def answer(self, number: int) -> Any:
        """Return the body of the answer to the request of a number."""
        return self._answer(number)

    def wait(self, *names: str) -> tuple[str, dict[str, Any]]:
        """Return the next event of one of these names; those before it are dropped."""
        while True:
            while self.events:
                name, body = self.events.pop(0)
                if name in names:
                    return name, body
                if name == "output":
                    self.output.append((body["category"], body["output"]))
            if not self._next():
                raise EOFError(f"the adapter has ended while {names} were waited for")

    @property
    def output(self) -> list[tuple[str, str]]:
        """Return category and text of all output so far that `wait` has passed."""
        found: list[tuple[str, str]] = self.__dict__.setdefault("_output", [])
        return found

    def written(self, category: str) -> str:
        """Return all output of a category that `wait` has passed."""
        return "".join(text for each, text in self.output if each == category)

    def until_written(self, category: str, text: str) -> None:
        """Read until a text is written: output comes by a stream of its own, beside what is said of stops."""
        while text not in self.written(category):
            _, body = self.wait("output")
            self.output.append((body["category"], body["output"]))

    def disconnect(self) -> None:
        """Take leave, and read until the adapter closes the stream."""
        self._dap.disconnect()
        self._flush()
        while self._next():
            pass

    # --- a debugging session

    def launch(self, program: str | Path, lines: Any = (), filters: Any = (), **arguments: Any) -> dict[str, Any]:
        """Launch a program with breakpoints at lines, numbers or breakpoints as the protocol has them."""
        self.wait("initialized")
        if lines:
            given = [line if isinstance(line, dict) else {"line": line} for line in lines]
            answer = self.ask("setBreakpoints", source={"path": str(program)}, breakpoints=given)
            self.breakpoints = answer["breakpoints"]
        self.ask("setExceptionBreakpoints", filters=list(filters))
        launched = self.begin("launch", program=str(program), **arguments)
        self.ask("configurationDone")
        return self.answer(launched)  # type: ignore[no-any-return]

    def stop(self) -> tuple[str, str, int]:
        """Wait until the program stands; returns the reason, the function and the line, or "terminated"."""
        name, body = self.wait("stopped", "terminated")
        if name == "terminated":
            return "terminated", "", 0
        self.thread = body["threadId"]
        self.stopped = body
        frame = self.frames()[0]
        return body["reason"], frame["name"], frame["line"]

    def move(self, command: str, **arguments: Any) -> tuple[str, str, int]:
        """Make a move; returns where it stands."""
        self.ask(command, threadId=self.thread, **arguments)
        return self.stop()

    def frames(self) -> list[dict[str, Any]]:
        """Return the frames of the thread that stands."""
        return self.ask("stackTrace", threadId=self.thread)["stackFrames"]  # type: ignore[no-any-return]

    def scopes(self, frame: int = 0) -> dict[str, int]:
        """Return the references of the scopes of a frame, by name."""
        found = self.ask("scopes", frameId=self.frames()[frame]["id"])["scopes"]
        return {each["name"].partition(" (")[0]: each["variablesReference"] for each in found}

    def variables(self, scope: str = "Locals", frame: int = 0) -> dict[str, str]:
        """Return the variables of a scope, but for the interpreter's own."""
        found = self.ask("variables", variablesReference=self.scopes(frame)[scope])["variables"]
        return {each["name"]: each["value"] for each in found if not each["name"].startswith("__")}

    def evaluate(self, text: str, context: str = "watch") -> str:
        """Return the value of an expression, as text."""
        frame = self.frames()[0]["id"]
        return self.ask("evaluate", expression=text, frameId=frame, context=context)["result"]  # type: ignore[no-any-return]


@contextmanager
def client() -> Iterator[Client]:
    """Start the adapter and a client of it."""
    with adapter() as process:
        assert process.stdin is not None and process.stdout is not None

        def send(data: bytes) -> None:
            process.stdin.write(data)  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]

        found = Client(lambda: process.stdout.read1(1 << 16), send)  # type: ignore[union-attr]
        yield found
        found.disconnect()
        assert process.wait(HANG) == 0


def connected(port: int) -> Client:
    """Return a client of an adapter that listens."""
    connection = socket.create_connection(("127.0.0.1", port))
    return Client(lambda: connection.recv(1 << 16), connection.sendall)
