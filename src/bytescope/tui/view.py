"""Terminal's view of a position in a recording, as data: another process may compute it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bytescope.recording import Breakpoint, Object, Stepper
from bytescope.recording.lines import matches
from bytescope.recording.showing import text_of
from bytescope.recording.state import Frame

__all__ = ["View", "view_of"]

INSTRUCTIONS = 60
"""Instructions that are given on either side of the current one."""

_OUTPUT = 4000
_WIDTH = 120
"""Characters that are given of output, and of a value, at most."""


class View(NamedTuple):
    """A position, as it is shown.

    step, steps: the position, and the number of steps; state: "past", "waits" (the program, right here), "input" (it
    waits for some) or "end"; function, text, line: where that is; span: line, end line, column, end column of what the
    instruction stands for, or None; first: the index of the first of the instructions; at: that of the one at hand;
    instructions: their texts and lines; operands: the topmost first, and whether the instruction takes it; frames:
    name, line and note; frame: which one is shown; number: its owner number; variables: name, value, and whether that
    may be stale; output: what the program has written by then; breakpoints: as texts; marks: lines of this text with
    one.
    """

    step: int
    steps: int
    state: str
    function: str
    text: str
    line: int | None
    span: tuple[int, int, int, int] | None
    first: int
    at: int
    instructions: list[tuple[str, int | None]]
    operands: list[tuple[str, bool]]
    frames: list[tuple[str, int | None, str]]
    frame: int
    number: int
    variables: list[tuple[str, str, bool]]
    output: str
    breakpoints: list[str]
    marks: list[int]


def view_of(stepper: Stepper, at: int, breakpoints: dict[str, Breakpoint]) -> View:
    """Return what is shown where a stepper stands.

    Args:
        stepper: the stepper, of a recording of at least one step; not at its end.
        at: which frame of the stack is shown; the innermost is 0.
        breakpoints: by how they are called.
    """
    recording, frames = stepper.recording, stepper.frames
    at = max(0, min(at, len(frames) - 1))
    frame = frames[at]
    code, index = frame.code, frame.index
    if code.text_name not in recording.tape.sources:
        recording.read_sources()
    first = max(0, index - INSTRUCTIONS)
    shown = code.instructions[first : index + INSTRUCTIONS]
    return View(
        stepper.step, recording.steps, _state(stepper), code.name, code.text_name, frame.line, frame.span,
        first, index, [(each.text, each.line) for each in shown], list(_operands(frame)),
        [(each.code.name, each.line, _note(each, depth)) for depth, each in enumerate(frames)], at, frame.number,
        list(_variables(frame)), recording.output(stepper.step)[-_OUTPUT:], list(breakpoints),
        _marks(breakpoints.values(), code.text_name, stepper),
    )  # fmt: skip


def _state(stepper: Stepper) -> str:
    frontier = stepper.frontier
    if stepper.step < stepper.recording.steps - 1:
        return "past"
    if frontier is None or not frontier.runs:
        return "end"
    return "input" if frontier.wants_input else "waits"


def _note(frame: Frame, depth: int) -> str:
    return f"handles {frame.signal}" if frame.signal else "" if depth else "here"


def _operands(frame: Frame) -> Iterator[tuple[str, bool]]:
    operands, used = frame.operands, frame.instruction.operands
    for place in range(len(operands) - 1, -1, -1):
        yield text_of(operands[place], frame.cursor, _WIDTH), place >= len(operands) - used


def _variables(frame: Frame) -> Iterator[tuple[str, str, bool]]:
    """Yield the variables of a frame, and the names of class and module code; functions, classes and modules last."""
    found = {**frame.variables}
    found |= {name: value for name, value in frame.names.items() if type(name) is str and not name.startswith("__")}
    cursor = frame.cursor
    for last in (False, True):
        for name, value in found.items():
            if (type(value) is Object and bool(value.label)) is last:
                stale = type(value) is Object and cursor.may_be_stale(value)
                yield name, text_of(value, cursor, _WIDTH), stale


def _marks(breakpoints: Iterable[Breakpoint], text: str, stepper: Stepper) -> list[int]:
    return [
        each.line
        for each in breakpoints
        if each.line is not None and matches(text, each.file) and each.function is None and each.offset is None
    ]
