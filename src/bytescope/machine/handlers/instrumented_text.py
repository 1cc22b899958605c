"""Text of instrumented handlers: the plain handler of an instruction between the hooks that a plan has there.

An instrumented handler reads the operands from the registers, calls the hooks before the instruction, calls the plain
handler, reads the result from where the instruction's lifted semantics puts it, and calls the hooks after. If the
plain handler pushes a request, the operands wait in the register `OPERANDS` until the answer has come.
"""

from __future__ import annotations

from bytescope.isa.events import CALLS, after_stack, stored_operand
from bytescope.isa.lift import Symbol
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.handlers.handler_text import REQUESTED
from bytescope.machine.handlers.instrumented_operands import Operands
from bytescope.machine.registers import OPERANDS, REQUEST

IDLE = frozenset({"NOP", "RESUME", "JUMP"})
"""Instructions that have no plain handler unless they are instrumented."""

HOOKS = "before after branch instruction line loop again enter leave suspend resume".split()
"""The hooks of a point, in the order of a factory's parameters."""

_PARAMETERS = (
    "first, target, nxt, imm, pc, program, plain, plain_resume, site, loop_site, again_site, "
    + ", ".join(f"on_{name}" for name in HOOKS)
)  # fmt: skip


_WAITING = f"R[{OPERANDS}]"
"""The register with (index, operands) of the instruction that waits for its request."""


