"""Variable slots in the verifier: which may be unbound, and which may hold no cell, where CPython does not look."""

from __future__ import annotations

from bytescope.code.flags import parameter_count
from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.transfer import Refused
from bytescope.isa.kinds import SAVED, SAVED_CELL, VALUE
from bytescope.startup.stdlib_lite import NamedTuple

__all__ = ["ACCESSES", "Slots", "accessed", "entered"]


class Slots(NamedTuple):
    """Sets of variables, as integers with a bit for each.

    unbound: those that may be unbound, and whose slot may be empty; plain: the captured ones whose slot may hold a
    value instead of a cell, as it does in an inlined comprehension.
    """

    unbound: int
    plain: int

    def joined(self, other: Slots) -> Slots:
        """Return what holds on one of two paths."""
        return Slots(self.unbound | other.unbound, self.plain | other.plain)


def entered(lowered: Lowered) -> Slots:
    """Return what holds where a frame begins: arguments are bound, and captured variables have their cells."""
    others = lowered.variables[parameter_count(lowered.code) :]
    return Slots(sum(1 << each.index for each in others if each.scope == "local"), 0)


def accessed(instruction: Instruction, kinds: str, slots: Slots) -> tuple[Slots, str | None]:
    """Return what holds after one of the instructions in `ACCESSES`, and the kind of its result if that depends on it.

    Args:
        instruction: the instruction.
        kinds: those of the operands before it.
        slots: what holds before it.

    Raises:
        Refused: if it takes for granted that a variable is bound, or that its slot holds a cell.
    """
    op, variable = instruction.op, instruction.arg
    unbound, plain = slots
    bit = 1 << variable.index
    no_cell = (unbound | plain) & bit
    if op in ("LOAD_LOCAL", "LOAD_CLOSURE"):
        if unbound & bit and not instruction.flag:
            raise Refused(f"{variable.name!r} may be unbound, and is loaded without a check")
        return Slots(unbound & ~bit, plain), VALUE if plain & bit else None
    if op in ("STORE_LOCAL", "RESTORE_CELL"):
        unbound = unbound | bit if kinds[-1] == SAVED else unbound & ~bit
        if op == "RESTORE_CELL":
            plain = plain & ~bit if kinds[-1] == SAVED_CELL else plain | bit
        return Slots(unbound, plain), None
    if op == "SAVE_LOCAL" and instruction.flag:
        return slots, None
    if op in ("SAVE_LOCAL", "SAVE_CELL", "DELETE_LOCAL"):
        return Slots(unbound | bit, plain), SAVED if op == "SAVE_CELL" and no_cell else None
    if op == "MAKE_CELL":
        if not no_cell and variable.scope == "cell":  # that of a free variable is wrapped by CPython 3.13.0's compiler
            raise Refused(f"MAKE_CELL for {variable.name!r}, which has a cell")
        return Slots(unbound & ~bit, plain & ~bit), None
    if no_cell:
        raise Refused(f"{op} of {variable.name!r}, which may have no cell")
    return slots, None


ACCESSES = frozenset(
    "LOAD_LOCAL STORE_LOCAL DELETE_LOCAL SAVE_LOCAL LOAD_CLOSURE RESTORE_CELL SAVE_CELL MAKE_CELL "
    "LOAD_CELL STORE_CELL DELETE_CELL LOAD_FROM_DICT_OR_CELL".split()
)
