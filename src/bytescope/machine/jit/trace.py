"""Text of a trace.

A trace starts at an instruction and follows straight-line control flow. A conditional jump is assumed not to be taken;
taking it is a side exit. A trace that returns to its start is a loop and is written a second time with its
loop-invariant loads and guards hoisted into a preamble.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.lift import Call, Symbol
from bytescope.machine.handlers.description import describe
from bytescope.machine.jit.deopt import ResumePoint
from bytescope.machine.jit.trace_state import TraceState
from bytescope.machine.jit.values import NOTHING, Kinds, Value
from bytescope.machine.registers import GLOBALS, exit_before, exit_requesting
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bytescope.machine.jit.unit import Unit

LONGEST = 80
"""Maximum number of instructions in a trace."""

Writes = list[tuple[int, str]]


class SideExit(Exception):
    """The instruction cannot be part of the trace, which exits to the instruction's handler."""


class TraceEnd(Exception):
    """The instruction is the last one of the trace."""


class Writer:
    """Writer of a trace: walks over its instructions.

    R: registers of a frame that executes it, whose values are samples; loops: whether the trace is written as a loop;
    closed: whether it returned to its start; count: instructions so far; points: the resume points, see `deopt`.
    """

    def __init__(self, program: Unit, start: int, R: list[Any], turn: Writer | None = None) -> None:
        self.program = program
        self.start = start
        self.frame = TraceState(program, start, R)
        self.R = R
        self.namespace: dict[str, Any] = R[GLOBALS]
        self.count = 0
        self.points: list[ResumePoint] = []
        self.loops = turn is not None
        self.closed = False
        self.stored: set[int] = set()
        self.locals_are_plain = False
        self.entered: dict[int, tuple[Variable, Value]] = {}
        self.preamble: list[str] = []
        if turn is not None:
            self.hoist(turn)

    def emit(self, line: str) -> None:
        """Write a line."""
        self.frame.emit(line)

    # --- the walk

    def write(self) -> bool:
        """Write the trace; return False if it is too short to be useful."""
        index = self.program.follow(self.start)
        seen: set[int] = set()
        while True:
            if self.count >= LONGEST or index in seen:
                self.leave(str(index), self.count)
                break
            seen.add(index)
            self.note(index)
            try:
                index = self.instruction(index)
            except SideExit:
                if self.count:
                    self.leave(self.plainly(index), self.count)
                break
            except TraceEnd:
                self.count += 1
                break
            self.count += 1
            self.frame.release_dead()
            if index == self.start:
                self.closed = True
                self.frame.close()
                self.emit(f"turns += {self.count}")
                break
        return self.count > 1

    def note(self, index: int) -> None:
        """Add a resume point: an exception from the next line on belongs to this instruction."""
        frame = self.frame
        writes = tuple(frame.writes(frame.depth, frame.operands))
        self.points.append(ResumePoint(len(frame.lines), index, self.count, writes))

    def instruction(self, index: int) -> int:
        """Write one instruction and return the index of the next.

        Raises:
            SideExit: if it needs its handler.
            TraceEnd: if the trace ends with it.
        """
        instruction = self.program.instructions[index]
        special = getattr(self, "write_" + instruction.op.lower(), None)
        if special is not None:
            special(index, instruction)
            return self.following(index)
        description = describe(instruction)
        lifted = description.lifted
        if lifted.control is not None:
            raise SideExit
        first = self.frame.depth - lifted.need
        results: tuple[Value, ...] = ()
        if description.call is not None:
            operands = [self.symbol(instruction, first, symbol) for symbol in description.call.operands]
            stack = {*(lifted.jump or ()), *(lifted.after or ())}
            places = [first + lifted.need - 1 - symbol.index for symbol in stack if symbol.is_operand]
            staying = [self.frame.operands[place] for place in places if place in self.frame.operands]
            staying += [value for position, value in self.frame.operands.items() if position < first]
            results = self.primitive(index, instruction, description.call, operands, staying)
            self.performed(instruction, description.call, operands, results)

        def after(stack: tuple[Symbol, ...]) -> dict[int, Value]:
            operands = {position: value for position, value in self.frame.operands.items() if position < first}
            in_place = []
            for position, symbol in enumerate(stack, first):
                if symbol.is_operand and first + lifted.need - 1 - symbol.index == position:
                    in_place.append(position)
                else:
                    operands[position] = self.symbol(instruction, first, symbol, results)
            known = self.frame.operands
            return operands | {position: known[position] for position in in_place if position in known}

        if lifted.branch is not None:
            assert lifted.jump is not None and lifted.after is not None
            assert instruction.target is not None
            condition = results[lifted.branch[0].index].name
            self.emit(f"if {condition}:" if lifted.branch[1] else f"if not {condition}:")
            target = self.program.follow(instruction.target)
            self.branch(target, first + len(lifted.jump), after(lifted.jump))
        if lifted.after is None:
            if lifted.jump is None or instruction.target is None:
                raise SideExit
            self.frame.replace(after(lifted.jump), first + len(lifted.jump))
            return self.program.follow(instruction.target)
        self.frame.replace(after(lifted.after), first + len(lifted.after))
        return self.following(index)

    def following(self, index: int) -> int:
        """Return the instruction after this one."""
        return self.program.follow(index + 1)

    def operand(self, first: int, need: int, symbol: Symbol) -> Value:
        """Return the operand that a symbol denotes."""
        return self.frame.operand(first + need - 1 - symbol.index)

    def symbol(self, instruction: Instruction, first: int, symbol: Symbol, results: tuple[Value, ...] = ()) -> Value:
        """Return the value that a symbol denotes."""
        lifted = describe(instruction).lifted
        if symbol.is_operand:
            return self.operand(first, lifted.need, symbol)
        call = lifted.calls[symbol.call]
        if call.name == "null":
            return NOTHING
        if call.name == "const":
            return self.frame.constant(instruction.arg if instruction.op == "LOAD_CONST" else None)
        return results[symbol.index]

    def performed(
        self, instruction: Instruction, call: Call, operands: list[Value], results: tuple[Value, ...]
    ) -> None:
        """Write what follows a primitive, whose results have not been pushed yet; nothing here."""

    def primitive(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Write a primitive and return its results.

        Args:
            index: index of the instruction.
            instruction: the instruction.
            call: the primitive.
            operands: its operands.
            staying: the operands that stay on the stack.
        """
        raise NotImplementedError

    # --- leaving

    def branch(self, target: int, depth: int, operands: dict[int, Value]) -> None:
        """Write the side exit that is taken if the condition just written holds.

        Args:
            target: the instruction to resume with.
            depth: number of operands on the stack there.
            operands: those of them that are in variables.
        """
        self.leave(str(target), self.count + 1, depth, operands, pad="    ")

    @staticmethod
    def plainly(index: int) -> str:
        """Return the result, as text, of a trace that exits to the handler of an instruction."""
        return str(exit_before(index))

    @staticmethod
    def requested(index: int) -> str:
        """Return the result, as text, of a trace that has pushed the request of an instruction."""
        return str(exit_requesting(index))

    def leave(
        self,
        result: str,
        count: int,
        depth: int | None = None,
        operands: dict[int, Value] | None = None,
        pad: str = "",
    ) -> None:
        """Write a side exit: update the registers and return.

        Args:
            result: what the trace returns; the engine counts one instruction for it.
            count: instructions executed until then.
            depth: number of operands, by default the present one.
            operands: the operands that are in variables, by default the present ones.
            pad: indentation.
        """
        frame = self.frame
        depth = frame.depth if depth is None else depth
        for register, name in frame.writes(depth, frame.operands if operands is None else operands):
            self.emit(f"{pad}R[{register}] = {name}")
        if self.loops:
            self.emit(f"{pad}executed[0] += turns + {count - 1}")
        elif count != 1:
            self.emit(f"{pad}executed[0] += {count - 1}")
        self.emit(f"{pad}return {result}")

    # --- loops

    def hoist(self, turn: Writer) -> None:
        """Write the preamble of the loop: loop-invariant loads and guards.

        Args:
            turn: the same trace written straight, up to its return to the start.
        """
        frame, before = self.frame, turn.frame
        for position, known in before.operands.items():
            if before.same(position):
                value = Value(f"s{position}", known.kinds)
                value.sample = known.sample
                frame.hoisted(position, value)
                self.preamble.append(f"{value.name} = R[{frame.first + position}]")
                self.expect(value.name, known.kinds)
        for variable, known in turn.entered.values():
            at_end = before.locals.get(variable.index)
            value = Value(f"v{variable.index}")
            value.sample = known.sample
            if known.kinds is not None and at_end is not None and (at_end.kinds or {object}) <= known.kinds:
                value.kinds = known.kinds
            frame.loop_variables.add(value.name)
            frame.locals[variable.index] = frame.assign(value)
            self.preamble.append(f"{value.name} = R[{frame.variables + variable.index}].cell_contents")
            self.expect(value.name, value.kinds)

    def expect(self, name: str, kinds: Kinds | None) -> None:
        """Write a guard of the preamble: a variable's value is of these types."""
        if kinds is not None:
            test = f"not in {self.frame.bind(kinds)}" if len(kinds) != 1 else f"is not {self.frame.bind(*kinds)}"
            self.preamble += [f"if type({name}) {test}:", "    executed[0] -= 1"]
            self.preamble += [f"    return {self.plainly(self.start)}"]

    # --- the text

    def text(self) -> str:
        """Return the text, a factory of handlers, of the finished trace, and set the lines of its resume points."""
        lines = [f"def make({', '.join(['alive', *self.frame.bound])}):", "    def op(R):"]
        indent = "        "
        lines += [indent + line for line in self.opening()]
        if self.loops:
            lines += [indent + "turns = 0", *(indent + line for line in self.preamble), indent + "while alive:"]
            indent += "    "
        offset = len(lines) + 1
        for point in self.points:
            point.line += offset
        lines += [indent + line for line in self.frame.lines]
        if self.loops:
            lines += ["        executed[0] += turns - 1", f"        return {self.start}"]
        lines += ["    return op"]
        return "\n".join(lines) + "\n"

    def opening(self) -> list[str]:
        """Return the first lines; none here."""
        return []

    def bound_values(self) -> list[Any]:
        """Return the arguments of the factory after the first."""
        return list(self.frame.bound.values())
