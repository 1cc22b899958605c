"""CPython's own instructions and handler regions as objects, and their decoding from bytes."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import Entry
from bytescope.code.format.layout import MAX_ARG, extensions
from bytescope.code.format.line_table import Position
from bytescope.code.host.facts import OPCODES
from bytescope.code.versions.opcodes import Opcodes
from bytescope.startup.stdlib_lite import ClassVar, Sequence, cache, record

__all__ = ["RawInstruction", "Region", "decode_instructions", "decode_regions", "instruction_class"]


class RawInstruction:
    """An instruction of CPython. EXTENDED_ARGs and inline caches are parts of it, not instructions of their own.

    Instructions are equal only to themselves. Those of another version than the host's are of a subclass.

    Attributes:
        opcodes: the opcodes of its version, an attribute of the class.
        opcode: the number of its opcode.
        arg: its argument. That of an instruction with a target is overwritten when it is encoded.
        target: the instruction that it jumps to, or None.
        positions: the source that it comes from: first and last line, first and last column; None for nowhere.
        offset: its byte offset, as `tb_lasti` shows it, in the code object that it was last decoded from or encoded
            to, -1 before that.
        width: the least number of EXTENDED_ARGs that it shall have, which keeps what the compiler did without need.
    """

    __slots__ = ("arg", "offset", "opcode", "positions", "target", "width")

    opcodes: ClassVar[Opcodes] = OPCODES

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
        self.opcode: int = opcode if isinstance(opcode, int) else self.opcodes.opmap[opcode]
        self.arg = arg
        self.positions = positions
        self.target = target
        self.offset = -1
        self.width = 0

    @property
    def name(self) -> str:
        """The name of its opcode."""
        return self.opcodes.opname[self.opcode]

    @name.setter
    def name(self, name: str) -> None:
        self.opcode = self.opcodes.opmap[name]

    def copy(self) -> RawInstruction:
        """Return another one like it, with the same target."""
        return type(self)(self.opcode, self.arg, self.positions, target=self.target)

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


@cache
def instruction_class(opcodes: Opcodes) -> type[RawInstruction]:
    """Return the class of the instructions of a version."""
    if opcodes is OPCODES:
        return RawInstruction
    return type("RawInstruction", (RawInstruction,), {"__slots__": (), "opcodes": opcodes})


@cache
def _sizes(opcodes: Opcodes) -> tuple[int, ...]:
    """Code units of each opcode, 0 for what is no instruction on its own."""
    nothing = {"CACHE", "ENTER_EXECUTOR", "EXTENDED_ARG", "RESERVED", "TRACE_RECORD"}
    return tuple(
        0 if name in nothing or name.startswith("<") else 1 + opcodes.caches[opcode]
        for opcode, name in enumerate(opcodes.opname)
    )


def decode_instructions(
    name: str, code: bytes, positions: Sequence[Position | None], opcodes: Opcodes = OPCODES
) -> tuple[list[RawInstruction], list[RawInstruction | None]]:
    """Decode `co_code`.

    Args:
        name: the code object's name, for error messages.
        code: the bytes.
        positions: the position of each code unit; may be too short or too long.
        opcodes: the opcodes of its version.

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
    make = instruction_class(opcodes)
    sizes = _sizes(opcodes)
    targeted, backward, absolute = opcodes.targeted, opcodes.backward, opcodes.absolute
    extended = opcodes.extended_arg
    scale = 2 // opcodes.jump_unit
    at = 0
    while at < units:
        start = at
        opcode = code[2 * at]
        arg = code[2 * at + 1]
        while opcode == extended:
            at += 1
            if at == units:
                raise InvalidBytecode(name, 2 * start, "EXTENDED_ARG at the end")
            opcode = code[2 * at]
            arg = arg << 8 | code[2 * at + 1]
            if arg > MAX_ARG:
                raise InvalidBytecode(name, 2 * at, f"argument {arg} of {opcodes.opname[opcode]} is out of range")
        size = sizes[opcode]
        if not size:
            raise InvalidBytecode(name, 2 * at, f"{opcode} ({opcodes.opname[opcode]}) is no instruction")
        instruction = make(opcode, arg, positions[at])
        instruction.offset = 2 * at
        if at > start and at - start > extensions(arg):
            instruction.width = at - start
        instructions.append(instruction)
        starts[start] = instruction
        at += size
        if opcode in targeted:
            distance = arg // scale
            start = 0 if opcode in absolute else at
            jumps.append((instruction, start - distance if opcode in backward else start + distance))
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
