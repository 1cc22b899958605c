"""Lowering: the raw opcodes of every supported CPython become version-independent instructions.

A rule is a function `rule(lowering, arg)` that emits the instructions for one raw opcode. Most rules hold for all
versions and stand in `lower_rules`; what a version says differently is in `lower_versions`.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache

from bytescope.code import host
from bytescope.code.errors import InvalidBytecode
from bytescope.code.exceptions import decode_exceptions
from bytescope.code.instruction import Handler, Instruction, Lowered, Position, Variable

Rule = Callable[["Lowering", int], object]

_PROLOGUE = {"COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "EXTENDED_ARG", "NOP"}


class Lowering:
    """The state of lowering one code object: what the rules read and where they emit."""

    def __init__(self, code: types.CodeType) -> None:
        self.code = code
        self.consts = code.co_consts
        self.names = code.co_names
        self.variables = variables(code)
        self.instructions: list[Instruction] = []
        self.offset = 0
        self.next_offset = 0
        self.opcode = 0
        self.position: Position | None = None
        self.in_prologue = True
        self.keyword_names: object = None
        self.jumps: list[tuple[Instruction, int]] = []

    def emit(self, op: str, arg: object = None, flag: bool | str = False) -> Instruction:
        """Append an instruction at the position of the raw one."""
        instruction = Instruction(op, arg, self.position, self.offset, flag)
        self.instructions.append(instruction)
        return instruction

    def emit_jump(self, op: str, distance: int, skip: int = 0, arg: object = None) -> None:
        """Append a jump over `distance` code units (signed by the raw opcode), plus `skip` more."""
        if self.opcode in host.BACKWARD:
            distance = -distance
        self.jumps.append((self.emit(op, arg), self.next_offset + 2 * (distance + skip)))

    def const(self, index: int) -> object:
        """The constant with this index."""
        return self._item(self.consts, index, "constant")

    def name(self, index: int) -> str:
        """The name with this index."""
        name: str = self._item(self.names, index, "name")  # type: ignore[assignment]
        return name

    def variable(self, index: int) -> Variable:
        """The variable slot with this index."""
        variable: Variable = self._item(self.variables, index, "variable")  # type: ignore[assignment]
        return variable

    def _item(self, items: tuple[object, ...] | list[Variable], index: int, what: str) -> object:
        if index >= len(items):
            raise self.invalid(f"{what} {index} out of range")
        return items[index]

    def invalid(self, reason: str) -> InvalidBytecode:
        """An `InvalidBytecode` at the current offset."""
        return InvalidBytecode(self.code.co_qualname, self.offset, reason)

    def last(self, op: str) -> Instruction | None:
        """The instruction emitted last if it is an `op`."""
        if self.instructions and self.instructions[-1].op == op:
            return self.instructions[-1]
        return None


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
    from bytescope.code.lower_rules import COMMON
    from bytescope.code.lower_versions import VERSIONS

    table = {**COMMON, **VERSIONS[host.HOST]}
    return [table.get(name) for name in host.OPNAME]


def lower(code: types.CodeType) -> Lowered:
    """Lower a code object.

    Raises:
        InvalidBytecode: if the raw bytecode is malformed (unknown opcode, index or jump out of range, cut off).
    """
    lowering = Lowering(code)
    raw = code.co_code
    if len(raw) % 2 or not raw:
        raise lowering.invalid("the bytecode is empty or of odd length")
    table = rules()
    caches = host.CACHES
    extended = host.EXTENDED_ARG
    index_at: dict[int, int] = {}
    instructions = lowering.instructions
    positions = list(code.co_positions())
    arg = 0
    first = offset = 0
    while offset < len(raw):
        opcode = raw[offset]
        arg = arg << 8 | raw[offset + 1]
        index_at[offset] = len(instructions)
        if opcode == extended:
            offset += 2
            if offset >= len(raw):
                raise lowering.invalid("EXTENDED_ARG at the end")
            continue
        rule = table[opcode]
        lowering.offset = first if rule is None else offset
        if rule is None:
            raise lowering.invalid(f"no instruction has opcode {opcode}")
        lowering.opcode = opcode
        position = positions[offset // 2] if offset // 2 < len(positions) else (None, None, None, None)
        lowering.position = None if position[0] is None else position
        offset += 2 + 2 * caches[opcode]
        lowering.next_offset = offset
        if lowering.in_prologue and host.OPNAME[opcode] not in _PROLOGUE:
            lowering.in_prologue = False
        rule(lowering, arg)
        arg = 0
        first = offset
    if offset > len(raw):
        raise lowering.invalid("an instruction's inline cache is cut off")
    index_at[offset] = len(instructions)
    for instruction, target in lowering.jumps:
        index = index_at.get(target)
        if index is None or index == len(instructions):
            raise InvalidBytecode(
                code.co_qualname, instruction.offset, f"jump to {target}, where no instruction starts"
            )
        instruction.target = index
    return Lowered(code, instructions, _handlers(code, index_at), lowering.variables)


def _handlers(code: types.CodeType, index_at: dict[int, int]) -> list[Handler]:
    handlers = []
    for start, end, target, depth, lasti in decode_exceptions(code.co_exceptiontable, code.co_qualname):
        start, end, target = 2 * start, 2 * end, 2 * target
        if target not in index_at or start not in index_at or end not in index_at or target >= len(code.co_code):
            raise InvalidBytecode(code.co_qualname, start, "handler region off the instructions")
        handlers.append(Handler(index_at[start], index_at[end], index_at[target], depth, lasti))
    return handlers
