"""Observed handlers: the plain handler of an instruction between the hooks that a plan has there.

An observed handler reads the operands from the registers, calls the hooks, has the plain handler do the work, and
reads the result from where the instruction's lifted semantics says that it is put. If the plain handler leaves a
request, the operands are kept in a register of their own until the answer has come. As with plain handlers, one text
serves all instructions of a shape that are observed in the same way.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.events import CALLS, after_stack, observed_primitive, stored_operand
from bytescope.isa.instrumentation import Point
from bytescope.isa.lift import Symbol, lift, shape
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.support.own_frames import HANDLER_FILE
from bytescope.startup.stdlib_lite import Any, Callable

IDLE = frozenset({"NOP", "RESUME", "JUMP"})
"""Instructions that the plain engine passes over."""

Factory = Callable[..., tuple[Op, Resume | None]]

_HOOKS = "before after branch instruction line loop again enter leave suspend resume".split()
_PARAMETERS = (
    "first, target, nxt, imm, pc, program, plain, go_on, site, loop_site, again_site, "
    + ", ".join(f"on_{name}" for name in _HOOKS)
)  # fmt: skip


class _Writer:
    """Writes the text of one observed handler."""

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
        """The register of an operand before the instruction."""
        return f"R[first + {self.lifted.need - 1 - symbol.index}]"

    def operand(self, symbol: Symbol) -> str:
        """An operand as the hooks get it."""
        if not symbol.is_operand:
            return "None"
        self.loaded.add(symbol.index)
        if self.call is not None and self.call.name == "with_except" and symbol == self.call.operands[1]:
            return f"(None if a{symbol.index} is NULL else a{symbol.index})"
        return f"a{symbol.index}"

    def immediate(self) -> list[str]:
        """What the instruction itself gives the primitive, as an argument of the hooks."""
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
        """The operands as the hooks get them, each followed by a comma."""
        call = self.call
        assert call is not None
        if call.name in CALLS:
            return "function, args, kwargs, "
        return "".join(f"{name}, " for name in self.given())

    def given(self) -> list[str]:
        """The same, one by one, of what is no call."""
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
        """Statements that make function, args and kwargs of the operands of a call."""
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
        """The registers of the results."""
        call = self.call
        assert call is not None
        stack = after_stack(self.instruction, self.lifted)
        if self.instruction.op == "SEND":
            return [f"R[first + {len(stack) - 1}]"]
        number = self.lifted.calls.index(call)
        found = {symbol.index: position for position, symbol in enumerate(stack) if symbol.call == number}
        return [f"R[first + {found[index]}]" for index in range(len(call.results))]

    def plural(self) -> bool:
        """Whether the result is a tuple of results."""
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

    # --- the text

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
            lines += ["    return op, resume if go_on is not None else None"]
        else:
            lines += ["    return op, go_on"]
        return "\n".join(lines) + "\n"

    def arrival(self) -> None:
        """What comes before the instruction."""
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
        """The plain engine does not execute these at all, so they do not count."""
        self.lines += ["executed[0] -= 1"]
        if self.instruction.op == "JUMP":
            self.lines += self.back()
            self.lines += ["return target"]
        else:
            self.lines += ["return nxt"]

    def back(self) -> list[str]:
        """What a jump backwards gives rise to."""
        lines = ["on_loop(loop_site)"] if self.point.loop is not None else []
        return lines + (["on_again(again_site)"] if self.point.again is not None else [])

    def jumps_back(self) -> bool:
        return self.point.loop is not None or self.point.again is not None

    def jump_back(self, following: str) -> list[str]:
        """Statements that go on at `following`, having said so if that is backwards."""
        lines = [f"x = {following}", "if x == target:", *("    " + line for line in self.back())]
        self.answer = self.answer or [
            "x = go_on(R, v)",
            "if x == target:",
            *("    " + line for line in self.back()),
            "return x",
        ]
        return [*lines, "return x"]

    def boundary(self) -> None:
        """RETURN and YIELD: the frame is left or suspended with a value."""
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
        self.lines += [f"R[KEPT] = (pc, {value})", "return plain(R)"]
        after = self.point.after is not None
        self.answer += ["kept = R[KEPT]", "R[KEPT] = None", "if kept is not None and kept[0] == pc:"]
        if self.point.resume is not None:
            self.answer += ["    r = on_resume(site, v)", "    if r is not None:", "        v = r.value"]
        if after:
            self.answer += ["    r = on_after(site, kept[1], v)", "    if r is not None:", "        v = r.value"]
        self.answer += ["return go_on(R, v)"]

    def perform(self) -> None:
        """A primitive with its hooks."""
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
        lines += ["x = plain(R)", "if x == -1:", f"    R[KEPT] = (pc, ({given}))", "    return -1"]
        lines += self.report(given)
        lines += ["return x"]
        self.answer += ["x = go_on(R, v)", "if x == -1:", "    return -1", "kept = R[KEPT]", "R[KEPT] = None"]
        count = 3 if call.name in CALLS else len(self.given())
        kept = "".join(f"given[{index}], " for index in range(count))
        self.answer += [
            "if kept is not None and kept[0] == pc:",
            "    given = kept[1]",
            *("    " + line for line in self.report(kept)),
        ]
        self.answer += ["return x"]

    def report(self, given: str) -> list[str]:
        """Statements that tell of the result, and replace it if they are told to."""
        assert self.call is not None
        if not PRIMITIVES[self.call.name].results:
            return [f"on_after(site, {given})"]
        lines = [f"r = on_after(site, {given}{self.read_result()})", "if r is not None:"]
        return lines + ["    " + line for line in self.write_result("r.value") or ["pass"]]

    def skip(self) -> list[str]:
        """Statements for a primitive that is not performed: its result, or what it stores, is `r.value`."""
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
        """Statements that bring the operand registers from before the instruction to after it."""
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
        """A conditional jump: its test is a primitive, and its direction can be forced."""
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
        jump = [f"if {when}:", *("    " + line for line in self.back()), "    return target", "return nxt"]
        test = "not not" if call.name == "truth" else "None is"
        if point.before is not None:
            lines += [
                f"r = on_before(site, {value})",
                "if r is not None:",
                "    x = r.value",
                *("    " + line for line in self.finish("x")),
            ]
            lines += ["    " + line for line in [*decide, *jump]]
        lines += [
            "if plain(R) == -1:",
            f"    R[KEPT] = (pc, {value})",
            "    return -1",
            f"x = {test} {value}",
            *decide,
            *jump,
        ]
        self.answer += ["go_on(R, v)", "kept = R[KEPT]", "R[KEPT] = None", "x = v"]
        self.answer += [
            "if kept is not None and kept[0] == pc:",
            f"    {value} = kept[1]",
            *("    " + line for line in decide or ["pass"]),
        ]
        self.answer += jump

    def for_iter(self) -> None:
        """The next value of a `for` loop, or its end."""
        point = self.point
        iterator = self.operand(Symbol(-1, 0))
        lines = self.lines
        going = []
        if point.after is not None:
            going += [
                f"r = on_after(site, {iterator}, R[first + 1])",
                "if r is not None:",
                "    R[first + 1] = r.value",
            ]
        if point.branch is not None:
            going += [f"on_branch(site, {iterator}, True)"]
        ended = [f"on_branch(site, {iterator}, False)"] if point.branch is not None else ["pass"]
        told = [
            "if x == target:",
            *("    " + line for line in ended),
            "else:",
            *("    " + line for line in going or ["pass"]),
        ]
        if point.before is not None:
            lines += [f"r = on_before(site, {iterator})", "if r is not None:", "    R[first + 1] = r.value"]
            lines += [*("    " + line for line in going), "    return nxt"]
        lines += ["x = plain(R)", "if x == -1:", f"    R[KEPT] = (pc, {iterator})", "    return -1", *told, "return x"]
        self.answer += ["x = go_on(R, v)", "kept = R[KEPT]", "R[KEPT] = None"]
        self.answer += [
            "if kept is not None and kept[0] == pc:",
            f"    {iterator} = kept[1]",
            *("    " + line for line in told),
        ]
        self.answer += ["return x"]


_by_shape: dict[object, Factory] = {}


def factory(instruction: Instruction, point: Point, restores: bool) -> Factory:
    """The factory of an instruction's observed handlers.

    Args:
        instruction: the instruction.
        point: what is called there.
        restores: whether the variable it stores to may be made unbound by the store.
    """
    hooks = tuple(name for name in _names(point))
    key = (shape(instruction), isinstance(instruction.arg, Variable), restores, hooks)
    found = _by_shape.get(key)
    if found is None:
        found = _by_shape[key] = compile_text(_Writer(instruction, point, restores).text())
    return found


def _names(point: Point) -> list[str]:
    return [name for name in _HOOKS if getattr(point, name) is not None]


def hooks_of(point: Point) -> tuple[Any, ...]:
    """Return the functions of the hooks in the order of a factory's parameters."""
    hooks = [getattr(point, name) for name in _HOOKS]
    return tuple([None if hook is None else hook.call for hook in hooks])


_namespace: dict[str, Any] = {}
_texts: dict[str, Factory] = {}


def name(**values: Any) -> None:
    """Give the texts further names."""
    _namespace.update(values)


def compile_text(text: str) -> Factory:
    """The factory that a text defines."""
    found = _texts.get(text)
    if found is None:
        namespace = _namespace
        exec(compile(text, HANDLER_FILE, "exec"), namespace)
        found = _texts[text] = namespace.pop("make")
    return found
