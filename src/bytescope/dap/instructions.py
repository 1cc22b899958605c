"""Instructions by address, for the client's view of the bytecode.

An address is made up: the number of the code object, and the index of the instruction in it.
"""

from __future__ import annotations

from typing import Any

from bytescope.dap.connection import RequestError
from bytescope.dap.sources import Sources
from bytescope.recording import Recording

__all__ = ["address_of", "disassembled", "instruction_at"]

_ROOM = 1 << 24
"""Addresses for each code object."""


def address_of(code: int, index: int) -> str:
    """Return the address of an instruction."""
    return f"{(code + 1) * _ROOM + index:#x}"


def instruction_at(reference: str, offset: int) -> tuple[int, int]:
    """Return the code object's number and the index for an address with an offset.

    Raises:
        RequestError: if it is no address.
    """
    try:
        address = int(reference, 0)
    except ValueError:
        raise RequestError(f"{reference!r} is no address of an instruction") from None
    code, index = divmod(address, _ROOM)
    return code - 1, index + offset


def disassembled(
    recording: Recording, sources: Sources, reference: str, offset: int, first: int, count: int
) -> list[dict[str, Any]]:
    """Return instructions as the protocol has them; where the code object has none, they say so.

    Args:
        recording: the recording.
        sources: its source files.
        reference: an address.
        offset: what is added to it.
        first: which instruction to begin with, counted from the address.
        count: how many.

    Raises:
        RequestError: if it is no address of the recording's.
    """
    number, index = instruction_at(reference, offset)
    if not 0 <= number < len(recording.codes):
        raise RequestError(f"{reference!r} is no address of a recorded code object")
    code = recording.codes[number]
    found = []
    line = None
    for at in range(index + first, index + first + count):
        row: dict[str, Any] = {"address": f"{max((number + 1) * _ROOM + at, 0):#x}"}
        if not 0 <= at < len(code.instructions):
            found.append({**row, "instruction": "", "presentationHint": "invalid"})
            continue
        instruction = code.instructions[at]
        row["instruction"] = instruction.text
        if at == 0:
            row["symbol"] = code.name
        if instruction.line and instruction.line != line:
            line = instruction.line
            row["line"] = line
            row["location"] = sources.shown(code.file)
        found.append(row)
    return found
