"""The record of a frame: what the recorder keeps of it beside the frame's registers."""

from __future__ import annotations

from bytescope.recording.tape import ROW

NUMBER, RECORDER, WAITING, HELD = range(4)
"""Positions in the record of a frame, where registers have their header: the frame's owner number, its recorder, the
index of the instruction whose request it waits for, and what the request may change, or `DELEGATES`. After the header
come the logged variables and operands."""

DELEGATES = "delegates"
"""The frame waits for a delegation: what it delegates to is resumed without it."""

RECENT = ROW * 16_384
"""Numbers in the latest rows from which they are moved."""
