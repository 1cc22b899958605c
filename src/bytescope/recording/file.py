"""Recordings as files: columns, compressed, with a version and a checksum. They hold data only.

A reader passes over what it does not know in the head, so that a later version may add to it without a new number.

After a fixed header comes one compressed block: the length of the head, the head as JSON - values, owners, code
objects - and the columns of rows and entries as little-endian numbers of four bytes. A value stands once in the table
of the head; the columns refer to it by its number.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import zlib
from array import array
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.recording.tape import (
    ABSENT,
    ENTRY,
    REDACTED,
    ROW,
    SIZE,
    CodeInfo,
    FrameOwner,
    HostInstruction,
    InnerCode,
    Instruction,
    Note,
    Object,
    Tape,
    Text,
    Variable,
    Written,
)

__all__ = ["VERSION", "decode", "encode"]

MAGIC = b"\x93BSCOPE\n"
VERSION = 1
"""The version of the format that is written; earlier ones are read."""

_HEADER = struct.Struct("<8sHQI")
"""Magic, version, size of the block before it was compressed, checksum of the compressed block."""

_LARGEST = 1 << 34
"""Size of the largest block that is unpacked, in bytes."""

_MARKS = {
    "absent": ABSENT,
    "size": SIZE,
    "null": NULL,
    "unbound": UNBOUND,
    "redacted": REDACTED,
    "...": ...,
    "NotImplemented": NotImplemented,
}
_EXACT = 1 << 53
"""Integers below are numbers in JSON for every reader."""


class _Values:
    """The table of values, while a file is written."""

    def __init__(self) -> None:
        self.table: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        kind = type(value)
        key = (kind, repr(value)) if kind in (float, complex) else id(value) if kind is Text else (kind, value)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.table)
            self.table.append(_shown(value, kind))
        return found

    def column(self, values: list[Any]) -> array[int]:
        """The numbers of values that live as long as this."""
        identities = [*map(id, values)]
        each = dict(zip(identities, values, strict=True))
        known = dict(zip(each, map(self.number, each.values()), strict=True))
        return array("I", map(known.__getitem__, identities))


def _shown(value: Any, kind: type) -> Any:
    if value is None or kind is bool or kind is str or (kind is int and -_EXACT < value < _EXACT):
        return value
    if kind is Object:
        return ["object", value.number]
    if kind is int:
        return ["int", hex(value)]
    if kind is float or kind is complex:
        return [kind.__name__, repr(value)]
    if kind is bytes:
        return ["bytes", base64.b64encode(value).decode()]
    if kind is Text:
        return ["text", value.kind, _shown(value.start, type(value.start)), value.length]
    return ["mark", next(name for name, mark in _MARKS.items() if mark is value)]


def encode(tape: Tape, level: int = 6) -> bytes:
    """Return the file of a tape.

    Args:
        tape: the tape.
        level: how hard it is compressed, from 0 to 9.
    """
    tape.settle()
    values = _Values()
    number = values.number
    log = tape.log
    columns = [
        tape.rows[0::ROW],
        tape.rows[1::ROW],
        array("I", [place // ENTRY for place in tape.rows[2::ROW]]),
        array("I", log[0::ENTRY]),
        *(values.column(log[column::ENTRY]) for column in range(1, ENTRY)),
    ]
    head = {
        "forgotten": tape.forgotten,
        "sources": tape.sources,
        "codes": [_code(code) for code in tape.codes],
        "owners": [_owner(owner, number) for owner in tape.owners],
        "base": [[owner, _pairs(slots, number)] for owner, slots in tape.base.items()],
        "values": values.table,
        "output": tape.output,
        "unobserved": [place // ENTRY for place in tape.unobserved],
        "raw": [code.raw for code in tape.codes],
        "left_out": tape.left_out,
        "notes": tape.notes,
    }
    text = json.dumps(head, separators=(",", ":")).encode()
    block = b"".join([struct.pack("<III", len(text), len(tape), len(log) // ENTRY), text, *map(_bytes, columns)])
    packed = zlib.compress(block, level)
    return _HEADER.pack(MAGIC, VERSION, len(block), zlib.crc32(packed)) + packed


def _bytes(column: array[int]) -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


def _pairs(contents: dict[Any, Any], number: Callable[[Any], int]) -> list[list[int]]:
    return [[number(slot), number(value)] for slot, value in contents.items()]


def _owner(owner: FrameOwner | Object | None, number: Callable[[Any], int]) -> Any:
    if owner is None:
        return None
    if isinstance(owner, FrameOwner):
        return [owner.code, owner.thread, number(owner.globals)]
    contents = None if owner.initial is None else _pairs(owner.initial, number)
    return [owner.kind, owner.label, owner.birth, owner.size, contents, owner.folded]


def _code(code: CodeInfo) -> dict[str, Any]:
    found = code._asdict() | {"starts": list(code.starts.items())}
    del found["raw"]  # which stands beside the code objects: earlier readers know all of what is in them
    return found


# --- reading


def decode(data: bytes) -> Tape:
    """Return the tape in a file.

    Raises:
        ValueError: if it is no recording, is damaged, or was written by a later version.
    """
    if len(data) < _HEADER.size or not data.startswith(MAGIC):
        raise ValueError("this is no recording")
    _, version, size, checksum = _HEADER.unpack_from(data)
    if version > VERSION:
        raise ValueError(f"the recording has format {version}: this version of bytescope reads up to {VERSION}")
    packed = data[_HEADER.size :]
    if zlib.crc32(packed) != checksum or size > _LARGEST:
        raise ValueError("the recording is damaged: its checksum is wrong")
    try:
        block = zlib.decompressobj().decompress(packed, size + 1)
        if len(block) != size:
            raise ValueError("its size is wrong")
        return _tape(block)
    except (ValueError, LookupError, TypeError, ArithmeticError, struct.error, zlib.error, RecursionError) as error:
        raise ValueError(f"the recording is damaged: {error}") from None


def _tape(block: bytes) -> Tape:
    length, steps, entries = struct.unpack_from("<III", block)
    head = json.loads(block[12 : 12 + length])
    columns = [array("I") for _ in range(ROW + ENTRY)]
    at = 12 + length
    for position, column in enumerate(columns):
        end = at + 4 * (steps if position < ROW else entries)
        column.frombytes(block[at:end])
        if sys.byteorder == "big":
            column.byteswap()
        at = end
    if at != len(block):
        raise ValueError("its columns have the wrong length")
    tape = Tape()
    tape.forgotten = int(head["forgotten"])
    tape.sources = {str(file): str(text) for file, text in head["sources"].items()}
    tape.unobserved = [int(place) * ENTRY for place in head.get("unobserved", ())]
    if head.get("left_out") is not None:
        begin, count = head["left_out"]
        tape.left_out = int(begin), int(count)
    tape.output = [Written(int(at), str(stream), str(text)) for at, stream, text in head["output"]]
    tape.notes = [
        Note(str(file), int(line), str(what), [(str(part), str(mark)) for part, mark in pieces])
        for file, line, what, pieces in head.get("notes", ())
    ]
    tape.codes = [_read_code(code) for code in head["codes"]]
    for number, raw in enumerate(head.get("raw", ())):
        tape.codes[number] = tape.codes[number]._replace(raw=tuple(HostInstruction(*each) for each in raw))
    owners = head["owners"]
    objects: list[Object | None] = [
        Object(number, str(each[0]), str(each[1]), int(each[2])) if each is not None and len(each) == 6 else None
        for number, each in enumerate(owners)
    ]
    values = [_read(value, objects) for value in head["values"]]
    for number, (found, shown) in enumerate(zip(objects, owners, strict=True)):
        if found is not None:
            found.size, found.folded = int(shown[3]), bool(shown[5])
            found.initial = None if shown[4] is None else {values[slot]: values[value] for slot, value in shown[4]}
            tape.owners.append(found)
        else:
            tape.owners.append(None if shown is None else _read_frame(number, shown, values, tape.codes))
    tape.base = {int(owner): {values[slot]: values[value] for slot, value in pairs} for owner, pairs in head["base"]}
    _check(tape, columns, values)
    tape.rows = array("I", bytes(4 * ROW * steps))
    tape.rows[0::ROW], tape.rows[1::ROW] = columns[:2]
    tape.rows[2::ROW] = array("I", [place * ENTRY for place in columns[2]])
    tape.log = [None] * (ENTRY * entries)
    tape.log[0::ENTRY] = columns[ROW]
    for position, column in enumerate(columns[ROW + 1 :], 1):
        tape.log[position::ENTRY] = map(values.__getitem__, column)
    return tape


def _check(tape: Tape, columns: list[array[int]], values: list[Any]) -> None:
    frames, indices, places, owner, *others = columns
    for number, index in zip(frames, indices, strict=True):
        found = tape.owners[number]
        if type(found) is not FrameOwner or index >= len(tape.codes[found.code].instructions):
            raise ValueError("a row refers to nothing")
    if any(after < before for before, after in pairwise(places)) or (places and places[-1] > len(owner)):
        raise ValueError("its rows are not in order")
    if any(number >= len(tape.owners) for number in owner) or any(
        number >= len(values) for column in others for number in column
    ):
        raise ValueError("an entry refers to nothing")


def _read(value: Any, objects: list[Object | None]) -> Any:
    if type(value) is not list:
        return value
    kind, *rest = value
    if kind == "object":
        found = objects[rest[0]]
        if found is None:
            raise ValueError("a value refers to nothing")
        return found
    if kind == "text":
        return Text(str(rest[0]), _read(rest[1], objects), int(rest[2]))
    return _READERS[kind](rest[0])


_READERS: dict[str, Callable[[str], Any]] = {
    "int": lambda text: int(text, 16),
    "float": float,
    "complex": complex,
    "bytes": base64.b64decode,
    "mark": _MARKS.__getitem__,
}


def _read_frame(number: int, shown: list[Any], values: list[Any], codes: list[CodeInfo]) -> FrameOwner:
    code, thread, namespace = shown
    codes[code]
    return FrameOwner(number, int(code), int(thread), values[namespace])


def _read_code(shown: dict[str, Any]) -> CodeInfo:
    found = dict(shown)
    found["instructions"] = tuple(
        Instruction(op, text, None if position is None else tuple(position), *rest)
        for op, text, position, *rest in shown["instructions"]
    )
    found["starts"] = {int(index): int(line) for index, line in shown["starts"]}
    found["variables"] = tuple(Variable(*each) for each in shown["variables"])
    found["handlers"] = tuple(tuple(each) for each in shown["handlers"])
    found["inner"] = tuple(InnerCode(name, first, tuple(lines)) for name, first, lines in shown.get("inner", ()))
    return CodeInfo(**found)
