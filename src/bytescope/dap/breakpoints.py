"""Breakpoints: the steps of a recording that each of them is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import count
from typing import Any, ClassVar

from bytescope.dap.lines import Place
from bytescope.recording import NotRecorded, Recording
from bytescope.recording.expressions import evaluate, holds, parse
from bytescope.recording.showing import text_of
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import ENTRY, PARENT, RAISED, STATUS, FrameOwner, Object

__all__ = [
    "Breakpoint", "DataBreakpoint", "ExceptionBreakpoint", "FunctionBreakpoint", "InstructionBreakpoint",
    "LineBreakpoint", "uncaught",
]  # fmt: skip

_numbers = count(1)


class Breakpoint:
    """Where to stop, or what to write when control comes there.

    Args:
        condition: an expression that must be true as well, or "".
        hits: which of its hits it stops at: "3" (the third), ">= 3", "% 3" and the like, or "" for all.
        message: what is written instead of stopping, with expressions in braces, or "".

    Raises:
        ValueError: if one of them is malformed.
    """

    reason: ClassVar[str] = "breakpoint"

    def __init__(self, condition: str = "", hits: str = "", message: str = "") -> None:
        self.number = next(_numbers)
        self.text = condition.strip()
        self.message = message
        self._condition = parse(self.text) if self.text else None
        self._hits = _hit_condition(hits) if hits.strip() else None
        self._parts = _message_parts(message) if message else []
        self._reported: set[str] = set()

    def steps(self, recording: Recording) -> Iterable[int]:
        """Yield the steps that it is about, whatever its condition says."""
        raise NotImplementedError

    def stops(self, cursor: Cursor, hits: Callable[[], int], report: Callable[[str], None]) -> bool:
        """Return True if it stops at a position, one of its steps.

        Args:
            cursor: the position.
            hits: returns how often its condition has been true until here.
            report: called with a text if its condition cannot be evaluated here, once for each reason.
        """
        return self.true(cursor.frames[0], report) and (self._hits is None or self._hits(hits()))

    @property
    def counts(self) -> bool:
        """Return True if it matters how often it is hit."""
        return self._hits is not None

    def true(self, frame: Frame, report: Callable[[str], None]) -> bool:
        """Return True if its condition is true; one that cannot be evaluated is not, and is reported."""
        if self._condition is None:
            return True
        try:
            return holds(self._condition, frame)
        except NotRecorded as error:
            self._report(f"the condition {self.text!r} cannot be evaluated: {error}", frame, report)
            return False

    def written(self, frame: Frame, report: Callable[[str], None]) -> str:
        """Return what its message says at a position."""
        found = []
        for part in self._parts:
            if isinstance(part, str):
                found.append(part)
                continue
            try:
                value = evaluate(part, frame)
                found.append(value if isinstance(value, str) else text_of(value, frame.cursor))
            except NotRecorded as error:
                found.append("?")
                self._report(f"the message {self.message!r} cannot be evaluated: {error}", frame, report)
        return "".join(found)

    def _report(self, text: str, frame: Frame, report: Callable[[str], None]) -> None:
        if text not in self._reported:
            self._reported.add(text)
            report(f"breakpoint at {frame.code.file}:{frame.line}: {text}")


def _hit_condition(text: str) -> Callable[[int], bool]:
    found = re.fullmatch(r"\s*(==|>=|<=|>|<|=|%)?\s*(\d{1,9})\s*", text)
    if found is None:
        raise ValueError(f"{text!r} is no hit condition: write a number, or one after ==, >, >=, <, <= or %")
    number = int(found[2])
    if found[1] == "%" and number == 0:
        raise ValueError(f"{text!r} is no hit condition: nothing is a multiple of 0")
    return {
        ">": lambda hits: hits > number,
        ">=": lambda hits: hits >= number,
        "<": lambda hits: hits < number,
        "<=": lambda hits: hits <= number,
        "%": lambda hits: hits % number == 0,
    }.get(found[1], lambda hits: hits == number)


def _message_parts(text: str) -> list[Any]:
    """Return texts, and what `parse` returns for what is in braces."""
    found: list[Any] = []
    for part in re.split(r"(\{\{|\}\}|\{[^{}]*\})", text):
        if part in ("{{", "}}"):
            found.append(part[0])
        elif part.startswith("{") and part.endswith("}") and len(part) > 1:
            found.append(parse(part[1:-1]))
        elif part:
            found.append(part)
    return found


class LineBreakpoint(Breakpoint):
    """A breakpoint where control comes to a line, once for each pass through a statement that begins there.

    Args:
        same_file: returns True for the names under which code objects know its file.
        place: the line.
        options: condition, hits, message.
    """

    def __init__(self, same_file: Callable[[str], bool], place: Place, **options: str) -> None:
        super().__init__(**options)
        self.same_file, self.place = same_file, place

    def steps(self, recording: Recording) -> Iterator[int]:
        """Yield the steps that begin the line."""
        first, last = self.place
        tape, index = recording.tape, recording.index
        wanted = {
            number
            for number, code in enumerate(tape.codes)
            if any(first <= line <= last for line in code.starts.values()) and self.same_file(code.file)
        }
        for frame, steps in index.of_frame.items():
            owner = tape.owners[frame]
            if not isinstance(owner, FrameOwner) or owner.code not in wanted:
                continue
            starts = tape.codes[owner.code].starts
            within = -1  # the instruction at which the statement was last gone on with
            for step in steps:
                if not index.begins_line(step):
                    continue
                at = tape.index(step)
                inside = first <= starts[at] <= last
                if inside and at > within >= 0:
                    within = at
                    continue
                within = at if inside else -1
                if inside:
                    yield step


class FunctionBreakpoint(Breakpoint):
    """A breakpoint where a function begins.

    Args:
        name: its name, qualified or not, or a glob.
        options: condition, hits, message.
    """

    reason = "function breakpoint"

    def __init__(self, name: str, **options: str) -> None:
        super().__init__(**options)
        if not name.strip():
            raise ValueError("a function breakpoint needs a name")
        self.name = name.strip().removesuffix("()")

    def steps(self, recording: Recording) -> Iterator[int]:
        """Yield the steps at which the first line of such a function begins."""
        tape, index = recording.tape, recording.index
        wanted = {number for number, code in enumerate(tape.codes) if self._names(code.name, code.module)}
        for frame, steps in index.of_frame.items():
            owner = tape.owners[frame]
            if isinstance(owner, FrameOwner) and owner.code in wanted:
                yield next((step for step in steps if index.begins_line(step)), steps[0])

    def _names(self, qualified: str, module: str) -> bool:
        names = {qualified, qualified.rpartition(".")[2], f"{module}.{qualified}"}
        return any(fnmatchcase(name, self.name) for name in names)


class InstructionBreakpoint(Breakpoint):
    """A breakpoint before an instruction.

    Args:
        code: the number of the code object.
        index: that of the instruction.
        options: condition, hits.
    """

    reason = "instruction breakpoint"

    def __init__(self, code: int, index: int, **options: str) -> None:
        super().__init__(**options)
        self.code, self.index = code, index

    def steps(self, recording: Recording) -> Iterator[int]:
        """Yield the steps of the instruction."""
        tape = recording.tape
        for frame, steps in recording.index.of_frame.items():
            owner = tape.owners[frame]
            if isinstance(owner, FrameOwner) and owner.code == self.code:
                yield from (step for step in steps if tape.index(step) == self.index)


class DataBreakpoint(Breakpoint):
    """A breakpoint before an instruction that writes to a place: a variable, an attribute, an item.

    Args:
        owner, slot: the place.
        options: condition, hits.
    """

    reason = "data breakpoint"

    def __init__(self, owner: int, slot: Any, **options: str) -> None:
        super().__init__(**options)
        self.owner, self.slot = owner, slot

    def steps(self, recording: Recording) -> Iterator[int]:
        """Yield the steps that write there."""
        tape, slot = recording.tape, self.slot
        for position, number in enumerate(tape.log[0::ENTRY]):
            if number == self.owner and tape.log[position * ENTRY + 1] == slot:
                yield tape.step_of(position * ENTRY)


class ExceptionBreakpoint(Breakpoint):
    """A breakpoint at the instruction that raises an exception.

    Args:
        only_uncaught: whether only exceptions count that end the program or a thread.
        names: globs over names of exceptions, or nothing for all.
        options: condition, hits.
    """

    reason = "exception"

    def __init__(self, only_uncaught: bool, names: Iterable[str] = (), **options: str) -> None:
        super().__init__(**options)
        self.only_uncaught, self.names = only_uncaught, tuple(names)

    def steps(self, recording: Recording) -> Iterator[int]:
        """Yield the steps that raise such an exception; passing through further frames is no raise."""
        ends = {error.number for error in uncaught(recording)} if self.only_uncaught else set()
        raised: set[int] = set()
        for step, error in _raises(recording):
            if self.names and not any(fnmatchcase(error.kind, name) for name in self.names):
                continue
            if self.only_uncaught:
                if error.number not in ends or error.number in raised:
                    continue
                raised.add(error.number)
            yield step


def _raises(recording: Recording) -> Iterator[tuple[int, Object]]:
    """Yield the steps that raise, and the exceptions."""
    tape = recording.tape
    for position, slot in enumerate(tape.log[1::ENTRY]):
        if slot == RAISED:
            place = position * ENTRY
            step = tape.step_of(place)
            error = tape.log[place + 3]
            if (
                isinstance(error, Object)
                and tape.frame(step).number == tape.log[place]
                and tape.instruction(step).op != "RERAISE"
            ):
                yield step, error


def uncaught(recording: Recording) -> list[Object]:
    """Return the exceptions that nothing has caught: they have ended the outermost frame of a thread."""
    tape = recording.tape
    latest: dict[int, Object] = {}
    parents: dict[int, int | None] = {number: slots.get(PARENT) for number, slots in tape.base.items()}
    found = []
    log = tape.log
    for place in range(0, len(log), ENTRY):
        number, slot = log[place], log[place + 1]
        if slot == RAISED:
            latest[number] = log[place + 3]
        elif slot == PARENT:
            parents[number] = log[place + 3]
        elif slot == STATUS and log[place + 3] == "done" and parents.get(number) is None:
            error = latest.get(number)
            owner = tape.owners[number]
            suspends = isinstance(owner, FrameOwner) and tape.codes[owner.code].suspends
            if isinstance(error, Object) and not suspends and error.kind not in ("SystemExit", "GeneratorExit"):
                found.append(error)
    return found
