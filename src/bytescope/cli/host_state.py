"""State of this process before the program started, with which reports are made.

A program may end with another `sys.stderr`, replaced built-ins, an empty `sys.path` or a recursion limit of 50. None of
that keeps bytescope from saying what it found.
"""

from __future__ import annotations

import builtins
import os
import sys

from bytescope.loading.hidden_modules import shown
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Iterator, contextmanager

if TYPE_CHECKING:
    from typing import TextIO

_FRAMES = 1000
"""The recursion limit under which reports are made, at least."""


_REPLACED = ("stdout", "stderr", "path")
_MISSING = object()


class HostState:
    """The state of this process.

    Attributes:
        stdout, stderr: the standard streams, which the program may have closed; None if there are none.
    """

    def __init__(self) -> None:
        self.stdout: TextIO | None = sys.stdout
        self.stderr: TextIO | None = sys.stderr
        self._builtins = dict(vars(builtins))
        self._path = list(sys.path)
        self._set_limit, self._limit = sys.setrecursionlimit, sys.getrecursionlimit

    @contextmanager
    def restored(self) -> Iterator[None]:
        """While this context is open, the process is as it was; then what the program has made of it is put back."""
        found, system = dict(vars(builtins)), {name: vars(sys).get(name, _MISSING) for name in _REPLACED}
        limit = self._limit()
        vars(builtins).update(self._builtins)
        streams_before: Any = self.stdout, self.stderr
        (sys.stdout, sys.stderr), sys.path = streams_before, list(self._path)
        self._set_limit(max(limit, _FRAMES))
        try:
            with shown():
                yield
        finally:
            self._set_limit(limit)
            vars(sys).update(system)
            for name in [name for name, value in system.items() if value is _MISSING]:
                delattr(sys, name)
            for name in vars(builtins).keys() - found.keys():
                delattr(builtins, name)
            vars(builtins).update(found)

    def forget_streams(self) -> None:
        """Drop the standard streams, which write out what they hold when nothing refers to them any more."""
        self.stdout = self.stderr = None

    def flush(self) -> None:
        """Write out what the program has printed, without calling anything of the program's."""
        for stream in (self.stderr, self.stdout):
            try:
                if stream is not None:
                    stream.flush()
            except (OSError, ValueError):
                pass

    def end(self, status: int) -> None:
        """End the process at once: without exit handlers, threads and finalizers."""
        self.flush()
        os._exit(status)
