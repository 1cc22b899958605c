"""Inlining of hooks whose methods are straight-line code without effects outside their analysis.

The instructions are the method's own; its parameters are the operands that the hook would have been called with. A
method that ends with a replacement leaves the replacement itself on the stack, not an object that holds it.
"""

from __future__ import annotations

import builtins
from typing import Any

from bytescope.code.host import facts
from bytescope.code.instruction import Instruction, Lowered, Variable
from bytescope.code.lowering.groups import Raw, groups_of, parts
from bytescope.isa.instrumentation import NEVER, DirectCall
from bytescope.isa.lift import lift
from bytescope.startup.tuning import enabled
from bytescope.weave.emitter import Emitter, Operand

_NAMES_REPLACEMENT = "LOAD_GLOBAL"
_NOTHING = frozenset({"RESUME", "NOP"})


def does_nothing(direct: DirectCall) -> bool:
    """Return True if the code to be inlined does nothing."""
    lowered = direct.lowered
    return (
        enabled("inline_methods")
        and lowered is not None
        and all(
            each.op in _NOTHING or (each.op == "LOAD_CONST" and each.arg is None) or each.op == "RETURN"
            for each in lowered.instructions
        )
    )


def can_be_inlined(direct: DirectCall) -> bool:
    """Return True if the code can be inlined: it returns nothing, or ends with the making of its only replacement."""
    lowered = direct.lowered
    if lowered is None or not enabled("inline_methods"):
        return False
    made = [each for each in lowered.instructions if _is_replacement(direct, each)]
    return not made if direct.returns == NEVER else len(made) == 1 and lowered.instructions[-2].op == "CALL"


def names_replacement(namespace: dict[str, Any], name: str) -> bool:
    """Return True if a global is the class of replacements."""
    value = namespace.get(name)
    return isinstance(value, type) and hasattr(value, "value")


def _is_replacement(direct: DirectCall, instruction: Instruction) -> bool:
    return instruction.op == _NAMES_REPLACEMENT and names_replacement(direct.function.__globals__, instruction.arg)


class Inliner:
    """Emitter of the inlined code of one hook.

    Args:
        emitter: where it goes.
        direct: the hook.
        site: its second argument.
        operands: the others.
    """

    def __init__(self, emitter: Emitter, direct: DirectCall, site: Any, operands: list[Operand]) -> None:
        assert direct.lowered is not None
        self.emitter = emitter
        self.direct = direct
        self.lowered: Lowered = direct.lowered
        self.arguments = [emitter.constant(direct.instance), emitter.constant(site), *operands]
        self.pushed = 0

    def write(self) -> None:
        """Emit the code, which leaves the stack as it was, with the replacement on top if there is one."""
        e = self.emitter
        code = self.lowered.code
        e.reserve(code.co_stacksize + 8)
        last = len(self.lowered.instructions) - (2 if self.direct.returns == NEVER else 1)
        for group in groups_of(self.lowered):
            for index, raws in enumerate(parts(group, code) if group.count else [], group.first):
                if index < last:
                    self.instruction(index, self.lowered.instructions[index], raws)

    def instruction(self, index: int, instruction: Instruction, raws: list[Raw]) -> None:
        """Emit one instruction."""
        e, op = self.emitter, instruction.op
        if op in _NOTHING or _is_replacement(self.direct, instruction):
            return
        if self.direct.returns != NEVER and index == len(self.lowered.instructions) - 2:
            return  # the call that makes the replacement
        if op == "LOAD_LOCAL":
            assert isinstance(instruction.arg, Variable)
            e.push(self.arguments[instruction.arg.index], self.pushed)
        elif op == "LOAD_CONST":
            e.load_const(instruction.arg)
        elif op == "LOAD_GLOBAL":
            self.load_global(instruction)
        else:
            for opcode, arg in raws:
                self.raw(opcode, arg, bool(instruction.flag))
        effect = lift(instruction).effect
        assert effect is not None
        self.pushed += effect

    def raw(self, opcode: int, arg: int, method: bool) -> None:
        """Emit one of the method's own instructions."""
        e, sequences = self.emitter, self.emitter.sequences
        if method:
            opcode, arg = sequences.plain_load(opcode, arg)
        if opcode in facts.HAS_NAME:
            shift = facts.NAME_SHIFT[opcode]
            e.emit(opcode, e.name(self.lowered.code.co_names[arg >> shift]) << shift)
        else:
            e.emit(opcode, arg)
        if method:
            sequences.null_for()

    def load_global(self, instruction: Instruction) -> None:
        """Emit the load of a global of the analysis's module, or of a builtin."""
        e = self.emitter
        if instruction.flag == "null below":
            e.emit("PUSH_NULL")
        namespace = self.direct.function.__globals__
        if instruction.arg in namespace:
            e.load_const(namespace)
            e.load_const(instruction.arg)
            e.sequences.load_item()
        else:
            e.load_const(getattr(builtins, instruction.arg))
        if instruction.flag == "null above":
            e.emit("PUSH_NULL")
