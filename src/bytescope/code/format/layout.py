"""Laying out instructions as bytes: sizes, offsets, jump distances, EXTENDED_ARG and inline caches."""

from itertools import accumulate

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.line_table import Position
from bytescope.code.host.facts import BACKWARD, BEHAVIOUR, CACHES, EXTENDED_ARG, OPNAME
from bytescope.startup.stdlib_lite import Iterable, Sequence

__all__ = ["MAX_ARG", "UNITS", "extensions", "lay_out", "position_runs"]

UNITS = tuple(1 + caches for caches in CACHES)
MAX_ARG = 2**31 - 1


_REMEMBERED = 4096
"""Arguments below this are used often enough for their bytes to be kept."""


class _Pieces(dict[int, bytes]):
    """The bytes of instructions, caches included, by `arg << 8 | opcode`."""

    def __missing__(self, key: int) -> bytes:
        opcode = key & 255
        arg = key >> 8
        piece = prefix(arg, extensions(arg)) + bytes((opcode, arg & 255)) + bytes(2 * CACHES[opcode])
        if arg < _REMEMBERED:
            self[key] = piece
        return piece


_pieces = _Pieces()


def extensions(arg: int) -> int:
    """Return the number of EXTENDED_ARGs that an argument needs."""
    return (arg.bit_length() - 1) >> 3 if arg > 255 else 0


def prefix(arg: int, count: int) -> bytes:
    """Return the so many EXTENDED_ARGs that carry the upper bytes of an argument."""
    return b"".join(bytes((EXTENDED_ARG, arg >> 8 * n & 255)) for n in range(count, 0, -1))


def lay_out(
    name: str,
    opcodes: Sequence[int],
    args: list[int],
    jumps: Sequence[tuple[int, int]],
    widths: Iterable[tuple[int, int]] = (),
) -> tuple[bytes, list[int]]:
    """Lay out instructions as bytes.

    Args:
        name: the code object's name, for error messages.
        opcodes: the opcode of each instruction.
        args: the argument of each instruction; those of jumps are filled in here.
        jumps: for each jump its index and the index of the instruction that it names.
        widths: index and number of EXTENDED_ARGs of instructions that shall have more of them than they need.

    Returns:
        The bytes, and the offset of each instruction and of the end, in code units.

    Raises:
        InvalidBytecode: if a jump would have to go the way that its opcode does not go, or an argument is out of range.
    """
    units = UNITS
    sizes = list(map(units.__getitem__, opcodes))
    for index in [index for index, arg in enumerate(args) if arg > 255]:
        sizes[index] += extensions(args[index])
    extended: dict[int, int] = {}
    for index, width in widths:
        sizes[index] += max(0, width - extensions(args[index]))
        extended[index] = width
    # Distances can only grow while instructions do, so this comes to an end.
    growing = True
    while growing:
        offsets = [0, *accumulate(sizes)]
        growing = False
        for index, target in jumps:
            opcode = opcodes[index]
            distance = offsets[target] - offsets[index + 1]
            if opcode in BACKWARD:
                distance = -distance
            if distance < 0:
                way = "forward" if opcode in BACKWARD else "backward"
                raise InvalidBytecode(name, 2 * offsets[index], f"{OPNAME[opcode]} cannot go {way}")
            args[index] = distance
            if distance > 255 and extensions(distance) > extended.get(index, 0):
                extended[index] = extensions(distance)
                sizes[index] = units[opcode] + extended[index]
                growing = True
    if args and not 0 <= min(args) <= max(args) <= MAX_ARG:
        index = next(index for index, arg in enumerate(args) if not 0 <= arg <= MAX_ARG)
        reason = f"argument {args[index]} of {OPNAME[opcodes[index]]} is out of range"
        raise InvalidBytecode(name, 2 * offsets[index], reason)
    pieces = [_pieces[arg << 8 | opcode] for opcode, arg in zip(opcodes, args, strict=True)]
    for index, width in extended.items():
        if (needed := extensions(args[index])) < width:
            pieces[index] = prefix(args[index], width)[: 2 * (width - needed)] + pieces[index]
    return b"".join(pieces), offsets


def position_runs(
    positions: Iterable[Position | None], offsets: Sequence[int]
) -> Iterable[tuple[Position | None, int]]:
    """Gather instructions that share a position.

    The host's own way with instructions from nowhere is kept: one entry for each, or one for all in a row.

    Args:
        positions: the position of each instruction.
        offsets: the offset of each instruction and of the end, in code units.

    Yields:
        Position and number of code units, a new run wherever the position is another object than before.
    """
    current: Position | None = None
    start = 0
    for position, offset in zip(positions, offsets, strict=False):
        if position is not current or (position is None and not BEHAVIOUR.merges_locations):
            if offset > start:
                yield current, offset - start
            current = position
            start = offset
    if offsets[-1] > start:
        yield current, offsets[-1] - start
