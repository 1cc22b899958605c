"""The verifier: stack depths and kinds of operands fit on every path, nothing runs off the end, handlers fit."""

from __future__ import annotations

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_ASYNC_GENERATOR, CO_OPTIMIZED
from bytescope.code.host.facts import version_of
from bytescope.code.instruction import Handler, Instruction, Lowered
from bytescope.flow.slots import ACCESSES, Slots, accessed, entered
from bytescope.flow.transfer import Refused, transfer
from bytescope.flow.worklist import Worklist
from bytescope.isa.kinds import EXCEPTION, NO_VALUES, OFFSET, joined
from bytescope.isa.lift import lift
from bytescope.startup.stdlib_lite import record


@record(slots=True)
class Verified:
    """Result of the verifier.

    kinds: those of the operands before each instruction, see `isa.kinds`, None where it is unreachable; depths: how
    many they are, or -1; handled: how many exceptions are being handled (pushed by PUSH_EXC_INFO, not popped) before
    each; saved: where on the stack the outermost of the exceptions is that PUSH_EXC_INFO has saved before each, or
    None; handlers: the region in force at each, or None.
    """

    kinds: list[str | None]
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
"""Positions of saved exceptions on the operand stack, innermost last."""

_State = tuple[str, _Marks, Slots]

_MOVES_MARKS = frozenset({"PUSH_EXC_INFO", "POP_EXCEPT", "SWAP"})

_USES_NAMESPACE = frozenset("LOAD_NAME STORE_NAME DELETE_NAME LOAD_LOCALS SETUP_ANNOTATIONS IMPORT_STAR".split())
"""Instructions that need a namespace of locals, which frames with fast locals have not."""

_OF_ASYNC_GENERATORS = frozenset({"ASYNC_GEN_WRAP"})


class _Verifier(Worklist):
    """States are the kinds of the operands, the marks, and what is known of the variables."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(len(lowered.instructions))
        self.lowered = lowered
        self.instructions = lowered.instructions
        self.handlers = handlers_in_force(lowered)
        self.behaviour = version_of(lowered.code).behaviour
        self.deepest = 0
        operations = [each.op for each in lowered.instructions]
        self.begin = operations.index("RESUME") if "RESUME" in operations else len(operations)
        flags = lowered.code.co_flags
        self.misplaced = (_USES_NAMESPACE if flags & CO_OPTIMIZED else frozenset()) | (
            frozenset() if flags & CO_ASYNC_GENERATOR else _OF_ASYNC_GENERATORS
        )

    def verified(self) -> Verified:
        if not self.instructions:
            raise InvalidBytecode(self.lowered.code.co_qualname, 0, "no instructions")
        self.reach(0, ("", (), entered(self.lowered)))
        self.run()
        self.interrupt()
        kinds = [None if state is None else state[0] for state in self.states]
        depths = [-1 if each is None else len(each) for each in kinds]
        handled = [0 if state is None else len(state[1]) for state in self.states]
        saved = [None if state is None or not state[1] else state[1][0] for state in self.states]
        return Verified(kinds, depths, handled, saved, self.handlers, self.deepest + 2)

    def step(self, index: int, state: _State) -> _State | None:
        kinds, marks, slots = state
        depth = len(kinds)
        instruction = self.instructions[index]
        if depth > self.deepest:
            self.deepest = depth
            self.check_depth(index, depth)
        lifted = lift(instruction)
        need = lifted.need
        if need > depth:
            raise self.invalid(index, f"{instruction.op} needs {need} operands and there are {depth}")
        if instruction.op in self.misplaced:
            raise self.invalid(index, f"{instruction.op} in code with flags {self.lowered.code.co_flags:#x}")
        if index < self.begin and lifted.raises and lifted.effect is not None:
            raise self.invalid(index, f"{instruction.op} before the RESUME with which the frame begins")
        handler = self.handlers[index]
        may_raise = lifted.raises and instruction.op != "STORE_LOCAL"  # behind which a variable may not be restored yet
        if instruction.op == "RETURN" and handler is not None:  # generator expressions return behind their iterator
            may_raise = depth >= handler.depth
        if handler is not None and (may_raise or jumps_back(instruction, index)):
            self.enter_handler(index, handler, state)
        if instruction.op in _MOVES_MARKS:
            marks = self.moved(index, depth, marks)
        try:
            top, found = kinds[depth - need :], transfer(instruction, lifted)
            if found.given is not None and NO_VALUES.isdisjoint(top):
                after, jump = found.given
            else:
                after, jump = found.apply(instruction, top, self.behaviour)
            if instruction.op in ACCESSES:
                slots, result = accessed(instruction, kinds, slots)
                after = after if result is None else result
        except Refused as reason:
            raise self.invalid(index, str(reason)) from None
        below = kinds[: depth - need]
        if lifted.jump_effect is not None:
            if instruction.target is None:
                raise self.invalid(index, f"{instruction.op} without a target")
            self.source = index
            self.reach(instruction.target, (below + jump, marks, slots))
        if lifted.effect is None:
            return None
        if index + 1 == len(self.instructions):
            raise self.invalid(index, "execution runs off the end")
        self.source = index
        return below + after, marks, slots

    def check_depth(self, index: int, depth: int) -> None:
        """Check that the stack holds the operands before a raw instruction; within one there may be more."""
        within = index and self.instructions[index - 1].offset == self.instructions[index].offset
        size = self.lowered.code.co_stacksize + self.lowered.spare
        if depth > size and not within:
            raise self.invalid(index, f"{depth} operands, and the stack holds {size}")

    def interrupt(self) -> None:
        """Go to the handlers that no instruction raises for: a trace function raises wherever a line begins.

        Compilers do not see to it that the stack is then as the handler wants it. Where it is not, nothing may raise.
        """
        tried: set[tuple[int, _Marks]] = set()
        for index, handler in enumerate(self.handlers):
            state = self.states[index]
            if handler is None or self.states[handler.target] is not None or state is None:
                continue
            attempt = id(handler), state[1]
            if len(state[0]) < handler.depth or attempt in tried:
                continue
            tried.add(attempt)
            before = self.states[:], self.deepest
            try:
                self.enter_handler(index, handler, state)
                self.run()
            except InvalidBytecode:
                self.states[:], self.deepest = before
                self.pending.clear()

    def enter_handler(self, index: int, handler: Handler, state: _State) -> None:
        """An exception may take control from an instruction to its handler."""
        kinds, marks, slots = state
        if handler.depth > len(kinds):
            raise self.invalid(index, f"the handler keeps {handler.depth} operands and there are {len(kinds)}")
        if marks and marks[-1] >= handler.depth:
            raise self.invalid(index, "the handler drops an exception that is being handled")
        self.source = index
        self.reach(handler.target, (kinds[: handler.depth] + OFFSET * handler.lasti + EXCEPTION, marks, slots))

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
        """Return what two states have in common.

        Raises:
            InvalidBytecode: if they do not agree.
        """
        if len(known[0]) != len(other[0]):
            offset = self.instructions[index].offset
            raise self.invalid(self.source, f"depth {len(other[0])} at offset {offset}, elsewhere {len(known[0])}")
        if known[1] != other[1]:
            raise self.invalid(self.source, "the exceptions being handled are not those that they are elsewhere")
        kinds = list(map(joined, known[0], other[0]))
        if None in kinds:
            raise self.invalid(self.source, "what is a value on one path is none on another")
        return "".join(map(str, kinds)), known[1], known[2].joined(other[2])

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
