"""Threads and their stacks at the position."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import Any

from bytescope.dap.connection import RequestError
from bytescope.dap.instructions import address_of
from bytescope.dap.sources import Sources
from bytescope.recording import Cursor, Recording
from bytescope.recording.state import Frame
from bytescope.recording.tape import PARENT, ROW, FrameOwner

__all__ = ["Stacks"]


class Stacks:
    """The threads of a recording, and the frames on their stacks.

    Args:
        recording: the recording.
        sources: its source files.
    """

    def __init__(self, recording: Recording, sources: Sources) -> None:
        self.recording, self.sources = recording, sources

        self._known: dict[int, array[int]] = {}
        self._end = self._forgotten = 0

    @property
    def _steps(self) -> dict[int, array[int]]:
        """The steps of each thread, by the thread's identifier, in the order in which the threads begin."""
        tape = self.recording.tape
        tape.settle()
        if tape.forgotten != self._forgotten:
            self._known, self._end, self._forgotten = {}, 0, tape.forgotten
        for step, number in enumerate(tape.rows[self._end * ROW :: ROW], self._end):
            owner = tape.owners[number]
            assert isinstance(owner, FrameOwner)
            steps = self._known.get(owner.thread)
            if steps is None:
                steps = self._known[owner.thread] = array("I")
            steps.append(step)
        self._end = self.recording.steps
        return self._known

    def thread(self, step: int) -> int:
        """Return the number of the thread that executes a step."""
        return list(self._steps).index(self.recording.tape.frame(step).thread) + 1

    def threads(self, step: int) -> list[dict[str, Any]]:
        """Return the threads that have executed something by a step, and will still."""
        found = []
        here = self.thread(step)
        for number, steps in enumerate(self._steps.values(), 1):
            if number == here or (steps[0] <= step and (step <= steps[-1] or not self._has_ended(steps[-1]))):
                found.append({"id": number, "name": "MainThread" if number == 1 else f"Thread-{number - 1}"})
        return found

    def _has_ended(self, step: int) -> bool:
        """Return True if the outermost frame of a thread has ended, as far as the recording goes, after a step."""
        index, number = self.recording.index, self.recording.tape.frame(step).number
        while (parent := index.parent(number, step)) is not None:
            number = parent
        return index.has_ended(number)

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
            "name": f"{code.name} (handles {frame.signal})" if frame.signal else code.name,
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
