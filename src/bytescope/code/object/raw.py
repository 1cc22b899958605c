"""CPython's own instructions and handler regions as objects, and their decoding from bytes."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import Entry
from bytescope.code.format.layout import MAX_ARG, extensions
from bytescope.code.format.line_table import Position
from bytescope.code.host.facts import BACKWARD, CACHES, EXTENDED_ARG, OPMAP, OPNAME, TARGETED
from bytescope.startup.stdlib_lite import Sequence, record

__all__ = ["RawInstruction", "Region", "decode_instructions", "decode_regions"]


class RawInstruction:
    """An instruction of the host. EXTENDED_ARGs and inline caches are parts of it, not instructions of their own.

    Instructions are equal only to themselves.

    Attributes:
        opcode: the number of its opcode.
        arg: its argument. That of an instruction with a target is overwritten when it is encoded.
        target: the instruction that it jumps to, or None.
        positions: the source that it comes from: first and last line, first and last column; None for nowhere.
        offset: its byte offset, as `tb_lasti` shows it, in the code object that it was last decoded from or encoded
            to, -1 before that.
        width: the least number of EXTENDED_ARGs that it shall have, which keeps what the compiler did without need.
    """

    __slots__ = ("arg", "offset", "opcode", "positions", "target", "width")

    def __init__(
        self,
        opcode: int | str,
        arg: int = 0,
        positions: Position | None = None,
        *,
        target: RawInstruction | None = None,
    ) -> None:
        """Make an instruction.

        Args:
            opcode: the number or the name of its opcode.
            arg: its argument.
            positions: the source that it comes from.
            target: the instruction that it jumps to.
        """
        self.opcode: int = opcode if isinstance(opcode, int) else OPMAP[opcode]
        self.arg = arg
        self.positions = positions
        self.target = target
        self.offset = -1
        self.width = 0

    @property
    def name(self) -> str:
        """The name of its opcode."""
        return OPNAME[self.opcode]

    @name.setter
    def name(self, name: str) -> None:
        self.opcode = OPMAP[name]

    def copy(self) -> RawInstruction:
        """Return another one like it, with the same target."""
        return RawInstruction(self.opcode, self.arg, self.positions, target=self.target)

    def __repr__(self) -> str:
        what = f"to {self.target.name} at {self.target.offset}" if self.target is not None else self.arg
        return f"<{self.name} {what} at {self.offset}>"


@record(eq=False, slots=True)
class Region:
    """A stretch of code and its handler.

    Attributes:
        start: its first instruction.
        end: the instruction behind its last one; None for the end of the code.
        target: the handler's first instruction.
        depth: what the operand stack is cut to when an exception goes to the handler.
        lasti: whether the offset of the raising instruction is then pushed, below the exception.
    """

    start: RawInstruction
    end: RawInstruction | None
    target: RawInstruction
    depth: int
    lasti: bool = False


def _sizes() -> tuple[int, ...]:
    """Code units of each opcode, 0 for what is no instruction on its own."""
    nothing = {"CACHE", "ENTER_EXECUTOR", "EXTENDED_ARG", "RESERVED"}
    return tuple(
        0 if name in nothing or name.startswith("<") else 1 + CACHES[opcode] for opcode, name in enumerate(OPNAME)
    )


_SIZES = _sizes()


def decode_instructions(
    name: str, code: bytes, positions: Sequence[Position | None]
) -> tuple[list[RawInstruction], list[RawInstruction | None]]:
    """Take `co_code` apart.

    Args:
        name: the code object's name, for error messages.
        code: the bytes.
        positions: the position of each code unit; may be too short or too long.

    Returns:
        The instructions, and which one, if any, starts at each code unit.

    Raises:
        InvalidBytecode: if the bytes are not whole instructions, or a jump does not go to the start of one.
    """
    if len(code) % 2:
        raise InvalidBytecode(name, len(code) - 1, "the code has an odd number of bytes")
    units = len(code) // 2
    if not units:
        raise InvalidBytecode(name, 0, "there are no instructions")
    if len(positions) < units:
        positions = [*positions, *[None] * (units - len(positions))]
    instructions: list[RawInstruction] = []
    starts: list[RawInstruction | None] = [None] * units
    jumps: list[tuple[RawInstruction, int]] = []
    make = RawInstruction
    sizes = _SIZES
    targeted = TARGETED
    at = 0
    while at < units:
        start = at
        opcode = code[2 * at]
        arg = code[2 * at + 1]
        while opcode == EXTENDED_ARG:
            at += 1
            if at == units:
                raise InvalidBytecode(name, 2 * start, "EXTENDED_ARG at the end")
            opcode = code[2 * at]
            arg = arg << 8 | code[2 * at + 1]
        size = sizes[opcode]
        if not size:
            raise InvalidBytecode(name, 2 * at, f"{opcode} ({OPNAME[opcode]}) is no instruction")
        instruction = make(opcode, arg, positions[at])
        instruction.offset = 2 * at
        if at > start:
            if arg > MAX_ARG:
                raise InvalidBytecode(name, 2 * at, f"argument {arg} of {OPNAME[opcode]} is out of range")
            if at - start > extensions(arg):
                instruction.width = at - start
        instructions.append(instruction)
        starts[start] = instruction
        at += size
        if opcode in targeted:
            jumps.append((instruction, at - arg if opcode in BACKWARD else at + arg))
    if at > units:
        raise InvalidBytecode(name, instructions[-1].offset, f"the inline cache of {instructions[-1].name} is cut off")
    for instruction, to in jumps:
        instruction.target = starts[to] if 0 <= to < units else None
        if instruction.target is None:
            reason = f"{instruction.name} goes to offset {2 * to}, where no instruction starts"
            raise InvalidBytecode(name, instruction.offset, reason)
    return instructions, starts


def decode_regions(
    name: str, entries: Sequence[Entry], starts: Sequence[RawInstruction | None], stacksize: int
) -> list[Region]:
    """Turn the entries of an exception table into regions.

    Args:
        name: the code object's name, for error messages.
        entries: the entries.
        starts: which instruction, if any, starts at each code unit.
        stacksize: the size of the operand stack.

    Returns:
        The regions in the same order.

    Raises:
        InvalidBytecode: if an entry's start, end or handler is not the start of an instruction, or its stack is deeper
            than there is room for.
    """

    def at(unit: int, what: str) -> RawInstruction:
        instruction = starts[unit] if unit < len(starts) else None
        if instruction is None:
            raise InvalidBytecode(name, 2 * unit, f"a handler region's {what} is not the start of an instruction")
        return instruction

    for start, _, _, depth, _ in entries:
        if depth > stacksize:
            raise InvalidBytecode(name, 2 * start, f"a handler region's stack is {depth} deep, and {stacksize} is all")
    return [
        Region(at(start, "start"), None if end == len(starts) else at(end, "end"), at(target, "handler"), depth, lasti)
        for start, end, target, depth, lasti in entries
    ]
