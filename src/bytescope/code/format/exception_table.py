"""The exception table: which handler each stretch of code has.

The table (`co_exceptiontable`) is a row of entries of four numbers, six bits a byte, highest first: start, length,
handler (in code units), and the depth that the operand stack is cut to, with the `lasti` bit below it.
"""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.startup.stdlib_lite import Iterable, NamedTuple

__all__ = ["Entry", "decode_exceptions", "encode_exceptions"]


class Entry(NamedTuple):
    """An entry of the table. Places are in code units."""

    start: int
    end: int
    target: int
    depth: int
    lasti: bool


def decode_exceptions(table: bytes, name: str = "?") -> list[Entry]:
    """Decode an exception table.

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
    except OverflowError:
        raise InvalidBytecode(name, start_of_entry, "a number in the exception table is too large") from None
    return entries


def _read_varint(table: bytes, at: int) -> tuple[int, int]:
    byte = table[at]
    at += 1
    value = byte & 63
    while byte & 64:
        byte = table[at]
        at += 1
        value = value << 6 | byte & 63
        if value >> 31:
            raise OverflowError
    return value, at


def encode_exceptions(entries: Iterable[tuple[int, int, int, int, bool]]) -> bytes:
    """Put an exception table together.

    Args:
        entries: the entries, in the order that the table shall have.

    Returns:
        The table.
    """
    varints, starts = _varints, _starts
    pieces: list[bytes] = []
    for start, end, target, depth, lasti in entries:
        pieces += (starts[start], varints[end - start], varints[target], varints[depth << 1 | lasti])
    return b"".join(pieces)


_KEPT = 2**14
"""Numbers below this are used often enough for their bytes to be kept."""


class _Varints(dict[int, bytes]):
    """Numbers as the table has them."""

    def __missing__(self, value: int) -> bytes:
        groups, rest = [value & 63], value >> 6
        while rest:
            groups.append(64 | rest & 63)
            rest >>= 6
        found = bytes(reversed(groups))
        if value < _KEPT:
            self[value] = found
        return found


class _Starts(dict[int, bytes]):
    """Likewise, as an entry starts."""

    def __missing__(self, value: int) -> bytes:
        piece = _varints[value]
        found = bytes((piece[0] | 128,)) + piece[1:]
        if value < _KEPT:
            self[value] = found
        return found


_varints, _starts = _Varints(), _Starts()
