"""Laying out raw instructions and regions as the parts of a host code object."""

from __future__ import annotations

from bytescope.code.assembly.assembler import flatten
from bytescope.code.assembly.stack_depth import stack_size
from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import encode_exceptions
from bytescope.code.format.layout import UNITS, lay_out, position_runs
from bytescope.code.format.line_table import encode_locations
from bytescope.code.host.facts import BACKWARD, OPNAME, OPPOSITE, SHORT, TARGETED
from bytescope.code.object.adjacency import check_bonds
from bytescope.code.object.raw import RawInstruction, Region
from bytescope.startup.stdlib_lite import NamedTuple, Sequence

__all__ = ["Encoded", "encode"]


class Encoded(NamedTuple):
    """The parts of a code object that come from its instructions."""

    code: bytes
    linetable: bytes
    exceptiontable: bytes
    stacksize: int


def encode(
    name: str, instructions: Sequence[RawInstruction], regions: Sequence[Region], first_line: int, entry_depth: int
) -> Encoded:
    """Lay out instructions and regions, and tell the instructions their new offsets.

    Args:
        name: the code object's name, for error messages.
        instructions: the instructions.
        regions: the handler regions. Where they overlap the one that starts last is in force.
        first_line: what the line table counts from.
        entry_depth: the depth of the operand stack where the code is entered.

    Returns:
        The parts.

    Raises:
        InvalidBytecode: if a jump or a region refers to an instruction that is not there, a jump would have to go a
            way for which there is no opcode, or the depth of the stack cannot be found.
    """
    if not instructions:
        raise InvalidBytecode(name, None, "there are no instructions")
    index_of = {instruction: index for index, instruction in enumerate(instructions)}
    if len(index_of) < len(instructions):
        twice = next(i for index, i in enumerate(instructions) if index_of[i] != index)
        raise InvalidBytecode(name, None, f"{twice} appears twice; insert its copy() instead")

    def index(instruction: RawInstruction, what: str) -> int:
        found = index_of.get(instruction)
        if found is None:
            raise InvalidBytecode(name, None, f"{what} is {instruction}, which is not in the code")
        return found

    opcodes = [instruction.opcode for instruction in instructions]
    args = [instruction.arg for instruction in instructions]
    jumps: list[tuple[int, int]] = []
    for at, instruction in enumerate(instructions):
        if instruction.target is not None:
            to = index(instruction.target, f"the target of {instruction}")
            opcode = instruction.opcode
            # Edits may have turned a jump round.
            if (to <= at) != (opcode in BACKWARD):
                opcodes[at] = OPPOSITE.get(opcode, opcode)
            jumps.append((at, to))
    if len(jumps) != sum(map(TARGETED.__contains__, opcodes)) or any(opcodes[at] not in TARGETED for at, _ in jumps):
        raise _misfit(name, instructions)
    places = [
        (
            index(region.start, "the start of a handler region"),
            len(instructions) if region.end is None else index(region.end, "the end of a handler region"),
            index(region.target, "a handler"),
            region.depth,
            region.lasti,
        )
        for region in regions
    ]
    widths = [(at, instruction.width) for at, instruction in enumerate(instructions) if instruction.width]
    check_bonds(name, opcodes, jumps)
    code, offsets = lay_out(name, opcodes, args, jumps, widths)
    for instruction, opcode, end in zip(instructions, opcodes, offsets[1:], strict=True):
        instruction.offset = 2 * (end - UNITS[opcode])
    for at, _ in jumps:
        if opcodes[at] in SHORT and args[at] > 255:
            reason = f"{OPNAME[opcodes[at]]} cannot go {args[at]} code units far"
            raise InvalidBytecode(name, instructions[at].offset, reason)
    handlers = [(target, depth + lasti + 1) for _, _, target, depth, lasti in places]
    deepest = stack_size(name, opcodes, args, dict(jumps), [(0, entry_depth), *handlers])
    entries = [
        (offsets[start], offsets[end], offsets[target], depth, lasti) for start, end, target, depth, lasti in places
    ]
    if not _in_order(entries):
        entries = flatten(entries)
    runs = position_runs([instruction.positions for instruction in instructions], offsets)
    return Encoded(code, encode_locations(runs, first_line), encode_exceptions(entries), deepest)


def _in_order(entries: Sequence[tuple[int, int, int, int, bool]]) -> bool:
    """Return True if the host finds what it looks for: entries ascend and do not overlap."""
    at = 0
    for start, end, *_ in entries:
        if start < at or end < start:
            return False
        at = end
    return True


def _misfit(name: str, instructions: Sequence[RawInstruction]) -> InvalidBytecode:
    for instruction in instructions:
        if (instruction.target is not None) != (instruction.opcode in TARGETED):
            lacks = "needs a target" if instruction.target is None else "cannot have a target"
            return InvalidBytecode(name, None, f"{OPNAME[instruction.opcode]} {lacks}")
    raise AssertionError("every instruction is as it should be")
