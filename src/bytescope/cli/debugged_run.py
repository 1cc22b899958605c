"""A run that a debug adapter controls: `bytescope run --debug`, which `bytescope dap` starts."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import Any

from bytescope.cli.host_state import HostState
from bytescope.dap.live import LiveSession
from bytescope.recording import record


class DebuggedRun:
    """Records a run, and has it wait where the adapter's client wants.

    Args:
        address: where the adapter is.
        state: the state of the process, to wait with if the program ends at once.

    Raises:
        OSError: if the adapter is not there.
    """

    def __init__(self, address: str, state: HostState) -> None:
        self._session = LiveSession(address)
        self._state = state
        self._stack = ExitStack()
        self._process = os.getpid()

    def start(self) -> None:
        """Record from here on; the program waits at its first instruction."""
        frontier = self._session.frontier
        sys.stdin = frontier.stdin
        self._stack.enter_context(record(frontier=frontier))
        leave = os._exit

        def _exit(status: int) -> None:
            """Exit to the system with specified status, without normal exit processing."""
            with self._state.restored():
                self.finish()
            leave(status)

        replaced: Any = _exit
        os._exit = replaced
        self._stack.callback(setattr, os, "_exit", leave)

    def finish(self) -> int:
        """End the recording, and wait until the client has looked at it; returns 0."""
        if os.getpid() == self._process:
            self._state.flush()
            self._stack.close()
            self._session.frontier.end()
            self._session.wait()
        return 0
