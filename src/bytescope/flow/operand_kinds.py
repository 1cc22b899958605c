"""What the operand stack holds beside values: the NULLs of calls, and variables saved without being looked at."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.verify import Verified
from bytescope.isa.lift import Symbol, lift

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
    instructions = lowered.instructions
    found: list[Kinds | None] = [None] * len(instructions)
    found[0] = ()
    pending = [0]

    def reach(index: int, kinds: Kinds) -> None:
        known = found[index]
        if known is None:
            found[index] = kinds
            pending.append(index)
        elif known != kinds and any(
            one != other and not _OBJECTS.issuperset((one, other)) for one, other in zip(known, kinds, strict=True)
        ):
            raise InvalidBytecode(
                lowered.code.co_qualname,
                instructions[index].offset,
                "an operand is an object on one path and NULL on another",
            )

    while pending:
        index = pending.pop()
        kinds = found[index]
        assert kinds is not None
        while True:
            instruction = instructions[index]
            lifted = lift(instruction)
            handler = verified.handler_at(index)
            if handler is not None:
                reach(handler.target, kinds[: handler.depth] + (VALUE,) * (1 + handler.lasti))
            below, window = kinds[: len(kinds) - lifted.need], kinds[len(kinds) - lifted.need :]

            def after(stack: tuple[Symbol, ...]) -> Kinds:
                return below + tuple(  # noqa: B023  # called at once
                    window[lifted.need - 1 - each.index]  # noqa: B023
                    if each.is_operand
                    else _made(instruction, lifted.calls[each.call].name)  # noqa: B023
                    for each in stack
                )

            if lifted.jump is not None and instruction.target is not None:
                reach(instruction.target, after(lifted.jump))
            if lifted.after is None:
                break
            kinds = after(lifted.after)
            index += 1
            if found[index] is not None:
                reach(index, kinds)
                break
            found[index] = kinds
    return found


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
