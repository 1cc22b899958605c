"""The line tables of CPython 3.8 to 3.10, which know no columns."""

from __future__ import annotations

from bytescope.code.format.line_table import Position

__all__ = ["decode_line_ranges", "decode_lnotab"]


def decode_lnotab(table: bytes, first_line: int, units: int) -> list[Position | None]:
    """Take the line table (`co_lnotab`) of 3.8 or 3.9 apart: pairs of bytes to go on, and of lines to add then.

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
    """Take the line table of 3.10 apart: pairs of bytes that a range has, and of lines to add for it.

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
