"""Changes by an instruction, as far as its code determines them: operands, a variable, an object."""

from __future__ import annotations

from typing import NamedTuple

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.effects import effect_of
from bytescope.isa.lift import Lifted, Symbol, lift

__all__ = ["Changes", "Target", "changes_of"]

_LOCAL = frozenset({"store_local", "delete_local", "save_local"})
_CONTENTS = frozenset({"store_cell", "delete_cell"})
_SLOT = frozenset({"make_cell", "save_cell", "restore_cell"})
_NAMESPACES = {
    "store_name": "LOCALS", "delete_name": "LOCALS", "setup_annotations": "LOCALS", "import_star": "LOCALS",
    "store_global": "GLOBALS", "delete_global": "GLOBALS",
}  # fmt: skip
_CALLS = frozenset({"call", "call_kw", "call_ex"})
_MADE = frozenset({"build", "build_set", "build_map", "build_const_key_map", "make_function", "list_to_tuple"})
_READS = frozenset({"getattr", "getitem"})
_MAKING = ("BINARY", "CALL", "FOR_ITER", "SLICE", "SEND", "FORMAT", "UNPACK")
_RESETTING = frozenset({"CLEANUP_THROW", "END_ASYNC_FOR"})


class Target(NamedTuple):
    """The object that an instruction changes.

    how: "attribute" (of a name), "item" (of a key), "contents" (anything in it), "name" (in a namespace), "call"
    (whatever a native function is given), "received" (what native code that it calls has changed: that of a
    `defaultdict`, a cached property); operand: its position among the operands, the lowest one is 0; key, value:
    positions of the key and of the new value, -1 if there is none; operands: the number of operands of a call;
    namespace: the name of the register.
    """

    how: str
    operand: int = 0
    key: int = -1
    value: int = -1
    operands: int = 0
    namespace: str = ""


class Changes(NamedTuple):
    """Changes that an instruction may make.

    operands: positions that are written, counted from its lowest operand; results: those of them that may hold an
    object which did not exist before; all_operands: any position may be;
    variable: "" or which part of its variable: "local" (the value), "contents" (of its cell), "read" (they are read:
    others may have changed them), "cell" (the slot itself), "loaded" (its value is pushed, nothing is changed);
    target: the object, or None; made: position of an object that did not exist before, or -1; ends: "return",
    "suspend", "delegate", "loop" (it may jump back) or "".
    """

    operands: tuple[int, ...]
    results: frozenset[int]
    all_operands: bool
    variable: str
    target: Target | None
    made: int
    ends: str


def changes_of(instruction: Instruction, index: int) -> Changes:
    """Return what an instruction changes, which has this index."""
    lifted = lift(instruction)
    written = {
        position
        for stack in (lifted.after, lifted.jump)
        for position, symbol in enumerate(stack or ())
        if not (symbol.is_operand and _position(lifted, symbol) == position)
    }
    names = {call.name for call in lifted.calls}
    after = lifted.after or ()
    last = after[-1] if after else None
    made = last is not None and not last.is_operand and lifted.calls[last.call].name in _MADE
    control = lifted.control
    ends = "return" if control and control[0] == "return" else ""
    ends = "suspend" if "suspend" in names else "delegate" if "delegate" in names else ends
    if instruction.target is not None and instruction.target <= index:
        ends = ends or "loop"
    unwinds = (control is not None and control[0] != "return") or instruction.op in _RESETTING
    target = _target(lifted)
    variable = _variable(instruction, names)
    results = frozenset(written) if instruction.op.startswith(_MAKING) else frozenset()
    return Changes(tuple(sorted(written)), results, unwinds, variable, target, len(after) - 1 if made else -1, ends)


def _position(lifted: Lifted, symbol: Symbol) -> int:
    return lifted.need - 1 - symbol.index


def _variable(instruction: Instruction, names: set[str]) -> str:
    if not isinstance(instruction.arg, Variable):
        return ""
    if names & _LOCAL:
        return "local"
    if names & _CONTENTS:
        return "contents"
    if names & _SLOT:
        return "cell"
    if "load_cell" in names:
        return "read"
    return "loaded" if "load_local" in names and instruction.arg.scope == "local" else ""


def _target(lifted: Lifted) -> Target | None:
    for call in lifted.calls:
        name, operands = call.name, call.operands
        if name in _CALLS:
            return Target("call", operands=lifted.need)
        if name in _NAMESPACES:
            return Target("name", namespace=_NAMESPACES[name])
        row = effect_of(name)
        changes = row.changes or row.fills or name == "delattr"
        if not changes or not operands or not operands[0].is_operand:
            continue
        where = _position(lifted, operands[0])
        if name in ("setattr", "delattr"):
            return Target("attribute", where)
        if name in ("setitem", "delitem", "map_add"):
            key, *value = (_position(lifted, each) for each in operands[1:])
            return Target("item", where, key, value[0] if value else -1)
        return Target("contents", where)
    for call in lifted.calls:
        if call.name in _READS and call.operands and call.operands[0].is_operand:
            return Target("received", _position(lifted, call.operands[0]))
    return None
