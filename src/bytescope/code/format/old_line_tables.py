"""The line tables of CPython 3.8 to 3.10, which know no columns."""

from __future__ import annotations

from bytescope.code.format.line_table import Position

__all__ = ["decode_line_ranges", "decode_lnotab"]


def decode_lnotab(table: bytes, first_line: int, units: int) -> list[Position | None]:
    """Decode the line table (`co_lnotab`) of 3.8 or 3.9: pairs of a bytecode increment and a line increment.

    Args:
        table: the table.
        first_line: the line of the first instruction, unless the table changes it.
        units: the number of code units, which is how far the last line goes.

    Returns:
        The position of each code unit.
    """
    positions: list[Position | None] = []
    line = first_line
    offset = 0
    for size, change in zip(table[::2], table[1::2], strict=False):
        offset += size
        _fill(positions, line, offset, units)
        line += change - 256 if change > 127 else change
    _fill(positions, line, 2 * units, units)
    return positions


def decode_line_ranges(table: bytes, first_line: int, units: int) -> list[Position | None]:
    """Decode the line table of 3.10: pairs of a range's length in bytes and its line increment.

    Args:
        table: the table.
        first_line: the line that the first range is relative to.
        units: the number of code units.

    Returns:
        The position of each code unit, None for those of no line.
    """
    positions: list[Position | None] = []
    line = first_line
    offset = 0
    for size, change in zip(table[::2], table[1::2], strict=False):
        offset += size
        if change == 128:
            _fill(positions, None, offset, units)
        else:
            line += change - 256 if change > 127 else change
            _fill(positions, line, offset, units)
    _fill(positions, None, 2 * units, units)
    return positions


def _fill(positions: list[Position | None], line: int | None, offset: int, units: int) -> None:
    """Give the units up to an offset a line."""
    position = None if line is None else (line, line, None, None)
    positions += [position] * (min((offset + 1) // 2, units) - len(positions))
