"""The state of lowering one code object: what the rules of all versions read, and where they emit."""

from __future__ import annotations

import types

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_SUSPENDS
from bytescope.code.instruction import Instruction, Position, Variable
from bytescope.code.stored import AnyCode
from bytescope.code.versions.behaviour import Behaviour
from bytescope.code.versions.opcodes import Opcodes
from bytescope.startup.stdlib_lite import Callable

__all__ = ["LoweringState", "Rule", "variables"]

Rule = str | Callable[["LoweringState", int], object]
"""The lowering of a raw opcode: an instruction without an immediate, or `rule(lowering, arg)` that emits any number."""

_MOST_OPERANDS = 1 << 20


class LoweringState:
    """The state of lowering one code object.

    Attributes:
        code: the code object.
        opcodes: the opcodes of its version.
        behaviour: the behaviour of its version.
        instructions: what was emitted so far.
        offset: byte offset of the raw instruction.
        next_offset: offset after it and its caches.
        opcode: its opcode.
        in_prologue: whether nothing but the making of cells and generators came before it.
        first: the index of the first instruction behind these.
        made_cells: the variables of which the prologue makes or copies the cells.
        cleared: the variables that an inlined comprehension has saved and cleared so far.
        preamble: what a generator expression does before its generator is made: the opcodes that make an iterator of
            the first iterable, by offset.
        annotates_at_once: whether annotations that the code defers are evaluated at once: the host cannot defer them.
        keyword_names: what KW_NAMES left for the call right after it, and the number of instructions at that time.
    """

    def __init__(self, code: types.CodeType, opcodes: Opcodes, behaviour: Behaviour) -> None:
        self.opcodes = opcodes
        self.behaviour = behaviour
        self.code = code
        self.raw = code.co_code
        self.consts = code.co_consts
        self.names = code.co_names
        self.variables = variables(code)
        self.is_generator = bool(code.co_flags & CO_SUSPENDS)
        self.most_operands = min(code.co_stacksize, _MOST_OPERANDS)
        self.instructions: list[Instruction] = []
        self.annotates_at_once = False
        self.offset = 0
        self.next_offset = 0
        self.opcode = 0
        self.position: Position | None = None
        self.in_prologue = True
        self.first = 0
        self.made_cells: set[Variable] = set()
        self.made_generator = False
        self.cleared: set[Variable] = set()
        self.preamble: dict[int, str] = {}
        self.keyword_names: tuple[object, int] | None = None
        self._start = 0
        self._index_at: dict[int, int] = {}
        self._jumps: list[tuple[Instruction, int]] = []

    def emit(self, op: str, arg: object = None, flag: str | int = False) -> Instruction:
        """Append an instruction at the position of the raw one."""
        instruction = Instruction(op, arg, self.position, self.offset, flag)
        self.instructions.append(instruction)
        return instruction

    def emit_jump(self, op: str, distance: int, skip: int = 0, arg: object = None, flag: str | int = False) -> None:
        """Append a jump over `distance` code units (signed by the raw opcode), plus `skip` more."""
        if self.opcode in self.opcodes.backward:
            distance = -distance
        self._jumps.append((self.emit(op, arg, flag), self.next_offset + 2 * (distance + skip)))

    def belongs_to_predecessor(self) -> None:
        """Mark the raw instruction as lowered together with the one before it, so that nothing may jump to it."""
        self._index_at.pop(self._start, None)

    def opcode_at(self, offset: int) -> str:
        """The name of the raw opcode at an offset; empty off the code."""
        return self.opcodes.opname[self.raw[offset]] if 0 <= offset < len(self.raw) else ""

    def const(self, index: int) -> object:
        """The constant with this index."""
        try:
            return self.consts[index]
        except IndexError:
            raise self.invalid(f"constant {index} out of range") from None

    def name(self, index: int) -> str:
        """The name with this index."""
        try:
            return self.names[index]
        except IndexError:
            raise self.invalid(f"name {index} out of range") from None

    def variable(self, index: int) -> Variable:
        """The variable slot with this index."""
        try:
            return self.variables[index]
        except IndexError:
            raise self.invalid(f"variable {index} out of range") from None

    def count(self, number: int) -> int:
        """A number of operands, or a depth of the stack, that a raw instruction gives."""
        if number > self.most_operands:
            raise self.invalid(f"{self.opcode_at(self.offset)} {number}, and the stack holds {self.most_operands}")
        return number

    def last(self, op: str) -> Instruction | None:
        """The instruction emitted last if it is an `op`."""
        if self.instructions and self.instructions[-1].op == op:
            return self.instructions[-1]
        return None

    def invalid(self, reason: str) -> InvalidBytecode:
        """An `InvalidBytecode` at the current offset."""
        return InvalidBytecode(self.code.co_qualname, self.offset, reason)


def variables(code: AnyCode) -> list[Variable]:
    """All variable slots of a code object in the order of CPython's "locals plus" array."""
    cells = frozenset(code.co_cellvars)
    names = code.co_varnames
    slots = [(name, "cell" if name in cells else "local") for name in names]
    slots += [(name, "cell") for name in code.co_cellvars if name not in names]
    slots += [(name, "free") for name in code.co_freevars]
    return [Variable(index, name, scope) for index, (name, scope) in enumerate(slots)]
