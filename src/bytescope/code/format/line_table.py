"""The line table: which piece of the source each code unit comes from.

The table (`co_linetable`) is a row of entries. Each covers one to eight code units and holds a line, relative to the
line of the entry before it, and columns, in one of five forms of differing size.

Neighbours whose positions are *the same object* share an entry, and only they do. That is how a decoded table keeps
the compiler's division into entries, which differs between versions.
"""

from bytescope.code.errors import InvalidBytecode
from bytescope.startup.stdlib_lite import Iterable

__all__ = ["Position", "decode_locations", "encode_locations"]

Position = tuple[int | None, int | None, int | None, int | None]
"""First line, last line, first column, last column (columns in bytes of UTF-8). What is unknown is None."""

_UNKNOWN: Position = (None, None, None, None)
_ONE_LINE, _NO_COLUMNS, _LONG, _NOWHERE = 10, 13, 14, 15


def decode_locations(table: bytes, first_line: int, name: str = "?") -> list[Position | None]:
    """Decode a line table.

    Args:
        table: the table.
        first_line: the line that the table's first entry is relative to.
        name: the code object's name, for the error message.

    Returns:
        The position of each code unit in turn, None where there is none. It may be shorter or longer than the code.

    Raises:
        InvalidBytecode: if the table ends within an entry.
    """
    units: list[Position | None] = []
    line = first_line
    at = 0
    end = len(table)
    full: Position | None = None  # the position of the entry before, if that covers all that an entry can
    entry = 0
    position: Position | None
    try:
        while at < end:
            entry = at
            first = table[at]
            if first < 128:
                raise InvalidBytecode(name, at, "an entry of the line table does not start with a start byte")
            at += 1
            form = first >> 3 & 15
            if form < _ONE_LINE:
                byte = table[at]
                at += 1
                column = form << 3 | byte >> 4
                position = (line, line, column, column + (byte & 15))
            elif form < _NO_COLUMNS:
                line += form - _ONE_LINE
                position = (line, line, table[at], table[at + 1])
                at += 2
            elif form == _NOWHERE:
                position = None
            else:
                delta, at = _read_varint(table, at)
                line += -(delta >> 1) if delta & 1 else delta >> 1
                if form == _NO_COLUMNS:
                    position = (line, line, None, None)
                else:
                    lines, at = _read_varint(table, at)
                    column, at = _read_varint(table, at)
                    last, at = _read_varint(table, at)
                    position = (line, line + lines, column - 1 if column else None, last - 1 if last else None)
            if position == full:
                position = full
            units += [position] * ((first & 7) + 1)
            full = position if first & 7 == 7 else None
    except IndexError:
        raise InvalidBytecode(name, entry, "the line table ends within an entry") from None
    except OverflowError:
        raise InvalidBytecode(name, entry, "a number in the line table is too large") from None
    return units


def _read_varint(table: bytes, at: int) -> tuple[int, int]:
    """Read a number of six bits a byte, lowest first; return it and where it ended."""
    byte = table[at]
    at += 1
    value = byte & 63
    shift = 0
    while byte & 64:
        byte = table[at]
        at += 1
        shift += 6
        if shift > 30:
            raise OverflowError
        value |= (byte & 63) << shift
    return value, at


def encode_locations(runs: Iterable[tuple[Position | None, int]], first_line: int) -> bytes:
    """Put a line table together.

    Args:
        runs: positions and the number of code units that each is for, which is divided into as many entries as it
            takes.
        first_line: the line that the table's first entry is relative to.

    Returns:
        The table. Where the last line of a position is unknown or before the first, it is taken to be the first.
    """
    table = bytearray()
    line = first_line
    for position, count in runs:
        while count > 0:
            units = (count if count < 8 else 8) - 1
            count -= 8
            first, last, column, last_column = position or _UNKNOWN
            if first is None:
                table.append(128 | _NOWHERE << 3 | units)
                continue
            delta = first - line
            line = first
            if last is None or last < first:
                last = first
            if last == first:
                if column is None or last_column is None:
                    table.append(128 | _NO_COLUMNS << 3 | units)
                    _write_varint(table, -delta << 1 | 1 if delta < 0 else delta << 1)
                    continue
                if delta == 0 and column < 80 and 0 <= last_column - column < 16:
                    table.append(128 | column >> 3 << 3 | units)
                    table.append((column & 7) << 4 | last_column - column)
                    continue
                if 0 <= delta < 3 and column < 128 and last_column < 128:
                    table += bytes((128 | _ONE_LINE + delta << 3 | units, column, last_column))
                    continue
            table.append(128 | _LONG << 3 | units)
            _write_varint(table, -delta << 1 | 1 if delta < 0 else delta << 1)
            _write_varint(table, last - first)
            _write_varint(table, 0 if column is None else column + 1)
            _write_varint(table, 0 if last_column is None else last_column + 1)
    return bytes(table)


def _write_varint(table: bytearray, value: int) -> None:
    while value > 63:
        table.append(64 | value & 63)
        value >>= 6
    table.append(value)
