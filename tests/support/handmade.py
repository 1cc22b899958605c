"""Code objects written by hand, well formed or not."""

from __future__ import annotations

import types
from typing import Any

from bytescope.code.format.exception_table import encode_exceptions
from bytescope.code.host import facts

Unit = str | tuple[str, int] | bytes


BEGUN = 2 * facts.CACHES[facts.OPMAP["RESUME"]]
"""The size of the inline cache of the RESUME with which a frame begins, in bytes."""


def after_resume(code: Any, offset: int) -> int:
    """An offset in code, given as if a RESUME with which it begins had no inline cache."""
    return offset + (BEGUN if offset and code.co_code[0] == facts.OPMAP["RESUME"] else 0)


def regions_of(units: tuple[Unit, ...], regions: list[tuple[int, int, int, int, bool]]) -> bytes:
    """The exception table of regions whose places are given as if no RESUME had an inline cache."""
    places: list[int] = []
    place = 0
    for unit in units:
        width = len(code_bytes(unit)) // 2
        resumes = unit == "RESUME" or unit[0] == "RESUME"
        places += [place] if resumes else range(place, place + width)
        place += width

    def placed(old: int) -> int:
        return places[old] if old < len(places) else place + old - len(places)

    return encode_exceptions([(placed(s), placed(e), placed(t), depth, lasti) for s, e, t, depth, lasti in regions])


def code_bytes(*units: Unit) -> bytes:
    """The bytes of instructions, given by opcode, by opcode and argument, or as they are."""
    parts = []
    for unit in units:
        if isinstance(unit, bytes):
            parts.append(unit)
            continue
        name, arg = (unit, 0) if isinstance(unit, str) else unit
        opcode = facts.OPMAP[name]
        parts.append(bytes((opcode, arg)) + bytes(2 * facts.CACHES[opcode]))
    return b"".join(parts)


def handmade(*units: Unit, regions: list[tuple[int, int, int, int, bool]] | None = None, **attributes: Any) -> Any:
    """What looks like a code object, and would bring the host down were it a real one.

    Args:
        units: its instructions.
        regions: its handler regions: start, end, handler (in code units), depth, lasti.
        attributes: whatever else is not as in a plain function without variables.
    """
    plain = {
        "co_code": code_bytes(*units),
        "co_consts": (None,),
        "co_names": (),
        "co_varnames": (),
        "co_cellvars": (),
        "co_freevars": (),
        "co_argcount": 0,
        "co_kwonlyargcount": 0,
        "co_flags": 3,
        "co_stacksize": 10,
        "co_linetable": b"",
        "co_exceptiontable": regions_of(units, regions or []),
        "co_firstlineno": 1,
        "co_qualname": "made.by.hand",
    }
    return types.SimpleNamespace(**plain | attributes)
