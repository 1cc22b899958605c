"""Operand moves: which input position or result each output position of an instruction holds.

It is read off the lifted semantics, so that no instruction is described a second time.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.lift import Call, Symbol, lift, shape
from bytescope.startup.stdlib_lite import record

CLEAN = -1
"""Source of what no operand and no result goes to: a constant, a NULL."""

PLACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("load_cell", "store_cell", "delete_cell"), ("cell",)),
    **dict.fromkeys(("load_global", "store_global", "delete_global"), ("globals",)),
    **dict.fromkeys(("store_name", "delete_name", "import_star"), ("locals",)),
    "load_name": ("locals", "globals"),
    "load_from_dict_or_globals": ("globals",),
    "load_from_dict_or_cell": ("cell",),
}
"""Primitives on variables that are not in a slot of the frame, to where the variables are: the variable's cell, the
frame's namespace, its globals; in the order in which they are looked at, behind the operands."""

LOADS = frozenset({"load_local", "save_local", "load_closure", "save_cell"})
"""Primitives that push what is in a variable's slot of the frame. That of a cell holds a value of its own in a
comprehension that is inlined, where the variable has the same name."""
STORES = frozenset({"store_local", "restore_cell"})
"""Primitives that pop into a variable's slot."""
CLEARS = frozenset({"delete_local", "save_local", "save_cell"})
"""Primitives that leave a variable's slot empty."""
SLOTS = LOADS | STORES | CLEARS
"""Primitives on the slots of variables."""


@record(slots=True)
class References:
    """Operand moves of an instruction; positions count from the lowest operand concerned.

    need: how many operands there are before; call: the primitive that they are given to, None if there is none;
    operands: position of each operand of the primitive, None for what is no operand of the instruction; after, jump:
    for each position afterwards, when the next or the target instruction comes, its source: a position before,
    `CLEAN`, or `result(n)`; None if it does not come; control: how it ends otherwise, with the positions concerned.
    """

    need: int
    call: Call | None
    operands: tuple[int | None, ...]
    after: tuple[int, ...] | None
    jump: tuple[int, ...] | None
    control: tuple[str, tuple[int | None, ...]] | None

    def results(self, jumped: bool) -> list[tuple[int, int]]:
        """Return (number of a result, position where it is put) for each result."""
        stack = (self.jump if jumped or self.after is None else self.after) or ()
        return sorted((-2 - source, position) for position, source in enumerate(stack) if source <= -2)


def result(number: int) -> int:
    """The source that stands for a result of the primitive."""
    return -2 - number


_cache: dict[object, References] = {}


def references(instruction: Instruction) -> References:
    """Return the operand moves of an instruction; instructions of one shape share them."""
    key = shape(instruction)
    found = _cache.get(key)
    if found is None:
        found = _cache[key] = _derive(instruction)
    return found


def _derive(instruction: Instruction) -> References:
    lifted = lift(instruction)
    others = [n for n, call in enumerate(lifted.calls) if call.name not in ("const", "null")]
    number = others[0] if others else -1

    def position(symbol: Symbol) -> int | None:
        return lifted.need - 1 - symbol.index if symbol.is_operand else None

    def source(symbol: Symbol) -> int:
        if symbol.is_operand:
            return lifted.need - 1 - symbol.index
        return result(symbol.index) if symbol.call == number else CLEAN

    call = lifted.calls[number] if others else None
    return References(
        lifted.need,
        call,
        tuple(position(symbol) for symbol in call.operands) if call else (),
        None if lifted.after is None else tuple(map(source, lifted.after)),
        None if lifted.jump is None else tuple(map(source, lifted.jump)),
        None if lifted.control is None else (lifted.control[0], tuple(map(position, lifted.control[1]))),
    )
