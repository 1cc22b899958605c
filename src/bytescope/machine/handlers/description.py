"""Description of an instruction for the interpreter: lifted semantics, primitive, request sites."""

from __future__ import annotations

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import Instruction
from bytescope.isa.lift import Call, lift, shape
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.handlers.operations import operation_of

_CELL_OPERATIONS = frozenset({"MAKE_CELL", "SAVE_CELL", "RESTORE_CELL"})
_VARIABLE_ACCESS = frozenset(
    "load_local store_local delete_local save_local load_cell store_cell delete_cell load_closure load_global".split()
)


def sites(instruction: Instruction, private: bool, names: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the request sites that an instruction needs.

    Args:
        instruction: the instruction.
        private: whether the variables belong to the machine alone (class and module code).
        names: `co_names` of the code object.

    Returns:
        Kind and number of each: for calls the number of arguments, for cells the variable's index.
    """
    if instruction.op == "IMPORT_FROM":
        return [("protocol", 0), ("import_from", names.index(instruction.arg))]
    if instruction.op == "IMPORT_NAME" and BEHAVIOUR.imports_lazily:
        return [("import_name", int(instruction.flag) | names.index(instruction.arg) << 2)]
    if instruction.op in _CELL_OPERATIONS:
        return [] if private else [(instruction.op.lower(), instruction.arg.index)]
    return describe(instruction).sites


class Description:
    """Lifted semantics, and what its primitive takes.

    lifted: the semantics; call: the primitive that may run foreign code, fail or change anything, if there is one;
    sites: as `sites` says.
    """

    def __init__(self, instruction: Instruction) -> None:
        self.lifted = lift(instruction)
        others = [call for call in self.lifted.calls if call.name not in ("const", "null")]
        if len(others) > 1:
            raise AssertionError(f"{instruction.op} calls more than one primitive")
        self.call: Call | None = others[0] if others else None
        self.sites = self._sites(instruction)

    def _sites(self, instruction: Instruction) -> list[tuple[str, int]]:
        control = self.lifted.control
        if instruction.op == "POP":
            return [("drop", 1)]
        if control is not None:
            return {"raise": [("raise", len(control[1]))], "reraise": [("raise", 1)], "return": []}[control[0]]
        if self.call is None:
            return []
        name = self.call.name
        if name == "call":
            count = len(self.call.operands) - 2
            return [("call", count), ("call", count + 1)]
        if name in ("call_kw", "next"):
            return [("any", 0)] if name == "call_kw" else [("call", 2)]
        if name in ("push_exc_info", "pop_except"):
            return [(name, 0)]
        if name == "load_global" and BEHAVIOUR.imports_lazily:
            return [("protocol", 0)]
        if name in _VARIABLE_ACCESS:
            fails = PRIMITIVES[name].raises and (instruction.flag or name == "load_global")
            return [*([("raise", 1)] if fails else []), *([("drop", 1)] if name.startswith("delete") else [])]
        if name in ("delete_name", "delete_global"):
            return [("protocol", 0) if name == "delete_name" else ("raise", 1), ("drop", 1)]
        if name in ("cleanup_throw", "end_async_for"):
            return [("raise", 1)]
        if name in ("make_function", "make_cell", "save_cell", "restore_cell"):
            return [("raise", 1)] if name == "make_function" else []
        operation = operation_of(name, self.call.immediate, len(self.call.operands))
        if operation.site:
            return [(operation.site, len(self.call.operands))]
        if operation.protocol:
            return [("protocol", 0)]
        if operation.call:
            return [("call", len(operation.args))]
        return [("raise", 1)] if PRIMITIVES[name].raises else []


_descriptions: dict[object, Description] = {}


def describe(instruction: Instruction) -> Description:
    """Return the description of an instruction; instructions of one shape share it."""
    key = shape(instruction)
    found = _descriptions.get(key)
    if found is None:
        found = _descriptions[key] = Description(instruction)
    return found
