"""Text of instrumented traces, which call the hooks that a plan has after instructions.

Hooks are called after the instruction's guard has passed; on a side exit the handler calls them. An instruction with
hooks before it is left to its handler, because it may fail after the hook was called, and so is one whose hooks may ask
for shadows. Where a hook replaces a result,
which is rare, the trace ends, so that inferred types stay valid.

The method of a hook with a single subscriber is called directly, see `isa.instrumentation.DirectCall`.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.events import CALLS, immediate, observed_primitive
from bytescope.isa.instrumentation import DirectCall, Hook, Point
from bytescope.isa.lift import Call, lift
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.jit import deopt, inlined_calls
from bytescope.machine.jit.trace import SideExit, TraceEnd
from bytescope.machine.jit.values import NOTHING, Value
from bytescope.machine.registers import OPERANDS, RETURN
from bytescope.startup.stdlib_lite import Any, partial

_IDLE = frozenset({"NOP", "RESUME", "JUMP"})
_BEFORE = ("before", "instruction", "line", "enter", "suspend", "resume")


class Writer(inlined_calls.Writer):
    """Writer of instrumented instructions, too."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.point: Point | None = None
        self.answered: list[str] = []
        self.judgement = ""
        self.ending = ""
        self.direct: str | None = None

    def instruction(self, index: int) -> int:
        plan = self.program.plan
        assert plan is not None
        instruction = self.program.instructions[index]
        point = self.point = plan.points.get(index) or None
        self.frame.keeps_operands = point is not None
        if point is None:
            if instruction.op == "JUMP":
                self.count -= 1
                return self.jumped(instruction)
            return super().instruction(index)
        if self.program.shadower is not None or any(getattr(point, name) is not None for name in _BEFORE):
            raise SideExit
        if instruction.op in _IDLE:
            if instruction.op != "JUMP":
                raise SideExit
            self.back("")
            self.count -= 1  # the handler of a jump is not counted
            target = self.jumped(instruction)
            self.end_if_answered(target)
            return target
        following = super().instruction(index)
        if instruction.op == "LOAD_CONST" and point.after is not None:
            value = self.frame.operand(self.frame.depth - 1)
            self.call_after(point.after, [value.name], value.name, [value])
        self.end_if_answered(following)
        return following

    def jumped(self, instruction: Instruction) -> int:
        """Return the target of a jump."""
        assert instruction.target is not None
        return self.program.follow(instruction.target)

    # --- hook calls

    def call_after(self, hook: Hook, given: list[str], last: str, results: list[Value], pad: str = "") -> None:
        """Write the call of a hook after an instruction.

        Args:
            hook: the hook.
            given: its arguments after the site.
            last: the last of them.
            results: the values, on top of the stack after the instruction, that its answer may replace.
            pad: indentation.
        """
        assert self.point is not None
        self.judgement = self.call(hook, given, last, pad, self.point.site)
        self.answered = [result.name for result in results]
        self.ending = "r is not None or not alive"

    def call_if_alive(self, hook: Hook, given: list[str], last: str, pad: str, site: Any) -> None:
        """Write the call of a hook, skipped if an earlier one has replanned; a replacement, or None, is in `r`."""
        self.emit(f"{pad}r = None")
        self.emit(f"{pad}if alive:")
        judgement = self.call(hook, given, last, pad + "    ", site)
        if judgement:
            self.emit(f"{pad}if r is not None: {judgement}")
        self.ending = "not alive"

    def call(self, hook: Hook, given: list[str], last: str, pad: str, site: Any) -> str:
        """Write the call of a hook, with its answer in `r`; return the statement for an answer that is not None."""
        frame = self.frame
        place = frame.bind(site)
        arguments = ", ".join([place, *given])
        direct = hook.direct[0] if len(hook.direct) == 1 else None
        index, count = self.points[-1].index, self.count + 1
        judgement = ""
        if direct is None:
            self.points.append(deopt.ResumePoint(len(frame.lines), index, count, (), (), _unchanged))
            self.emit(f"{pad}r = {frame.bind(hook.call)}({arguments})")
        else:
            if self.direct is None:
                self.direct = frame.bind(direct.thread)
            self.points.append(
                deopt.ResumePoint(len(frame.lines), index, count, (), (), partial(_failed, direct, site))
            )
            self.emit(f"{pad}state[0] = True")
            self.emit(f"{pad}r = {frame.bind(direct.method)}({arguments})")
            self.emit(f"{pad}state[0] = False")
            judgement = f"r = {frame.bind(direct.judge)}({place}, {last}, r)"
        self.points.append(deopt.ResumePoint(len(frame.lines), index, count, ()))
        return judgement

    def end_if_answered(self, following: int) -> None:
        """Write the side exit taken if a hook has replaced the results, on top of the stack now, or replanned."""
        names, judgement, ending = self.answered, self.judgement, self.ending
        self.answered, self.judgement, self.ending = [], "", ""
        if not ending:
            return
        frame = self.frame
        self.emit(f"if {ending}:")
        if judgement:
            self.emit(f"    if r is not None: {judgement}")
        operands = dict(frame.operands)
        if names:
            new = [Value(f"r{number}") for number in range(len(names))]
            comma = "," if len(names) > 1 or self.is_plural else ""
            old = f"({', '.join(names)}{comma})"
            self.emit(f"    {', '.join(value.name for value in new)}{comma} = {old} if r is None else r.value")
            places = [place for place, value in operands.items() if value.name in names and place >= self.first_result]
            for place in places:
                operands[place] = new[names.index(operands[place].name)]
        self.leave(str(following), self.count + 1, frame.depth, operands, pad="    ")

    is_plural = False
    first_result = 0

    def performed(
        self, instruction: Instruction, call: Call, operands: list[Value], results: tuple[Value, ...]
    ) -> None:
        point = self.point
        if point is None or observed_primitive(instruction) is None:
            return
        lifted = lift(instruction)
        row = PRIMITIVES[call.name]
        self.first_result = self.frame.depth - lifted.need
        self.is_plural = len(call.results) != 1 or (bool(row.results) and row.results[0].startswith("*"))
        if lifted.branch is not None:
            self.conditional(point, call, operands[0], results[0])
            return
        if point.after is None:
            return
        given = self.given(instruction, call, operands)
        names = [result.name for result in results]
        if row.results:
            given.append("(" + "".join(f"{name}, " for name in names) + ")" if self.is_plural else names[0])
        self.call_after(point.after, given, given[-1] if given else "None", list(results))

    def given(self, instruction: Instruction, call: Call, operands: list[Value]) -> list[str]:
        """Return the arguments of a primitive's hooks between the site and the result."""
        names = [operand.name for operand in operands]
        if call.name in CALLS:
            function, second, *args = operands
            called = second if function is NOTHING else function
            return self.call_given(called, args)
        row = PRIMITIVES[call.name]
        fixed = len(row.operands) - row.variadic
        given = [*(self.frame.bind(each) for each in immediate(instruction, call)), *names[:fixed]]
        if row.variadic:
            given.append("(" + "".join(f"{name}, " for name in names[fixed:]) + ")")
        return given

    @staticmethod
    def call_given(function: Value, args: list[Value]) -> list[str]:
        """Return the arguments of a call's hooks."""
        return [function.name, "(" + "".join(f"{arg.name}, " for arg in args) + ")", "{}"]

    # --- control

    def conditional(self, point: Point, call: Call, operand: Value, result: Value) -> None:
        """Write a conditional jump, whose condition is in a variable."""
        self.emit(f"c = not not {operand.name}" if call.name == "truth" else f"c = {result.name}")
        result.name = "c"
        if point.after is not None:
            self.decide(point.after, operand, "")
        if point.branch is not None:
            pad = ""
            if point.branch_when is not None:
                self.emit("if c:" if point.branch_when else "if not c:")
                pad = "    "
            self.decide(point.branch, operand, pad)

    def decide(self, hook: Hook, operand: Value, pad: str) -> None:
        """Write the call of a hook that may replace the condition."""
        assert self.point is not None
        self.call_if_alive(hook, [operand.name, "c"], "c", pad, self.point.site)
        self.emit(f"{pad}if r is not None: c = r.value")

    def branch(self, target: int, depth: int, operands: dict[int, Value]) -> None:
        self.back("    ")
        super().branch(target, depth, operands)

    def back(self, pad: str) -> None:
        """Write the hook calls of a backward jump."""
        point = self.point
        if point is not None and point.loop is not None:
            self.call_if_alive(point.loop, [], "None", pad, point.loop_site)
        if point is not None and point.again is not None:
            self.call_if_alive(point.again, [], "None", pad, point.again_site)

    def write_for_iter(self, index: int, instruction: Instruction) -> None:
        point = self.point
        if point is None:
            super().write_for_iter(index, instruction)
            return
        frame = self.frame
        assert instruction.target is not None
        below = frame.depth - 1 - bool(instruction.flag)
        iterator = frame.operand(below)
        self.guard(index, (((0, "ITERATORS"),),), [iterator])
        value = frame.fresh()
        self.emit(f"for {value.name} in {iterator.name}: break")
        self.emit("else:")
        if point.branch is not None and point.branch_when is not True:
            self.call_if_alive(point.branch, [iterator.name, "False"], "False", "    ", point.site)
        self.leave(str(self.program.follow(instruction.target)), self.count + 1, below, pad="    ")
        value.epoch = frame.epoch
        if point.after is not None:
            self.call_if_alive(point.after, [iterator.name, value.name], value.name, "", point.site)
            self.emit(f"if r is not None: {value.name} = r.value")
            value.epoch = -1
        if point.branch is not None and point.branch_when is not False:
            self.call_if_alive(point.branch, [iterator.name, "True"], "True", "", point.site)
        frame.push(value)

    def write_return(self, index: int, instruction: Instruction) -> None:
        point = self.point
        if point is not None and point.leave is not None:
            value = self.frame.operand(self.frame.depth - 1)
            self.call_if_alive(point.leave, [value.name], value.name, "", point.site)
            self.emit(f"if r is None: r = {value.name}")
            self.emit("else: r = r.value")
            self.emit("R.append(r)")
            self.leave(str(RETURN), self.count + 1, self.frame.entry_depth, {})
            raise TraceEnd
        super().write_return(index, instruction)

    # --- variables

    def write_load_local(self, index: int, instruction: Instruction) -> None:
        super().write_load_local(index, instruction)
        if self.point is not None and self.point.after is not None:
            value = self.frame.operand(self.frame.depth - 1)
            self.is_plural, self.first_result = False, self.frame.depth - 1
            self.call_after(self.point.after, [repr(instruction.arg.name), value.name], value.name, [value])

    write_load_cell = write_load_local

    def write_store_local(self, index: int, instruction: Instruction) -> None:
        value = self.frame.operand(self.frame.depth - 1)
        super().write_store_local(index, instruction)
        if self.point is not None and self.point.after is not None:
            self.call_after(self.point.after, [repr(instruction.arg.name), value.name], value.name, [])

    write_store_cell = write_store_local

    # --- calls

    def before_request(self, index: int, function: Value, args: list[Value]) -> str:
        if self.point is None or self.point.after is None:
            return ""
        return f"R[{OPERANDS}] = ({index}, ({', '.join(self.call_given(function, args))})); "

    def frameless_call(self, index: int, function: Value, args: list[Value]) -> Value | None:
        return None

    # --- the text

    def opening(self) -> list[str]:
        if self.direct is None:
            return []
        busy = ["if state[0]:", "    executed[0] -= 1", f"    return {self.plainly(self.program.follow(self.start))}"]
        return [f"state = {self.direct}.busy", *busy]


def _failed(direct: DirectCall, site: Any, error: BaseException) -> BaseException:
    direct.thread.busy[0] = False
    return direct.failed(site, error)


def _unchanged(error: BaseException) -> BaseException:
    return error
