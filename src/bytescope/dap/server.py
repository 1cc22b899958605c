"""The adapter's process: one client, on standard input and output or on a port."""

from __future__ import annotations

import os
import socket
import sys

from bytescope.dap.connection import Connection
from bytescope.dap.framing import at_once
from bytescope.dap.session import Session

__all__ = ["listen", "serve"]


def serve() -> int:
    """Serve the client at standard input and output; returns the exit status.

    The streams are the protocol's alone: what else is written to standard output goes to standard error.
    """
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return _session(Connection(source, target))


def listen(host: str, port: int) -> int:
    """Wait for a client at a port, serve it, and end; returns the exit status.

    Raises:
        OSError: if nobody can be waited for there.
    """
    with socket.create_server((host, port)) as server:
        address, number = server.getsockname()[:2]
        print(f"bytescope dap: listening on {address}:{number}", file=sys.stderr, flush=True)
        client, _ = server.accept()
    at_once(client)
    with client, client.makefile("rb") as source, client.makefile("wb") as target:
        try:
            return _session(Connection(source, target))
        finally:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is gone
                pass


def _session(connection: Connection) -> int:
    status = Session(connection).serve()
    if connection.broken is not None:
        print(f"bytescope dap: {connection.broken}", file=sys.stderr)
    return status
