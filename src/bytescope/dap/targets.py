"""Steps to go to: functions that a line calls, passes through a line."""

from __future__ import annotations

from typing import Any

from bytescope.dap.sources import Sources
from bytescope.recording import Recording

__all__ = ["called_next", "passes_of"]

_MOST = 50
"""Targets that are given, at most."""


def called_next(recording: Recording, frame: int, start: int) -> list[dict[str, Any]]:
    """Return the functions that a frame calls between a step and its next line.

    Args:
        recording: the recording.
        frame: the owner number of the frame.
        start: the step.
    """
    index, tape = recording.index, recording.tape
    end = index.next_of(frame, start)
    while end is not None and not index.begins_line(end):
        end = index.next_of(frame, end)
    found = []
    for step in range(start + 1, recording.steps if end is None else end):
        number = tape.frame(step).number
        if index.previous_of(number, step) is None and index.parent(number, step) == frame:
            first = next((each for each in index.of_frame[number] if index.begins_line(each)), step)
            found.append({"id": first, "label": tape.code(step).name, "line": tape.instruction(first).line or 1})
            if len(found) == _MOST:
                break
    return found


def passes_of(recording: Recording, sources: Sources, path: str, line: int, here: int) -> list[dict[str, Any]]:
    """Return the passes through a line that are next to a step, and the first and the last one.

    Args:
        recording: the recording.
        sources: its source files.
        path: the file, as the client knows it.
        line: the line.
        here: the step.
    """
    tape, index = recording.tape, recording.index
    wanted = [line in code.starts.values() and sources.same(path, code.file) for code in tape.codes]
    passes = sorted(
        step
        for steps in index.of_frame.values()
        if wanted[tape.frame(steps[0]).code]
        for step in steps
        if index.begins_line(step) and tape.instruction(step).line == line
    )
    chosen: dict[int, dict[str, Any]] = {}
    for label, step in (
        ("next", next((step for step in passes if step > here), None)),
        ("previous", next((step for step in reversed(passes) if step < here), None)),
        ("first", passes[0] if passes else None),
        ("last", passes[-1] if passes else None),
    ):
        if step is not None and step not in chosen:
            text = f"{label}: pass {passes.index(step) + 1} of {len(passes)}, step {step}"
            chosen[step] = {"id": step, "label": text, "line": line}
    return list(chosen.values())
