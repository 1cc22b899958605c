"""Woven code whose references have shadows: the plan's hooks, and those that move shadows along with references.

The shadows of a frame's variables and operands are an array beside the frame. Hooks of primitives ask a service for the
results' shadows, hooks of instructions move what an instruction only moves; where from and where to is read off the
lifted semantics (`isa.references`).
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

from bytescope.code.instruction import Instruction
from bytescope.code.light import Any, field, record
from bytescope.isa.operands import operand_kinds
from bytescope.isa.plan import Hook, Plan, Point
from bytescope.isa.references import PLACES, SLOTS, References, references
from bytescope.weave.shadow_primitives import Around, State, like, watched

_frame = sys._getframe

MOVES = SLOTS | frozenset(
    "const null save_cell make_cell restore_cell load_closure load_build_class load_locals make_function import_name "
    "setup_annotations display push_exc_info pop_except cleanup_throw end_async_for is_none identity".split()
)
"""Primitives after which shadows are where the instruction has put the references, or are joined there."""


@record(slots=True)
class ShadowPlan:
    """What is written for a code object that keeps shadows.

    plan: hooks, those of the analyses included; raising: by instruction, what is called with what is raised; places: by
    instruction, which places its hooks get behind the operands; begin: what is called with the values and cells of the
    arguments.
    """

    plan: Plan
    raising: dict[int, Hook] = field(default_factory=dict)
    places: dict[int, tuple[str, ...]] = field(default_factory=dict)


class ShadowPlanner:
    """Plans hooks that keep shadows.

    Args:
        service: a `bytescope.shadow.service.Service`, which is on a floor above.
    """

    def __init__(self, service: Any) -> None:
        self.service = service
        self.states: dict[int, State] = {}

    def plan(self, unit: Any, plan: Plan) -> ShadowPlan:
        """What is to be written for a code object.

        Args:
            unit: the code object.
            plan: the hooks of the analyses.
        """
        return _Planning(self, unit, plan).made

    def state(self, frame: types.FrameType, size: int) -> State:
        """The shadows of a frame."""
        found = self.states.get(id(frame))
        if found is None:
            found = self.states[id(frame)] = State(size)
        return found


class _Planning:
    """Plans one code object."""

    def __init__(self, planner: ShadowPlanner, unit: Any, plan: Plan) -> None:
        self.service, self.states, self.state = planner.service, planner.states, planner.state
        self.lowered, self.verified, self.plan = unit.lowered, unit.verified, plan
        self.instructions: list[Instruction] = unit.lowered.instructions
        self.first = len(unit.lowered.variables)
        self.size = self.first + unit.verified.max_depth
        self.code: types.CodeType = unit.lowered.code
        self.kinds = operand_kinds(unit.lowered, unit.verified)
        self.start = next((index for index, each in enumerate(self.instructions) if each.op == "RESUME"), 0)
        self.made = ShadowPlan(Plan(plan.site, dict(plan.points), plan.raised, plan.handled, plan.unwound))
        self.arriving: dict[int, list[Callable[[types.FrameType, State], None]]] = {}
        for index in range(self.start, len(self.instructions)):
            if self.verified.depths[index] >= 0:
                self.instruction(index, self.instructions[index])
        for handler in self.lowered.handlers:
            self.handled(handler)
        for index, actions in self.arriving.items():
            point = self.point(index)
            point.instruction = self.arrival(tuple(actions), point.instruction)

    def point(self, index: int) -> Point:
        """The point of an instruction, which may be changed."""
        known = self.plan.points.get(index)
        point = self.made.plan.points.get(index)
        if point is None:
            point = Point(None)
        elif point is known:
            copied = [getattr(known, name) for name in Point.__slots__]
            point = Point(*copied)
        self.made.plan.points[index] = point
        return point

    # --- instructions

    def instruction(self, index: int, instruction: Instruction) -> None:
        op = instruction.op
        moved = references(instruction)
        base = self.first + self.verified.depths[index] - moved.need
        if index == self.start and op == "RESUME":
            point = self.point(index)
            point.enter = self.begin(point.enter)
        elif op == "RETURN":
            point = self.point(index)
            point.leave = self.leave(base, point.leave)
        elif op == "YIELD":
            wrapped = self.instructions[index - 1].op == "ASYNC_GEN_WRAP"
            point = self.point(index)
            if not wrapped:
                point.suspend = self.suspend(base, point.suspend)
            point.resume = self.resume(base, point.resume)
        elif op == "ASYNC_GEN_WRAP":
            point = self.point(index)
            point.suspend = self.suspend(base, point.suspend, passed_on=False)  # it is awaited, and arrives as itself
        elif op == "RAISE":
            if instruction.arg:
                self.made.raising[index] = self.raising(base)
        elif op in ("RERAISE", "NOP", "JUMP", "RESUME"):
            pass
        elif moved.call is None or moved.call.name in MOVES:
            self.moves(index, instruction, moved, base)
        elif moved.call.name == "truth" and moved.jump is not None and self.instructions[index - 1].op == "TRUTH":
            pass
        else:
            self.perform(index, instruction, moved, base)

    def moves(self, index: int, instruction: Instruction, moved: References, base: int) -> None:
        """An instruction that moves references, and does nothing else."""
        stack = moved.after if moved.after is not None else moved.jump
        name = moved.call.name if moved.call is not None else ""
        variable = instruction.arg.index if name in SLOTS else -1
        joins = name in ("identity", "is_none")
        from_operands = tuple(base + p for p in moved.operands if p is not None) if joins else ()
        loads = variable if name in ("load_local", "save_local") else -1
        writes: list[tuple[int, int]] = []
        for position, source in enumerate(stack or ()):
            if source == position:
                continue
            fresh = loads if source <= -2 and loads >= 0 else -1
            writes.append((base + position, base + source if source >= 0 else fresh))
        if name == "store_local":
            writes.append((variable, base))
        elif name == "delete_local":
            writes.append((variable, -1))
        clears = variable if name == "save_local" else -1
        if not writes:
            return
        joined = self.service.algebra.joined
        pairs = tuple(writes)
        if joins:
            ((to, _),) = pairs

            def move(frame: types.FrameType, state: State) -> None:
                S = state.S
                S[to] = joined([S[each] for each in from_operands])

        elif len(pairs) == 1 and clears < 0:
            ((to, origin),) = pairs

            def move(frame: types.FrameType, state: State) -> None:
                S = state.S
                S[to] = S[origin] if origin >= 0 else None

        else:

            def move(frame: types.FrameType, state: State) -> None:
                S = state.S
                found = [S[origin] if origin >= 0 else None for _, origin in pairs]
                for (to, _), shadow in zip(pairs, found, strict=True):
                    S[to] = shadow
                if clears >= 0:
                    S[clears] = None

        self.arriving.setdefault(index, []).append(move)

    def handled(self, handler: Any) -> None:
        """The beginning of a handler."""
        target, bottom = handler.target, self.first + handler.depth
        if self.verified.depths[target] < 0:
            return
        unwound, caught = self.service.channel.unwound, self.service.caught

        def clear(frame: types.FrameType, state: State) -> None:
            state.S[bottom:] = [None] * (len(state.S) - bottom)
            unwound(frame)

        self.arriving.setdefault(target, []).insert(0, clear)
        if self.instructions[target].op == "PUSH_EXC_INFO":
            place = self.first + self.verified.depths[target + 1] - 1

            def take(frame: types.FrameType, state: State) -> None:
                state.S[place] = caught(frame, sys.exception())

            self.arriving.setdefault(target + 1, []).insert(0, take)

    def arrival(self, actions: tuple[Callable[[types.FrameType, State], None], ...], hook: Hook | None) -> Hook:
        """What is called before an instruction."""
        states, size = self.states, self.size

        def arrive(site: Any) -> None:
            frame = _frame(1)
            state = states.get(id(frame)) or self.state(frame, size)
            for action in actions:
                action(frame, state)
            if hook is not None:
                hook(site)

        return like(arrive, hook, answers=False)

    # --- primitives

    def perform(self, index: int, instruction: Instruction, moved: References, base: int) -> None:
        """Hooks around a primitive."""
        call = moved.call
        assert call is not None
        point = self.point(index)
        telling = point.before is not None or point.after is not None
        shape = Around(self, index, instruction, moved, base, telling)
        shape.only = watched(instruction, point)
        self.made.places[index] = tuple(each for each in PLACES.get(call.name, ()) if each == "cell")
        point.before = shape.before(point.before)
        point.after = shape.after(point.after)

    # --- the frame

    def begin(self, hook: Hook | None) -> Hook:
        service, states, size = self.service, self.states, self.size
        variables = self.lowered.variables

        def enter(site: Any, arguments: dict[str, Any], cells: dict[str, Any]) -> None:
            frame = _frame(1)
            state = states[id(frame)] = State(size)
            if arguments:
                values = list(arguments.values())
                shadows = service.begin(frame, frame.f_code, values)
                for variable, value, shadow in zip(variables, values, shadows or (), strict=False):
                    if variable.scope == "local":
                        state.S[variable.index] = shadow
                    else:
                        service.enter_variable(cells[variable.name], value, shadow)
            if hook is not None:
                named = {name: state.S[n] for n, name in enumerate(arguments)}
                service.tell(("arguments",), (named,), state.S, None)
                try:
                    hook(site, arguments)
                finally:
                    service.tell(None, (), None, None)

        return like(enter, hook, answers=False)

    def leave(self, base: int, hook: Hook | None) -> Hook:
        service, states, size = self.service, self.states, self.size
        body = not self.code.co_flags & 1 and self.code.co_name != "<module>"

        def left(site: Any, value: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or self.state(frame, size)
            answer = None
            if hook is not None:
                service.tell(("value",), (state.S[base],), state.S, [base])
                try:
                    answer = hook(site, value)
                finally:
                    service.tell(None, (), None, None)
            if body:
                service.class_body(frame.f_locals)
            elif state.S[base] is not None:
                service.answer(frame, value if answer is None else answer.value, state.S[base])
            states.pop(id(frame), None)
            return answer

        return like(left, hook)

    def suspend(self, base: int, hook: Hook | None, passed_on: bool = True) -> Hook:
        service, states, size = self.service, self.states, self.size

        def suspended(site: Any, value: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or self.state(frame, size)
            answer = None
            if hook is not None:
                service.tell(("value",), (state.S[base],), state.S, [base])
                try:
                    answer = hook(site, value)
                finally:
                    service.tell(None, (), None, None)
            if state.S[base] is not None:
                service.answer(frame, value if answer is None else answer.value, state.S[base], passed_on)
            return answer

        return like(suspended, hook)

    def resume(self, base: int, hook: Hook | None) -> Hook:
        service, states, size = self.service, self.states, self.size

        def resumed(site: Any, value: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or self.state(frame, size)
            state.S[base] = service.sent(frame, value)
            if hook is None:
                return None
            service.tell(("value",), (state.S[base],), state.S, [base])
            try:
                return hook(site, value)
            finally:
                service.tell(None, (), None, None)

        return like(resumed, hook)

    def raising(self, base: int) -> Hook:
        service, states = self.service, self.states

        def raises(site: Any, exception: Any) -> None:
            state = states.get(id(_frame(1)))
            if state is not None and state.S[base] is not None:
                service.raised(exception, state.S[base])

        return like(raises, None, answers=False)
