"""Runs of cells that are recorded, to be stepped through."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import bytescope
from bytescope.recording import Recording, record
from bytescope.recording.file import encode

if TYPE_CHECKING:
    from bytescope_page.following import Following

LONGEST = 3_000_000
"""Instructions after which a recorded run is stopped."""

_MEMORY = 256 << 20


class Recorded:
    """The recording of a run: a context around it.

    Args:
        steps: how many steps are kept: the first and the last ones of a longer run.
        following: whether text from outside is followed through it.
    """

    def __init__(self, steps: int, following: bool = False) -> None:
        self.longest = LONGEST
        self.vm = bytescope.VM(stoppable=True, max_instructions=LONGEST)
        self._record = record(steps=steps, memory=_MEMORY, keep="both")
        self._recording: Recording | None = None
        self._following = _following() if following else None
        self._stack = ExitStack()

    def __enter__(self) -> None:
        with ExitStack() as stack:
            self._recording = stack.enter_context(self._record)
            if self._following:
                stack.enter_context(bytescope.attach(self._following, engine="interpreter", include=["__main__"]))
            self._stack = stack.pop_all()

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def data(self) -> bytes:
        """The file of the recording; nothing if nothing has run."""
        if self._recording is None:
            return b""
        tape = self._recording.tape
        tape.notes = self._following.notes() if self._following else []
        return encode(tape, level=1)


def _following() -> Following:
    """Import the taint analysis when it is needed: it is as much as all else together."""
    from bytescope_page.following import Following

    return Following()
