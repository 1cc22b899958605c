"""State at any step of a recording, reached forwards or backwards."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from bytescope.machine.handler_namespace import UNBOUND
from bytescope.recording.tape import (
    ABSENT,
    CONTENTS,
    ENTRY,
    NAMES,
    PARENT,
    SIGNAL,
    SITE,
    SIZE,
    STATUS,
    TASK,
    THREAD,
    CodeInfo,
    FrameOwner,
    Instruction,
    Object,
    Tape,
)

__all__ = ["Cursor", "Frame"]


_FIXED = frozenset({"tuple", "frozenset", "range", "slice", "method", "builtin_function_or_method"})
"""Kinds of objects whose contents never change."""


class Cursor:
    """A position on a tape, and the state there.

    Going to a step takes time in proportion to the steps in between.

    Args:
        tape: the tape.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.step = 0
        self._place = 0
        self._state: dict[int, dict[Any, Any]] = {}
        self.go(0)

    def go(self, step: int) -> None:
        """Go to a step: to the state before its instruction is executed.

        Args:
            step: its number; that of the end is the number of steps.

        Raises:
            IndexError: if there is no such step.
        """
        if self.tape.recent:
            self.tape.settle()
        if not 0 <= step <= len(self.tape):
            raise IndexError(f"step {step}: the recording has steps 0 to {len(self.tape)}")
        log, state, place, wanted = self.tape.log, self._state, self._place, self.tape.place(step)
        if wanted > place:
            for number, slot, new in zip(
                log[place:wanted:ENTRY], log[place + 1 : wanted : ENTRY], log[place + 3 : wanted : ENTRY], strict=True
            ):
                try:
                    state[number][slot] = new
                except KeyError:
                    self._begin(number)[slot] = new
        else:
            for number, slot, old in zip(
                log[wanted:place:ENTRY][::-1],
                log[wanted + 1 : place : ENTRY][::-1],
                log[wanted + 2 : place : ENTRY][::-1],
                strict=True,
            ):
                try:
                    state[number][slot] = old
                except KeyError:
                    self._begin(number)[slot] = old
        self.step, self._place = step, wanted

    def _begin(self, number: int) -> dict[Any, Any]:
        owner = self.tape.owners[number]
        contents = owner.initial if type(owner) is Object else self.tape.base.get(number)
        found = self._state[number] = {} if contents is None else contents.copy()
        return found

    def slots(self, number: int) -> dict[Any, Any]:
        """Return the slots of a frame or object here; some may hold `ABSENT`."""
        found = self._state.get(number)
        return self._begin(number) if found is None else found

    # --- frames

    def frame(self, number: int, index: int | None = None) -> Frame:
        """Return a frame here.

        Args:
            number: its owner number.
            index: the instruction that it is at, if that is not where it waits.
        """
        owner = self.tape.owners[number]
        assert type(owner) is FrameOwner
        slots = self.slots(number)
        return Frame(self, owner, slots, slots.get(SITE, 0) if index is None else index)

    @property
    def frames(self) -> list[Frame]:
        """Return the frames of the stack here, the one that executes this step first; at the end there are none."""
        if self.step >= len(self.tape):
            return []
        found = [self.frame(self.tape.frame(self.step).number, self.tape.index(self.step))]
        while (parent := found[-1].slots.get(PARENT)) is not None and parent is not ABSENT:
            found.append(self.frame(parent))
        return found

    @property
    def suspended(self) -> Iterator[Frame]:
        """Return the frames of generators and coroutines suspended here, by themselves or by what they wait for."""
        active = {frame.number for frame in self.frames}
        for number, slots in list(self._state.items()):
            if slots.get(STATUS) in ("suspended", "delegates") and number not in active:
                yield self.frame(number)

    # --- objects

    def contents(self, thing: Object) -> dict[Any, Any]:
        """Return the contents of an object here, by index, key or name; the first items of a large container."""
        slots = self._state.get(thing.number)
        if slots is None:
            slots = thing.initial or {}
        return {slot: value for slot, value in slots.items() if value is not ABSENT and slot is not SIZE}

    def size(self, thing: Object) -> int:
        """Return the number of items, or attributes, that an object has here, of which not all may be recorded."""
        slots = self._state.get(thing.number) or {}
        known = len(self.contents(thing))
        size: int = slots.get(SIZE, thing.size if thing.size > len(thing.initial or ()) else known)
        return max(size, known)

    def may_be_stale(self, thing: Object) -> bool:
        """Return True if code that is not observed may have changed an object since it was last looked at.

        Such code runs when a function is called that is neither the program's nor a builtin one with known effects.
        """
        tape, place = self.tape, self._place
        at = bisect_right(tape.unobserved, place) - 1
        if at < 0 or thing.label or thing.kind in _FIXED:
            return False
        since = tape.unobserved[at]
        if thing.birth >= tape.forgotten and tape.place(thing.birth - tape.forgotten) >= since:
            return False
        return thing.number not in tape.log[since:place:ENTRY]

    def is_whole(self, thing: Object) -> bool:
        """Return True if all that an object contains here is recorded."""
        return self.size(thing) == len(self.contents(thing))


