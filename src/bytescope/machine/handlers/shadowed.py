"""Programs whose references have shadows: handlers that move shadows along with what the plain handlers move.

A frame with shadows has a second array beside its registers, with the shadow of what is in each. The sources of an
instruction's operands and the destinations of its results are read off its lifted semantics (`isa.moves`); everything
that takes more than moving calls the shadow runtime.

As long as the runtime's flag `shadows_exist` is empty, all shadows are clean: only those instructions are transformed
that may give a first shadow, and programs are linked again once there is one. A primitive that began without any
shadow gets the shadows of its results by `ShadowRuntime.collect_returned`, as in the clean version of woven code.
"""

from __future__ import annotations

import types

from bytescope.code.flags import parameter_count
from bytescope.isa.effects import FILLING
from bytescope.isa.events import CALLS
from bytescope.isa.moves import CLEAN, CLEARS, LOADS, PLACES, SLOTS, STORES, References, references
from bytescope.machine.frames.unwinding import Activated
from bytescope.machine.handler_namespace import NULL
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.handlers.shadow_operands import called, filled_operand, filled_receiver
from bytescope.machine.handlers.shadow_registers import Program, Shadows, resident_frame
from bytescope.machine.registers import GLOBALS, HEADER, LOCALS, REQUEST, SHADOWS
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, partial


