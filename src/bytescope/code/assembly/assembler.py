"""A small assembler: instructions, labels and handler regions in, the three byte strings of a code object out."""

from __future__ import annotations

from itertools import pairwise

from bytescope.code.assembly.stack_depth import stack_depths
from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import encode_exceptions
from bytescope.code.format.layout import UNITS, lay_out, position_runs
from bytescope.code.format.line_table import Position, encode_locations
from bytescope.code.host.facts import GENERATOR_DEPTH, OPMAP, OPNAME, TARGETED
from bytescope.startup.stdlib_lite import Collection, Iterable, record

__all__ = ["Assembled", "Assembler"]

_Region = tuple[int, int, int, int, bool]


@record(frozen=True, slots=True)
class Assembled:
    """Result of an assembler.

    Attributes:
        code: the instructions (`co_code`).
        linetable: their positions (`co_linetable`).
        exceptiontable: the handlers (`co_exceptiontable`).
        offsets: the offset of each emitted instruction and of the end, in code units.
    """

    code: bytes
    linetable: bytes
    exceptiontable: bytes
    offsets: list[int]


class Assembler:
    """Assembler of instructions, which are laid out in the order in which they are emitted.

    EXTENDED_ARG and inline caches are added where they are needed. Labels are small integers, made by `label` and
    given a place by `place`, before or after their use.
    """

    def __init__(self, name: str = "<assembled>") -> None:
        """Start with no instructions.

        Args:
            name: what error messages shall call the code.
        """
        self.name = name
        self.position: Position | None = None
        """The position of instructions that are given none of their own."""
        self._opcodes: list[int] = []
        self._args: list[int] = []
        self._positions: list[Position | None] = []
        self._jumps: list[tuple[int, int]] = []
        self._places: list[int] = []
        self._regions: list[_Region] = []
        self._stretches: list[_Region] = []
        self._offsets: list[int] = []

    def __len__(self) -> int:
        return len(self._opcodes)

    def emit(self, opcode: int | str, arg: int = 0, pos: Position | None = None) -> None:
        """Add an instruction.

        Args:
            opcode: its opcode's number or name.
            arg: its argument.
            pos: the source that it comes from: first and last line, first and last column.
        """
        self._opcodes.append(OPMAP[opcode] if isinstance(opcode, str) else opcode)
        self._args.append(arg)
        self._positions.append(self.position if pos is None else pos)

    def extend(self, opcodes: Iterable[int], args: Collection[int], jump: tuple[int, int] | None = None) -> None:
        """Add several instructions at the present position.

        Args:
            opcodes: their opcodes.
            args: their arguments, as many.
            jump: which of them names another, and that one's label; None if none does.
        """
        if jump is not None:
            self._jumps.append((len(self._opcodes) + jump[0], jump[1]))
        self._opcodes += opcodes
        self._args += args
        self._positions += [self.position] * len(args)

    def patch(self, number: int, arg: int) -> None:
        """Give an instruction that was added before another argument.

        Args:
            number: of the instruction.
            arg: the argument.
        """
        self._args[number] = arg

    def jump(self, opcode: int | str, label: int, pos: Position | None = None) -> None:
        """Add an instruction that names another.

        Args:
            opcode: its opcode's number or name. An opcode goes one way only, and `finish` checks it.
            label: the label of the other instruction.
            pos: the source that it comes from.
        """
        if isinstance(opcode, str):
            opcode = OPMAP[opcode]
        if opcode not in TARGETED:
            raise InvalidBytecode(self.name, None, f"{OPNAME[opcode]} is not a jump")
        self._jumps.append((len(self._opcodes), label))
        self.emit(opcode, 0, pos)

    def label(self) -> int:
        """Make a label that is not bound yet."""
        self._places.append(-1)
        return len(self._places) - 1

    def place(self, label: int) -> None:
        """Give a label its place: before the instruction that is added next."""
        self._places[label] = len(self._opcodes)

    def here(self) -> int:
        """Make a label that is placed here."""
        self._places.append(len(self._opcodes))
        return len(self._places) - 1

    def region(self, start: int, end: int, handler: int, depth: int, lasti: bool = False) -> None:
        """Open an exception handler for a stretch of code.

        Where regions overlap the one that starts last is in force; of those, the one that ends first; of those, the
        one that was added last.

        Args:
            start: label of the first instruction.
            end: label behind the last instruction.
            handler: label of the handler.
            depth: what the operand stack is cut to before the handler gets control.
            lasti: whether the offset of the raising instruction is pushed below the exception.
        """
        self._regions.append((start, end, handler, depth, lasti))

    def stretch(self, start: int, end: int, handler: int, depth: int) -> None:
        """Add a handler for a stretch of code, which gets the offset of the raising instruction below the exception.

        Args:
            start: number of the first instruction.
            end: number behind the last instruction.
            handler: label of the handler.
            depth: what the operand stack is cut to before the handler gets control.
        """
        self._stretches.append((start, end, handler, depth, True))

    def place_of(self, label: int) -> int:
        """Return the number of the instruction that a label stands before."""
        return self._place(label)

    def units_of(self, number: int, offsets: list[int]) -> set[int]:
        """Return where an instruction begins, and where its opcode is, behind its EXTENDED_ARGs, in code units.

        Args:
            number: of the instruction.
            offsets: as in `Assembled`.
        """
        return {offsets[number], offsets[number + 1] - UNITS[self._opcodes[number]]}

    def offset(self, label: int) -> int:
        """Return the place of a label in code units, once `finish` was called."""
        return self._offsets[self._place(label)]

    def stack_depths(self) -> tuple[list[int], int]:
        """The depth of the operand stack before each instruction, -1 where none is executed, and the greatest depth.

        Where the host leaves out the value that a generator is sent first, all depths of a generator are one greater.

        Raises:
            InvalidBytecode: if a path through the code cannot be followed.
        """
        entry = GENERATOR_DEPTH if OPMAP["RETURN_GENERATOR"] in self._opcodes else 0
        targets = {index: self._place(label) for index, label in self._jumps}
        handlers = {(self._place(handler), depth + lasti + 1) for _, _, handler, depth, lasti in self._all_regions()}
        return stack_depths(self.name, self._opcodes, self._args, targets, [(0, entry), *handlers])

    def depth_at(self, label: int, depths: list[int]) -> int:
        """The depth at a label, of depths by instruction."""
        return depths[self._place(label)]

    def finish(self, first_line: int = 1) -> Assembled:
        """Lay everything out.

        Args:
            first_line: `co_firstlineno` of the code object that this is for.

        Returns:
            The byte strings.

        Raises:
            InvalidBytecode: if a label was never bound, a jump goes the wrong way, or an argument is out of range.
        """
        places = self._places
        jumps = [(index, places[label]) for index, label in self._jumps]
        for index, target in jumps:
            if not 0 <= target < len(self._opcodes):
                reason = f"{OPNAME[self._opcodes[index]]} goes to a label without a place"
                raise InvalidBytecode(self.name, None, reason)
        code, self._offsets = lay_out(self.name, self._opcodes, self._args, jumps)
        linetable = encode_locations(position_runs(self._positions, self._offsets), first_line)
        offsets = self._offsets
        regions = [
            (offsets[start], offsets[end], offsets[self._place(handler)], depth, lasti)
            for start, end, handler, depth, lasti in self._all_regions()
        ]
        return Assembled(code, linetable, encode_exceptions(flatten(regions)), self._offsets)

    def _all_regions(self) -> list[_Region]:
        """All regions, with their handlers, by the numbers of their instructions."""
        place = self._place
        placed = [
            (place(start), place(end), handler, depth, lasti) for start, end, handler, depth, lasti in self._regions
        ]
        return placed + self._stretches

    def _place(self, label: int) -> int:
        place = self._places[label]
        if place < 0:
            raise InvalidBytecode(self.name, None, f"label {label} was never bound")
        return place


def flatten(regions: list[_Region]) -> list[_Region]:
    """Cut regions that overlap into regions that do not, in ascending order, the innermost in force.

    Args:
        regions: start, end, handler, depth and lasti of each.

    Returns:
        The same, with no two for one place. Empty ones are gone.
    """
    regions = [each for each in regions if each[0] < each[1]]
    if all(each[1] <= following[0] for each, following in pairwise(regions)):
        return regions
    order = sorted((start, end, -index) for index, (start, end, *_) in enumerate(regions) if start < end)
    edges = sorted({edge for start, end, _ in order for edge in (start, end)})
    flat: list[_Region] = []
    active: list[tuple[int, int, int]] = []
    coming = 0
    current = None
    for edge, following in pairwise(edges):
        while coming < len(order) and order[coming][0] == edge:
            start, end, index = order[coming]
            active.append((-start, end, index))
            active.sort()  # a few at most
            coming += 1
        while active and active[0][1] <= edge:
            del active[0]
        if not active:
            current = None
            continue
        index = -active[0][2]
        handler = regions[index][2:]
        if index == current:
            flat[-1] = (flat[-1][0], following, *handler)
        else:
            flat.append((edge, following, *handler))
            current = index
    return flat