class Frame:
    """A frame at a step.

    owner: what the tape says of it; slots: its slots; index: the instruction that it is at.
    """

    def __init__(self, cursor: Cursor, owner: FrameOwner, slots: dict[Any, Any], index: int) -> None:
        self.cursor, self.owner, self.slots, self.index = cursor, owner, slots, index

    @property
    def number(self) -> int:
        """Return its owner number."""
        return self.owner.number

    @property
    def code(self) -> CodeInfo:
        """Return its code object."""
        return self.cursor.tape.codes[self.owner.code]

    @property
    def instruction(self) -> Instruction:
        """Return the instruction that it is at."""
        return self.code.instructions[self.index]

    @property
    def line(self) -> int | None:
        """Return the line that it is at, None if its instruction has none."""
        return self.instruction.line

    @property
    def span(self) -> tuple[int, int, int, int] | None:
        """Return line, end line, column and end column of the source text of its instruction, None if it has none.

        Columns count characters, where `Instruction.position` counts bytes, as CPython does.
        """
        position = self.instruction.position
        if position is None or None in position:
            return None
        line, end_line, column, end_column = position
        lines = self.cursor.tape.lines_of(self.code)
        return line, end_line, _characters(lines, line, column), _characters(lines, end_line, end_column)  # type: ignore

    @property
    def variables(self) -> dict[str, Any]:
        """Return the variables that are bound, by name; of class and module code those of comprehensions in it."""
        found = {}
        for variable in self.code.variables:
            value = self.slots.get(variable.slot, ABSENT)
            if type(value) is Object and variable.scope != "local" and value.kind == "cell":
                value = self.cursor.slots(value.number).get(CONTENTS, ABSENT)
            if value is not ABSENT and value is not UNBOUND:
                found[variable.name] = value
        return found

    @property
    def signal(self) -> str | None:
        """Return the name of the signal whose handler has called it, None if none has."""
        found: Any = self.slots.get(SIGNAL)
        return found if type(found) is str else None

    @property
    def class_name(self) -> str | None:
        """Return the name of the class whose method it executes, for private names; None if it is no method's."""
        *outer, _ = self.code.name.split(".")
        return outer[-1] if outer and outer[-1] != "<locals>" else None

    @property
    def task(self) -> str | None:
        """Return the name of the asyncio task that executes it, None if it is no coroutine's of one."""
        return self.slots.get(TASK)

    @property
    def thread(self) -> str | None:
        """Return the name of the thread that executes it, None for the main one and if nobody has called it there."""
        frame = self
        while type(parent := frame.slots.get(PARENT)) is int:
            frame = self.cursor.frame(parent)
        return frame.slots.get(THREAD)

    @property
    def names(self) -> dict[Any, Any]:
        """Return the names of class and module code; empty in functions."""
        return self._namespace(self.slots.get(NAMES))

    @property
    def globals(self) -> dict[Any, Any]:
        """Return the globals."""
        return self._namespace(self.owner.globals)

    def _namespace(self, value: Any) -> dict[Any, Any]:
        return self.cursor.contents(value) if type(value) is Object else {}

    @property
    def operands(self) -> list[Any]:
        """Return the operands on the stack before the instruction, the lowest first."""
        first = self.code.first_operand
        return [self.slots.get(first + place) for place in range(max(self.instruction.depth, 0))]


def _characters(lines: Sequence[str], line: int, column: int) -> int:
    """Return a column in characters that is given in bytes of UTF-8."""
    if not 0 < line <= len(lines):
        return column
    return len(lines[line - 1].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
