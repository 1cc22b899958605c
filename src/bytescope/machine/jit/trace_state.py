"""The state of a trace while it is written: which variable has what, and what the registers still have.

A trace must give up references when its instructions' handlers would. A value may be finalized when the last reference
goes, so the order against everything that can be seen from outside matters. What is plain can go at any time. Of other
values the frame knows whether somebody else *holds* them for now: a variable, or the container or object that they were
loaded from. Such a value's variable is *stale* once it is dead, and is cleared before the next *effect*, by which the
holder may let go. What nobody else holds is cleared as soon as it is dead, which is an effect itself: a finalizer may
change anything but the frame's own local variables, so globals and captured variables are then read anew.
"""

from __future__ import annotations

from bytescope.machine.jit.values import NOTHING, Value
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Iterable

if TYPE_CHECKING:
    from bytescope.machine.jit.unit import Unit

_CLEARED = Value("None")
"""Stands for what is in a register that was cleared."""


class Frame:
    """Operands, variables and registers at one place of a trace.

    depth: how many operands there are; operands: those that are in variables of the trace, by position; locals: the
    guest's variables whose values are in variables of the trace, by index; names: the same for globals and the like;
    R: registers of a frame that is about to execute the trace; kept: variables with the same meaning at each turn of a
    loop; lasting: those that never change; keeps_operands: whether operands are wanted when there is a result.
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
        self.kept: set[str] = set()
        self.lasting: set[str] = set()
        self.lines: list[str] = []
        self.margin = ""
        self.keeps_operands = False
        self.bound: dict[str, Any] = {}
        self.epoch = 0
        self._registers: dict[int, Value] = {}
        self._living: dict[str, Value] = {}
        self._stale: list[str] = []
        self._free: list[str] = []
        self._made = 0

    # --- names

    def emit(self, line: str) -> None:
        """Write a line."""
        self.lines.append(self.margin + line)

    def bind(self, value: Any) -> str:
        """A name that is bound to a constant."""
        for name, known in self.bound.items():
            if known is value:
                return name
        name = f"k{len(self.bound)}"
        self.bound[name] = value
        return name

    def constant(self, value: Any) -> Value:
        """A constant as a value."""
        name = "None" if value is None else self.bind(value)
        constant = Value(name, frozenset({type(value)}))
        constant.sample = value
        return constant

    def fresh(self) -> Value:
        """A value in a variable that nothing else needs."""
        if self._stale:
            return self.keep(Value(self._stale.pop()))
        if self._free:
            return self.keep(Value(self._free.pop()))
        self._made += 1
        return self.keep(Value(f"t{self._made}"))

    def keep(self, value: Value) -> Value:
        """Take note that a variable has a value."""
        self._living[value.name] = value
        return value

    def result(self, operands: Iterable[Value], after: Iterable[Value]) -> Value:
        """A value for the result of a primitive: in the variable of an operand that has to be cleared anyway, if any.

        Args:
            operands: the operands, which are still on the stack.
            after: what will be on the stack of what is there now.
        """
        if self.keeps_operands:
            return self.fresh()
        others = (self.locals, self.names, self._registers)
        living = {id(value) for value in (*after, *(value for each in others for value in each.values()))}
        for operand in operands:
            if operand.name in self._living and not operand.is_plain and id(operand) not in living:
                if operand.name in self.kept:
                    continue
                if not self.holds(operand):
                    self.before_effect()
                    self.effect()
                return self.keep(Value(operand.name))
        return self.fresh()

    def fork(self, operands: dict[int, Value], depth: int) -> Frame:
        """The state for what is written, one margin further in, into the same lines, in the place of going on here.

        Args:
            operands: what there is on the stack then.
            depth: how many.
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

        other = Frame.__new__(Frame)
        vars(other).update(vars(self))
        other.margin += "    "
        other.depth = depth
        other.operands = {position: copied(value) for position, value in operands.items()}
        other.locals = {index: copied(value) for index, value in self.locals.items()}
        other.names = {key: copied(value) for key, value in self.names.items()}
        other._registers = {position: copied(value) for position, value in self._registers.items()}
        other._living = {name: copied(value) for name, value in self._living.items()}
        other._stale, other._free = self._stale[:], self._free[:]
        other.captured = set(self.captured)
        return other

    # --- references

    def holds(self, value: Value) -> bool:
        """Whether somebody else holds a value, as long as there is no effect."""
        return (
            value.epoch == self.epoch
            or value.name not in self._living
            or any(value is each for each in self.locals.values())
        )

    def is_alive(self, value: Value) -> bool:
        """Whether a value is still in its variable."""
        return self._living.get(value.name) is value or value.name in self.lasting

    def before_effect(self) -> None:
        """Clear what is stale, as long as that cannot be the last reference."""
        if self._stale:
            self.emit(" = ".join([*self._stale, "None"]))
            self._free += self._stale
            self._stale = []

    def effect(self) -> None:
        """Anything but the frame's own local variables may have changed."""
        self.epoch += 1
        self.names.clear()
        for index in self.captured:
            self.locals.pop(index, None)

    def settle(self) -> None:
        """After an instruction: give up what is dead."""
        for position in range(self.entry_depth):
            held, value = self._registers.get(position), self.operands.get(position)
            if held is _CLEARED or (held is value and position < self.depth):
                continue
            if held is None:
                self.before_effect()
                self._clear_register(position)
                self.effect()
            elif not held.is_plain:
                self._clear_register(position)
        again = True
        while again:
            again = False
            live = {value.name for value in (*self.operands.values(), *self.locals.values(), *self.names.values())}
            live |= {value.origin[1].name for value in self.operands.values() if value.origin[:1] == ("method",)}
            for name, value in list(self._living.items()):
                if name in live or name in self.kept:
                    continue
                if value.is_plain:
                    self._free.append(name)
                elif self.holds(value):
                    self._stale.append(name)
                else:
                    self.before_effect()
                    self.emit(f"{name} = None")
                    self._free.append(name)
                    self.effect()
                    again = True
                del self._living[name]

    def _clear_register(self, position: int) -> None:
        self.emit(f"R[{self.first + position}] = None")
        self._registers[position] = _CLEARED

    # --- operands

    def operand(self, position: int) -> Value:
        """An operand, loaded from its register if it is there."""
        value = self.operands.get(position)
        if value is None:
            value = self.fresh()
            self.emit(f"{value.name} = R[{self.first + position}]")
            value.sample = self.R[self.first + position]
            self.operands[position] = self._registers[position] = value
        return value

    def push(self, value: Value) -> None:
        """Put a value on the stack."""
        self.operands[self.depth] = value
        self.depth += 1

    def pop(self) -> None:
        """Take a value from the stack."""
        self.depth -= 1
        self.operands.pop(self.depth, None)

    def replace(self, operands: dict[int, Value], depth: int) -> None:
        """Have other operands."""
        self.operands = operands
        self.depth = depth

    def rescue(self, name: str) -> None:
        """Have the value of a variable that is about to change in another one as well, if it is still wanted."""
        old = self._living[name]
        wanted = (*self.operands.values(), *self.names.values())
        others = [value for value in self.locals.values() if value is old]
        if any(value is old for value in wanted) or len(others) > 1:
            kept = self.fresh()
            self.emit(f"{kept.name} = {name}")
            old.name = kept.name
            self.keep(old)

    def same(self, position: int) -> bool:
        """Whether an operand is in a variable and its register has it as well."""
        value = self.operands.get(position)
        return value is not None and self._registers.get(position) is value

    def hoisted(self, position: int, value: Value) -> None:
        """Take note that a variable has an operand from before the trace's loop."""
        self.operands[position] = self._registers[position] = self.keep(value)
        self.kept.add(value.name)

    def writes(self, depth: int, operands: dict[int, Value]) -> list[tuple[int, str]]:
        """What has to be written to which registers so that they have these operands."""
        result = []
        for position, value in sorted(operands.items()):
            if position < depth and self._registers.get(position) is not value:
                result.append((self.first + position, value.name))
        for position in range(depth, self.entry_depth):
            if self._registers.get(position) is not _CLEARED:
                result.append((self.first + position, "None"))
        return result

    def close(self) -> None:
        """At the end of a loop: bring the registers up to date and clear everything that the next turn loads anew."""
        for register, name in self.writes(self.depth, self.operands):
            self.emit(f"R[{register}] = {name}")
        if self.epoch:
            bound = [name for name, value in self._living.items() if name not in self.kept and not value.is_plain]
            cleared = [*self._stale, *bound]
            if cleared:
                self.emit(" = ".join([*cleared, "None"]))


__all__ = ["NOTHING", "Frame"]
