"""What the operand stack holds beside values: the NULLs of calls, and variables saved without being looked at."""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Lowered
from bytescope.isa.lift import Symbol, lift
from bytescope.isa.verify import Verified

VALUE, NULL, SAVED = "value", "null", "saved"
"""An object; the NULL that lies beside a callable; what an inlined comprehension has saved, which may be no object."""

EXECUTING = frozenset({"exec", "eval"})
"""A global or name that is called so: what it is called with is code, if it is what it seems."""

_MADE = {"null": NULL, "save_local": SAVED, "save_cell": SAVED}

Kinds = tuple[str, ...]


def operand_kinds(lowered: Lowered, verified: Verified) -> list[Kinds | None]:
    """The kind of each operand before each instruction, the topmost last; None where an instruction is unreachable.

    Args:
        lowered: the code object.
        verified: what the verifier found: wherever control comes together, the kinds agree as the depths do.
    """
    instructions = lowered.instructions
    found: list[Kinds | None] = [None] * len(instructions)
    found[0] = ()
    pending = [0]
    while pending:
        index = pending.pop()
        kinds = found[index]
        assert kinds is not None
        while True:
            instruction = instructions[index]
            lifted = lift(instruction)
            handler = verified.handlers[index]
            if handler is not None and found[handler.target] is None:
                found[handler.target] = kinds[: handler.depth] + (VALUE,) * (1 + handler.lasti)
                pending.append(handler.target)
            below, window = kinds[: len(kinds) - lifted.need], kinds[len(kinds) - lifted.need :]

            def after(stack: tuple[Symbol, ...]) -> Kinds:
                return below + tuple(  # noqa: B023  # called at once
                    window[lifted.need - 1 - each.index]  # noqa: B023
                    if each.is_operand
                    else _made(instruction, lifted.calls[each.call].name)  # noqa: B023
                    for each in stack
                )

            if lifted.jump is not None and instruction.target is not None and found[instruction.target] is None:
                found[instruction.target] = after(lifted.jump)
                pending.append(instruction.target)
            if lifted.after is None:
                break
            kinds = after(lifted.after)
            index += 1
            if found[index] is not None:
                break
            found[index] = kinds
    return found


def _made(instruction: Instruction, primitive: str) -> str:
    if primitive in ("load_global", "load_name") and instruction.arg in EXECUTING:
        return str(instruction.arg)
    return _MADE.get(primitive, VALUE)
