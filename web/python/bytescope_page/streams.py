"""Standard streams whose other end is the page."""

from __future__ import annotations

import codecs
import contextvars
import io
import sys
from collections.abc import Callable
from typing import Any

cell: contextvars.ContextVar[int] = contextvars.ContextVar("cell", default=0)
"""The cell whose code runs. A task inherits it from the code that made it, so its output finds its way back."""


class Output(io.RawIOBase):
    """Bytes written to it are decoded and given to the page, with the cell that wrote them.

    Args:
        name: `stdout` or `stderr`.
        bridge: the page's end.
    """

    def __init__(self, name: str, bridge: Any) -> None:
        self._name = name
        self._write = bridge.write
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.before: io.TextIOBase | None = None

    def writable(self) -> bool:
        """True."""
        return True

    def fileno(self) -> int:
        """1 or 2."""
        return 1 if self._name == "stdout" else 2

    def write(self, data: Any, /) -> int:
        """Give text to the page, after what another stream still holds back."""
        if self.before is not None:
            self.before.flush()
        text = self._decode(data)
        if text:
            self._write(cell.get(), self._name, text)
        return len(data)


class Input(io.RawIOBase):
    """Lines that the reader types; none is the end of the input.

    Args:
        read_line: waits for one.
    """

    def __init__(self, read_line: Callable[[int], str]) -> None:
        self._read_line = read_line
        self._rest = b""

    def readable(self) -> bool:
        """True."""
        return True

    def fileno(self) -> int:
        """0."""
        return 0

    def readinto(self, buffer: Any, /) -> int:
        """Wait for a line."""
        if not self._rest:
            sys.stdout.flush()
            sys.stderr.flush()
            self._rest = self._read_line(cell.get()).encode("utf-8", "surrogatepass")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def install(bridge: Any, read_line: Callable[[int], str]) -> None:
    """Make the three standard streams anew: a program may have closed or replaced them.

    Args:
        bridge: the page's end.
        read_line: see `Input`.
    """
    out = io.TextIOWrapper(io.BufferedWriter(Output("stdout", bridge)), "utf-8", "strict", "", line_buffering=True)
    raw = Output("stderr", bridge)
    raw.before = out
    error = io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", "", line_buffering=True)
    error.reconfigure(write_through=True)
    sys.stdout = sys.__stdout__ = out
    sys.stderr = sys.__stderr__ = error
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(Input(read_line)), "utf-8")


def flush() -> None:
    """Let go of what the streams hold back, whatever they are by now."""
    for stream in (sys.__stdout__, sys.__stderr__, sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except Exception:
            pass  # it is closed, or a program's own: there is nothing that can be saved
