"""Positions in the source of the code units of any code object."""

from __future__ import annotations

from bytescope.code.format.line_table import Position, decode_locations
from bytescope.code.format.old_line_tables import decode_line_ranges, decode_lnotab
from bytescope.code.stored import AnyCode, StoredCode

__all__ = ["positions_of"]


def positions_of(code: AnyCode) -> list[Position | None]:
    """Return the position of each code unit, None where there is none; there may be too few or too many.

    Raises:
        InvalidBytecode: if the line table is malformed.
    """
    if isinstance(code, StoredCode):
        from bytescope.code.versions.pyc_forms import FORMS  # which code of the host can do without

        form = FORMS[code.version].lines
    else:
        form = "locations"
    if form == "locations":
        return decode_locations(code.co_linetable, code.co_firstlineno, code.co_qualname)
    decode = decode_lnotab if form == "lnotab" else decode_line_ranges
    return decode(code.co_linetable, code.co_firstlineno, len(code.co_code) // 2)
