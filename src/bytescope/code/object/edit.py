"""Changes of instructions that keep right all that refers to them, see `Code.rewrite`."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import HAS_VARIABLE, TWO_VARIABLES
from bytescope.code.object.raw import RawInstruction, Region
from bytescope.startup.stdlib_lite import Callable, Iterable

__all__ = ["Change", "rewrite", "shift_from"]

Change = Callable[[RawInstruction], Iterable[RawInstruction] | None]
"""Returns what takes the place of an instruction, None if it stays."""


def rewrite(name: str, instructions: list[RawInstruction], regions: list[Region], change: Change, jumps: bool) -> None:
    """Put other instructions in the place of each, see `Code.rewrite`.

    Args:
        name: the code object's, for error messages.
        instructions: its instructions, which are changed in place.
        regions: its handler regions, likewise.
        change: returns what takes the place of an instruction.
        jumps: as for `Code.rewrite`.

    Raises:
        InvalidBytecode: if something goes to an instruction that is deleted, and none follows.
    """
    after: list[RawInstruction] = []
    firsts: dict[RawInstruction, int] = {}
    for instruction in instructions:
        instead = change(instruction)
        if instead is None:
            after.append(instruction)
        else:
            firsts[instruction] = len(after)
            after += instead
    if not firsts:
        return
    index_of = {instruction: index for index, instruction in enumerate(after)}
    moved = {one: after[first] if first < len(after) else None for one, first in firsts.items()}

    def follow(instruction: RawInstruction, what: str) -> RawInstruction:
        if instruction not in moved or (not jumps and instruction in index_of):
            return instruction
        to = moved[instruction]
        if to is None:
            reason = f"{what} goes to {instruction}, which is deleted, and nothing follows"
            raise InvalidBytecode(name, instruction.offset, reason)
        return to

    # Nothing is changed before it is sure that all can be.
    kept: list[tuple[Region, RawInstruction, RawInstruction | None, RawInstruction]] = []
    for region in regions:
        start = moved.get(region.start, region.start)
        end = None if region.end is None else moved.get(region.end, region.end)
        # A region whose instructions were all deleted is no more.
        if start is not None and (end is None or index_of.get(start, -1) < index_of.get(end, len(after))):
            kept.append((region, start, end, follow(region.target, "a handler region")))
    targets = [
        (one, follow(one.target, repr(one))) for one in instructions if one.target is not None and one in index_of
    ]
    for one, target in targets:
        one.target = target
    for region, start, end, target in kept:
        region.start, region.end, region.target = start, end, target
    regions[:] = [region for region, *_ in kept]
    instructions[:] = after


def shift_from(first: int) -> Change:
    """Return the change that raises by one every variable's index from `first` on.

    Instructions that hold two indices of four bits each fall apart where there is no room.

    Args:
        first: the index at which there shall be room.
    """

    def shift(instruction: RawInstruction) -> list[RawInstruction] | None:
        if instruction.opcode not in HAS_VARIABLE:
            return None
        if instruction.opcode not in TWO_VARIABLES:
            instruction.arg += instruction.arg >= first
            return None
        one, two = instruction.arg >> 4, instruction.arg & 15
        one += one >= first
        two += two >= first
        if one < 16 and two < 16:
            instruction.arg = one << 4 | two
            return None
        opcodes = TWO_VARIABLES[instruction.opcode]
        return [
            RawInstruction(opcode, arg, instruction.positions) for opcode, arg in zip(opcodes, (one, two), strict=True)
        ]

    return shift
