"""Recording: a run instruction by instruction, to go back and forth in and to ask afterwards."""

from __future__ import annotations

from bytescope.recording.expressions import NotRecorded
from bytescope.recording.origins import Origin
from bytescope.recording.recording import Divergence, Recording, Write
from bytescope.recording.session import record
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.stepper import Breakpoint, Stepper, Stop
from bytescope.recording.tape import ABSENT, Object, Text

__all__ = [
    "ABSENT", "Breakpoint", "Cursor", "Divergence", "Frame", "NotRecorded", "Object", "Origin", "Recording", "Stepper",
    "Stop", "Text", "Write", "record",
]  # fmt: skip
