"""The verifier: stack depths agree on every path, nothing runs off the end, handlers fit."""

from __future__ import annotations

from dataclasses import dataclass

from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Handler, Lowered
from bytescope.isa.lift import lift
from bytescope.isa.table import INSTRUCTIONS


@dataclass(slots=True)
class Verified:
    """What the verifier found out.

    depths: operand stack depth before each instruction, -1 where it is unreachable; handled: how many exceptions
    are being handled (pushed by PUSH_EXC_INFO, not popped) before each; handlers: the region in force at each, or None.
    """

    depths: list[int]
    handled: list[int]
    handlers: list[Handler | None]
    max_depth: int


def verify(lowered: Lowered) -> Verified:
    """Check a lowered code object.

    Raises:
        InvalidBytecode: naming the code object and the offset.
    """
    return _Verifier(lowered).run()


class _Verifier:
    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        self.instructions = lowered.instructions
        count = len(self.instructions)
        self.depths = [-1] * count
        self.marks: list[tuple[int, ...]] = [()] * count
        self.handlers: list[Handler | None] = [None] * count
        for handler in reversed(lowered.handlers):
            self.handlers[handler.start : handler.end] = [handler] * (handler.end - handler.start)
        self.pending: list[int] = []

    def run(self) -> Verified:
        if not self.instructions:
            raise self.invalid(0, "no instructions")
        self.reach(0, 0, 0, ())
        max_depth = 0
        while self.pending:
            index = self.pending.pop()
            max_depth = max(max_depth, self.depths[index] + 1, self.visit(index))
        return Verified(self.depths, [len(marks) for marks in self.marks], self.handlers, max_depth + 2)

    def visit(self, index: int) -> int:
        """Follow the edges that leave an instruction; returns the depth after it."""
        instruction = self.instructions[index]
        depth = self.depths[index]
        marks = self.marks[index]
        lifted = lift(instruction)
        if lifted.need > depth:
            raise self.invalid(index, f"{instruction.op} needs {lifted.need} operands and there are {depth}")
        handler = self.handlers[index]
        if handler is not None and INSTRUCTIONS[instruction.op].raises:
            if handler.depth > depth:
                raise self.invalid(index, f"the handler keeps {handler.depth} operands and there are {depth}")
            kept = tuple(mark for mark in marks if mark < handler.depth)
            self.reach(index, handler.target, handler.depth + 1 + handler.lasti, kept)
        marks = self.after(index, depth, marks)
        if lifted.jump_effect is not None:
            if instruction.target is None:
                raise self.invalid(index, f"{instruction.op} without a target")
            self.reach(index, instruction.target, depth + lifted.jump_effect, marks)
        if lifted.effect is None:
            return depth
        if index + 1 == len(self.instructions):
            raise self.invalid(index, "execution runs off the end")
        self.reach(index, index + 1, depth + lifted.effect, marks)
        return depth + lifted.effect

    def after(self, index: int, depth: int, marks: tuple[int, ...]) -> tuple[int, ...]:
        """Where the saved exceptions are on the stack after an instruction."""
        op = self.instructions[index].op
        if op == "PUSH_EXC_INFO":
            return (*marks, depth - 1)
        if op == "POP_EXCEPT":
            if not marks:
                raise self.invalid(index, "POP_EXCEPT without an exception that is handled")
            return marks[:-1]
        if op == "SWAP":
            top, low = depth - 1, depth - self.instructions[index].arg
            return tuple(low if mark == top else top if mark == low else mark for mark in marks)
        return marks

    def reach(self, source: int, index: int, depth: int, marks: tuple[int, ...]) -> None:
        known = self.depths[index]
        if known < 0:
            self.depths[index] = depth
            self.marks[index] = marks
            self.pending.append(index)
        elif known != depth:
            raise self.invalid(source, f"depth {depth} at offset {self.instructions[index].offset}, elsewhere {known}")
        elif len(self.marks[index]) != len(marks):
            raise self.invalid(source, f"{len(marks)} handled exceptions, elsewhere {len(self.marks[index])}")

    def invalid(self, index: int, reason: str) -> InvalidBytecode:
        offset = self.instructions[index].offset if index < len(self.instructions) else 0
        return InvalidBytecode(self.lowered.code.co_qualname, offset, reason)
