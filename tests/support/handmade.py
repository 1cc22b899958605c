"""Code objects written by hand, well formed or not."""

from __future__ import annotations

import types
from typing import Any

from bytescope.code.format.exception_table import encode_exceptions
from bytescope.code.host import facts

Unit = str | tuple[str, int] | bytes


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
        "co_exceptiontable": encode_exceptions(regions or []),
        "co_firstlineno": 1,
        "co_qualname": "made.by.hand",
    }
    return types.SimpleNamespace(**plain | attributes)
