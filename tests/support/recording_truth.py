"""What registers and objects really were at each step of a recording, to compare the recording with."""

from __future__ import annotations

import random
import types
from collections.abc import Iterable
from typing import Any

from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.program import TRANSFORMS, Program
from bytescope.machine.registers import HEADER
from bytescope.recording.inspection import ATOMS, ITEMS, contents_of, kind_name, label_of
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import Object, Tape, Text

DEPTH = 2
"""How deep the contents of objects are compared."""


class Truth:
    """Transform that notes, before each instruction, the state of its frame as text.

    tape: the tape that is being recorded, to be set before anything is.
    """

    traces = False
    tape: Tape

    def __init__(self) -> None:
        self.steps: dict[int, tuple[dict[str, str], list[str]]] = {}

    def __enter__(self) -> Truth:
        assert TRANSFORMS["stop"] is None
        TRANSFORMS["stop"] = self
        return self

    def __exit__(self, *error: object) -> None:
        TRANSFORMS["stop"] = None

    def wants(self, program: Program) -> bool:
        return True

    def stops(self, program: Program) -> Iterable[int]:
        return ()

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        depth = program.verified.depths[index]

        def noted(R: list[Any]) -> int:
            _, count = self.tape.left_out or (0, 1)
            step = self.tape.forgotten + len(self.tape) + count - 1
            variables = {}
            for variable in program.lowered.variables:
                value = R[HEADER + variable.index]
                if type(value) is types.CellType:
                    value = dict(contents_of(value) or ()).get(0, UNBOUND)
                if value is not UNBOUND:
                    variables[variable.name] = real(value)
            first = program.first_operand
            operands = [real(value) for value in R[first : first + depth]]
            self.steps[step] = variables, operands
            return op(R)

        return noted, resume


def real(value: Any, depth: int = DEPTH) -> str:
    """Return the text of a value of the program."""
    kind = type(value)
    if kind in ATOMS or kind in (str, bytes):
        return _atom(value)
    if value is NULL or value is UNBOUND:
        return "NULL" if value is NULL else "UNBOUND"
    name = kind_name(kind)
    if kind in (types.MethodType, types.BuiltinFunctionType):
        return name
    contents = contents_of(value)
    if contents is None:
        return f"{name} {label_of(value)}"
    if not depth or len(contents) >= ITEMS:
        return name
    return _shown(name, [(real(slot, 0), real(each, depth - 1)) for slot, each in contents])


def taped(value: Any, cursor: Cursor, depth: int = DEPTH) -> str:
    """Return the text of a recorded value."""
    if type(value) is Text:
        return f"{value.kind} {value.length}"
    if type(value) is not Object:
        return "NULL" if value is NULL else "UNBOUND" if value is UNBOUND else _atom(value)
    if value.kind in ("method", "builtin_function_or_method"):
        return value.kind
    if value.initial is None and not value.folded:
        return f"{value.kind} {value.label}"
    if not depth or value.folded:
        return value.kind
    contents = cursor.contents(value).items()
    if len(contents) >= ITEMS:  # of which the recording has more than are compared
        return value.kind
    return _shown(value.kind, [(taped(slot, cursor, 0), taped(each, cursor, depth - 1)) for slot, each in contents])


def _atom(value: Any) -> str:
    if type(value) in (str, bytes) and len(value) > 4096:
        return f"{type(value).__name__} {len(value)}"
    return hex(value) if type(value) is int else repr(value)


def _shown(name: str, pairs: list[tuple[str, str]]) -> str:
    return f"{name}({', '.join(sorted(map(': '.join, pairs)))})"


def mistakes(tape: Tape, truth: Truth, seed: int = 0) -> list[str]:
    """Return where the recording differs from the truth, reached forwards, backwards, and at random."""
    begin, count = tape.left_out or (0, 1)
    left_out = range(begin + 1, begin + count)
    steps = sorted(step for step in truth.steps if step >= tape.forgotten and step not in left_out)
    shuffled = random.Random(seed).sample(steps, min(len(steps), 300))
    cursor = Cursor(tape)
    found = []
    for way, order in (("forwards", steps), ("backwards", steps[::-1]), ("at random", shuffled)):
        for step in order:
            cursor.go(step - tape.forgotten if step <= begin else step - tape.forgotten - (count - 1))
            (frame, *_) = cursor.frames
            if way == "forwards":
                found += _compare(frame, cursor, truth.steps[step])
                seen = _state(frame, cursor)
                _seen_forwards[step] = seen
            elif _state(frame, cursor) != _seen_forwards[step]:
                found.append(f"step {step}, {way}: {_state(frame, cursor)} instead of {_seen_forwards[step]}")
    _seen_forwards.clear()
    return found


_seen_forwards: dict[int, Any] = {}


def _state(frame: Frame, cursor: Cursor) -> tuple[dict[str, str], list[str]]:
    variables = {name: taped(value, cursor) for name, value in frame.variables.items()}
    return variables, [taped(value, cursor) for value in frame.operands]


def _compare(frame: Frame, cursor: Cursor, truth: tuple[dict[str, str], list[str]]) -> list[str]:
    variables, operands = _state(frame, cursor)
    where = f"step {cursor.step}, {frame.code.name}, line {frame.line}, {frame.instruction.text}"
    found = [
        f"{where}: {name} is {truth[0].get(name)}, recorded as {variables.get(name)}"
        for name in sorted(variables.keys() | truth[0].keys())
        if variables.get(name) != truth[0].get(name)
    ]
    if operands != truth[1]:
        found.append(f"{where}: operands {truth[1]}, recorded as {operands}")
    return found
