"""Attributes of code objects, frames and tracebacks, as guests read them: of the guest's code, not of the resident one.

What a guest reads of its own code, and where its frames are in it, agree with each other and with what `dis` shows.
"""

from __future__ import annotations

import types

from bytescope.code.host.facts import OPMAP
from bytescope.code.host.invisible_frames import hidden
from bytescope.machine.registers import REQUEST
from bytescope.machine.support import intercepts
from bytescope.machine.support.own_frames import ResidentCode
from bytescope.startup.stdlib_lite import Any, Callable, partial

_OF_CODE = frozenset(
    "co_code _co_code_adaptive co_consts co_lines co_positions co_branches co_linetable co_lnotab co_exceptiontable "
    "co_stacksize co_cellvars co_varnames co_nlocals replace".split()
)
NAMES = _OF_CODE | {"f_lasti", "tb_lasti"}
"""The attributes that are not read of the resident code object, or not as they are there."""
_SUSPENSIONS = frozenset({"YIELD", "SEND"})
_KINDS = frozenset({types.CodeType, types.FrameType, types.TracebackType})


def program_in(code: types.CodeType) -> Any:
    """Return the program of a resident code object, None if the code object is not resident."""
    return next((value for value in reversed(code.co_consts) if issubclass(type(value), ResidentCode)), None)


def guest_offset(code: types.CodeType, offset: int) -> int:
    """Return the guest's offset for one in its resident code object; any other offset unchanged."""
    program = program_in(code)
    if program is None or offset < 0 or offset % 2:  # no instruction is there: somebody has made it up
        return offset
    instructions = program.instructions
    index = program.requests.origin(offset)
    if index < 0:  # the frame starts, or returns
        ends = [each.offset for each in instructions if each.op == ("RETURN" if offset > _start(code) else "RESUME")]
        return ends[-1] if ends else 0
    resumes = instructions[index].op in _SUSPENSIONS and code.co_code[offset] == OPMAP["RESUME"]
    return instructions[index + resumes].offset  # type: ignore[no-any-return]


def _start(code: types.CodeType) -> int:
    """Return the offset of the first RESUME."""
    raw = code.co_code
    return next((offset for offset in range(0, len(raw), 2) if raw[offset] == OPMAP["RESUME"]), 0)


@hidden
def read(value: Any, name: str) -> Any:
    """Return an attribute as the guest is to see it."""
    found = getattr(value, name)
    if type(value) is types.FrameType:
        return guest_offset(value.f_code, found) if name == "f_lasti" else found
    if type(value) is types.TracebackType:
        return guest_offset(value.tb_frame.f_code, found) if name == "tb_lasti" else found
    program = program_in(value) if name in _OF_CODE else None
    if program is None:
        return found
    return partial(_replace, value, program.code) if name == "replace" else getattr(program.code, name)


@hidden
def _replace(resident: types.CodeType, code: types.CodeType, /, **changes: Any) -> types.CodeType:
    """Return a copy with changes, as `code.replace` does: of the guest's code object, which is a guest's again.

    What the resident one has got by earlier calls of native code (`types.coroutine`) is kept.
    """
    for name in ("co_flags", "co_name", "co_qualname", "co_filename", "co_firstlineno"):
        changes.setdefault(name, getattr(resident, name))
    return intercepts.convert(code.replace(**changes))


def reading(op: Callable[[list[Any]], int]) -> Callable[[list[Any]], int]:
    """Return the handler of an instruction that reads one of the attributes, in place of the one for any attribute."""

    def reading_op(R: list[Any]) -> int:
        outcome = op(R)
        if outcome == REQUEST:
            site, operands = R[-1]
            if operands[-1] is getattr and type(operands[1]) in _KINDS:
                R[-1] = site, (*operands[:-1], read)
        return outcome

    return reading_op