class Writer(Operands):
    """Writer of the text of one instrumented handler."""

    def text(self) -> str:
        self.arrival()
        op = self.instruction.op
        if op in IDLE:
            self.idle()
        elif op == "RETURN" or op == "YIELD":
            self.boundary()
        elif self.call is None or not (self.point.before or self.point.after or self.point.branch):
            self.lines += ["return plain(R)"] if not self.jumps_back() else self.jump_back("plain(R)")
        elif op == "FOR_ITER":
            self.for_iter()
        elif self.lifted.branch is not None:
            self.conditional()
        else:
            self.perform()
        body = [
            *self.arrival_lines,
            *(f"a{index} = {self.register(Symbol(-1, index))}" for index in sorted(self.loaded)),
        ]
        lines = [f"def make({_PARAMETERS}):", "    def op(R):", *("        " + line for line in body + self.lines)]
        if self.answer:
            lines += ["    def resume(R, v):", *("        " + line for line in self.answer)]
            lines += ["    return op, resume if plain_resume is not None else None"]
        else:
            lines += ["    return op, plain_resume"]
        return "\n".join(lines) + "\n"

    def arrival(self) -> None:
        """Write the hooks before the instruction."""
        point, lines = self.point, []
        if point.enter is not None:
            lines += ["on_enter(site, arguments(program, R))"]
        if point.line is not None:
            lines += ["on_line(site)"]
        if point.instruction is not None:
            lines += ["on_instruction(site)"]
        if point.suspend is not None and self.instruction.op == "ASYNC_GEN_WRAP":
            lines += ["r = on_suspend(site, R[first])", "if r is not None:", "    R[first] = r.value"]
        self.arrival_lines = lines

    def idle(self) -> None:
        """Write an idle instruction, which is not counted, because no plain handler exists for it."""
        self.lines += ["executed[0] -= 1"]
        if self.instruction.op == "JUMP":
            self.lines += self.back()
            self.lines += ["return target"]
        else:
            self.lines += ["return nxt"]

    def back(self) -> list[str]:
        """Return the hook calls of a backward jump."""
        lines = ["on_loop(loop_site)"] if self.point.loop is not None else []
        return lines + (["on_again(again_site)"] if self.point.again is not None else [])

    def jumps_back(self) -> bool:
        return self.point.loop is not None or self.point.again is not None

    def jump_back(self, following: str) -> list[str]:
        """Return statements that continue at `following`, calling the hooks if that is a backward jump."""
        lines = [f"x = {following}", "if x == target:", *("    " + line for line in self.back())]
        self.answer = self.answer or [
            "x = plain_resume(R, v)",
            "if x == target:",
            *("    " + line for line in self.back()),
            "return x",
        ]
        return [*lines, "return x"]

    def boundary(self) -> None:
        """Write RETURN or YIELD, which leave or suspend the frame with a value."""
        value = self.operand(Symbol(-1, 0))
        register = self.register(Symbol(-1, 0))
        leaving = self.instruction.op == "RETURN"
        hook = self.point.leave if leaving else self.point.suspend
        if not leaving and self.point.before is not None:
            self.lines += [f"r = on_before(site, {value})", "if r is not None:"]
            self.lines += [f"    {register} = {value} = r.value"]
        if hook is not None:
            self.lines += [f"r = on_{'leave' if leaving else 'suspend'}(site, {value})", "if r is not None:"]
            self.lines += [f"    {register} = {value} = r.value"]
        if leaving or not (self.point.after or self.point.resume):
            self.lines += ["return plain(R)"]
            return
        self.lines += [f"{_WAITING} = (pc, {value})", "return plain(R)"]
        after = self.point.after is not None
        self.answer += [f"kept = {_WAITING}", f"{_WAITING} = None", "if kept is not None and kept[0] == pc:"]
        if self.point.resume is not None:
            self.answer += ["    r = on_resume(site, v)", "    if r is not None:", "        v = r.value"]
        if after:
            self.answer += ["    r = on_after(site, kept[1], v)", "    if r is not None:", "        v = r.value"]
        self.answer += ["return plain_resume(R, v)"]

    def perform(self) -> None:
        """Write a primitive with its hooks."""
        point, call = self.point, self.call
        assert call is not None
        lines = self.lines
        if call.name in CALLS:
            lines += self.call_form()
        given = self.arguments()
        if self.restores:
            lines += [f"if {self.operand(call.operands[0])} is UNBOUND:", "    return plain(R)"]
        skipped = self.skip()
        if point.before is not None:
            lines += [f"r = on_before(site, {given})", "if r is not None:", *("    " + line for line in skipped)]
        if point.after is None:
            lines += ["return plain(R)"]
            return
        lines += ["x = plain(R)", f"if x == {REQUEST}:", f"    {_WAITING} = (pc, ({given}))", "    " + REQUESTED]
        lines += self.report(given)
        lines += [*self.released(), "return x"]
        self.answer += [
            "x = plain_resume(R, v)",
            f"if x == {REQUEST}:",
            "    " + REQUESTED,
            f"kept = {_WAITING}",
            f"{_WAITING} = None",
        ]
        count = 3 if call.name in CALLS else len(self.given())
        kept = "".join(f"given[{index}], " for index in range(count))
        self.answer += [
            "if kept is not None and kept[0] == pc:",
            "    given = kept[1]",
            *("    " + line for line in self.report(kept)),
            "    kept = None",
            f"    return release(R, pc, x, given{self.inner()})",
        ]
        self.answer += ["return x"]

    def inner(self) -> str:
        """Return the collections that were made for the hooks of a call, as further arguments of `release`."""
        assert self.call is not None
        return ", given[1], given[2].values()" if self.call.name in ("call", "call_kw") else ""

    def released(self) -> list[str]:
        """Return statements that release the operands of an instruction which needed no request."""
        assert self.call is not None
        names = [f"a{symbol.index}" for symbol in self.call.operands if symbol.is_operand]
        if not names:
            return []
        forms = ["function", "args", "kwargs"] if self.call.name in CALLS else []
        return [
            f"if {' or '.join(f'type({name}) not in ATOMIC' for name in names)}:",
            f"    given = ({', '.join(forms or names)},)",
            f"    {' = '.join([*names, *forms])} = None",
            f"    return release(R, pc, x, given{self.inner()})",
        ]

    def report(self, given: str) -> list[str]:
        """Return statements that call the hook after the primitive, and replace the result by its answer."""
        assert self.call is not None
        if not PRIMITIVES[self.call.name].results:
            return [f"on_after(site, {given})"]
        lines = [f"r = on_after(site, {given}{self.read_result()})", "if r is not None:"]
        return lines + ["    " + line for line in self.write_result("r.value") or ["pass"]]

    def skip(self) -> list[str]:
        """Return statements for a primitive that is skipped: its result, or the value that it stores, is `r.value`."""
        call = self.call
        assert call is not None
        row = PRIMITIVES[call.name]
        stored = stored_operand(row)
        if stored is not None:
            symbol = call.operands[stored]
            return [f"{self.register(symbol)} = {self.operand(symbol)} = r.value"]
        registers = self.finish("r.value")
        report = []
        if self.point.after is not None and row.results:
            report = self.report(self.arguments())
        following = "target" if self.lifted.after is None or self.instruction.op == "SEND" else "nxt"
        return [*registers, *report, f"return {following}"]

    def finish(self, value: str) -> list[str]:
        """Return statements that update the operand registers from before the instruction to after it."""
        call = self.call
        assert call is not None
        stack = after_stack(self.instruction, self.lifted)
        number = self.lifted.calls.index(call)
        lines = []
        if call.results:
            names = ", ".join(f"x{index}" for index in range(len(call.results)))
            lines += [f"{names}{',' if self.plural() else ''} = {value}"]
        writes = []
        for position, symbol in enumerate(stack):
            if symbol.is_operand and self.lifted.need - 1 - symbol.index == position:
                continue
            if symbol.is_operand:
                writes.append(f"R[first + {position}] = {self.operand(symbol)}")
            elif symbol.call == number:
                writes.append(f"R[first + {position}] = x{symbol.index}")
            else:
                writes.append(f"R[first + {position}] = NULL")
        writes += [f"R[first + {position}] = None" for position in range(len(stack), self.lifted.need)]
        return lines + writes

    def conditional(self) -> None:
        """Write a conditional jump, whose test is a primitive and whose direction can be forced."""
        point, call = self.point, self.call
        assert call is not None and self.lifted.branch is not None
        value = self.operand(call.operands[0])
        when = "x" if self.lifted.branch[1] else "not x"
        lines = self.lines
        decide = []
        if point.after is not None:
            decide += [f"r = on_after(site, {value}, x)", "if r is not None:", "    x = r.value"]
        if point.branch is not None:
            decide += [f"r = on_branch(site, {value}, x)", "if r is not None:", "    x = r.value"]
        jump = [f"if {when}:", *("    " + line for line in self.back()), "    x = target", "else:", "    x = nxt"]
        test = "not not" if call.name == "truth" else "None is"
        if point.before is not None:
            lines += [
                f"r = on_before(site, {value})",
                "if r is not None:",
                "    x = r.value",
                *("    " + line for line in self.finish("x")),
            ]
            lines += ["    " + line for line in [*decide, *jump, "return x"]]
        lines += [
            f"if plain(R) == {REQUEST}:",
            f"    {_WAITING} = (pc, ({value},))",
            "    " + REQUESTED,
            f"x = {test} {value}",
            *decide,
            *jump,
            *self.released(),
            "return x",
        ]
        self.answer += ["plain_resume(R, v)", f"kept = {_WAITING}", f"{_WAITING} = None", "x = v"]
        self.answer += [
            "given = ()",
            "if kept is not None and kept[0] == pc:",
            "    given = kept[1]",
            "    kept = None",
            f"    {value} = given[0]",
            *("    " + line for line in decide),
            f"    {value} = None",
            *jump,
            "return release(R, pc, x, given)",
        ]

    def for_iter(self) -> None:
        """Write the next value of a `for` loop, or its end."""
        point = self.point
        assert self.call is not None
        iterator, value = self.operand(self.call.operands[0]), f"R[first + {self.lifted.need}]"
        lines = self.lines
        going = []
        if point.after is not None:
            going += [
                f"r = on_after(site, {iterator}, {value})",
                "if r is not None:",
                f"    {value} = r.value",
            ]
        if point.branch is not None:
            going += [f"on_branch(site, {iterator}, True)"]
        ended = [f"on_branch(site, {iterator}, False)"] if point.branch is not None else ["pass"]
        hooks = [
            "if x == target:",
            *("    " + line for line in ended),
            "else:",
            *("    " + line for line in going or ["pass"]),
        ]
        if point.before is not None:
            lines += [f"r = on_before(site, {iterator})", "if r is not None:", f"    {value} = r.value"]
            lines += [*("    " + line for line in going), "    return nxt"]
        lines += [
            "x = plain(R)",
            f"if x == {REQUEST}:",
            f"    {_WAITING} = (pc, {iterator})",
            "    " + REQUESTED,
            *hooks,
            "return x",
        ]
        self.answer += ["x = plain_resume(R, v)", f"kept = {_WAITING}", f"{_WAITING} = None"]
        self.answer += [
            "if kept is not None and kept[0] == pc:",
            f"    {iterator} = kept[1]",
            *("    " + line for line in hooks),
        ]
        self.answer += ["return x"]
