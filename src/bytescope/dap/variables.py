"""Scopes and variables: references that a client opens, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bytescope.dap.connection import RequestError
from bytescope.recording.showing import SEQUENCES, Part, parts_of, size_of, text_of, type_of
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import CONTENTS, NAMES, Object, Text

__all__ = ["Holder", "Scopes"]

PAGE = 2000
"""Variables that are given, at most, where the client names no number."""


@dataclass(frozen=True)
class Row:
    """A variable as it is shown.

    name: its name; value: its value; expression: what evaluates to it, or None; place: owner number and slot of where
    it is, or None; text: what is shown instead of the value; hint: its `presentationHint`.
    """

    name: str
    value: Any
    expression: str | None = None
    place: tuple[int, Any] | None = None
    text: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Holder:
    """Object that a reference refers to, whose rows are computed when it is opened.

    rows: returns them; frame: the frame that it belongs to; count: how many there are, if that is known; indexed:
    whether they are items of a sequence.
    """

    rows: Callable[[], list[Row]]
    frame: Frame | None = None
    count: int | None = None
    indexed: bool = False


class Scopes:
    """The references that are valid until the position changes."""

    def __init__(self) -> None:
        self._holders: list[Holder] = []

    def clear(self) -> None:
        """Forget all references: the position has changed."""
        self._holders.clear()

    def holder(self, reference: int) -> Holder:
        """Return what a reference refers to.

        Raises:
            RequestError: if it is none, or no longer one.
        """
        if not 0 < reference <= len(self._holders):
            raise RequestError(f"there is no variablesReference {reference} here")
        return self._holders[reference - 1]

    def _refer(self, holder: Holder) -> int:
        self._holders.append(holder)
        return len(self._holders)

    # --- scopes

    def of(self, frame: Frame, returned: list[tuple[str, Any]]) -> list[dict[str, Any]]:
        """Return the scopes of a frame.

        Args:
            frame: the frame.
            returned: names of functions that the last move has passed over, and what they returned.
        """
        operands = f"Operand stack ({len(frame.operands)})"
        scopes: list[tuple[str, Callable[[], list[Row]], str | None, bool]] = [
            ("Locals", lambda: [*_returned(returned), *_locals(frame)], "locals", False),
            ("Cells", lambda: list(_cells(frame)), None, False),
            (operands, lambda: list(_operands(frame)), "registers", False),
            ("Globals", lambda: list(_globals(frame)), None, True),
            ("Handlers", lambda: list(_handlers(frame)), None, True),
        ]
        found = []
        for name, rows, hint, expensive in scopes:
            if name == "Cells" and not any(variable.scope != "local" for variable in frame.code.variables):
                continue
            shown = {
                "name": name,
                "variablesReference": self._refer(Holder(rows, frame)),
                "expensive": expensive,
            }
            found.append({**shown, "presentationHint": hint} if hint else shown)
        return found

    # --- variables

    def variables(self, reference: int, filter: str | None, start: int, count: int) -> list[dict[str, Any]]:
        """Return variables of a reference: a page of them.

        Raises:
            RequestError: if there is no such reference.
        """
        holder = self.holder(reference)
        if (filter == "indexed") is not holder.indexed and filter is not None:
            return []
        rows = holder.rows()
        end = start + count if count > 0 else start + PAGE
        found = [self.shown(row, holder.frame) for row in rows[start:end]]
        if count <= 0 and len(rows) > end:
            found.append({"name": "...", "value": f"{len(rows) - end} more", "variablesReference": 0})
        return found

    def row(self, reference: int, name: str) -> Row:
        """Return the row of a name in what a reference refers to.

        Raises:
            RequestError: if there is none.
        """
        for row in self.holder(reference).rows():
            if row.name == name:
                return row
        raise RequestError(f"there is no variable {name!r} there")

    def shown(self, row: Row, frame: Frame | None) -> dict[str, Any]:
        """Return a row as the protocol has it."""
        found = self.value(row.value, frame, row.expression)
        found["value"] = found.pop("result") if row.text is None else row.text
        if row.text is not None:
            found.pop("result", None)
        found["name"] = row.name
        if row.expression is not None:
            found["evaluateName"] = row.expression
        if row.hint is not None:
            found["presentationHint"] = {"kind": row.hint, "attributes": ["readOnly"]}
        return found

    def value(self, value: Any, frame: Frame | None, expression: str | None) -> dict[str, Any]:
        """Return a value as the protocol has it: text, type, reference."""
        found: dict[str, Any] = {"type": type_of(value), "variablesReference": 0}
        cursor = None if frame is None else frame.cursor
        found["result"] = text_of(value, cursor)
        if type(value) is Object and cursor is not None and (size := size_of(value, cursor)):
            indexed = value.kind in SEQUENCES
            holder = Holder(lambda: _parts(value, cursor, expression), frame, size, indexed)
            found["variablesReference"] = self._refer(holder)
            found["indexedVariables" if indexed else "namedVariables"] = size
        elif type(value) is Text:
            found["result"] = text_of(value, cursor, 4000)
        return found


def _parts(value: Object, cursor: Cursor, expression: str | None) -> list[Row]:
    return [_part(part, value, expression) for part in parts_of(value, cursor)]


def _part(part: Part, value: Object, expression: str | None) -> Row:
    inner = None if expression is None or part.access is None else f"{expression}{part.access}"
    return Row(part.name, part.value, inner, (value.number, part.slot))


def _locals(frame: Frame) -> Iterator[Row]:
    bound = frame.variables
    for variable in frame.code.variables:
        if variable.scope == "local" and variable.name in bound:
            yield Row(variable.name, bound[variable.name], variable.name, (frame.number, variable.slot))
    namespace = frame.slots.get(NAMES)
    if type(namespace) is Object:
        yield from _names(namespace, frame)


def _names(namespace: Object, frame: Frame) -> Iterator[Row]:
    found = frame.cursor.contents(namespace).items()
    for own in (True, False):  # those that the interpreter has put there come last
        for name, value in found:
            if type(name) is str and (name.startswith("__") and name.endswith("__")) is not own:
                yield Row(name, value, name, (namespace.number, name))


def _cells(frame: Frame) -> Iterator[Row]:
    bound = frame.variables
    for variable in frame.code.variables:
        if variable.scope != "local" and variable.name in bound:
            cell = frame.slots.get(variable.slot)
            place = (cell.number, CONTENTS) if type(cell) is Object and cell.kind == "cell" else None
            yield Row(variable.name, bound[variable.name], variable.name, place or (frame.number, variable.slot))


def _operands(frame: Frame) -> Iterator[Row]:
    used = frame.instruction.operands
    operands = frame.operands
    for at in range(len(operands) - 1, -1, -1):
        name = f"[{at}]" + (" used next" if at >= len(operands) - used else "")
        yield Row(name, operands[at], None, (frame.number, frame.code.first_operand + at))


def _globals(frame: Frame) -> Iterator[Row]:
    if type(frame.owner.globals) is Object:
        yield from _names(frame.owner.globals, frame)


def _handlers(frame: Frame) -> Iterator[Row]:
    instructions = frame.code.instructions
    for start, end, target, depth in frame.code.handlers:
        if start <= frame.index < end:
            lines = f"lines {instructions[start].line} to {instructions[end - 1].line}"
            text = f"handler at line {instructions[target].line}, with {depth} operands left"
            yield Row(lines, None, None, None, text)


def _returned(returned: list[tuple[str, Any]]) -> Iterator[Row]:
    for name, value in returned:
        yield Row(f"(return) {name}", value, None, None, None, "virtual")
