"""Text of method-JIT entries, see `entries`.

An entry is a trace that follows both sides of each branch, and keeps local variables in Python variables.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.effects import CHANGING
from bytescope.isa.lift import Call
from bytescope.machine.handlers.operations import Operation
from bytescope.machine.jit import inlined_calls
from bytescope.machine.jit.deopt import ResumePoint
from bytescope.machine.jit.entries import Exit, Stats
from bytescope.machine.jit.trace import SideExit, TraceEnd
from bytescope.machine.jit.values import Value
from bytescope.machine.registers import exit_index
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bytescope.machine.jit.unit import Unit

MOST = 150
"""Maximum number of instructions in an entry, all paths together."""

_DEEPEST = 12
"""Maximum nesting of branches."""


class Writer(inlined_calls.Writer):
    """Writer of an entry.

    returns: number of paths that reach a return; written: number of instructions; restartable: whether a call that
    is deoptimised has changed nothing but attributes of its first argument.
    """

    GLOBALS = "G"
    BUILTINS = "B"

    def __init__(self, program: Unit, R: list[Any]) -> None:
        super().__init__(program, program.follow(0), R)
        self.returns = 0
        self.written = 0
        self.restartable = True
        self.exits: list[tuple[str, tuple[Any, ...]]] = []
        self.own = len(program.lowered.variables) - len(program.code.co_freevars)
        self.parameters = [f"a{index}" for index in range(program.code.co_argcount)]
        for index, name in enumerate(self.parameters):
            value = self.frame.locals[index] = Value(name)
            self.frame.parameters.add(name)
            value.sample = R[self.frame.variables + index].cell_contents

    # --- the walk

    def write(self) -> bool:
        self.walk(self.start, set())
        return self.returns > 0

    def walk(self, index: int, seen: set[int]) -> None:
        """Write the instructions from one on, up to an exit."""
        self.seen = seen
        while True:
            if self.written >= MOST or index in seen:
                self.stop(index)
                return
            seen.add(index)
            self.note(index)
            try:
                index = self.instruction(index)
            except SideExit:
                self.stop(index)
                return
            except TraceEnd:
                return
            self.count += 1
            self.written += 1
            self.frame.release_dead()

    def branch(self, target: int, depth: int, operands: dict[int, Value]) -> None:
        here = self.frame, self.count, self.seen
        self.frame = self.frame.fork(operands, depth)
        self.frame.release_dead()
        self.count += 1
        self.written += 1
        if len(self.frame.margin) > 4 * _DEEPEST:
            self.stop(target)
        else:
            self.walk(target, set(self.seen))
        self.frame, self.count, self.seen = here

    def note(self, index: int) -> None:
        frame = self.frame
        operands = tuple((frame.first + place, value.name) for place, value in sorted(frame.operands.items()))
        variables = tuple((frame.variables + number, value.name) for number, value in self.variables())
        self.points.append(ResumePoint(len(frame.lines), index, self.count, operands, variables))

    def variables(self) -> list[tuple[int, Value]]:
        """Return the function's own variables that have values."""
        return [(index, value) for index, value in self.frame.locals.items() if index < self.own]

    # --- leaving

    def stop(self, index: int, pad: str = "") -> None:
        """Write a side exit: the call resumes at an instruction, in a frame."""
        operands = sorted(self.frame.operands.items())
        self.finish(index, self.count, operands, None, [], pad)

    def finish(
        self, index: int, count: int, operands: list[tuple[int, Value]], site: int | None, request: list[str], pad: str
    ) -> None:
        frame = self.frame
        variables = self.variables()
        names = [value.name for _, value in variables] + [value.name for _, value in operands] + request
        exit_name = f"e{len(self.exits)}"
        cells = [frame.variables + number for number, _ in variables]
        registers = [frame.first + place for place, _ in operands]
        self.exits.append((exit_name, (index, count, cells, registers, site)))
        self.emit(f"{pad}return DeoptimisedCall(({', '.join([exit_name, *names])},))")

    def leave(
        self,
        result: str,
        count: int,
        depth: int | None = None,
        operands: dict[int, Value] | None = None,
        pad: str = "",
    ) -> None:
        self.stop(self.index_of(result), pad)

    def index_of(self, result: str) -> int:
        """Return the instruction to whose handler a trace exits by this result."""
        return exit_index(int(result))

    def request(self, index: int, function: Value, args: list[Value], pad: str) -> None:
        self.stop(index, pad)

    @property
    def first_argument(self) -> Value | None:
        return self.frame.locals.get(0)

    def entering(self, given: list[str]) -> str:
        return f"entry({', '.join(given)})"

    def deoptimised(self, index: int, count: int, site: int, operands: list[str], pad: str) -> None:
        depth = self.frame.depth - count - 2
        staying = [each for each in sorted(self.frame.operands.items()) if each[0] < depth]
        self.finish(index, self.count + 1, staying, site, operands, pad)

    # --- instructions

    def write_load_local(self, index: int, instruction: Instruction) -> None:
        variable: Variable = instruction.arg
        frame = self.frame
        value = frame.locals.get(variable.index)
        if value is None:
            if variable.index < self.own:
                raise SideExit
            value = frame.fresh()
            self.emit(f"{value.name} = function.__closure__[{variable.index - self.own}].cell_contents")
            frame.locals[variable.index] = value
            value.epoch = frame.epoch
            frame.captured.add(variable.index)
            value.sample = self.sample_of(variable)
        frame.push(value)

    write_load_cell = write_load_local

    def write_store_local(self, index: int, instruction: Instruction) -> None:
        variable: Variable = instruction.arg
        frame = self.frame
        old = frame.locals.get(variable.index)
        if variable in self.program.restored or variable.index >= self.own:
            raise SideExit
        if old is not None and not old.is_plain and old.name in frame.parameters:
            raise SideExit  # the caller holds a reference to its arguments
        value = frame.operand(frame.depth - 1)
        if old is not None and not old.is_plain:
            frame.clear_dead()
            frame.side_effect()
        frame.locals[variable.index] = value
        frame.pop()

    write_store_cell = write_store_local

    def write_for_iter(self, index: int, instruction: Instruction) -> None:
        raise SideExit

    def inline(
        self,
        index: int,
        instruction: Instruction,
        call: Call,
        operation: Operation,
        operands: list[Value],
        staying: list[Value],
    ) -> tuple[Value, ...]:
        if call.name in CHANGING and not (call.name == "setattr" and operands[0] is self.first_argument):
            self.restartable = False
        return super().inline(index, instruction, call, operation, operands, staying)

    def store_named(self, mapping: str, name: str, value: Value) -> None:
        self.restartable = False
        super().store_named(mapping, name, value)

    def primitive_call(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        self.restartable = False
        return super().primitive_call(index, instruction, call, operands, staying)

    def write_return(self, index: int, instruction: Instruction) -> None:
        frame = self.frame
        self.emit(f"executed[0] += {self.count + 1}")
        self.emit(f"return {frame.operand(frame.depth - 1).name}")
        self.returns += 1
        raise TraceEnd

    # --- the text

    def text(self) -> str:
        lines = [f"def make({', '.join(['calls', 'points', *self.frame.bound, *(name for name, _ in self.exits)])}):"]
        lines += [f"    def this({', '.join(['function', *self.parameters])}):"]
        body = self.frame.lines
        if any("G[" in line or " in G" in line for line in body):
            lines += ["        G = function.__globals__"]
        if any("B[" in line for line in body):
            lines += ["        B = function.__builtins__"]
        lines += ["        try:", "            calls[0] += 1"]
        for point in self.points:
            point.line += len(lines) + 1
        lines += ["            " + line for line in body]
        lines += ["        except BaseException as error:", "            return DeoptimisedCall((error, points))"]
        lines += ["    return this"]
        return "\n".join(lines) + "\n"

    def bound_values(self, stats: Stats | None = None) -> list[Any]:
        assert stats is not None
        return [*super().bound_values(), *(Exit(stats, *given) for _, given in self.exits)]
