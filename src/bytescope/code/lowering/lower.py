"""Lowering: the raw opcodes of every supported CPython become version-independent instructions.

A rule says what becomes of one raw opcode: the name of an instruction without an immediate, or a function
`rule(lowering, arg)` that emits any number of them. Most rules hold for all versions and stand in `rules`; what a
version says differently is in `versions`.

Whatever the rules cannot make sense of is refused here. What depends on the paths through the code - the depth of the
operand stack - is the verifier's (`bytescope.flow.verify`).
"""

from __future__ import annotations

import types

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import decode_exceptions
from bytescope.code.format.line_table import decode_locations
from bytescope.code.host import facts
from bytescope.code.instruction import Handler, Instruction, Lowered, Position, Variable
from bytescope.startup.stdlib_lite import Callable, cache

Rule = str | Callable[["Lowering", int], object]

_PROLOGUE = {"COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "EXTENDED_ARG", "NOP"}
_MOST_OPERANDS = 1 << 20


class Lowering:
    """The state of lowering one code object: what the rules read and where they emit.

    Attributes:
        code: the code object.
        instructions: what was emitted so far.
        offset: byte offset of the raw instruction.
        next_offset: offset behind it and its caches.
        opcode: its opcode.
        in_prologue: whether nothing but the making of cells and generators came before it.
        cleared: the variables that an inlined comprehension has saved and emptied so far.
        keyword_names: what KW_NAMES left for the call right behind it, and the number of instructions at that time.
    """

    def __init__(self, code: types.CodeType) -> None:
        self.code = code
        self.raw = code.co_code
        self.consts = code.co_consts
        self.names = code.co_names
        self.variables = variables(code)
        self.is_generator = bool(code.co_flags & facts.SUSPENDS)
        self.most_operands = min(code.co_stacksize, _MOST_OPERANDS)
        self.instructions: list[Instruction] = []
        self.offset = 0
        self.next_offset = 0
        self.opcode = 0
        self.position: Position | None = None
        self.in_prologue = True
        self.made_generator = False
        self.cleared: set[Variable] = set()
        self.keyword_names: tuple[object, int] | None = None
        self._start = 0
        self._index_at: dict[int, int] = {}
        self._jumps: list[tuple[Instruction, int]] = []

    # What the rules use

    def emit(self, op: str, arg: object = None, flag: bool | str = False) -> Instruction:
        """Append an instruction at the position of the raw one."""
        instruction = Instruction(op, arg, self.position, self.offset, flag)
        self.instructions.append(instruction)
        return instruction

    def emit_jump(self, op: str, distance: int, skip: int = 0, arg: object = None) -> None:
        """Append a jump over `distance` code units (signed by the raw opcode), plus `skip` more."""
        if self.opcode in facts.BACKWARD:
            distance = -distance
        self._jumps.append((self.emit(op, arg), self.next_offset + 2 * (distance + skip)))

    def belongs_to_predecessor(self) -> None:
        """Say that the raw instruction is lowered together with the one before it, so that nothing may go to it."""
        self._index_at.pop(self._start, None)

    def opcode_at(self, offset: int) -> str:
        """The name of the raw opcode at an offset; empty off the code."""
        return facts.OPNAME[self.raw[offset]] if 0 <= offset < len(self.raw) else ""

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

    # The work

    def run(self) -> Lowered:
        """Apply the rules to every raw instruction, then find the targets of jumps and handlers."""
        raw = self.raw
        if len(raw) % 2 or not raw:
            raise self.invalid("the bytecode is empty or of odd length")
        code = self.code
        positions = decode_locations(code.co_linetable, code.co_firstlineno, code.co_qualname)
        if len(positions) < len(raw) // 2:
            positions += [None] * (len(raw) // 2 - len(positions))
        table = rules()
        caches = facts.CACHES
        extended = facts.EXTENDED_ARG
        index_at = self._index_at
        instructions = self.instructions
        arg = start = offset = 0
        while offset < len(raw):
            opcode = raw[offset]
            arg |= raw[offset + 1]
            if opcode == extended:
                offset += 2
                arg <<= 8
                if offset >= len(raw) or arg >> 32:
                    self.offset = start
                    raise self.invalid("EXTENDED_ARG at the end" if offset >= len(raw) else "too many EXTENDED_ARGs")
                continue
            rule = table[opcode]
            index_at[start] = len(instructions)
            if self.in_prologue:
                self.in_prologue = facts.OPNAME[opcode] in _PROLOGUE
            if isinstance(rule, str):
                instructions.append(Instruction(rule, None, positions[offset >> 1], offset))
                offset += 2 + 2 * caches[opcode]
            else:
                self.offset = offset
                self.opcode = opcode
                self.position = positions[offset >> 1]
                self.next_offset = offset = offset + 2 + 2 * caches[opcode]
                self._start = start
                if rule is None:
                    raise self.invalid(f"no instruction has opcode {opcode}")
                rule(self, arg)
            arg = 0
            start = offset
        self._check_end(offset)
        self._resolve_jumps()
        return Lowered(code, instructions, self._handlers(), self.variables)

    def _check_end(self, end: int) -> None:
        if end > len(self.raw):
            raise self.invalid("an instruction's inline cache is cut off")
        self._index_at[end] = len(self.instructions)
        if self.keyword_names is not None:
            raise self.invalid("KW_NAMES without a call")
        if self.is_generator and not self.made_generator:
            self.offset = 0
            raise self.invalid("a generator's code without RETURN_GENERATOR")

    def _resolve_jumps(self) -> None:
        index_at = self._index_at
        for instruction, target in self._jumps:
            index = index_at.get(target)
            if index is None or index == len(self.instructions):
                self.offset = instruction.offset
                raise self.invalid(f"jump to {target}, where no instruction starts")
            instruction.target = index

    def _handlers(self) -> list[Handler]:
        handlers = []
        index_at = self._index_at
        for start, end, target, depth, lasti in decode_exceptions(self.code.co_exceptiontable, self.code.co_qualname):
            start, end, target = 2 * start, 2 * end, 2 * target
            if target not in index_at or start not in index_at or end not in index_at or target >= len(self.raw):
                self.offset = start
                raise self.invalid(f"handler region {start} to {end} with handler {target} is off the instructions")
            handlers.append(Handler(index_at[start], index_at[end], index_at[target], depth, lasti))
        return handlers


def variables(code: types.CodeType) -> list[Variable]:
    """All variable slots of a code object in the order of CPython's "locals plus" array."""
    cells = frozenset(code.co_cellvars)
    names = code.co_varnames
    slots = [(name, "cell" if name in cells else "local") for name in names]
    slots += [(name, "cell") for name in code.co_cellvars if name not in names]
    slots += [(name, "free") for name in code.co_freevars]
    return [Variable(index, name, scope) for index, (name, scope) in enumerate(slots)]


@cache
def rules() -> list[Rule | None]:
    """The rule of each raw opcode of this host, by number."""
    from bytescope.code.lowering.rules import COMMON
    from bytescope.code.lowering.versions import VERSIONS

    table = {**COMMON, **VERSIONS[facts.HOST]}
    return [table.get(name) for name in facts.OPNAME]


def lower(code: types.CodeType) -> Lowered:
    """Lower a code object.

    Raises:
        InvalidBytecode: if the raw bytecode is malformed (unknown opcode, index or jump out of range, cut off).
    """
    return Lowering(code).run()
