"""Kinds of operands: object, NULL of a call, or saved variable that may be unbound."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.dataflow import solve
from bytescope.flow.verify import Verified
from bytescope.isa.lift import Call
from bytescope.startup.stdlib_lite import Sequence

VALUE, NULL, SAVED = "value", "null", "saved"
"""An object; the NULL that lies beside a callable; what an inlined comprehension has saved, which may be no object."""

NO_SELF = "no self"
"""The NULL that is loaded together with a method: it is above it here, wherever it lies in the host."""

EXECUTING = frozenset({"exec", "eval"})
"""A global or name that is called so: what it is called with is code, if it is what it seems."""

_OBJECTS = frozenset({VALUE, *EXECUTING})
_MADE = {"null": NULL, "save_local": SAVED, "save_cell": SAVED}

Kinds = tuple[str, ...]


def operand_kinds(lowered: Lowered, verified: Verified) -> list[Kinds | None]:
    """The kind of each operand before each instruction, the topmost last; None where an instruction is unreachable.

    Args:
        lowered: the code object.
        verified: what the verifier found: the depths agree wherever control comes together.

    Raises:
        InvalidBytecode: if an operand is an object on one path and NULL on another.
    """
    states = solve(lowered, verified, _OperandKinds(lowered), {})
    return [None if state is None else state.stack for state in states]


class _OperandKinds:
    """The lattice of kinds: those of objects are joined to the first, no others are."""

    variables = False
    unknown = caught = VALUE

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered

    def join(self, index: int, one: str, other: str) -> str:
        if _OBJECTS.issuperset((one, other)):
            return one
        offset = self.lowered.instructions[index].offset
        raise InvalidBytecode(self.lowered.code.co_qualname, offset, "what is a value on one path is none on another")

    def results(self, index: int, instruction: Instruction, call: Call, operands: Sequence[str]) -> Kinds:
        return (_made(instruction, call.name),) * len(call.results)


def check_values(lowered: Lowered, index: int, kinds: Kinds) -> None:
    """Check that all operands of an instruction are objects.

    Args:
        lowered: the code object.
        index: the instruction.
        kinds: the kinds of its operands.

    Raises:
        InvalidBytecode: if one is none.
    """
    if not _OBJECTS.issuperset(kinds):
        instruction = lowered.instructions[index]
        reason = f"{instruction.op}: operand is NULL, not an object"
        raise InvalidBytecode(lowered.code.co_qualname, instruction.offset, reason)


def _made(instruction: Instruction, primitive: str) -> str:
    if primitive in ("load_global", "load_name") and instruction.arg in EXECUTING:
        return str(instruction.arg)
    if primitive == "null" and instruction.op in ("GETATTR", "SUPER_ATTR"):
        return NO_SELF
    return _MADE.get(primitive, VALUE)
