"""Contexts of events: the shadows that the hooks of an instruction can read and set, see `bytescope.shadow`."""

from __future__ import annotations

from bytescope.code.flags import parameter_count
from bytescope.code.instruction import Instruction
from bytescope.isa.events import CALLS, EVENTS
from bytescope.isa.instrumentation import callee_filter, has_others
from bytescope.isa.moves import references
from bytescope.isa.primitives import PRIMITIVES
from bytescope.machine.handler_namespace import NULL
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.handlers.shadow_operands import CALLED, called
from bytescope.machine.handlers.shadow_registers import Program, Shadows
from bytescope.machine.handlers.shadowed import Shadower
from bytescope.machine.registers import HEADER, REQUEST, SHADOWS
from bytescope.startup.stdlib_lite import Any, Callable, Iterable


class EventContexts:
    """Transform that provides the hooks of an instruction with the shadows of their event.

    Args:
        shadower: propagates the shadows of the same programs.
    """

    traces = True

    def __init__(self, shadower: Shadower) -> None:
        self.shadows, self.runtime = shadower.shadows, shadower.runtime
        self._shadower = shadower

    def wants(self, program: Program) -> bool:
        """Return True if a program with shadows has hooks."""
        return program.shadower is self._shadower and program.plan is not None

    def stops(self, program: Program) -> Iterable[int]:
        """Return nothing: the hooks stop where they are."""
        return ()

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Deliver the events of an instruction with a context, those of a call if its callee is observed."""
        point = None if program.plan is None else program.plan.points.get(index)
        if not point:
            return op, resume
        delivering = self._delivering(program, index, op, resume)
        observes = callee_filter(program.instructions[index], point)
        if observes is None or has_others(point):
            return delivering
        return self._choosing(program, index, observes, delivering)

    def _choosing(
        self, program: Program, index: int, observes: Callable[[object], bool], delivering: tuple[Op, Resume | None]
    ) -> tuple[Op, Resume | None]:
        """Return handlers of a call that deliver its events only if the callee is observed."""
        op, resume = delivering
        plain, plain_resume = program.handlers(index, self._shadower)
        assert resume is not None
        assert plain_resume is not None
        function, other = (program.bindings(index)[0] + each for each in _operands(program.instructions[index])[1][:2])

        def choosing(R: list[Any]) -> int:
            callee = R[function]
            return op(R) if observes(R[other] if callee is NULL else callee) else plain(R)

        def go_on(R: list[Any], answer: Any) -> int:
            S = R[SHADOWS]
            return plain_resume(R, answer) if S is None or S.event is None else resume(R, answer)

        return choosing, go_on

    def _delivering(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Return handlers that deliver the events of an instruction with a context."""
        runtime = self.runtime
        instruction = program.instructions[index]
        first = program.bindings(index)[0]
        names, positions = _operands(instruction)
        entering = instruction.op == "RESUME"
        exist = runtime.shadows_exist
        slots = [first] if instruction.op in ("RETURN", "YIELD") else None

        def shadows_of(values: list[Any], S: list[Any]) -> Any:
            """The shadows of the event's operands, which with their shadows begin the lists given."""
            shadows: Any = [None if p is None else S[p] for p in positions]
            if variadic:
                shadows[fixed:] = [tuple(shadows[fixed:])]
            elif names == CALLED:
                given, shadows = called(moved_name, [NULL if p is None else values[p] for p in positions], shadows)
                if moved_name == "call_ex":
                    shadows = runtime.spread_shadows(given, shadows)
            return shadows

        def clean_operands(values: list[Any]) -> dict[str, Any]:
            """The operands' shadows by name if all are clean."""
            if entering:
                return {"arguments": dict.fromkeys(program.code.co_varnames[: parameter_count(program.code)])}
            return dict(zip(names, shadows_of(values, [None] * len(values)), strict=False))

        def shadowed(R: list[Any]) -> int:
            S = self.shadows(R)
            if not exist:
                context = runtime.events.begin_clean(clean_operands, R[first : first + need], S, slots)
            elif entering:
                context = runtime.events.begin(names, _arguments(program, S), S, slots)
            else:
                shadows = shadows_of(R[first : first + need], S[first : first + need])
                context = runtime.events.begin(names, shadows, S, slots)
            S.event = (index, context)
            try:
                following = op(R)
            finally:
                runtime.events.end()
            if following != REQUEST:
                S.event = None
            return following

        moved = references(instruction)
        moved_name = moved.call.name if moved.call is not None else ""
        variadic = names != CALLED and len(positions) > 0 and bool(moved_name) and PRIMITIVES[moved_name].variadic
        fixed = len(names) - 1
        need = moved.need
        if resume is None:
            return shadowed, None

        def go_on(R: list[Any], answer: Any) -> int:
            S = self.shadows(R)
            kept = S.event
            if kept is None or kept[0] != index:
                following = resume(R, answer)
            else:
                runtime.events.resume(kept[1], None, S, None)
                try:
                    following = resume(R, answer)
                finally:
                    runtime.events.end()
            if following != REQUEST:
                S.event = None
            return following

        return shadowed, go_on


def _operands(instruction: Instruction) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    """Return the names of the operands of an instruction's events, and their positions."""
    if instruction.op in ("RETURN", "YIELD"):
        return ("value",), (0,)
    if instruction.op == "RESUME":
        return ("arguments",), ()
    moved = references(instruction)
    if moved.call is None:
        return (), ()
    if moved.call.name in CALLS:
        return CALLED, moved.operands
    event = EVENTS.get("before_" + moved.call.name)
    count = len(PRIMITIVES[moved.call.name].operands)
    return (event.parameters[len(event.parameters) - count :] if event else ()), moved.operands


def _arguments(program: Program, S: Shadows) -> list[Any]:
    code = program.code
    count = parameter_count(code)
    return [{name: S[HEADER + index] for index, name in enumerate(code.co_varnames[:count])}]
