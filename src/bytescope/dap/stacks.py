"""Threads and their stacks at the position."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import cached_property
from typing import Any

from bytescope.dap.connection import RequestError
from bytescope.dap.instructions import address_of
from bytescope.dap.sources import Sources
from bytescope.recording import Cursor, Recording
from bytescope.recording.state import Frame
from bytescope.recording.tape import ENTRY, PARENT, RETURNED, FrameOwner

__all__ = ["Stacks"]


class Stacks:
    """The threads of a recording, and the frames on their stacks.

    Args:
        recording: the recording.
        sources: its source files.
    """

    def __init__(self, recording: Recording, sources: Sources) -> None:
        self.recording, self.sources = recording, sources

    @cached_property
    def _steps(self) -> dict[int, array[int]]:
        """The steps of each thread, by the thread's identifier, in the order in which the threads begin."""
        tape = self.recording.tape
        found: dict[int, array[int]] = {}
        threads = [each.thread if isinstance(each, FrameOwner) else 0 for each in tape.owners]
        for step, number in enumerate(tape.rows[0::3]):
            steps = found.get(threads[number])
            if steps is None:
                steps = found[threads[number]] = array("I")
            steps.append(step)
        return found

    def thread(self, step: int) -> int:
        """Return the number of the thread that executes a step."""
        return list(self._steps).index(self.recording.tape.frame(step).thread) + 1

    def threads(self, step: int) -> list[dict[str, Any]]:
        """Return the threads that have executed something by a step, and will still."""
        found = []
        here = self.thread(step)
        for number, steps in enumerate(self._steps.values(), 1):
            if number == here or steps[0] <= step <= steps[-1]:
                found.append({"id": number, "name": "MainThread" if number == 1 else f"Thread-{number - 1}"})
        return found

    def frames(self, cursor: Cursor, thread: int) -> list[Frame]:
        """Return the frames of a thread, the innermost first.

        Raises:
            RequestError: if there is no such thread.
        """
        threads = list(self._steps.values())
        if not 0 < thread <= len(threads):
            raise RequestError(f"there is no thread {thread}")
        steps = threads[thread - 1]
        at = bisect_right(steps, cursor.step)
        if at == 0:
            return []
        latest = steps[at - 1]
        if latest == cursor.step:
            return cursor.frames
        tape = self.recording.tape
        found = [cursor.frame(tape.frame(latest).number, tape.index(latest))]
        while isinstance(parent := found[-1].slots.get(PARENT), int):
            found.append(cursor.frame(parent))
        return found

    def frame(self, cursor: Cursor, number: int | None) -> Frame:
        """Return the frame that a client calls by a number, the innermost one for None.

        Raises:
            RequestError: if there is none.
        """
        if number is None:
            return cursor.frames[0]
        for thread in self.threads(cursor.step):
            for frame in self.frames(cursor, thread["id"]):
                if frame.number == number - 1:
                    return frame
        raise RequestError(f"there is no frame {number} here")

    def shown(self, frame: Frame) -> dict[str, Any]:
        """Return a frame as the protocol has it."""
        code = frame.code
        line, end, column, last = frame.instruction.position or (None, None, None, None)
        found: dict[str, Any] = {
            "id": frame.number + 1,
            "name": code.name,
            "line": line or code.first_line,
            "column": 1,
            "source": self.sources.shown(code.file),
            "instructionPointerReference": address_of(frame.owner.code, frame.index),
            "moduleId": code.module,
        }
        if line and column is not None:
            found["column"] = self.sources.column(code.file, line, column) + 1
            if end and last is not None:
                found["endLine"] = end
                found["endColumn"] = self.sources.column(code.file, end, last) + 1
        return found

    def returned(self, start: int, cursor: Cursor) -> list[tuple[str, Any]]:
        """Return what this frame's calls between a step and the position have returned, with their names."""
        tape, frames = self.recording.tape, cursor.frames
        if start >= cursor.step or not frames:
            return []
        here, index, log = frames[0].number, self.recording.index, tape.log
        found = []
        for place in range(tape.place(start), tape.place(cursor.step), ENTRY):
            if log[place + 1] == RETURNED:
                owner = tape.owners[log[place]]
                if isinstance(owner, FrameOwner) and index.parent(owner.number, tape.step_of(place)) == here:
                    found.append((tape.codes[owner.code].name, log[place + 3]))
        return found[-_RETURNED:]


_RETURNED = 20
"""How many values are shown that calls have returned."""
