"""Abstract state of the trace being compiled: which variable holds each operand and local, which registers are stale.

A trace drops references exactly when the handlers would. A value may be finalized when its last reference is dropped,
so the order relative to all visible operations matters. A plain value can be dropped at any time. Of another value the
state knows whether it *is held* elsewhere for now: by a variable, or by the container or object that it was loaded
from. The variable of a held value is *dead* after its last use and is cleared before the next *side effect*, by which
the holder may drop its reference. The variable of a value that is not held is cleared immediately after its last use,
which is a side effect itself: a finalizer may change anything but the frame's own local variables, so globals and
captured variables are loaded again afterwards.
"""

from __future__ import annotations

from bytescope.machine.jit.values import NOTHING, Value
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Iterable

if TYPE_CHECKING:
    from bytescope.machine.jit.unit import Unit

_CLEARED = Value("None")
"""Content of a register that was cleared."""


class TraceState:
    """Operands, variables and registers at one point of a trace.

    depth: number of operands on the stack; operands: those that are in variables of the trace, by position; locals: the
    guest's variables whose values are in variables of the trace, by index; names: the same for globals and names; R:
    registers of a frame that is about to execute the trace; loop_variables: variables with the same meaning in each
    iteration; parameters: variables that never change; keeps_operands: whether operands are used after the result.
    """

    def __init__(self, program: Unit, start: int, R: list[Any]) -> None:
        self.R = R
        self.first = program.first_operand
        self.variables = program.first_variable
        self.entry_depth = self.depth = program.verified.depths[start]
        self.operands: dict[int, Value] = {}
        self.locals: dict[int, Value] = {}
        self.captured: set[int] = set()
        self.names: dict[tuple[str, str], Value] = {}
        self.loop_variables: set[str] = set()
        self.parameters: set[str] = set()
        self.lines: list[str] = []
        self.margin = ""
        self.keeps_operands = False
        self.bound: dict[str, Any] = {}
        self.epoch = 0
        self._registers: dict[int, Value] = {}
        self._living: dict[str, Value] = {}
        self._dead: list[str] = []
        self._free: list[str] = []
        self._made = 0

    # --- names

    def emit(self, line: str) -> None:
        """Write a line."""
        self.lines.append(self.margin + line)

    def bind(self, value: Any) -> str:
        """Return a name that is bound to a constant."""
        for name, known in self.bound.items():
            if known is value:
                return name
        name = f"k{len(self.bound)}"
        self.bound[name] = value
        return name

    def constant(self, value: Any) -> Value:
        """Return a constant as a value."""
        name = "None" if value is None else self.bind(value)
        constant = Value(name, frozenset({type(value)}))
        constant.sample = value
        return constant

    def fresh(self) -> Value:
        """Return a value in a free variable."""
        if self._dead:
            return self.assign(Value(self._dead.pop()))
        if self._free:
            return self.assign(Value(self._free.pop()))
        self._made += 1
        return self.assign(Value(f"t{self._made}"))

    def assign(self, value: Value) -> Value:
        """Record that a variable holds a value."""
        self._living[value.name] = value
        return value

    def result(self, operands: Iterable[Value], after: Iterable[Value]) -> Value:
        """Return a value for the result of a primitive, if possible in the variable of an operand that dies.

        Args:
            operands: the operands, which are still on the stack.
            after: the values of the present stack that stay on it.
        """
        if self.keeps_operands:
            return self.fresh()
        others = (self.locals, self.names, self._registers)
        living = {id(value) for value in (*after, *(value for each in others for value in each.values()))}
        for operand in operands:
            if operand.name in self._living and not operand.is_plain and id(operand) not in living:
                if operand.name in self.loop_variables:
                    continue
                if not self.is_held(operand):
                    self.clear_dead()
                    self.side_effect()
                return self.assign(Value(operand.name))
        return self.fresh()

    def fork(self, operands: dict[int, Value], depth: int) -> TraceState:
        """Return a copy of the state for a branch, which is written into the same lines, indented further.

        Args:
            operands: the operands in variables.
            depth: number of operands on the stack.
        """
        copies: dict[int, Value] = {}

        def copied(value: Value) -> Value:
            if value is NOTHING or value is _CLEARED:
                return value
            if id(value) not in copies:
                copies[id(value)] = copy = Value(value.name, value.kinds, value.epoch)
                copy.passed, copy.sample, copy.origin = set(value.passed), value.sample, value.origin
                if value.origin[:1] == ("method",):
                    copy.origin = ("method", copied(value.origin[1]), value.origin[2])
            return copies[id(value)]

        other = TraceState.__new__(TraceState)
        vars(other).update(vars(self))
        other.margin += "    "
        other.depth = depth
        other.operands = {position: copied(value) for position, value in operands.items()}
        other.locals = {index: copied(value) for index, value in self.locals.items()}
        other.names = {key: copied(value) for key, value in self.names.items()}
        other._registers = {position: copied(value) for position, value in self._registers.items()}
        other._living = {name: copied(value) for name, value in self._living.items()}
        other._dead, other._free = self._dead[:], self._free[:]
        other.captured = set(self.captured)
        return other

    # --- references

    def is_held(self, value: Value) -> bool:
        """Return True if a value is held elsewhere until the next side effect."""
        return (
            value.epoch == self.epoch
            or value.name not in self._living
            or any(value is each for each in self.locals.values())
        )

    def is_alive(self, value: Value) -> bool:
        """Return True if a value is still in its variable."""
        return self._living.get(value.name) is value or value.name in self.parameters

    def clear_dead(self) -> None:
        """Clear dead variables, while that cannot drop the last reference."""
        if self._dead:
            self.emit(" = ".join([*self._dead, "None"]))
            self._free += self._dead
            self._dead = []

    def side_effect(self) -> None:
        """Forget all values but the frame's own local variables: anything else may have changed."""
        self.epoch += 1
        self.names.clear()
        for index in self.captured:
            self.locals.pop(index, None)

    def release_dead(self) -> None:
        """Release the values that are dead after an instruction."""
        for position in range(self.entry_depth):
            held, value = self._registers.get(position), self.operands.get(position)
            if held is _CLEARED or (held is value and position < self.depth):
                continue
            if held is None:
                self.clear_dead()
                self._clear_register(position)
                self.side_effect()
            elif not held.is_plain:
                self._clear_register(position)
        again = True
        while again:
            again = False
            live = {value.name for value in (*self.operands.values(), *self.locals.values(), *self.names.values())}
            live |= {value.origin[1].name for value in self.operands.values() if value.origin[:1] == ("method",)}
            for name, value in list(self._living.items()):
                if name in live or name in self.loop_variables:
                    continue
                if value.is_plain:
                    self._free.append(name)
                elif self.is_held(value):
                    self._dead.append(name)
                else:
                    self.clear_dead()
                    self.emit(f"{name} = None")
                    self._free.append(name)
                    self.side_effect()
                    again = True
                del self._living[name]

    def _clear_register(self, position: int) -> None:
        self.emit(f"R[{self.first + position}] = None")
        self._registers[position] = _CLEARED

    # --- operands

    def operand(self, position: int) -> Value:
        """Return an operand, loading it from its register if needed."""
        value = self.operands.get(position)
        if value is None:
            value = self.fresh()
            self.emit(f"{value.name} = R[{self.first + position}]")
            value.sample = self.R[self.first + position]
            self.operands[position] = self._registers[position] = value
        return value

    def push(self, value: Value) -> None:
        """Push a value onto the stack."""
        self.operands[self.depth] = value
        self.depth += 1

    def pop(self) -> None:
        """Pop a value from the stack."""
        self.depth -= 1
        self.operands.pop(self.depth, None)

    def replace(self, operands: dict[int, Value], depth: int) -> None:
        """Replace all operands."""
        self.operands = operands
        self.depth = depth

    def save(self, name: str) -> None:
        """Copy the value of a variable that is about to change to another one, if it is still live."""
        old = self._living[name]
        wanted = (*self.operands.values(), *self.names.values())
        others = [value for value in self.locals.values() if value is old]
        if any(value is old for value in wanted) or len(others) > 1:
            copy = self.fresh()
            self.emit(f"{copy.name} = {name}")
            old.name = copy.name
            self.assign(old)

    def same(self, position: int) -> bool:
        """Return True if an operand is both in a variable and in its register."""
        value = self.operands.get(position)
        return value is not None and self._registers.get(position) is value

    def hoisted(self, position: int, value: Value) -> None:
        """Record that a loop variable holds an operand from before the loop."""
        self.operands[position] = self._registers[position] = self.assign(value)
        self.loop_variables.add(value.name)

    def writes(self, depth: int, operands: dict[int, Value]) -> list[tuple[int, str]]:
        """Return the stores (register, expression) that bring the registers to these operands."""
        result = []
        for position, value in sorted(operands.items()):
            if position < depth and self._registers.get(position) is not value:
                result.append((self.first + position, value.name))
        for position in range(depth, self.entry_depth):
            if self._registers.get(position) is not _CLEARED:
                result.append((self.first + position, "None"))
        return result

    def close(self) -> None:
        """Write the end of a loop: update the registers, and clear what the next iteration loads again."""
        for register, name in self.writes(self.depth, self.operands):
            self.emit(f"R[{register}] = {name}")
        if self.epoch:
            bound = [
                name for name, value in self._living.items() if name not in self.loop_variables and not value.is_plain
            ]
            cleared = [*self._dead, *bound]
            if cleared:
                self.emit(" = ".join([*cleared, "None"]))


__all__ = ["NOTHING", "TraceState"]
