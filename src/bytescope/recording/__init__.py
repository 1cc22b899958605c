"""Recording: a run instruction by instruction, to go back and forth in and to ask afterwards."""

from __future__ import annotations

from bytescope.recording.answers import Divergence, Write
from bytescope.recording.breakpoints import Breakpoint, Place
from bytescope.recording.evaluation import EvaluationFailed
from bytescope.recording.expressions import NotRecorded
from bytescope.recording.frontier import Frontier
from bytescope.recording.html import NoViewer
from bytescope.recording.index import Raise
from bytescope.recording.launch import launch
from bytescope.recording.origins import Origin
from bytescope.recording.recording import Recording
from bytescope.recording.returned import Returned
from bytescope.recording.session import record
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.stepper import Message, Stepper, Stop
from bytescope.recording.tape import ABSENT, Object, Text

__all__ = [
    "ABSENT", "Breakpoint", "Cursor", "Divergence", "EvaluationFailed", "Frame", "Frontier", "Message", "NoViewer",
    "NotRecorded", "Object", "Origin", "Place", "Raise", "Recording", "Returned", "Stepper", "Stop", "Text", "Write",
    "launch", "record",
]  # fmt: skip
