"""Maximal depth of the operand stack."""

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import ENDS, JUMPS, OPNAME, stack_effect
from bytescope.startup.stdlib_lite import Iterable, Mapping, Sequence

__all__ = ["stack_depths", "stack_size"]


def stack_size(
    name: str,
    opcodes: Sequence[int],
    args: Sequence[int],
    targets: Mapping[int, int],
    entries: Iterable[tuple[int, int]],
) -> int:
    """Follow every path through the code and find the greatest depth of the operand stack.

    A stack that is too small corrupts the host's memory without a word, so what cannot be followed is an error.

    Args:
        name: the code object's name, for error messages.
        opcodes: the opcode of each instruction.
        args: the argument of each instruction.
        targets: for each jump's index the index of the instruction that it goes to.
        entries: index and depth where control comes in: the code's start and its handlers, exceptions included.

    Returns:
        The depth.

    Raises:
        InvalidBytecode: if a path leads off the end, grows the stack in a loop, takes from an empty stack or
            holds an instruction without known effect on the stack.
    """
    return stack_depths(name, opcodes, args, targets, entries)[1]


def stack_depths(
    name: str,
    opcodes: Sequence[int],
    args: Sequence[int],
    targets: Mapping[int, int],
    entries: Iterable[tuple[int, int]],
) -> tuple[list[int], int]:
    """The same (see `stack_size`), with the greatest depth before each instruction, -1 where none is executed."""
    depths = [-1] * len(opcodes)
    work = list(entries)
    deepest = max((depth for _, depth in work), default=0)
    # No path that is free of loops gets deeper than all pushes together.
    limit: int | None = None
    index = 0
    try:
        while work:
            index, depth = work.pop()
            while depth > depths[index]:
                if depths[index] >= 0 and depth > (limit := limit or _all_pushes(opcodes, args, deepest)):
                    raise InvalidBytecode(name, None, f"the stack grows with each turn of the loop at {index}")
                depths[index] = depth
                opcode = opcodes[index]
                if opcode in JUMPS:
                    there = depth + stack_effect(opcode, args[index], True)
                    if there < 0:
                        raise InvalidBytecode(
                            name, None, f"{OPNAME[opcode]}, instruction {index}, finds too few values"
                        )
                    if there > deepest:
                        deepest = there
                    target = targets[index]
                    if there > depths[target]:
                        work.append((target, there))
                depth += stack_effect(opcode, args[index], False)
                if depth < 0:
                    raise _underflow(name, opcode, index)
                if opcode in ENDS:
                    break
                if depth > deepest:
                    deepest = depth
                index += 1
    except IndexError:
        raise InvalidBytecode(name, None, "a path through the code leads off its end") from None
    except ValueError as error:
        if isinstance(error, InvalidBytecode):
            raise
        reason = f"no known effect on the stack: {OPNAME[opcodes[index]]} {args[index]}, instruction {index}"
        raise InvalidBytecode(name, None, reason) from None
    return depths, deepest


def _underflow(name: str, opcode: int, index: int) -> InvalidBytecode:
    return InvalidBytecode(name, None, f"{OPNAME[opcode]}, instruction {index}, takes more than the stack holds")


def _all_pushes(opcodes: Sequence[int], args: Sequence[int], deepest: int) -> int:
    pushes = 0
    for opcode, arg in zip(opcodes, args, strict=True):
        pushes += max(0, stack_effect(opcode, arg, False), stack_effect(opcode, arg, True))
    return pushes + deepest
