"""Traces of observed code: the hooks that a plan has after its instructions are called in the text.

Nothing is told of an instruction before its guard has held: what is left to its handler is told by that. Instructions
with hooks before them are left to their handlers, because what they do may fail afterwards. Where a hook replaces a
result, which is rare, the trace ends, so that what is known of values stays true.

A hook that has a single analysis to tell offers its method to be called directly, see `isa.instrumentation.Unwrapped`.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.events import CALLS
from bytescope.isa.instrumentation import Hook, Point, Unwrapped
from bytescope.isa.lift import Call, lift
from bytescope.isa.observed import immediate, observed_primitive
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.jit import deopt, inlined_calls
from bytescope.machine.jit.trace import Ended, Left
from bytescope.machine.jit.values import NOTHING, Value
from bytescope.startup.stdlib_lite import Any, partial

_IDLE = frozenset({"NOP", "RESUME", "JUMP"})
_BEFORE = ("before", "instruction", "line", "enter", "suspend", "resume")
_KEPT = 6


class Writer(inlined_calls.Writer):
    """Writes the text of observed instructions, too."""

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
        if any(getattr(point, name) is not None for name in _BEFORE):
            raise Left
        if instruction.op in _IDLE:
            if instruction.op != "JUMP":
                raise Left
            self.back("")
            self.count -= 1  # the handler of a jump is not counted
            target = self.jumped(instruction)
            self.end_if_answered(target)
            return target
        following = super().instruction(index)
        if instruction.op == "LOAD_CONST" and point.after is not None:
            value = self.frame.operand(self.frame.depth - 1)
            self.tell(point.after, [value.name], value.name, [value])
        self.end_if_answered(following)
        return following

    def jumped(self, instruction: Instruction) -> int:
        """Where a jump goes."""
        assert instruction.target is not None
        return self.program.follow(instruction.target)

    # --- telling

    def tell(self, hook: Hook, given: list[str], last: str, results: list[Value], pad: str = "") -> None:
        """Call a hook.

        Args:
            hook: the hook.
            given: what it is given behind the site.
            last: the last of that.
            results: the values on top of the stack, once the instruction is over, that its answer may replace.
            pad: indentation.
        """
        assert self.point is not None
        self.judgement = self.call(hook, given, last, pad, self.point.site)
        self.answered = [result.name for result in results]
        self.ending = "r is not None or not alive"

    def ask(self, hook: Hook, given: list[str], last: str, pad: str, site: Any) -> None:
        """Call a hook, unless one before has changed what is observed; a replacement, or None, is in `r`."""
        self.emit(f"{pad}r = None")
        self.emit(f"{pad}if alive:")
        judgement = self.call(hook, given, last, pad + "    ", site)
        if judgement:
            self.emit(f"{pad}if r is not None: {judgement}")
        self.ending = "not alive"

    def call(self, hook: Hook, given: list[str], last: str, pad: str, site: Any) -> str:
        """Write the call of a hook; its answer is in `r`. What is returned is to be done with it, if it is not None."""
        frame = self.frame
        place = frame.bind(site)
        arguments = ", ".join([place, *given])
        direct: Unwrapped | None = getattr(hook, "unwrapped", None)
        index, count = self.points[-1].index, self.count + 1
        judgement = ""
        if direct is None:
            self.points.append(deopt.Point(len(frame.lines), index, count, (), (), _as_it_is))
            self.emit(f"{pad}r = {frame.bind(hook)}({arguments})")
        else:
            if self.direct is None:
                self.direct = frame.bind(direct.thread)
            self.points.append(deopt.Point(len(frame.lines), index, count, (), (), partial(_failed, direct, site)))
            self.emit(f"{pad}state[0] = True")
            self.emit(f"{pad}r = {frame.bind(direct.method)}({arguments})")
            self.emit(f"{pad}state[0] = False")
            judgement = f"r = {frame.bind(direct.judged)}({place}, {last}, r)"
        self.points.append(deopt.Point(len(frame.lines), index, count, ()))
        return judgement

    def end_if_answered(self, following: int) -> None:
        """End the trace if a hook has replaced the results, on top of the stack by now, or changed what is observed."""
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
        self.tell(point.after, given, given[-1] if given else "None", list(results))

    def given(self, instruction: Instruction, call: Call, operands: list[Value]) -> list[str]:
        """What the hooks of a primitive are given between the site and the result."""
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
        """What the hooks of a call are given."""
        return [function.name, "(" + "".join(f"{arg.name}, " for arg in args) + ")", "{}"]

    # --- control

    def conditional(self, point: Point, call: Call, operand: Value, result: Value) -> None:
        """A conditional jump: its condition is a value of its own."""
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
        """Call a hook that may replace the condition."""
        assert self.point is not None
        self.ask(hook, [operand.name, "c"], "c", pad, self.point.site)
        self.emit(f"{pad}if r is not None: c = r.value")

    def branch(self, target: int, depth: int, operands: dict[int, Value]) -> None:
        self.back("    ")
        super().branch(target, depth, operands)

    def back(self, pad: str) -> None:
        """What a jump backwards gives rise to."""
        point = self.point
        if point is not None and point.loop is not None:
            self.ask(point.loop, [], "None", pad, point.loop_site)
        if point is not None and point.again is not None:
            self.ask(point.again, [], "None", pad, point.again_site)

    def write_for_iter(self, index: int, instruction: Instruction) -> None:
        point = self.point
        if point is None:
            super().write_for_iter(index, instruction)
            return
        frame = self.frame
        assert instruction.target is not None
        iterator = frame.operand(frame.depth - 1)
        self.guard(index, (((0, "ITERATORS"),),), [iterator])
        value = frame.fresh()
        self.emit(f"for {value.name} in {iterator.name}: break")
        self.emit("else:")
        if point.branch is not None and point.branch_when is not True:
            self.ask(point.branch, [iterator.name, "False"], "False", "    ", point.site)
        self.leave(str(self.program.follow(instruction.target)), self.count + 1, frame.depth - 1, pad="    ")
        value.epoch = frame.epoch
        if point.after is not None:
            self.ask(point.after, [iterator.name, value.name], value.name, "", point.site)
            self.emit(f"if r is not None: {value.name} = r.value")
            value.epoch = -1
        if point.branch is not None and point.branch_when is not False:
            self.ask(point.branch, [iterator.name, "True"], "True", "", point.site)
        frame.push(value)

    def write_return(self, index: int, instruction: Instruction) -> None:
        point = self.point
        if point is not None and point.leave is not None:
            value = self.frame.operand(self.frame.depth - 1)
            self.ask(point.leave, [value.name], value.name, "", point.site)
            self.emit(f"if r is None: r = {value.name}")
            self.emit("else: r = r.value")
            self.emit("R.append(r)")
            self.leave("-2", self.count + 1, self.frame.entry_depth, {})
            raise Ended
        super().write_return(index, instruction)

    # --- variables

    def write_load_local(self, index: int, instruction: Instruction) -> None:
        super().write_load_local(index, instruction)
        if self.point is not None and self.point.after is not None:
            value = self.frame.operand(self.frame.depth - 1)
            self.is_plural, self.first_result = False, self.frame.depth - 1
            self.tell(self.point.after, [repr(instruction.arg.name), value.name], value.name, [value])

    write_load_cell = write_load_local

    def write_store_local(self, index: int, instruction: Instruction) -> None:
        value = self.frame.operand(self.frame.depth - 1)
        super().write_store_local(index, instruction)
        if self.point is not None and self.point.after is not None:
            self.tell(self.point.after, [repr(instruction.arg.name), value.name], value.name, [])

    write_store_cell = write_store_local

    # --- calls

    def kept(self, index: int, function: Value, args: list[Value]) -> str:
        if self.point is None or self.point.after is None:
            return ""
        return f"R[{_KEPT}] = ({index}, ({', '.join(self.call_given(function, args))})); "

    def frameless_call(self, index: int, function: Value, args: list[Value]) -> Value | None:
        return None

    # --- the text

    def opening(self) -> list[str]:
        if self.direct is None:
            return []
        busy = ["if state[0]:", "    executed[0] -= 1", f"    return {self.plainly(self.program.follow(self.start))}"]
        return [f"state = {self.direct}.busy", *busy]


def _failed(direct: Unwrapped, site: Any, error: BaseException) -> BaseException:
    direct.thread.busy[0] = False
    return direct.failed(site, error)


def _as_it_is(error: BaseException) -> BaseException:
    return error
