"""Origins of a value: the write, the operands of the instruction that has written, their writes, and so on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bytescope.machine.handler_namespace import NULL
from bytescope.recording.index import Index
from bytescope.recording.places import place_of_name
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import ENTRY, RETURNED, FrameOwner, Instruction, Object

__all__ = ["Origin", "origin_of_place"]

_ATTRIBUTES = frozenset({"GETATTR", "SUPER_ATTR"})
_MOVES = frozenset({"COPY", "SWAP"})


@dataclass(slots=True)
class Origin:
    """A step in the history of a value.

    step: the step whose instruction has written or made the value; value: it; function, file, line, instruction: where
    that was; how: "write", "load", "result", "argument", "constant", "made" (with the object that contains it),
    "before" (it was there when the recording began) or "left out" (in the steps that this one stands for); sources:
    where what the instruction has used comes from, as far
    as it was followed.
    """

    step: int
    value: Any
    how: str
    function: str = ""
    file: str = ""
    line: int | None = None
    instruction: str = ""
    sources: list[Origin] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> list[str]:
        place = f"{self.function}, line {self.line}: {self.instruction}"
        if not self.function:
            place = "in steps that are left out" if self.how == "left out" else "before the recording"
        found = [f"{'  ' * depth}{self.value!r}: {self.how} at step {self.step}, {place}"]
        for each in self.sources:
            found += each._lines(depth + 1)
        return found


def origin_of_place(index: Index, owner: int, slot: Any, step: int, depth: int) -> Origin:
    """Return where what a place holds before a step comes from.

    Args:
        index: the index of the tape.
        owner: the owner number of the place.
        slot: its slot.
        step: the step.
        depth: how many steps of the history are followed.
    """
    return _Search(index).of_place(owner, slot, index.tape.place(step), depth)


class _Search:
    def __init__(self, index: Index) -> None:
        self.index, self.tape = index, index.tape
        self.cursor = Cursor(self.tape)

    def last(self, owner: int, slot: Any, before: int) -> int | None:
        """Return the place of the last entry about a slot before a place of the log, None if there is none."""
        log = self.tape.log
        for place in range(before - ENTRY, -1, -ENTRY):
            if log[place] == owner and log[place + 1] == slot:
                return place
        return None

    def of_place(self, owner: int, slot: Any, before: int, depth: int) -> Origin:
        place = self.last(owner, slot, before)
        if place is None:
            value, thing = self._initial(owner, slot), self.tape.owners[owner]
            if type(thing) is Object and thing.birth >= self.tape.forgotten:
                return self._made(thing, value, depth)
            return Origin(0, value, "before")
        return self.of_entry(place, "write", depth)

    def _initial(self, owner: int, slot: Any) -> Any:
        thing = self.tape.owners[owner]
        contents = thing.initial if type(thing) is Object else self.tape.base.get(owner)
        return (contents or {}).get(slot)

    def of_entry(self, place: int, how: str, depth: int) -> Origin:
        """Return the origin of the value that an entry has written."""
        tape = self.tape
        step = tape.step_of(place)
        if tape.left_out is not None and step == tape.left_out[0]:
            return Origin(step, tape.log[place + 3], "left out")
        owner = tape.owners[tape.log[place]]
        answered = entered = False
        if type(owner) is FrameOwner and tape.frame(step).number != owner.number:
            asked = self.index.previous_of(owner.number, step)
            entered, answered = asked is None, asked is not None
            step = step if asked is None else asked
        self.cursor.go(step)
        frame = self.cursor.frames[0]
        value = tape.log[place + 3]
        instruction = frame.instruction
        how = "argument" if entered else "result" if answered else how
        origin = Origin(step, value, how, frame.code.name, frame.code.file, frame.line, instruction.text)
        if depth > 0:
            if entered:
                origin.sources = self._given(frame, instruction, value, depth)
            else:
                origin.sources = self._sources(frame, instruction, place, depth)
        return origin

    def _made(self, thing: Object, value: Any, depth: int) -> Origin:
        """Return the origin of a value that an object has had since it was made."""
        step = thing.birth - self.tape.forgotten
        if self.tape.left_out is not None and step == self.tape.left_out[0]:
            return Origin(step, value, "left out")
        self.cursor.go(step)
        frame = self.cursor.frames[0]
        instruction = frame.instruction
        how = "before" if instruction.op.startswith("LOAD_") else "made"
        origin = Origin(step, value, how, frame.code.name, frame.code.file, frame.line, instruction.text)
        if depth > 0 and how == "made":
            found = [slot for slot, each in self._operands(frame, instruction) if self._holds(each, value)]
            origin.sources = [
                self.of_place(frame.number, slot, self.tape.place(step), depth - 1) for slot in found[-1:]
            ]
        return origin

    def _holds(self, operand: Any, value: Any) -> bool:
        """Return True if an operand is a value, or contains it."""
        within = self.cursor.contents(operand).values() if type(operand) is Object else ()
        return any(each is value or (type(each) is type(value) and each == value) for each in (operand, *within))

    def _operands(self, frame: Frame, instruction: Instruction) -> list[tuple[int, Any]]:
        top = frame.code.first_operand + instruction.depth
        slots = range(top - instruction.operands, top)
        return [(slot, frame.slots.get(slot)) for slot in slots]

    def _given(self, frame: Frame, instruction: Instruction, value: Any, depth: int) -> list[Origin]:
        """Return the origins of the operands of a call that are the argument."""
        before = self.tape.place(self.cursor.step)
        operands = self._operands(frame, instruction)
        slots = [slot for slot, each in operands if each is value or (type(each) is type(value) and each == value)]
        return [self.of_place(frame.number, slot, before, depth - 1) for slot in slots[:1]]

    def _sources(self, frame: Frame, instruction: Instruction, place: int, depth: int) -> list[Origin]:
        tape, step = self.tape, self.cursor.step
        number, before = frame.number, tape.place(step)
        op = instruction.op
        if op.startswith("LOAD_"):
            found = self._loaded(frame, instruction)
            return [self.of_place(*found, before, depth - 1)] if found and self._is_there(*found, before) else []
        operands = self._operands(frame, instruction)
        if op.startswith("CALL") and (returned := self._returned(step, place)) is not None:
            return [self.of_entry(returned, "result", depth - 1)]
        if op in _ATTRIBUTES or op == "GETITEM":
            owner = operands[0][1]
            key = instruction.text.partition(" ")[2] if op in _ATTRIBUTES else operands[1][1]
            if type(owner) is Object and type(key) is int and key < 0 and owner.kind in ("list", "tuple"):
                key += self.cursor.size(owner)
            if type(owner) is Object and self.last(owner.number, key, before) is not None:
                return [self.of_place(owner.number, key, before, depth - 1)]
        if op in _MOVES:
            value = tape.log[place + 3]
            operands = [each for each in operands if each[1] is value][-1:]
        slots = [slot for slot, value in operands if value is not NULL]
        return [self.of_place(number, slot, before, depth - 1) for slot in slots]

    def _is_there(self, owner: int, slot: Any, before: int) -> bool:
        """Return True if a place has, or had, a value: the name of a builtin is in no namespace of the program."""
        thing = self.tape.owners[owner]
        initial = thing.initial if type(thing) is Object else self.tape.base.get(owner)
        return slot in (initial or ()) or self.last(owner, slot, before) is not None

    def _loaded(self, frame: Frame, instruction: Instruction) -> tuple[int, Any] | None:
        """Return the place that an instruction loads from, None if it is none."""
        op, _, name = instruction.text.partition(" ")
        if op in ("LOAD_CONST", "LOAD_CLOSURE", "LOAD_BUILD_CLASS", "LOAD_LOCALS", "LOAD_SPECIAL"):
            return None
        return place_of_name(name, frame)

    def _returned(self, step: int, place: int) -> int | None:
        """Return the place of the entry about the return that has answered a call, None if it was a native one."""
        log = self.tape.log
        for each in range(place - ENTRY, self.tape.place(step) - 1, -ENTRY):
            if log[each + 1] == RETURNED:
                return each
        return None
