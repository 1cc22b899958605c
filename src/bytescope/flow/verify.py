"""The verifier: stack depths agree on every path, nothing runs off the end, handlers fit."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Handler, Instruction, Lowered
from bytescope.isa.lift import lift
from bytescope.startup.stdlib_lite import record


@record(slots=True)
class Verified:
    """What the verifier found out.

    depths: operand stack depth before each instruction, -1 where it is unreachable; handled: how many exceptions
    are being handled (pushed by PUSH_EXC_INFO, not popped) before each; handlers: the region in force at each, or None.
    """

    depths: list[int]
    handled: list[int]
    handlers: list[Handler | None]
    max_depth: int

    def handler_at(self, index: int) -> Handler | None:
        """The region whose handler an exception at an instruction goes to.

        None, too, where control does not come, or where nothing is raised and the handler would not fit.
        """
        handler = self.handlers[index]
        if handler is None or self.depths[index] < handler.depth or self.depths[handler.target] != _entry(handler):
            return None
        return handler


def verify(lowered: Lowered) -> Verified:
    """Check a lowered code object.

    Raises:
        InvalidBytecode: naming the code object and the offset.
    """
    return _Verifier(lowered).run()


_Marks = tuple[int, ...]
"""Where on the operand stack the saved exceptions are, innermost last."""

_MOVES_MARKS = frozenset({"PUSH_EXC_INFO", "POP_EXCEPT", "SWAP"})


class _Verifier:
    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        self.instructions = lowered.instructions
        self.depths = [-1] * len(self.instructions)
        self.marks: list[_Marks] = [()] * len(self.instructions)
        self.handlers = handlers_in_force(lowered)
        self.pending: list[int] = []

    def run(self) -> Verified:
        if not self.instructions:
            raise InvalidBytecode(self.lowered.code.co_qualname, 0, "no instructions")
        self.depths[0] = deepest = 0
        self.pending.append(0)
        deepest = max(deepest, self.follow_all(), self.interrupt())
        return Verified(self.depths, [len(marks) for marks in self.marks], self.handlers, deepest + 2)

    def follow_all(self) -> int:
        """Go on from wherever control may go; return the greatest depth."""
        deepest = 0
        while self.pending:
            deepest = max(deepest, self.follow(self.pending.pop()))
        return deepest

    def follow(self, index: int) -> int:
        """Go on from an instruction until control leaves or comes to where it was before; return the greatest depth."""
        instructions, depths, handlers = self.instructions, self.depths, self.handlers
        marks = self.marks[index]
        deepest = depth = depths[index]
        handled_by: Handler | None = None
        while True:
            instruction = instructions[index]
            lifted = lift(instruction)
            if lifted.need > depth:
                raise self.invalid(index, f"{instruction.op} needs {lifted.need} operands and there are {depth}")
            handler = handlers[index]
            raises = lifted.raises or jumps_back(instruction, index)
            if handler is not None and raises and (handler is not handled_by or handler.depth > depth):
                self.enter_handler(index, handler, depth, marks)
                handled_by = handler
            if instruction.op in _MOVES_MARKS:
                marks = self.moved(index, depth, marks)
                handled_by = None
            if lifted.jump_effect is not None:
                if instruction.target is None:
                    raise self.invalid(index, f"{instruction.op} without a target")
                self.reach(index, instruction.target, depth + lifted.jump_effect, marks)
            if lifted.effect is None:
                return deepest
            depth += lifted.effect
            if depth > deepest:
                deepest = depth
            index += 1
            if index == len(instructions):
                raise self.invalid(index - 1, "execution runs off the end")
            if depths[index] >= 0:
                self.reach(index - 1, index, depth, marks)
                return deepest
            depths[index] = depth
            self.marks[index] = marks

    def interrupt(self) -> int:
        """Go to the handlers that no instruction raises for: a trace function raises wherever a line begins.

        Compilers do not see to it that the stack is then as the handler wants it. Where it is not, nothing may raise.

        Returns:
            The greatest depth.
        """
        deepest = 0
        tried: set[tuple[int, _Marks]] = set()
        for index, handler in enumerate(self.handlers):
            if handler is None or self.depths[handler.target] >= 0 or self.depths[index] < handler.depth:
                continue
            attempt = id(handler), self.marks[index]
            if attempt in tried:
                continue
            tried.add(attempt)
            before = self.depths[:], self.marks[:]
            try:
                self.enter_handler(index, handler, self.depths[index], self.marks[index])
                deepest = max(deepest, self.follow_all())
            except InvalidBytecode:
                self.depths[:], self.marks[:] = before
                self.pending.clear()
        return deepest

    def enter_handler(self, index: int, handler: Handler, depth: int, marks: _Marks) -> None:
        """An exception may take control from an instruction to its handler."""
        if handler.depth > depth:
            raise self.invalid(index, f"the handler keeps {handler.depth} operands and there are {depth}")
        if marks and marks[-1] >= handler.depth:
            raise self.invalid(index, "the handler drops an exception that is being handled")
        self.reach(index, handler.target, _entry(handler), marks)

    def moved(self, index: int, depth: int, marks: _Marks) -> _Marks:
        """Where the saved exceptions are after an instruction that concerns them."""
        instruction = self.instructions[index]
        if instruction.op == "PUSH_EXC_INFO":
            return (*marks, depth - 1)
        if instruction.op == "POP_EXCEPT":
            if not marks:
                raise self.invalid(index, "POP_EXCEPT without an exception that is handled")
            return marks[:-1]
        top, low = depth - 1, depth - instruction.arg
        return tuple(low if mark == top else top if mark == low else mark for mark in marks)

    def reach(self, source: int, index: int, depth: int, marks: _Marks) -> None:
        """Control may go from one instruction to another: what is known of both must agree."""
        known = self.depths[index]
        if known < 0:
            self.depths[index] = depth
            self.marks[index] = marks
            self.pending.append(index)
        elif known != depth:
            raise self.invalid(source, f"depth {depth} at offset {self.instructions[index].offset}, elsewhere {known}")
        elif self.marks[index] != marks:
            raise self.invalid(source, "the exceptions being handled are not those that they are elsewhere")

    def invalid(self, index: int, reason: str) -> InvalidBytecode:
        return InvalidBytecode(self.lowered.code.co_qualname, self.instructions[index].offset, reason)


def _entry(handler: Handler) -> int:
    """The depth of the stack where a handler begins."""
    return handler.depth + 1 + handler.lasti


def handlers_in_force(lowered: Lowered) -> list[Handler | None]:
    """Return the handler region in force at each instruction: of those that overlap, the first of the table."""
    handlers: list[Handler | None] = [None] * len(lowered.instructions)
    for handler in reversed(lowered.handlers):
        handlers[handler.start : handler.end] = [handler] * (handler.end - handler.start)
    return handlers


def jumps_back(instruction: Instruction, index: int) -> bool:
    """Whether this is a JUMP backwards: it may be all there is of a loop, so an interrupt must be able to end it."""
    return instruction.op == "JUMP" and instruction.target is not None and instruction.target <= index
