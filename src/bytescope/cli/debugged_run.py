"""A run that is controlled from elsewhere: `bytescope run --debug` by `bytescope dap`, `--step` by `bytescope step`."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import Any, Protocol

from bytescope.cli.host_state import HostState
from bytescope.recording import Frontier, record


class Controller(Protocol):
    """A session in a thread of its own."""

    frontier: Frontier

    def wait(self) -> None:
        """Wait until it has looked at the run enough."""


class DebuggedRun:
    """Records a run, and has it wait where whoever controls it wants.

    Args:
        session: a session with the one that controls it.
        state: the state of the process, to wait with if the program ends at once.
    """

    def __init__(self, session: Controller, state: HostState) -> None:
        self._session = session
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
