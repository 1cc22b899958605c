"""The verifier: stack depths agree on every path, nothing runs off the end, handlers fit."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Handler, Instruction, Lowered
from bytescope.flow.worklist import Worklist
from bytescope.isa.lift import lift
from bytescope.startup.stdlib_lite import record


@record(slots=True)
class Verified:
    """Result of the verifier.

    depths: operand stack depth before each instruction, -1 where it is unreachable; handled: how many exceptions
    are being handled (pushed by PUSH_EXC_INFO, not popped) before each; saved: where on the stack the outermost of the
    exceptions is that PUSH_EXC_INFO has saved before each, or None; handlers: the region in force at each, or None.
    """

    depths: list[int]
    handled: list[int]
    saved: list[int | None]
    handlers: list[Handler | None]
    max_depth: int

    def handler_at(self, index: int) -> Handler | None:
        """The region whose handler an exception at an instruction goes to.

        None, too, where control does not come, or where nothing is raised and the handler would not fit.
        """
        handler = self.handlers[index]
        if handler is None or self.depths[index] < handler.depth or self.depths[handler.target] != _entry(handler):
            return None
        saved = self.saved[index]
        if saved is not None and saved >= handler.depth:
            return None
        return handler


def verify(lowered: Lowered) -> Verified:
    """Check a lowered code object.

    Raises:
        InvalidBytecode: naming the code object and the offset.
    """
    return _Verifier(lowered).verified()


_Marks = tuple[int, ...]
"""Where on the operand stack the saved exceptions are, innermost last."""

_State = tuple[int, _Marks]

_MOVES_MARKS = frozenset({"PUSH_EXC_INFO", "POP_EXCEPT", "SWAP"})


class _Verifier(Worklist):
    """States are the depth and the marks."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(len(lowered.instructions))
        self.lowered = lowered
        self.instructions = lowered.instructions
        self.handlers = handlers_in_force(lowered)
        self.deepest = 0

    def verified(self) -> Verified:
        if not self.instructions:
            raise InvalidBytecode(self.lowered.code.co_qualname, 0, "no instructions")
        self.reach(0, (0, ()))
        self.run()
        self.interrupt()
        depths = [-1 if state is None else state[0] for state in self.states]
        handled = [0 if state is None else len(state[1]) for state in self.states]
        saved = [None if state is None or not state[1] else state[1][0] for state in self.states]
        return Verified(depths, handled, saved, self.handlers, self.deepest + 2)

    def step(self, index: int, state: _State) -> _State | None:
        depth, marks = state
        if depth > self.deepest:
            self.deepest = depth
        instruction = self.instructions[index]
        lifted = lift(instruction)
        if lifted.need > depth:
            raise self.invalid(index, f"{instruction.op} needs {lifted.need} operands and there are {depth}")
        handler = self.handlers[index]
        if handler is not None and (lifted.raises or jumps_back(instruction, index)):
            self.enter_handler(index, handler, depth, marks)
        if instruction.op in _MOVES_MARKS:
            marks = self.moved(index, depth, marks)
        if lifted.jump_effect is not None:
            if instruction.target is None:
                raise self.invalid(index, f"{instruction.op} without a target")
            self.source = index
            self.reach(instruction.target, (depth + lifted.jump_effect, marks))
        if lifted.effect is None:
            return None
        if index + 1 == len(self.instructions):
            raise self.invalid(index, "execution runs off the end")
        self.source = index
        return depth + lifted.effect, marks

    def interrupt(self) -> None:
        """Go to the handlers that no instruction raises for: a trace function raises wherever a line begins.

        Compilers do not see to it that the stack is then as the handler wants it. Where it is not, nothing may raise.
        """
        tried: set[tuple[int, _Marks]] = set()
        for index, handler in enumerate(self.handlers):
            state = self.states[index]
            if handler is None or self.states[handler.target] is not None or state is None or state[0] < handler.depth:
                continue
            attempt = id(handler), state[1]
            if attempt in tried:
                continue
            tried.add(attempt)
            before = self.states[:], self.deepest
            try:
                self.enter_handler(index, handler, *state)
                self.run()
            except InvalidBytecode:
                self.states[:], self.deepest = before
                self.pending.clear()

    def enter_handler(self, index: int, handler: Handler, depth: int, marks: _Marks) -> None:
        """An exception may take control from an instruction to its handler."""
        if handler.depth > depth:
            raise self.invalid(index, f"the handler keeps {handler.depth} operands and there are {depth}")
        if marks and marks[-1] >= handler.depth:
            raise self.invalid(index, "the handler drops an exception that is being handled")
        self.source = index
        self.reach(handler.target, (_entry(handler), marks))

    def moved(self, index: int, depth: int, marks: _Marks) -> _Marks:
        """Return the positions of the saved exceptions after an instruction that moves them."""
        instruction = self.instructions[index]
        if instruction.op == "PUSH_EXC_INFO":
            return (*marks, depth - 1)
        if instruction.op == "POP_EXCEPT":
            if not marks:
                raise self.invalid(index, "POP_EXCEPT without an exception that is handled")
            return marks[:-1]
        top, low = depth - 1, depth - instruction.arg
        return tuple(low if mark == top else top if mark == low else mark for mark in marks)

    def join(self, index: int, known: _State, other: _State) -> _State:
        """Raise the error for two states that do not agree."""
        if known[0] != other[0]:
            offset = self.instructions[index].offset
            raise self.invalid(self.source, f"depth {other[0]} at offset {offset}, elsewhere {known[0]}")
        raise self.invalid(self.source, "the exceptions being handled are not those that they are elsewhere")

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
    """Return True for a backward JUMP: it may be a whole loop, so an interrupt must be able to end it."""
    return instruction.op == "JUMP" and instruction.target is not None and instruction.target <= index
