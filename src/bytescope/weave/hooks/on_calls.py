"""Hooks around calls: the three forms of a call are one event, with function, arguments and keyword arguments.

Function and arguments are kept below the call, the arguments as one tuple, with which the call is then made. Where
that would take some of the stack of C, so that deep recursion ended the process, it is made with the single arguments.
"""

from __future__ import annotations

from typing import Any

from bytescope.code.assembly.insertion import CALLS_WITH_EMPTY_KWARGS, NULL_FIRST, UNPACKED_CALLS_USE_C_STACK, Kept
from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Instruction
from bytescope.isa.instrumentation import Point
from bytescope.isa.kinds import NULL, RECEIVER, SELF
from bytescope.weave.context import WeaveContext
from bytescope.weave.emitter import Operand


def has_self(kinds: str, count: int) -> bool:
    """Return True if a call has an argument in the place of its NULL; `count` others are on top of the kinds."""
    pair = kinds[len(kinds) - count - 2 : len(kinds) - count]
    return pair[1] not in (SELF, RECEIVER) and pair[0 if NULL_FIRST else 1] != NULL


class Calls:
    """Emitter of calls with their hooks."""

    def __init__(self, context: WeaveContext) -> None:
        self.context = context
        self.emitter = context.emitter
        self.call_hook = context.hook_caller.call

    def write(self, index: int, instruction: Instruction, point: Point) -> None:
        """Emit a call with its hooks.

        Args:
            index: the instruction.
            instruction: itself.
            point: its hooks.
        """
        e, sequences, context = self.emitter, self.emitter.sequences, self.context
        kept = self.gather(index, instruction)
        performed = e.asm.label()

        def skip(go_on: int) -> None:
            sequences.call_instead(kept, lambda: e.load_const(identity))
            sequences.jump_back(performed)

        def replace(go_on: int) -> None:
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            sequences.jump_back(go_on)

        e.reserve(kept.values + 8)
        if point.before is not None:
            self.call_hook(point.before, point.site, self.operands(kept, kept.nulls), skip)
        context.cover(index)
        context.handlers.mark(index)
        if index in context.executing:
            sequences.call_kept(kept, self.change_code)
        elif UNPACKED_CALLS_USE_C_STACK and instruction.op in ("CALL", "CALL_KW"):
            self.spread(index, instruction, kept)
        else:
            sequences.call_kept(kept)
        e.asm.place(performed)
        if point.after is not None:
            self.call_hook(point.after, point.site, [*self.operands(kept, 1), e.at(1)], replace)
        sequences.drop_below(kept.values)

    def gather(self, index: int, instruction: Instruction) -> Kept:
        """Emit code that collects function and arguments below the call."""
        e, sequences = self.emitter, self.emitter.sequences
        kinds = self.context.kinds[index]
        assert kinds is not None
        count = instruction.arg
        if instruction.op == "CALL":
            return sequences.gather(count, has_self(kinds, count))
        if instruction.op == "CALL_KW":
            names = self.names(index)
            if sequences.PUSHES_KEYWORD_NAMES:
                e.emit("POP_TOP")
            return sequences.gather_named(
                count, has_self(kinds[:-1], count), lambda: e.load_const(split), lambda: e.load_const(names)
            )
        has_kwargs = bool(count) and not (CALLS_WITH_EMPTY_KWARGS and kinds[-1] == NULL)
        return sequences.gather_unpacked(has_kwargs)

    def spread(self, index: int, instruction: Instruction, kept: Kept) -> None:
        """Emit the call with its single arguments."""
        kinds = self.context.kinds[index]
        assert kinds is not None
        named = instruction.op == "CALL_KW"
        names = self.names(index) if named else ()
        count = instruction.arg + has_self(kinds[:-1] if named else kinds, instruction.arg) - len(names)
        self.emitter.sequences.call_spread(kept, count, names, self.emitter.const)

    def change_code(self, callable_depth: int, kwargs_depth: int) -> None:
        """Emit code that replaces the code object passed to `exec` or `eval` by its woven form."""
        e = self.emitter
        e.reserve(12)
        e.push_function(self.context.executed)
        e.emit("COPY", 3)
        e.emit("COPY", callable_depth + 3)
        if kwargs_depth:
            e.emit("COPY", kwargs_depth + 4)
        e.sequences.call(3 if kwargs_depth else 2)
        e.emit("SWAP", 2)
        e.emit("POP_TOP")

    def names(self, index: int) -> tuple[str, ...]:
        """Return the names of the keyword arguments of a call: the constant that is loaded right before it."""
        before = self.context.instructions[index - 1]
        if before.op != "LOAD_CONST" or any(each.target == index for each in self.context.instructions):
            raise self.invalid(index, "the names of keyword arguments are no constant")
        names: tuple[str, ...] = before.arg
        return names

    def invalid(self, index: int, reason: str) -> InvalidBytecode:
        """Return the error about a call that cannot be woven."""
        return InvalidBytecode(self.context.code.co_qualname, self.context.instructions[index].offset, reason)

    def operands(self, kept: Kept, above: int) -> list[Operand]:
        """Return function, arguments and keywords as hooks get them, with `above` values above those that are kept."""
        e = self.emitter
        kwargs = e.at(kept.kwargs + above) if kept.kwargs else self.nothing()
        return [e.at(kept.callable + above), e.at(kept.args + above), kwargs]

    def nothing(self) -> Operand:
        """Return the operand for no keyword arguments."""
        return lambda pushed: self.emitter.emit("BUILD_MAP", 0)


def identity(value: Any) -> Any:
    """Return the value."""
    return value


def split(args: tuple[Any, ...], names: tuple[str, ...]) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Split the arguments of a call into those with names and the others, which come first."""
    count = len(args) - len(names)
    return dict(zip(names, args[count:], strict=True)), args[:count]
