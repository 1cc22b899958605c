"""The process of the program: its output as it comes, its end, and how to end it."""

from __future__ import annotations

import codecs
import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import IO

__all__ = ["Debuggee"]

_PATIENCE = 2.0
"""Seconds for which output is waited for after the program's end."""

_decoder = codecs.getincrementaldecoder("utf-8")


class Debuggee:
    """A program that runs in a process of its own.

    Args:
        command: the words of its command line.
        cwd: its folder.
        env: its environment.
        output: called with "stdout" or "stderr" and what it writes there.
        ended: called with the exit status once it has ended and all of its output was passed on.

    Raises:
        OSError: if it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: str,
        env: dict[str, str],
        output: Callable[[str, str], None],
        ended: Callable[[int], None],
    ) -> None:
        import subprocess  # here, because not every platform has what it imports

        self._output, self._ended = output, ended
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.pid = self._process.pid
        pipes = {"stdout": self._process.stdout, "stderr": self._process.stderr}
        self._pumps = [
            threading.Thread(target=self._pump, args=(name, pipe), name=f"bytescope-dap-{name}", daemon=True)
            for name, pipe in pipes.items()
        ]
        for each in self._pumps:
            each.start()
        threading.Thread(target=self._wait, name="bytescope-dap-wait", daemon=True).start()

    def _pump(self, name: str, pipe: IO[bytes]) -> None:
        decode = _decoder("replace").decode
        while data := os.read(pipe.fileno(), 1 << 16):
            if text := decode(data):
                self._output(name, text)
        if text := decode(b"", True):
            self._output(name, text)

    def _wait(self) -> None:
        status = self._process.wait()
        for each in self._pumps:
            each.join(_PATIENCE)  # a process that the program has left behind may hold them open
        for pump, pipe in zip(self._pumps, (self._process.stdout, self._process.stderr), strict=True):
            if pipe is not None and not pump.is_alive():
                pipe.close()
        self._ended(status)

    @property
    def runs(self) -> bool:
        """Return True if it has not ended."""
        return self._process.poll() is None

    def interrupt(self) -> None:
        """Interrupt it as Ctrl-C does."""
        self._signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))

    def kill(self) -> None:
        """End it at once, and on POSIX what it has started."""
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _signal(self, number: int) -> None:
        if not self.runs:
            return
        try:
            if hasattr(os, "killpg"):
                os.killpg(self.pid, number)
            else:
                self._process.send_signal(number)
        except OSError:  # it has just ended
            pass
