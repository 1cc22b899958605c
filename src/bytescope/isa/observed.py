"""Which primitive of an instruction an analysis can observe, if any."""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.events import BOOKKEEPING
from bytescope.isa.lift import Call, Lifted, Symbol, lift
from bytescope.isa.primitives import PRIMITIVES
from bytescope.startup.stdlib_lite import Any

UNOBSERVED = BOOKKEEPING | {"cleanup_throw", "end_async_for"}
"""Primitives without before and after."""


def observed_primitive(instruction: Instruction) -> Call | None:
    """The primitive of an instruction that can be observed, if it has one."""
    lifted = lift(instruction)
    try:
        return _observed[id(lifted)]
    except KeyError:
        calls = lifted.calls
        observed = (c for c in calls if c.name not in UNOBSERVED and not (c.name == "const" and len(calls) > 1))
        found = _observed[id(lifted)] = next(observed, None)
        return found


_observed: dict[int, Call | None] = {}
"""By id of what `lift` has found out, which is there to stay."""


def immediate(instruction: Instruction, call: Call) -> list[Any]:
    """What the instruction itself gives the primitive, as an argument of the hooks: one value, or none."""
    row = PRIMITIVES[call.name]
    if row.immediate is None or row.name == "const":
        return []
    if row.name == "build":
        return [call.immediate]
    if isinstance(instruction.arg, Variable):
        return [instruction.arg.name]
    return [instruction.arg[0] if row.name == "super_attr" else instruction.arg]


def after_stack(instruction: Instruction, lifted: Lifted) -> tuple[Symbol, ...]:
    """What is on the stack, in the place of the operands, when the primitive has been performed."""
    if instruction.op == "SEND":
        return lifted.jump or ()
    return (lifted.jump if lifted.after is None else lifted.after) or ()
