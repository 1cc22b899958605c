"""The exception table: which handler each stretch of code has.

The table (`co_exceptiontable`) is a row of entries of four numbers, six bits a byte, highest first: start, length,
handler (in code units), and the depth that the operand stack is cut to, with the `lasti` bit below it.
"""

from __future__ import annotations

from collections.abc import Iterable

from bytescope.code.errors import InvalidBytecode
from bytescope.code.light import NamedTuple

__all__ = ["Entry", "decode_exceptions", "encode_exceptions"]


class Entry(NamedTuple):
    """An entry of the table. Places are in code units."""

    start: int
    end: int
    target: int
    depth: int
    lasti: bool


def decode_exceptions(table: bytes, name: str = "?") -> list[Entry]:
    """Take an exception table apart.

    Args:
        table: the table.
        name: the code object's name, for the error message.

    Returns:
        The entries in the order of the table.

    Raises:
        InvalidBytecode: if the table ends within an entry, or an entry does not start with a start byte.
    """
    entries = []
    at = 0
    start_of_entry = 0
    end = len(table)
    try:
        while at < end:
            start_of_entry = at
            if table[at] < 128:
                raise InvalidBytecode(name, at, "an entry of the exception table does not start with a start byte")
            start, at = _read_varint(table, at)
            length, at = _read_varint(table, at)
            target, at = _read_varint(table, at)
            depth_and_lasti, at = _read_varint(table, at)
            entries.append(Entry(start, start + length, target, depth_and_lasti >> 1, bool(depth_and_lasti & 1)))
    except IndexError:
        raise InvalidBytecode(name, start_of_entry, "the exception table ends within an entry") from None
    return entries


def _read_varint(table: bytes, at: int) -> tuple[int, int]:
    byte = table[at]
    at += 1
    value = byte & 63
    while byte & 64:
        byte = table[at]
        at += 1
        value = value << 6 | byte & 63
    return value, at


def encode_exceptions(entries: Iterable[tuple[int, int, int, int, bool]]) -> bytes:
    """Put an exception table together.

    Args:
        entries: the entries, in the order that the table shall have.

    Returns:
        The table.
    """
    table = bytearray()
    for start, end, target, depth, lasti in entries:
        at = len(table)
        _write_varint(table, start)
        table[at] |= 128
        _write_varint(table, end - start)
        _write_varint(table, target)
        _write_varint(table, depth << 1 | lasti)
    return bytes(table)


def _write_varint(table: bytearray, value: int) -> None:
    if value > 63:
        shift = (value.bit_length() - 1) // 6 * 6
        while shift:
            table.append(64 | value >> shift & 63)
            shift -= 6
    table.append(value & 63)