class Shadower:
    """Transform that makes handlers propagate shadows.

    Args:
        runtime: the shadow runtime.
        wants: predicate: whether a code object of a module propagates shadows.
    """

    def __init__(self, runtime: ShadowRuntime, wants: Callable[[str, types.CodeType], bool]) -> None:
        self.runtime = runtime
        self._wants = wants

    @property
    def traces(self) -> bool:
        """Return True if traces may be compiled: while there are no shadows to propagate."""
        return not self.runtime.shadows_exist

    def wants(self, program: Program) -> bool:
        """Return True if a program propagates shadows."""
        wanted = self._wants(program.module, program.code)
        program.shadower = self if wanted else None
        return wanted

    def stops(self, program: Program) -> Iterable[int]:
        """Return nothing: idle instructions move no shadows."""
        return ()

    def shadows(self, R: list[Any]) -> Shadows:
        """Return the shadows of a frame, all clean if it has none yet."""
        found = R[SHADOWS]
        if found is None or found.runtime is not self.runtime:
            found = R[SHADOWS] = Shadows(R, self.runtime)
        return found  # type: ignore[no-any-return]

    def begin(self, program: Activated, R: list[Any]) -> None:
        """Set the shadows of the arguments of a frame that begins."""
        if not self.runtime.shadows_exist:
            return
        S = self.shadows(R)
        code = program.code
        if program.private:
            return
        count = parameter_count(code)
        if not count:
            return
        frame = resident_frame()
        values = [_contents(R[HEADER + index]) for index in range(count)]
        shadows = self.runtime.begin(frame, frame.f_code, values)
        if shadows is None:
            return
        for variable, value, shadow in zip(program.lowered.variables, values, shadows, strict=False):
            if variable.scope == "local":
                S[HEADER + variable.index] = shadow
            else:
                self.runtime.set_cell(R[HEADER + variable.index], value, shadow)

    def caught(self, R: list[Any], bottom: int, top: int) -> None:
        """Set the shadow of the exception in the register `top`; operands below the register `bottom` are kept."""
        if not self.runtime.shadows_exist:
            return
        S = self.shadows(R)
        S[bottom:] = [None] * (len(S) - bottom)
        S[top] = self.runtime.caught(resident_frame(), R[top])
        S.unwound = True

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Make the handlers of an instruction move the shadows of what it moves."""
        instruction = program.instructions[index]
        moved = references(instruction)
        if not self.runtime.shadows_exist and not self._may_label(program, index, moved):
            return op, resume
        special = getattr(self, "_" + instruction.op.lower(), None)
        if special is not None:
            return special(program, index, op, resume)  # type: ignore[no-any-return]
        if moved.call is None or moved.call.name in SLOTS:
            return self._moving(program, index, moved, op), resume
        return self._performing(program, index, moved, op, resume)

    def _may_label(self, program: Program, index: int, moved: References) -> bool:
        """Return True if an instruction may give a first shadow, or fill a container while another frame does."""
        if program.plan is not None and program.plan.points.get(index):
            return True
        return moved.call is not None and (moved.call.name in FILLING or moved.call.name in CALLS)

    # --- instructions that move references, and do nothing else

    def _moving(self, program: Program, index: int, moved: References, op: Op) -> Op:
        first, _, _, _, variable, *_ = program.bindings(index)
        stack = moved.after if moved.after is not None else moved.jump
        if stack is None:
            return op
        loads = moved.call is not None and moved.call.name in LOADS
        stores = moved.call is not None and moved.call.name in STORES
        clears = moved.call is not None and moved.call.name in CLEARS
        sources = tuple(stack)
        need = max(moved.need, len(sources))
        exist = self.runtime.shadows_exist

        def shadowed(R: list[Any]) -> int:
            if not exist:
                return op(R)
            S = self.shadows(R)
            before = S[first : first + need]
            if stores:
                S[variable] = before[0]
            fresh = S[variable] if loads else None
            if clears:
                S[variable] = None
            S[first : first + need] = [
                before[source] if source >= 0 else (None if source == CLEAN else fresh) for source in sources
            ] + [None] * (need - len(sources))
            return op(R)

        return shadowed

    # --- instructions with a primitive

    def _performing(
        self, program: Program, index: int, moved: References, op: Op, resume: Resume | None
    ) -> tuple[Op, Resume | None]:
        runtime = self.runtime
        call = moved.call
        assert call is not None
        name = call.name
        first, _, target, imm, variable, *_ = program.bindings(index)
        immediate = call.immediate if name == "build" else imm
        places = tuple(
            {"cell": variable, "locals": LOCALS, "globals": GLOBALS}[place] for place in PLACES.get(name, ())
        )
        conditional = program.instructions[index].op != "SEND" and moved.jump is not None and moved.after is not None
        need = moved.need
        positions = moved.operands
        places_after = [first + p for _, p in moved.results(moved.after is None)]
        exist = runtime.shadows_exist
        position = program.instructions[index].position
        line = 0 if position is None else position[0] or 0
        may_fill = filled_operand if name in FILLING else filled_receiver if name in ("call", "call_kw") else None

        def operands(R: list[Any], S: Shadows) -> tuple[Any, Any]:
            values = [NULL if p is None else R[first + p] for p in positions]
            shadows = [None if p is None else S[first + p] for p in positions]
            if name in CALLS:
                return called(name, values, shadows)
            for place in places:
                values.append(R[GLOBALS] if R[place] is None else R[place])
                shadows.append(None)
            return values, shadows

        def outcome(following: int) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
            """Sources of the operands afterwards, and numbers and positions of the results."""
            jumped = moved.jump is not None and (not conditional or following == target)
            stack = (moved.jump if jumped else moved.after) or ()
            return stack, sorted((-2 - source, p) for p, source in enumerate(stack) if source < CLEAN)

        def finish(R: list[Any], S: Shadows, following: int, token: Any, values: Any, shadows: Any) -> int:
            stack, results = outcome(following)
            given = [R[first + p] for _, p in results]
            runtime.channel.line = line
            if not results and call.results and name != "next":  # tested, not pushed
                given = [None]
            found = runtime.after(resident_frame(), token, name, immediate, values, shadows, given)
            return store(R, S, following, stack, results, found)

        def finish_clean(R: list[Any], following: int, container: Any) -> int:
            """Finish a primitive that began when no shadow existed."""
            S = R[SHADOWS]
            if not exist:
                if S is not None and S.event is not None and S.event[0] == index:
                    placed = [first + p for _, p in outcome(following)[1]] if conditional else places_after
                    runtime.events.resume(S.event[1], [None] * len(placed), S, placed)
                return following
            S = self.shadows(R)
            if S.unwound:
                return following
            stack, results = outcome(following)
            found = runtime.collect_returned(resident_frame(), tuple(R[first + p] for _, p in results), container)
            return store(R, S, following, stack, results, found)

        def store(R: list[Any], S: Shadows, following: int, stack: Any, results: Any, found: list[Any]) -> int:
            before = S[first : first + need]
            S[first : first + max(need, len(stack))] = [
                before[source] if source >= 0 else (None if source == CLEAN else found[-2 - source]) for source in stack
            ] + [None] * (need - len(stack))
            context = S.event
            if context is not None and context[0] == index:
                runtime.events.resume(context[1], found, S, [first + p for _, p in results])
            return following

        def shadowed(R: list[Any]) -> int:
            if not exist:
                container = None
                if may_fill is not None:
                    container = may_fill(*[None if p is None else R[first + p] for p in positions[:2]])
                following = op(R)
                if following == REQUEST:
                    if container is not None or R[SHADOWS] is not None:
                        self.shadows(R).parked = (index, container)
                    return REQUEST
                return finish_clean(R, following, container) if exist or R[SHADOWS] is not None else following
            S = self.shadows(R)
            values, shadows = operands(R, S)
            token = runtime.before(resident_frame(), name, immediate, values, shadows)
            S.unwound = False
            following = op(R)
            if following == REQUEST:
                S.parked = (index, token, values, shadows)
                return REQUEST
            return following if S.unwound else finish(R, S, following, token, values, shadows)

        if resume is None:
            return shadowed, None

        def go_on(R: list[Any], answer: Any) -> int:
            if not exist and R[SHADOWS] is None:
                following = resume(R, answer)
                return finish_clean(R, following, None) if exist and following != REQUEST else following
            S = self.shadows(R)
            S.unwound = False
            following = resume(R, answer)
            if following == REQUEST or S.unwound:
                return following
            parked, S.parked = S.parked, None
            if parked is None or parked[0] != index:  # begun before shadows existed
                parked = (index, None)
            return finish_clean(R, following, parked[1]) if len(parked) == 2 else finish(R, S, following, *parked[1:])

        return shadowed, go_on

    # --- where frames are left and go on

    def _handing_on(
        self, program: Program, index: int, op: Op, hand_on: Callable[[types.FrameType, Any, Any], object]
    ) -> Op:
        """Make a handler hand on its operand's shadow first, if it has one: to `hand_on(frame, value, shadow)`."""
        first = program.bindings(index)[0]
        exist = self.runtime.shadows_exist

        def shadowed(R: list[Any]) -> int:
            if exist:
                shadow = self.shadows(R)[first]
                if shadow is not None:
                    hand_on(resident_frame(), R[first], shadow)
            return op(R)

        return shadowed

    def _return(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        runtime = self.runtime
        if not program.private or program.code.co_name == "<module>":
            return self._handing_on(program, index, op, runtime.add_returned), resume
        exist = runtime.shadows_exist

        def shadowed(R: list[Any]) -> int:
            if exist:
                runtime.class_body(R[LOCALS])
            return op(R)

        return shadowed, resume

    def _yield(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        assert resume is not None
        runtime = self.runtime
        first = program.bindings(index)[0]
        exist = runtime.shadows_exist
        if program.instructions[index - 1].op != "ASYNC_GEN_WRAP":
            op = self._handing_on(program, index, op, partial(runtime.add_returned, suspended=True))

        def go_on(R: list[Any], answer: Any) -> int:
            if exist:
                self.shadows(R)[first] = runtime.sent(resident_frame(), answer)
            return resume(R, answer)

        return op, go_on

    def _async_gen_wrap(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Return the value's shadow to the awaiting frame, which gets the value and not the wrapper that is yielded."""
        return self._handing_on(program, index, op, self.runtime.add_returned), resume

    def _raise(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        if not program.instructions[index].arg:
            return op, resume
        raised = self.runtime.raised
        return self._handing_on(program, index, op, lambda frame, value, shadow: raised(value, shadow)), resume


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
