"""Code objects as a recording keeps them."""

from __future__ import annotations

import linecache
import types
from collections.abc import Iterable, Iterator

from bytescope.analysis.site import describe
from bytescope.code.flags import CO_SUSPENDS
from bytescope.code.format.positions import positions_of
from bytescope.code.host.facts import OPMAP
from bytescope.code.object.describe import argument_text
from bytescope.code.object.raw import decode_instructions
from bytescope.code.versions.lowering_state import variables as variables_of
from bytescope.isa.lift import lift
from bytescope.machine.guests.settrace import line_starts
from bytescope.machine.program import Program
from bytescope.machine.registers import HEADER
from bytescope.recording.tape import CodeInfo, HostInstruction, InnerCode, Instruction, Tape, Variable
from bytescope.recording.texts import source_of, texts

_RESUME = OPMAP["RESUME"]

_SHOWN = 40
"""Characters of an argument in the text of a raw instruction."""


def code_info(program: Program) -> CodeInfo:
    """Return what is kept of a program's code object."""
    code = program.code
    depths = program.verified.depths
    instructions = tuple(
        Instruction(each.op, describe(each), each.position, each.offset, each.target, depths[index], lift(each).need)
        for index, each in enumerate(program.instructions)
    )
    variables = tuple(Variable(HEADER + each.index, each.name, each.scope) for each in program.lowered.variables)
    handlers = tuple((each.start, each.end, each.target, each.depth) for each in program.lowered.handlers)
    suspends = bool(code.co_flags & CO_SUSPENDS)
    return CodeInfo(
        code.co_qualname, code.co_filename, code.co_firstlineno, program.module, instructions, line_starts(program),
        variables, program.first_operand, handlers, suspends, tuple(inner_codes(code.co_consts)),
        source_of(code, program.module), tuple(raw_instructions(code)),
    )  # fmt: skip


def raw_instructions(code: types.CodeType) -> Iterator[HostInstruction]:
    """Yield CPython's instructions of a code object."""
    variables = variables_of(code)
    for each in decode_instructions(code.co_qualname, code.co_code, positions_of(code))[0]:
        text = argument_text(each, code, variables)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
        target = None if each.target is None else each.target.offset
        yield HostInstruction(each.offset, f"{each.name} {shown}".rstrip(), target)


def inner_codes(constants: Iterable[object]) -> Iterator[InnerCode]:
    """Yield the code objects among the constants of another one, and those in them."""
    pending = list(constants)
    while pending:
        each = pending.pop()
        if type(each) is types.CodeType:
            pending += each.co_consts
            resume = next((at for at in range(0, len(each.co_code), 2) if each.co_code[at] == _RESUME), 0)
            lines = sorted({line for start, _, line in each.co_lines() if line and start > resume})
            yield InnerCode(each.co_qualname, each.co_firstlineno, tuple(lines))


def add_sources(tape: Tape) -> None:
    """Add the texts of the files that recorded code objects come from, as far as they can be read."""
    for name in {code.source or code.file for code in tape.codes} & texts.keys():
        tape.sources[name] = texts[name]
    for file in {code.file for code in tape.codes if not code.source} - tape.sources.keys():
        lines = linecache.getlines(file)
        if lines:
            tape.sources[file] = "".join(lines)
