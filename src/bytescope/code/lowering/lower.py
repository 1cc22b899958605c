"""Lowering: the raw opcodes of every supported CPython become version-independent instructions.

A rule says what becomes of one raw opcode: the name of an instruction without an immediate, or a function
`rule(lowering, arg)` that emits any number of them. The rules are in `bytescope.code.versions`.

Whatever the rules cannot make sense of is refused here. What depends on the paths through the code - the depth of the
operand stack - is the verifier's (`bytescope.flow.verify`).
"""

from __future__ import annotations

import types

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_OPTIMIZED, CO_SUSPENDS, parameter_count
from bytescope.code.format.exception_table import decode_exceptions
from bytescope.code.format.line_table import decode_locations
from bytescope.code.host import facts
from bytescope.code.instruction import STOP_ITERATION_OPERANDS, Handler, Instruction, Lowered
from bytescope.code.stored import STAND_INS_OWN, StoredCode, stored_behind
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.code.versions.version import Version
from bytescope.startup.stdlib_lite import Any, cache

_PROLOGUE = {"COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "EXTENDED_ARG", "NOP"}


class Lowering(LoweringState):
    """The lowering of one code object."""

    def __init__(self, code: types.CodeType, version: Version) -> None:
        super().__init__(code, version.opcodes, version.behaviour)
        self.version = version
        self.annotates_at_once = version.behaviour.defers_annotations and not facts.BEHAVIOUR.defers_annotations
        self.for_other_host = version is not facts.VERSION

    def run(self) -> Lowered:
        """Apply the rules to every raw instruction, then find the targets of jumps and handlers."""
        raw = self.raw
        if len(raw) % 2 or not raw:
            raise self.invalid("the bytecode is empty or of odd length")
        code = self.code
        positions = decode_locations(code.co_linetable, code.co_firstlineno, code.co_qualname)
        if len(positions) < len(raw) // 2:
            positions += [None] * (len(raw) // 2 - len(positions))
        table = rules(self.version)
        names = self.opcodes.opname
        caches = self.opcodes.caches
        extended = self.opcodes.extended_arg
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
                self.in_prologue = names[opcode] in _PROLOGUE
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
        self._check_flags()
        self._resolve_jumps()
        handlers = self._handlers()
        converts = self.is_generator and self.for_other_host and not self.behaviour.converts_stop_iteration
        if converts:
            handlers = converting_stop_iteration(self.instructions, handlers, self.first)
        first_iterator = "".join(self.preamble.values())
        return Lowered(code, instructions, handlers, self.variables, first_iterator, STOP_ITERATION_OPERANDS * converts)

    def _check_end(self, end: int) -> None:
        if end > len(self.raw):
            raise self.invalid("an instruction's inline cache is cut off")
        self._index_at[end] = len(self.instructions)
        if self.keyword_names is not None:
            raise self.invalid("KW_NAMES without a call")
        if self.is_generator and not self.made_generator:
            self.offset = 0
            raise self.invalid("a generator's code without RETURN_GENERATOR")

    def _check_flags(self) -> None:
        self.offset = 0
        for variable in self.variables:
            if variable.scope != "local" and variable not in self.made_cells:
                opcode = "MAKE_CELL" if variable.scope == "cell" else "COPY_FREE_VARS"
                raise self.invalid(f"no {opcode} for the captured variable {variable.name!r}")
        if (self.code.co_flags & CO_SUSPENDS).bit_count() > 1:
            raise self.invalid(f"flags {self.code.co_flags:#x} of more than one of generator and coroutine")
        if not self.code.co_flags & CO_OPTIMIZED and parameter_count(self.code):
            raise self.invalid(f"flags {self.code.co_flags:#x} without fast locals, and there are parameters")

    def _resolve_jumps(self) -> None:
        index_at = self._index_at
        for instruction, target in self._jumps:
            index = index_at.get(target)
            if index is None or index == len(self.instructions):
                self.offset = instruction.offset
                raise self.invalid(f"jump to {target}, where no instruction starts")
            if index < self.first:
                self.offset = instruction.offset
                raise self.invalid(f"jump to {target}, before the frame begins")
            instruction.target = index

    def _handlers(self) -> list[Handler]:
        handlers: list[Handler] = []
        index_at = self._index_at
        for start, end, target, depth, lasti in decode_exceptions(self.code.co_exceptiontable, self.code.co_qualname):
            self.offset, end, target = 2 * start, 2 * end, 2 * target
            region = f"handler region {self.offset} to {end} with handler {target}"
            try:
                handler = Handler(index_at[self.offset], index_at[end], index_at[target], depth, lasti)
            except KeyError:
                raise self.invalid(f"{region} is off the instructions") from None
            if target >= len(self.raw):
                raise self.invalid(f"{region} is off the instructions")
            if min(handler.start, handler.target) < self.first:
                raise self.invalid(f"{region} goes to where the frame has not begun")
            if handlers and handler.start < handlers[-1].end:
                raise self.invalid(f"{region} begins before the end of the one before it")
            handlers.append(handler)
        return handlers


def converting_stop_iteration(instructions: list[Instruction], handlers: list[Handler], first: int) -> list[Handler]:
    """Append what makes a RuntimeError of a StopIteration that leaves a generator, and handlers that lead there.

    Args:
        instructions: the generator's.
        handlers: its handlers in order.
        first: the index of the first instruction of its frame.

    Returns:
        Handlers for all its instructions.
    """
    end = len(instructions)
    instructions += [Instruction("STOPITERATION_ERROR"), Instruction("RERAISE", 1)]
    found: list[Handler] = []
    for handler in [*handlers, Handler(end, end, end, 0, True)]:
        if first < handler.start:
            found.append(Handler(first, handler.start, end, 0, True))
        found.append(handler)
        first = handler.end
    return found[:-1]


@cache
def rules(version: Version) -> list[Rule | None]:
    """The rule of each raw opcode of a version, by number."""
    return [version.rules.get(name) for name in version.opcodes.opname]


def lower(code: types.CodeType) -> Lowered:
    """Lower a code object; of a stand-in, what it stands for.

    Raises:
        InvalidBytecode: if the raw bytecode is malformed (unknown opcode, index or jump out of range, cut off).
    """
    stored = stored_behind(code)
    return Lowering(code, facts.VERSION).run() if stored is None else _lower_foreign(code, stored)


def _lower_foreign(code: types.CodeType, stored: StoredCode) -> Lowered:
    """Lower what a code object stands for; constants are the stand-in's, whose nested code objects are stand-ins."""
    lowered = lower_stored(stored.with_consts(code.co_consts[STAND_INS_OWN:-1]))
    lowered.code = code
    for instruction in lowered.instructions:
        _check_available(instruction, stored)
    return lowered


def _check_available(instruction: Instruction, stored: StoredCode) -> None:
    """Make sure that the host has what an instruction of another version makes.

    Raises:
        InvalidBytecode: naming what it has not.
    """
    op = instruction.op
    available = {
        "TYPE_INTRINSIC_1": (instruction.arg, facts.INTRINSICS_1),
        "TYPE_INTRINSIC_2": (instruction.arg, facts.INTRINSICS_2),
        "BUILD_TEMPLATE": (op, facts.OPMAP),
        "BUILD_INTERPOLATION": (op, facts.OPMAP),
    }
    what, known = available.get(op, ("", ("",)))
    if what not in known:
        reason = f"{what} of CPython {stored.version} makes what CPython {facts.HOST} has not"
        raise InvalidBytecode(stored.co_qualname, instruction.offset, reason)


def lower_stored(code: StoredCode) -> Lowered:
    """Lower a code object of any version; the result refers to it as its code object.

    Raises:
        InvalidBytecode: if the raw bytecode is malformed.
    """
    version = facts.version_of(code)
    if version.behaviour.sets_up_blocks:
        from bytescope.code.lowering.blocks import BlockLowering  # which code of the host can do without

        return BlockLowering(code, version).run()
    stand_in: Any = code  # it has the same attributes
    return Lowering(stand_in, version).run()
