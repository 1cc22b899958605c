"""Input typed in the client: expressions, questions to the recording, and completions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bytescope.dap.connection import RequestError
from bytescope.recording import NotRecorded, Recording
from bytescope.recording.expressions import evaluate, holds, parse
from bytescope.recording.showing import parts_of, text_of
from bytescope.recording.state import Frame
from bytescope.recording.tape import ABSENT, Object

__all__ = ["HELP", "Console"]

HELP = """\
an expression          its value here, on what is recorded: no code of the program is executed
why NAME               where the value of a name, an attribute or an item comes from
born NAME              the step at which the object was first seen
history NAME           all that was written to it
find EXPRESSION        the next step at which a line begins and the expression is true; `find back` the previous one
log LINE EXPRESSION    what the expression was each time that control came to that line of this file
step                   the number of this step
"""

_SHOWN = 200
"""Lines of an answer, at most."""


class Console:
    """Answers in text.

    Args:
        recording: the recording.
        check: called now and then, to give up.
    """

    def __init__(self, recording: Recording, check: Callable[[], None]) -> None:
        self._recording, self._check = recording, check
        self._questions: dict[str, Callable[[str, Frame, int], str]] = {
            "why": self._why,
            "born": self._born,
            "history": self._history,
            "find": self._find,
            "log": self._log,
        }

    def evaluate(self, text: str, frame: Frame) -> Any:
        """Return the value of an expression.

        Raises:
            RequestError: if it is none, or cannot be evaluated on what is recorded.
        """
        try:
            return evaluate(text, frame)
        except (NotRecorded, ValueError) as error:
            raise RequestError(str(error)) from None

    def answer(self, text: str, frame: Frame) -> str | None:
        """Return the answer to a question, None if the text is none but an expression.

        Args:
            text: the question, or an expression.
            frame: the frame that it is about.

        Raises:
            RequestError: if it cannot be answered.
        """
        text = text.strip()
        if text in ("help", "?"):
            return HELP
        if text == "step":
            return f"step {frame.cursor.step} of {self._recording.steps}"
        word, _, rest = text.partition(" ")
        question = self._questions.get(word)
        if question is None or not rest.strip() or rest.lstrip()[:1] in ("=", ".", "(", "[", ","):
            return None
        frames = [each.number for each in frame.cursor.frames]
        if frame.number not in frames:
            raise RequestError(f"{word} needs a frame of the thread that executes this step")
        try:
            return question(rest.strip(), frame, frames.index(frame.number))
        except (NotRecorded, ValueError) as error:
            raise RequestError(str(error)) from None

    # --- questions

    def _why(self, name: str, frame: Frame, at: int) -> str:
        return str(self._recording.why(name, frame.cursor.step, at))

    def _born(self, name: str, frame: Frame, at: int) -> str:
        value = evaluate(name, frame)
        if type(value) is not Object:
            raise RequestError(f"{name} is {text_of(value)}, whose birth is not recorded: `why {name}` says more")
        step = value.birth - self._recording.forgotten
        return f"{text_of(value, frame.cursor)}: first seen {self._at(step)}"

    def _history(self, name: str, frame: Frame, at: int) -> str:
        lines = []
        for write in self._recording.writes(name, frame.cursor.step, at):
            self._check()
            old, new = (text_of(each) if each is not ABSENT else "nothing" for each in (write.old, write.new))
            lines.append(f"{self._at(write.step)}: {new}, was {old}")
        return _some(lines) or f"nothing was written to {name} while it was recorded"

    def _find(self, text: str, frame: Frame, at: int) -> str:
        step = self.found(text, frame.cursor.step)
        return f"not found: {text}" if step is None else f"true {self._at(step)}"

    def found(self, text: str, start: int) -> int | None:
        """Return the next step at which a line begins and an expression is true; None if there is none.

        Args:
            text: the expression; with "back" before it, the previous step.
            start: where to begin; it does not count.

        Raises:
            ValueError: if it is no expression.
        """
        back = text.startswith("back ")
        condition = parse(text.removeprefix("back "))
        recording = self._recording
        cursor = recording.at(start)
        for step in range(start - 1, -1, -1) if back else range(start + 1, recording.steps):
            if recording.index.begins_line(step):
                self._check()
                cursor.go(step)
                try:
                    if holds(condition, cursor.frames[0]):
                        return step
                except NotRecorded:
                    pass
        return None

    def _log(self, text: str, frame: Frame, at: int) -> str:
        found = re.fullmatch(r"(\d+)\s+(.+)", text, re.DOTALL)
        if found is None:
            raise RequestError("write: log LINE EXPRESSION")
        lines = []
        for step, value in self._recording.log(int(found[1]), found[2], frame.code.file):
            self._check()
            shown = str(value) if isinstance(value, NotRecorded) else text_of(value, self._recording.at(step))
            lines.append(f"step {step}: {shown}")
        return _some(lines) or f"control never came to line {found[1]}"

    def _at(self, step: int) -> str:
        if step < 0:
            return "before the steps that are kept"
        tape = self._recording.tape
        return f"at step {step}, {tape.code(step).name}, line {tape.instruction(step).line}"

    # --- completions

    def completions(self, text: str, column: int, frame: Frame) -> list[dict[str, Any]]:
        """Return what a text may go on with.

        Args:
            text: the text.
            column: the number of characters before the cursor.
            frame: the frame whose names count.
        """
        before = text[: max(column, 0)]
        found = re.search(r"((?:\w|\.|\[[^\[\]]*\])*\.)?(\w*)$", before)
        owner, start = (found[1], found[2]) if found else (None, "")
        if owner:
            try:
                value = evaluate(owner[:-1], frame)
            except (NotRecorded, ValueError):
                return []
            parts = parts_of(value, frame.cursor) if type(value) is Object else []
            names = [part.name for part in parts if part.access is not None and part.access.startswith(".")]
        else:
            spaces = (frame.variables, frame.names, frame.globals)
            names = list(dict.fromkeys(name for space in spaces for name in space if type(name) is str))
            names += list(self._questions) if before == start else []
        return [
            {
                "label": name,
                "start": len(before) - len(start),
                "length": len(start),
                "type": _kind(name, self._questions),
            }
            for name in names
            if name.startswith(start)
        ]


def _kind(name: str, questions: Any) -> str:
    return "keyword" if name in questions else "variable"


def _some(lines: list[str]) -> str:
    more = len(lines) - _SHOWN
    return "\n".join([*lines[:_SHOWN], *([f"... {more} more"] if more > 0 else [])])
