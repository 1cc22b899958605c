"""The connection to a session in the program's own process: requests are passed on, and what comes back.

So the adapter lives on when the program does not.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from typing import Any

from bytescope.dap.connection import Connection, Request
from bytescope.dap.framing import BrokenStream, MalformedMessage, at_once, read_message, write_message

__all__ = ["Relay"]


class Relay:
    """Passes on requests and answers, once the program's process has connected.

    Args:
        connection: the connection to the client.
        history: the requests so far: they are passed on first, and their answers are kept back.
    """

    def __init__(self, connection: Connection, history: list[dict[str, Any]]) -> None:
        self._connection = connection
        self._token = secrets.token_hex(16)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._waiting = list(history)
        self._answered = {message["seq"] for message in history}
        self._pending: dict[int, Request] = {}
        self._target: Any = None
        threading.Thread(target=self._run, name="bytescope-dap-relay", daemon=True).start()

    @property
    def address(self) -> str:
        """Return what the program's process needs to connect: the port and a secret."""
        return f"{self._server.getsockname()[1]}:{self._token}"

    def send(self, request: Request) -> None:
        """Pass a request on; it is answered by the program's process."""
        with self._lock:
            self._pending[request.seq] = request
            self._put(request.message)

    def close(self) -> None:
        """Give up: the program's process has ended. What it has not answered is refused."""
        self._server.close()
        with self._lock:
            pending, self._pending = self._pending, {}
        for request in pending.values():
            self._connection.refuse(request, f"{request.command}: the program has ended", False)

    def _put(self, message: dict[str, Any]) -> None:
        if self._target is None:
            self._waiting.append(message)
            return
        try:
            write_message(self._target, message)
        except (OSError, ValueError):  # it has ended, which is noticed elsewhere
            pass

    def _run(self) -> None:
        try:
            client = self._accepted()
            with client, client.makefile("rb") as source, client.makefile("wb") as target:
                with self._lock:
                    self._target = target
                    for message in self._waiting:
                        self._put(message)
                while (found := read_message(source)) is not None:
                    self._passed_on(found)
        except (OSError, ValueError, BrokenStream, MalformedMessage):  # the program has ended
            pass
        finally:
            self._server.close()

    def _accepted(self) -> socket.socket:
        while True:
            client, _ = self._server.accept()
            client.settimeout(10)
            try:
                given = client.recv(len(self._token), socket.MSG_WAITALL)
            except OSError:
                given = b""
            if hmac.compare_digest(given, self._token.encode()):
                client.settimeout(None)
                at_once(client)
                return client
            client.close()

    def _passed_on(self, message: dict[str, Any]) -> None:
        if message.get("type") == "response":
            number = message.get("request_seq")
            if number in self._answered:
                return
            with self._lock:
                if self._pending.pop(number, None) is None:  # type: ignore[arg-type]
                    return
        elif message.get("event") in ("initialized", "exited", "terminated"):
            return  # said by the adapter itself
        self._connection.forward(message)
