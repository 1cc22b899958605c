"""Operands, immediates and results in the text of instrumented handlers, and how hooks are given them."""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.events import CALLS, after_stack, observed_primitive
from bytescope.isa.instrumentation import Point
from bytescope.isa.lift import Symbol, lift
from bytescope.isa.primitives import PRIMITIVES


class Operands:
    """Expressions for what an instrumented handler gives its hooks and gets from the plain handler."""

    def __init__(self, instruction: Instruction, point: Point, restores: bool) -> None:
        self.instruction = instruction
        self.point = point
        self.restores = restores
        self.lifted = lift(instruction)
        self.call = observed_primitive(instruction)
        self.lines: list[str] = []
        self.answer: list[str] = []
        self.loaded: set[int] = set()

    # --- names

    def register(self, symbol: Symbol) -> str:
        """Return the register of an operand before the instruction."""
        return f"R[first + {self.lifted.need - 1 - symbol.index}]"

    def operand(self, symbol: Symbol) -> str:
        """Return an operand as it is passed to hooks."""
        if not symbol.is_operand:
            return "None"
        self.loaded.add(symbol.index)
        if self.call is not None and self.call.name == "with_except" and symbol == self.call.operands[1]:
            return f"(None if a{symbol.index} is NULL else a{symbol.index})"
        return f"a{symbol.index}"

    def immediate(self) -> list[str]:
        """Return the primitive's immediate operand as arguments of the hooks."""
        assert self.call is not None
        row = PRIMITIVES[self.call.name]
        if row.immediate is None or row.name == "const":
            return []
        if row.name == "build":
            return [repr(self.call.immediate)]
        if isinstance(self.instruction.arg, Variable):
            return ["imm.name"]
        return ["imm[0]" if row.name == "super_attr" else "imm"]

    def arguments(self) -> str:
        """Return the operands as they are passed to hooks, each followed by a comma."""
        call = self.call
        assert call is not None
        if call.name in CALLS:
            return "function, args, kwargs, "
        return "".join(f"{name}, " for name in self.given())

    def given(self) -> list[str]:
        """Return the operands of a primitive other than a call as they are passed to hooks."""
        call = self.call
        assert call is not None
        names = [self.operand(symbol) for symbol in call.operands]
        variadic = PRIMITIVES[call.name].variadic
        fixed = len(PRIMITIVES[call.name].operands) - variadic
        given = [*self.immediate(), *names[:fixed]]
        if variadic:
            given.append("(" + "".join(f"{name}, " for name in names[fixed:]) + ")")
        return given

    def call_form(self) -> list[str]:
        """Return statements that assign function, args and kwargs from the operands of a call."""
        call = self.call
        assert call is not None
        names = [self.operand(symbol) for symbol in call.operands]
        if call.name == "call_ex":
            first, second, args, kwargs = names
            kwargs = "{}" if kwargs == "None" else f"({{}} if {kwargs} is NULL else {kwargs})"
            return [f"function, args, kwargs = {second} if {first} is NULL else {first}, {args}, {kwargs}"]
        first, second, *rest = names
        lines = []
        if call.name == "call_kw":
            keywords, *rest = rest
        lines += [f"function, args = {first}, ({''.join(name + ', ' for name in rest)})"]
        lines += [f"if {second} is not NULL:", f"    if {first} is NULL:", f"        function = {second}"]
        lines += ["    else:", f"        args = ({second}, *args)"]
        if call.name == "call_kw":
            lines += [f"count = len(args) - len({keywords})", f"kwargs = dict(zip({keywords}, args[count:]))"]
            lines += ["args = args[:count]"]
        else:
            lines += ["kwargs = {}"]
        return lines

    # --- results

    def results(self) -> list[str]:
        """Return the registers of the results."""
        call = self.call
        assert call is not None
        stack = after_stack(self.instruction, self.lifted)
        if self.instruction.op == "SEND":
            return [f"R[first + {len(stack) - 1}]"]
        number = self.lifted.calls.index(call)
        found = {symbol.index: position for position, symbol in enumerate(stack) if symbol.call == number}
        return [f"R[first + {found[index]}]" for index in range(len(call.results))]

    def plural(self) -> bool:
        """Return True if hooks get a tuple of results."""
        call = self.call
        assert call is not None
        return len(call.results) != 1 or PRIMITIVES[call.name].results[0].startswith("*")

    def read_result(self) -> str:
        registers = self.results()
        return "(" + "".join(f"{each}, " for each in registers) + ")" if self.plural() else registers[0]

    def write_result(self, value: str) -> list[str]:
        registers = self.results()
        if not self.plural():
            return [f"{registers[0]} = {value}"]
        return [f"{', '.join(registers)}, = {value}"] if registers else []
