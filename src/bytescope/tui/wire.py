"""The link between the terminal and the process of a program that is stepped while it runs.

The terminal asks, and the program's process answers, one message at a time; a pause is asked for in between.
"""

from __future__ import annotations

import hmac
import os
import secrets
import socket
import threading
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from bytescope.dap.debuggee import Debuggee
from bytescope.dap.framing import BrokenStream, MalformedMessage, at_once, read_message, write_message
from bytescope.recording import Frontier, Stepper
from bytescope.tui.session import Session

__all__ = ["Program", "SteppedSession"]

_BROKEN = (OSError, ValueError, BrokenStream, MalformedMessage)


class SteppedSession:
    """A session in a thread that the program does not see, in its process.

    Args:
        address: what `Program.address` says.

    Raises:
        OSError: if the terminal is not there.
    """

    def __init__(self, address: str) -> None:
        port, _, token = address.partition(":")
        self.frontier = Frontier()
        link = socket.create_connection(("127.0.0.1", int(port)))
        at_once(link)
        link.sendall(token.encode())
        self._source, self._target = link.makefile("rb"), link.makefile("wb")
        self._asked: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._over = allocate_lock()
        self._over.acquire()
        start_new_thread(self._read, ())
        start_new_thread(self._serve, ())

    def _read(self) -> None:
        try:
            while (request := read_message(self._source)) is not None:
                if request["do"] == "pause":
                    self.frontier.pause()
                else:
                    self._asked.put(request)
        except _BROKEN:
            pass
        os._exit(1)  # the terminal is gone: the program goes with it, whatever it does

    def _serve(self) -> None:
        try:
            self.frontier.wait()
            try:
                nothing = not self.frontier.recording.steps
            except RuntimeError:
                nothing = True
            if nothing:
                write_message(self._target, {"nothing": True})
                return
            session = Session(Stepper.live(self.frontier))
            while True:
                answer = session.ask(self._asked.get())
                write_message(self._target, answer)
        except _BROKEN:  # the thread that reads notices as well
            pass
        finally:
            self._over.release()
            self.frontier.release()

    def wait(self) -> None:
        """Wait until the terminal has had enough."""
        self._over.acquire()
        self._over.release()


class Program:
    """A program that is started in a process of its own, to be asked.

    Args:
        command: returns the words of its command line for the address at which it is to connect.
        output: called when it has written something.

    Raises:
        OSError: if it cannot be started.
    """

    def __init__(self, command: Callable[[str], Sequence[str]], output: Callable[[], object] = lambda: None) -> None:
        self.changed = output
        self.written: list[tuple[str, str]] = []
        """The program's output: "stdout" or "stderr", and the text."""
        self.status: int | None = None
        """The exit status, once it has ended."""
        self._token = secrets.token_hex(16)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._link: socket.socket | None = None
        self._source: Any = None
        self._target: Any = None
        self._debuggee = Debuggee(command(self.address), os.getcwd(), dict(os.environ), self._output, self._end)
        while self._source is None and not self._ended.is_set():
            self._accept()

    @property
    def address(self) -> str:
        """Return what the program's process needs to connect: the port and a secret."""
        return f"{self._server.getsockname()[1]}:{self._token}"

    def _output(self, stream: str, text: str) -> None:
        self.written.append((stream, text))
        self.changed()

    def _end(self, status: int) -> None:
        self.status = status
        self._ended.set()
        try:  # whoever waits for it to connect goes on
            socket.create_connection(self._server.getsockname()).close()
        except OSError:
            pass

    def _accept(self) -> None:
        client, _ = self._server.accept()
        client.settimeout(10)
        try:
            given = client.recv(len(self._token), socket.MSG_WAITALL)
        except OSError:
            given = b""
        if not hmac.compare_digest(given, self._token.encode()):
            client.close()
            return
        client.settimeout(None)
        at_once(client)
        self._link, self._source, self._target = client, client.makefile("rb"), client.makefile("wb")
        self._server.close()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask the program's session; see `Session.ask`. If the process has ended, "gone" says how."""
        try:
            write_message(self._target, request)
            answer = read_message(self._source)
        except _BROKEN:
            answer = None
        if answer is None or "nothing" in answer:
            self._ended.wait()
            return {"gone": f"the program has ended: {_how(self.status or 0)}"}
        return answer

    def pause(self) -> None:
        """Pause the program at its next instruction."""
        try:
            write_message(self._target, {"do": "pause"})
        except _BROKEN:
            pass

    def close(self) -> None:
        """End the program's process."""
        self._debuggee.kill()
        self._ended.wait()
        for each in (self._source, self._target, self._link, self._server):
            if each is not None:
                each.close()


def _how(status: int) -> str:
    return f"status {status}" if status >= 0 else f"signal {-status}"
