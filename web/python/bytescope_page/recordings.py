"""Runs of cells that are recorded, to be stepped through."""

from __future__ import annotations

import bytescope
from bytescope.recording import Recording, record
from bytescope.recording.file import encode

LONGEST = 3_000_000
"""Instructions after which a recorded run is stopped."""

_MEMORY = 256 << 20


class Recorded:
    """The recording of a run: a context around it.

    Args:
        steps: how many steps are kept: the first and the last ones of a longer run.
    """

    def __init__(self, steps: int) -> None:
        self.longest = LONGEST
        self.vm = bytescope.VM(stoppable=True, max_instructions=LONGEST)
        self._record = record(steps=steps, memory=_MEMORY, keep="both")
        self._recording: Recording | None = None

    def __enter__(self) -> None:
        self._recording = self._record.__enter__()

    def __exit__(self, *error: object) -> None:
        self._record.__exit__(*error)

    def data(self) -> bytes:
        """The file of the recording; nothing if nothing has run."""
        return b"" if self._recording is None else encode(self._recording.tape, level=1)
