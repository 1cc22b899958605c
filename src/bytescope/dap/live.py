"""A session in the process of the program that is debugged while it runs."""

from __future__ import annotations

import socket
from _thread import allocate_lock, start_new_thread
from functools import partial
from os import _exit

from bytescope.dap.connection import Connection
from bytescope.dap.framing import at_once
from bytescope.dap.session import Session
from bytescope.recording import Frontier

__all__ = ["LiveSession"]


class LiveSession:
    """A session in a thread that the program does not see.

    Args:
        address: what `Relay.address` has said.

    Raises:
        OSError: if the adapter is not there.
    """

    def __init__(self, address: str) -> None:
        port, _, token = address.partition(":")
        self.frontier = Frontier()
        self._socket = socket.create_connection(("127.0.0.1", int(port)))
        at_once(self._socket)
        self._socket.sendall(token.encode())
        self._over = allocate_lock()
        self._over.acquire()
        connection = Connection(self._socket.makefile("rb"), self._socket.makefile("wb"), start_new_thread)
        self._session = Session(connection, self.frontier)
        connection.interrupt = self._session.interrupt
        connection.gone = partial(_exit, 1)  # the adapter has been killed: the program goes with it, whatever it does
        start_new_thread(self._serve, ())

    def _serve(self) -> None:
        try:
            self._session.serve()
        finally:
            self._over.release()
            self.frontier.release()

    def wait(self) -> None:
        """Wait until the client has had enough."""
        self._over.acquire()
        self._over.release()
