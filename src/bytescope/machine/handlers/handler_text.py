"""Text of a handler, derived from an instruction's lifted semantics and its primitive's operation.

`special_cases` has the instructions and primitives for which that does not suffice.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.lift import Call, Symbol
from bytescope.machine import protocols
from bytescope.machine.handlers import operand_checks
from bytescope.machine.handlers.description import describe
from bytescope.machine.handlers.operations import Operation, condition, fill, guard_text, operation_of
from bytescope.machine.registers import PROTOCOL, REQUEST
from bytescope.startup.stdlib_lite import Any

PARAMETERS = "first, nxt, target, imm, var, flag, sites, program, pc"
"""Parameters of a factory: register of the lowest operand, successors, immediate, variable's register, flag, site
numbers, program, index of the instruction."""

_BULK = 64
"""Number of operands above which a display is built in bulk."""
_BULK_FORMS: dict[Any, str] = {
    ("build", "tuple"): "tuple({0})",
    ("build", "list"): "{0}",
    ("build", "string"): "''.join({0})",
}

_SINGLE = frozenset({"suspend"})

functions: list[Any] = []
"""The functions that texts name by their index in this list."""


def _function_index(function: Any) -> int:
    for index, known in enumerate(functions):
        if known is function:
            return index
    functions.append(function)
    return len(functions) - 1


REQUESTED = f"return {REQUEST}"


class Writer:
    """Writer of the text of one handler."""

    def __init__(self, instruction: Instruction, restores: bool, private: bool) -> None:
        self.instruction = instruction
        self.description = describe(instruction)
        self.lifted = self.description.lifted
        self.restores = restores
        self.private = private
        self.function: Any = None
        self.registers = max(self.lifted.need, len(self.lifted.after or ()), len(self.lifted.jump or ()), 1)
        self.used: set[int] = set()
        self.op: list[str] = []
        self.resume: list[str] = []

    # --- names

    def position(self, symbol: Symbol) -> int:
        """Return the index of an operand, counted from the lowest register concerned."""
        return self.lifted.need - 1 - symbol.index

    def name(self, symbol: Symbol) -> str:
        """Return the expression for a symbol."""
        if symbol.is_operand:
            position = self.position(symbol)
            self.used.add(position)
            return f"a{position}"
        call = self.lifted.calls[symbol.call]
        if call.name == "null":
            return "NULL"
        if call.name == "const":
            return "imm" if self.instruction.op == "LOAD_CONST" else "None"
        return "x" if len(call.results) == 1 else f"x{symbol.index}"

    def results(self) -> str | None:
        """Return the assignment target for the primitive's results, None if it has none."""
        call = self.description.call
        if call is None or not call.results:
            return None
        if len(call.results) == 1 and call.name not in ("unpack", "unpack_ex"):
            return "x"
        if len(call.results) == 1:
            return "x,"
        return ", ".join(f"x{index}" for index in range(len(call.results))) or "()"

    # --- the stack afterwards

    def writes(self, stack: tuple[Symbol, ...]) -> list[str]:
        """Return statements that update the operand registers from before the instruction to after it."""
        lines = []
        for position, symbol in enumerate(stack):
            if symbol.is_operand and self.position(symbol) == position:
                continue
            lines.append(f"R[p{position}] = {self.name(symbol)}")
        lines += [f"R[p{position}] = None" for position in range(len(stack), self.lifted.need)]
        return lines

    def clears(self, stack: tuple[Symbol, ...]) -> list[str]:
        """Return statements that release, before a request, the operands that do not stay in place."""
        staying = {
            position for position, symbol in enumerate(stack) if symbol.is_operand and self.position(symbol) == position
        }
        return [f"R[p{position}] = None" for position in range(self.lifted.need) if position not in staying]

    def finish_writes(self, stack: tuple[Symbol, ...]) -> list[str]:
        """Return what `writes` returns, to be executed after `clears`."""
        lines = []
        for position, symbol in enumerate(stack):
            if symbol.is_operand and self.position(symbol) == position:
                continue
            if symbol.is_operand:
                raise AssertionError(f"{self.instruction.op} moves an operand across a request")
            lines.append(f"R[p{position}] = {self.name(symbol)}")
        return lines

    # --- successors

    def ending(self, finished: bool, stack: tuple[Symbol, ...] | None = None) -> list[str]:
        """Return the statements after the primitive: writes and the successor."""
        lifted = self.lifted
        write = self.finish_writes if finished else self.writes
        if lifted.branch is not None:
            assert lifted.jump is not None
            condition = self.name(lifted.branch[0])
            test = condition if lifted.branch[1] else f"not {condition}"
            return [*write(lifted.jump), f"return target if {test} else nxt"]
        if lifted.after is None and lifted.jump is not None:
            return [*write(lifted.jump), "return target"]
        assert lifted.after is not None
        return [*write(lifted.after), "return nxt"]

    def stack_after(self) -> tuple[Symbol, ...]:
        """Return the operands after the instruction."""
        after = self.lifted.jump if self.lifted.after is None else self.lifted.after
        return after or ()

    # --- the text

    def text(self) -> str:
        """Return the text: a factory of handlers."""
        special = getattr(self, "write_" + self.instruction.op.lower(), None)
        if special is not None:
            special()
        elif self.description.call is None:
            self.op += self.ending(False)
        elif hasattr(self, "primitive_" + self.description.call.name):
            getattr(self, "primitive_" + self.description.call.name)()
        else:
            self.perform(self.description.call)
        loads = [f"a{position} = R[p{position}]" for position in sorted(self.used)]
        lines = [f"def make({PARAMETERS}):"]
        lines += [f"    p{position} = first + {position}" for position in range(self.registers)]
        lines += ["    site = sites[0] if sites else None"]
        if any("attributes" in line for line in self.op):
            store = self.instruction.op == "SETATTR"
            lines += [f"    attributes = attribute_names.setdefault(imm, (set(), set()))[{store}]"]
        if self.function is not None:
            lines += [f"    function = functions[{_function_index(self.function)}]"]
        lines += ["    def op(R):", *("        " + line for line in loads + self.op)]
        if self.resume:
            lines += ["    def resume(R, v):", *("        " + line for line in self.resume)]
        lines += ["    return op, resume" if self.resume else "    return op, None"]
        return "\n".join(lines) + "\n"

    def perform(self, call: Call) -> None:
        """Write the primitive: its inline form under its guard, else a request."""
        operation = operation_of(call.name, call.immediate, len(call.operands))
        self.function = operation.function
        operands = [self.name(symbol) for symbol in call.operands]
        target = self.results()
        if len(operands) > _BULK and (call.name, call.immediate) in _BULK_FORMS:
            self.build_in_bulk(_BULK_FORMS[call.name, call.immediate])
            return
        if operation.inline is not None:
            expression = fill(operation.inline, operands, imm="imm")
            assigned = f"{target} = {expression}" if target and not operation.statement else expression
            lines = [assigned, *self.ending(False)]
            pure = guard_text(call.name, call.immediate, len(operands))
            if not pure:
                self.op += lines
                return
            guard = condition(pure, operands, imm="imm", attributes="attributes")
            self.op += [f"if {guard}:", *("    " + line for line in lines)]
        if operation.protocol:
            self.protocol(operation.protocol, operands, target)
            return
        self.op += self.request(call.name, operation, operands)
        self.resume += [f"{target} = {operation.finish}"] if target else []
        self.resume += self.ending(True)

    def build_in_bulk(self, form: str) -> None:
        """Write a display of very many operands, without naming each of them."""
        count = self.lifted.need
        self.used.clear()
        self.op += [f"x = {form.format(f'R[p0:p0 + {count}]')}", f"R[p0 + 1 : p0 + {count}] = (None,) * {count - 1}"]
        self.op += ["R[p0] = x", "return nxt"]
        self.registers = 1

    def request(self, call_name: str, operation: Operation, operands: list[str]) -> list[str]:
        """Return statements that push the request."""
        clears = self.clears(self.stack_after())
        if operation.site:
            value = (
                operands[0]
                if len(operands) == 1 and operation.site in _SINGLE
                else "(" + ", ".join(reversed(operands)) + ",)"
            )
            check = (
                [f"check_native({', '.join([repr(operation.site), *operands])})"]
                if operation.site in operand_checks.NATIVE
                else []
            )
            return [*check, *clears, f"R.append((site, {value}))", REQUESTED]
        passed = [fill(argument, operands, imm="imm") for argument in operation.args]
        function = fill(operation.call or "", operands)
        learn = []
        if call_name in ("getattr", "setattr"):
            learn = [f"learn({operands[0]}, imm, {call_name == 'setattr'})"]
        return [*learn, *clears, f"R.append((site, ({', '.join([*reversed(passed), function])},)))", REQUESTED]

    def protocol(self, name: str, operands: list[str], target: str | None) -> None:
        """Write the start of a protocol, and its resumption until it is finished.

        The operands are released with its first request and not before: until then the handler may be called again,
        see `recursion.again`.
        """
        cell = ["R[var]"] if name == "load_from_dict_or_cell" else []
        arguments = ", ".join(["R", "imm", *cell, *operands])
        clears = self.clears(self.stack_after())
        getattr(protocols, name)  # which loads it now, not when the recursion limit may be near
        self.op.append(f"protocol = protocols.{name}({arguments})")
        register = f"R[{PROTOCOL}]"
        self.op += self.protocol_step("protocol.send(None)", [*clears, f"{register} = protocol"], [], target, False)
        self.resume += self.protocol_step(f"{register}.send(v)", [], [f"{register} = None"], target, True)

    def protocol_step(
        self, step: str, requested: list[str], finished: list[str], target: str | None, later: bool
    ) -> list[str]:
        """Return statements for one step of a protocol.

        Args:
            step: expression that resumes it.
            requested: statements for when it makes a request.
            finished: statements for when it is finished.
            target: assignment target for its result, if it has one.
            later: whether the operands have been released.
        """
        return [
            "try:",
            f"    request = {step}",
            "except StopIteration as stop:",
            "    v = stop.value",
            *("    " + line for line in finished),
            "else:",
            *("    " + line for line in requested),
            "    if type(request) is tuple:",
            "        R.append((site, (NOTHING, request[1:], request[0])))",
            "    else:",
            "        R.append((sites[request.site], request.operands))",
            "    request = None",
            "    " + REQUESTED,
            "if type(v) is Raised:",
            "    return program.unwind(R, pc, v[0])",
            *([f"{target} = v"] if target else []),
            *self.ending(later),
        ]
