"""Adjacency constraints of CPython bytecode.

Say, it looks at the instruction behind a YIELD_VALUE to see what the generator waits for, and a FOR_ITER that is done
skips the END_FOR that it jumps to, unseen. Where an edit parts such a pair, wrong results or a corrupt stack follow.
"""

from itertools import pairwise

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import FOLLOWERS, LANDINGS, OPNAME
from bytescope.code.object.raw import RawInstruction
from bytescope.startup.stdlib_lite import Iterable, Sequence

__all__ = ["bound_instructions", "check_bonds"]


def bound_instructions(instructions: Iterable[RawInstruction]) -> set[RawInstruction]:
    """Return the instructions that have to stay right where they are seen from another one."""
    bound = set()
    for one, following in pairwise(instructions):
        if one.opcode in FOLLOWERS:
            bound.add(following)
        if one.opcode in LANDINGS and one.target is not None:
            bound.add(one.target)
    return bound


def check_bonds(name: str, opcodes: Sequence[int], jumps: Iterable[tuple[int, int]]) -> None:
    """Make sure that no pair was parted.

    Args:
        name: the code object's name, for error messages.
        opcodes: the opcode of each instruction.
        jumps: for each jump its index and that of the instruction it goes to.

    Raises:
        InvalidBytecode: if one was.
    """
    for first, second in FOLLOWERS.items():
        if first in opcodes:
            for index, opcode in enumerate(opcodes):
                if opcode == first and opcodes[index + 1 : index + 2] != [second]:
                    reason = f"{OPNAME[first]}, instruction {index}, is not followed by {OPNAME[second]}"
                    raise InvalidBytecode(name, None, reason)
    for index, target in jumps:
        landing = LANDINGS.get(opcodes[index])
        if landing is not None and opcodes[target] != landing:
            reason = f"{OPNAME[opcodes[index]]}, instruction {index}, does not go to {OPNAME[landing]}"
            raise InvalidBytecode(name, None, reason)
