"""Standard input of a program that is controlled from elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable

__all__ = ["Input"]


class Input(io.TextIOBase):
    """A text file whose lines are asked for when they are read.

    Args:
        line: returns the next line with its end, "" at the end of the input.
    """

    encoding = "utf-8"
    errors = "strict"
    name = "<stdin>"
    mode = "r"

    def __init__(self, line: Callable[[], str]) -> None:
        self._next = line
        self._rest = ""

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        """Return the next line, or its first characters; "" at the end."""
        line = self._rest or self._next()
        cut = len(line) if size is None or size < 0 else size
        self._rest = line[cut:]
        return line[:cut]

    def read(self, size: int | None = -1, /) -> str:
        """Return what follows, up to a number of characters; "" at the end."""
        found = ""
        while size is None or size < 0 or len(found) < size:
            line = self.readline(-1 if size is None or size < 0 else size - len(found))
            if not line:
                break
            found += line
        return found
