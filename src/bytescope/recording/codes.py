"""What a recording keeps of a code object."""

from __future__ import annotations

import linecache

from bytescope.analysis.site import describe
from bytescope.code.flags import CO_SUSPENDS
from bytescope.isa.lift import lift
from bytescope.machine.guests.settrace import line_starts
from bytescope.machine.program import Program
from bytescope.machine.registers import HEADER
from bytescope.recording.tape import CodeInfo, Instruction, Tape, Variable


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
        variables, program.first_operand, handlers, suspends,
    )  # fmt: skip


def add_sources(tape: Tape) -> None:
    """Add the texts of the files that recorded code objects come from, as far as they can be read."""
    for file in {code.file for code in tape.codes}:
        lines = linecache.getlines(file)
        if lines:
            tape.sources[file] = "".join(lines)
