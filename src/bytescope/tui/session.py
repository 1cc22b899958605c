"""A session: what is asked of a stepper in the terminal, and its answers, as data."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bytescope.dap.breakpoints import Options
from bytescope.dap.connection import RequestError
from bytescope.dap.console import Console
from bytescope.recording import Breakpoint, EvaluationFailed, NotRecorded, Stepper, Stop
from bytescope.recording.showing import text_of
from bytescope.tui.view import view_of

__all__ = ["Recorded", "Session"]

Answer = dict[str, Any]

BREAKPOINTS = (
    "write LINE, FILE:LINE, def FUNCTION, raise [ERROR], uncaught or write NAME, and `if CONDITION` if you like"
)
_MOVES = ("instruction", "into", "over", "out", "run")


class Session:
    """A stepper, the frame that is looked at, and breakpoints with names.

    Args:
        stepper: the stepper, of a recording of at least one step.
    """

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self._console = Console(stepper.recording, lambda: None)
        self._frame = 0
        self._breakpoints: dict[str, Breakpoint] = {}
        self._requests: dict[str, Callable[[dict[str, Any]], list[str]]] = {
            "begin": lambda request: self._begin(),
            "move": lambda request: self._move(str(request["name"]), bool(request.get("back"))),
            "go": lambda request: self._go(int(request["step"])),
            "to": lambda request: self._to(int(request["line"]), str(request["file"]), bool(request.get("back"))),
            "raise": lambda request: self._raise(),
            "find": lambda request: self._find(str(request["text"])),
            "answer": lambda request: self._answer(str(request["text"])),
            "set": lambda request: self._set(str(request["text"])),
            "feed": lambda request: self._arrived(self._stepper.feed(str(request["text"]))),
            "break": lambda request: self._break(str(request["text"])),
            "frame": lambda request: self._turn(int(request["by"])),
        }

    def ask(self, request: dict[str, Any]) -> Answer:
        """Do what is asked for, or answer it.

        Args:
            request: "do" and what that needs.

        Returns:
            "view": what is to be shown now; "lines": what is to be said; "error": why it could not be done, or "".
            For a "text": "text".
        """
        lines, error = [], ""
        if request["do"] == "text":
            return {"text": self._stepper.recording.tape.sources.get(str(request["name"]), "")}
        try:
            lines = self._requests[request["do"]](request)
        except IndexError:
            error = f"there is no step {request.get('step')}: there are steps 0 to {self._stepper.recording.steps - 1}"
        except (EvaluationFailed, NotRecorded, RequestError, ValueError, RuntimeError) as problem:
            error = str(problem)
        lines = [*(message.text for message in self._stepper.messages), *lines]
        self._stepper.messages.clear()
        if self._stepper.step >= self._stepper.recording.steps:
            self._stepper.go(self._stepper.recording.steps - 1)
        return {
            "view": view_of(self._stepper, self._frame, self._breakpoints)._asdict(),
            "lines": lines,
            "error": error,
        }

    # --- moves

    def _begin(self) -> list[str]:
        """Go to the first line."""
        index = self._stepper.recording.index
        if not index.begins_line(self._stepper.step):
            self._stepper.into()
        return []

    def _move(self, name: str, back: bool) -> list[str]:
        if name not in _MOVES:
            raise ValueError(f"there is no move {name!r}")
        return self._arrived(getattr(self._stepper, name)(back=back), name != "run")

    def _go(self, step: int) -> list[str]:
        steps = self._stepper.recording.steps
        return self._arrived(self._stepper.go(step if step >= 0 else max(steps + step, 0)))

    def _to(self, line: int, file: str, back: bool) -> list[str]:
        """Run to a line, past all breakpoints but those on the way."""
        place = self._line(line, file)
        kept = list(self._stepper.breakpoints)
        self._stepper.breakpoints.append(Breakpoint(line=place, file=file))
        try:
            return self._arrived(self._stepper.run(back), False)
        finally:
            self._stepper.breakpoints = kept

    def _raise(self) -> list[str]:
        """Go to where the exception has come up that arrived here last, or that has ended the program."""
        try:
            return self._arrived(self._stepper.to_raise(None, self._frame))
        except NotRecorded:
            return self._arrived(self._stepper.post_mortem())

    def _find(self, text: str) -> list[str]:
        step = self._console.found(text, self._stepper.step)
        if step is None:
            raise RequestError(f"not found: {text}")
        return [*self._arrived(self._stepper.go(step)), f"found: {text}"]

    def _arrived(self, stop: Stop, by_line: bool = True) -> list[str]:
        """Return what is to be said of a stop, after a move by a line also what its calls have returned."""
        self._frame = 0
        returned = stop.returned if by_line else ()
        lines = [f"{each.name} returned {text_of(each.value, self._stepper.cursor)}" for each in returned]
        if stop.breakpoint is not None:
            lines += [f"breakpoint: {name}" for name, each in self._breakpoints.items() if each == stop.breakpoint]
        if stop.raised is not None:
            lines.append(f"{text_of(stop.raised.exception, self._stepper.cursor)} comes up here")
        if stop.reason == "end" and self._stepper.frontier is not None and self._stepper.recording.index.uncaught:
            return [*lines, "the program has ended", *self._arrived(self._stepper.post_mortem())]
        said = {"end": "the end", "begin": "the beginning", "input": "the program waits for input", "pause": "paused"}
        return [*lines, said[stop.reason]] if stop.reason in said else lines

    def _turn(self, by: int) -> list[str]:
        self._frame = max(0, min(self._frame + by, len(self._stepper.frames) - 1))
        return []

    # --- questions

    def _answer(self, text: str) -> list[str]:
        """Answer a question to the recording, or evaluate an expression."""
        stepper = self._stepper
        frame = stepper.frames[min(self._frame, len(stepper.frames) - 1)]
        answer = self._console.answer(text, frame)
        if answer is not None:
            return answer.splitlines()
        value = stepper.evaluate(text, self._frame) if stepper.is_live else self._console.evaluate(text, frame)
        return [f"{text.strip()} = {text_of(value, stepper.cursor, 2000)}"]

    def _set(self, text: str) -> list[str]:
        target, equals, value = text.partition("=")
        if not equals or not target.strip():
            raise RequestError("write: NAME = EXPRESSION")
        found = self._stepper.set(target.strip(), value.strip(), self._frame)
        return [f"{target.strip()} is now {text_of(found, self._stepper.cursor)}"]

    # --- breakpoints

    def _break(self, text: str) -> list[str]:
        """Set a breakpoint, or take away the one that is called so."""
        name, breakpoint = self._parsed(text.strip())
        if self._breakpoints.pop(name, None) is None:
            self._breakpoints[name] = breakpoint
        self._stepper.breakpoints = list(self._breakpoints.values())
        return [f"breakpoint {'set' if name in self._breakpoints else 'removed'}: {name}"]

    def _parsed(self, text: str) -> tuple[str, Breakpoint]:
        what, _, condition = text.partition(" if ")
        options = Options(condition)
        word, _, rest = what.strip().partition(" ")
        rest = rest.strip()
        if (found := re.fullmatch(r"(?:(.+):)?(\d+)", what.strip())) is not None:
            frame = self._stepper.frames[min(self._frame, len(self._stepper.frames) - 1)]
            file = found[1] or frame.code.text_name
            line = self._line(int(found[2]), file)
            name, breakpoint = f"{file}:{line}", options.breakpoint(line=line, file=file)
        elif word == "def" and rest:
            name, breakpoint = f"def {rest}", options.breakpoint(function=rest)
        elif word == "raise":
            name, breakpoint = f"raise {rest}".strip(), options.breakpoint(exception=rest or "*")
        elif word == "uncaught" and not rest:
            name, breakpoint = word, options.breakpoint(uncaught=True)
        elif word == "write" and rest:
            name, breakpoint = f"write {rest}", options.breakpoint(write=self._stepper.place(rest, self._frame))
        else:
            raise RequestError(BREAKPOINTS)
        return f"{name} if {condition.strip()}" if condition.strip() else name, breakpoint

    def _line(self, line: int, file: str) -> int:
        found = self._stepper.line_of(line, file)
        if found is None:
            raise RequestError(f"no line of {file} from {line} on holds code")
        return found


class Recorded(Session):
    """A session in the process of the terminal: with a recording, whose program does not run any more.

    Args:
        stepper: the stepper.
    """

    def __init__(self, stepper: Stepper) -> None:
        super().__init__(stepper)
        self.written: list[tuple[str, str]] = []
        self.changed: Callable[[], object] = lambda: None

    def pause(self) -> None:
        """Do nothing: there is no program that runs."""

    def close(self) -> None:
        """Do nothing: there is no process to end."""
