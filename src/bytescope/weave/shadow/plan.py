"""Plan of woven code with shadow propagation: the hooks of the analyses, and those that call the shadow runtime.

The writer propagates shadows through moves by itself (`frame`); here are the hooks for all other instructions. Operand
moves come from the lifted semantics (`isa.moves`).
"""

from __future__ import annotations

import sys

from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.verify import Verified
from bytescope.isa.effects import CLEAN, PREDICATES
from bytescope.isa.events import EVENTS, UNOBSERVED, observed_primitive
from bytescope.isa.instrumentation import Hook, Plan, Point
from bytescope.isa.moves import PLACES, SLOTS, References, references
from bytescope.isa.primitives import PRIMITIVES
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.stdlib_lite import Any, field, record
from bytescope.weave.shadow.slowpath import Given, SlowPath, State, shadow_hook
from bytescope.weave.shadow.woven_callees import WovenCallees

_frame = sys._getframe

MOVES = SLOTS | PREDICATES | CLEAN | UNOBSERVED
"""Primitives that move or join shadows as their instruction moves references."""


@record(slots=True)
class ShadowPlan:
    """The hooks of a code object with shadow propagation.

    plan: hooks, those of the analyses included; slow_paths: by instruction, the hooks of its primitive; raising: by
    instruction, the hook that gets the exception that is raised; places: by instruction, the places that its hooks get
    after the operands.
    """

    plan: Plan
    slow_paths: dict[int, SlowPath] = field(default_factory=dict)
    raising: dict[int, Hook] = field(default_factory=dict)
    places: dict[int, tuple[str, ...]] = field(default_factory=dict)


class ShadowPlanner:
    """Plans the hooks that propagate shadows.

    Args:
        runtime: the shadow runtime.

    Attributes:
        callees: the woven code objects of this runtime.
    """

    def __init__(self, runtime: ShadowRuntime) -> None:
        self.runtime = runtime
        self.callees = WovenCallees(runtime)

    def plan(self, lowered: Lowered, verified: Verified, plan: Plan) -> ShadowPlan:
        """Return the plan of a code object.

        Args:
            lowered: the code object.
            verified: the verifier's result.
            plan: the hooks of the analyses.
        """
        return _Planning(self, lowered, verified, plan).made


class _Planning:
    """Planner of one code object."""

    def __init__(self, planner: ShadowPlanner, lowered: Lowered, verified: Verified, plan: Plan) -> None:
        self.callees, self.runtime = planner.callees, planner.runtime
        self.lowered, self.verified, self.plan = lowered, verified, plan
        self.instructions = lowered.instructions
        self.code = lowered.code
        self.kinds = verified.kinds
        self.start = next((index for index, each in enumerate(self.instructions) if each.op == "RESUME"), 0)
        self.made = ShadowPlan(Plan(plan.site, dict(plan.points), plan.raised, plan.handled, plan.unwound))
        for index in range(self.start, len(self.instructions)):
            if self.verified.depths[index] >= 0:
                self.instruction(index, self.instructions[index])

    def point(self, index: int) -> Point:
        """Return the point of an instruction: a copy, which may be changed."""
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
        base = self.verified.depths[index] - moved.need
        if index == self.start and op == "RESUME":
            point = self.point(index)
            point.enter = self.begin(point.enter)
        elif op == "RETURN":
            point = self.point(index)
            point.leave = self.leave(base, point.leave)
        elif op == "YIELD":
            wrapped = self.instructions[index - 1].op == "ASYNC_GEN_WRAP"
            self.observe(index, instruction, base)
            point = self.point(index)
            if not wrapped:
                point.suspend = self.suspend(base, point.suspend)
            point.resume = self.resume(base, point.resume)
        elif op == "ASYNC_GEN_WRAP":
            self.observe(index, instruction, base)
            point = self.point(index)
            point.suspend = self.suspend(base, point.suspend, passed_on=False)  # it is awaited, and arrives as itself
        elif op == "RAISE":
            if instruction.arg:
                self.made.raising[index] = self.raising(base)
        elif self.performs(index, moved):
            self.perform(index, instruction, moved, base)
        else:
            self.observe(index, instruction, base)

    def performs(self, index: int, moved: References) -> bool:
        """Return True if an instruction has a primitive with a slow path."""
        op = self.instructions[index].op
        if op in ("RERAISE", "NOP", "JUMP", "RESUME") or moved.call is None:
            return False
        name = moved.call.name
        if name in MOVES:
            return self.is_observed(index, name)
        return name != "truth" or moved.jump is None or self.instructions[index - 1].op != "TRUTH"

    def is_observed(self, index: int, name: str) -> bool:
        """Return True if an analysis, which may read operand shadows, observes a primitive that needs no hooks."""
        point = self.plan.points.get(index)
        return name in PREDICATES and point is not None and (point.before is not None or point.after is not None)

    # --- primitives

    def perform(self, index: int, instruction: Instruction, moved: References, base: int) -> None:
        """Plan the slow path of a primitive."""
        call = moved.call
        assert call is not None
        point = self.point(index)
        observed = point.before is not None or point.after is not None
        slow_path = self.made.slow_paths[index] = SlowPath(
            self.runtime, self.callees, self.instructions, self.kinds[index], index, moved, base, point, observed
        )
        self.made.places[index] = tuple(each for each in PLACES.get(call.name, ()) if each == "cell")
        point.before = slow_path.before(point.before)
        point.after = slow_path.after(point.after)

    def observe(self, index: int, instruction: Instruction, base: int) -> None:
        """Plan the context of the events of a primitive that only moves references."""
        call, known = observed_primitive(instruction), self.plan.points.get(index)
        if call is None or known is None or not (known.before or known.after):
            return
        row, event = PRIMITIVES[call.name], EVENTS[f"before_{call.name}"]
        names = event.parameters[len(event.parameters) - len(row.operands) :]
        need = references(instruction).need
        needs = tuple(base + need - 1 - each.index if each.is_operand else -1 for each in call.operands)
        point = self.point(index)
        clean = [None] * len(row.results) if call.name not in SLOTS | {"const"} else None
        point.before = self.in_context(known.before, names, row.variadic, needs, None)
        point.after = self.in_context(known.after, names, row.variadic, needs, clean)

    def in_context(
        self, hook: Hook | None, names: tuple[str, ...], variadic: bool, needs: tuple[int, ...],
        results: list[Any] | None,
    ) -> Hook | None:  # fmt: skip
        """Return a hook whose analyses can read the shadows of operands and results; None if there is none."""
        if hook is None:
            return None
        events, call, fixed = self.runtime.events, hook.call, len(names) - 1

        def told(site: Any, *given: Any) -> Any:
            *operands, shadows = given
            grouped = (*shadows[:fixed], shadows[fixed:]) if variadic else shadows
            events.begin(names, grouped, None, None).results = results
            try:
                return call(site, *operands)
            finally:
                events.end()

        return shadow_hook(told, hook, given=Given(needs=needs))

    # --- the frame

    def begin(self, hook: Hook | None) -> Hook:
        """Return the hook of a frame's beginning, which returns the shadows of its variables that are not in cells."""
        runtime = self.runtime
        variables = self.lowered.variables
        count = len(variables)

        def enter(site: Any, arguments: dict[str, Any], cells: dict[str, Any]) -> list[Any]:
            found = [None] * count
            if arguments:
                frame = _frame(1)
                values = list(arguments.values())
                shadows = runtime.begin(frame, frame.f_code, values)
                for variable, value, shadow in zip(variables, values, shadows or (), strict=False):
                    if variable.scope == "local":
                        found[variable.index] = shadow
                    else:
                        runtime.set_cell(cells[variable.name], value, shadow)
            if hook is not None:
                named = {name: found[n] for n, name in enumerate(arguments)}
                runtime.events.begin(("arguments",), (named,), found, None)
                try:
                    hook.call(site, arguments)
                finally:
                    runtime.events.end()
            return found

        return shadow_hook(enter, hook, replaces=False)

    def leave(self, base: int, hook: Hook | None) -> Hook:
        """Return the hook before a frame returns."""
        runtime = self.runtime
        body = not self.code.co_flags & CO_OPTIMIZED and self.code.co_name != "<module>"

        def left(site: Any, value: Any, shadows: tuple[Any, ...], passed: list[Any] | None) -> Any:
            frame = _frame(1)
            answer = None
            if hook is not None:
                answer, shadows = call_hook(hook, site, value, shadows)
            if body:
                runtime.class_body(frame.f_locals)
            elif passed is not None:
                passed[0] = shadows[0]
            elif shadows[0] is not None:
                runtime.add_returned(frame, value if answer is None else answer.value, shadows[0])
            return answer

        call_hook = self.call_value_hook
        return shadow_hook(left, hook, given=Given(needs=(base,), passed=True))

    def call_value_hook(self, hook: Hook, site: Any, value: Any, shadows: Any) -> tuple[Any, Any]:
        """Call the hook of a value, whose shadow the analysis may replace."""
        slots = list(shadows)
        self.runtime.events.begin(("value",), shadows, slots, [0])
        try:
            return hook.call(site, value), slots
        finally:
            self.runtime.events.end()

    def suspend(self, base: int, hook: Hook | None, passed_on: bool = True) -> Hook:
        """Return the hook before a frame is suspended."""
        runtime, call_hook = self.runtime, self.call_value_hook

        def suspended(site: Any, value: Any, shadows: tuple[Any, ...]) -> Any:
            frame = _frame(1)
            answer = None
            if hook is not None:
                answer, shadows = call_hook(hook, site, value, shadows)
            if shadows[0] is not None:
                runtime.add_returned(frame, value if answer is None else answer.value, shadows[0], passed_on)
            return answer

        return shadow_hook(suspended, hook, given=Given(needs=(base,)))

    def resume(self, base: int, hook: Hook | None) -> Hook:
        """Return the hook after a frame has been resumed."""
        runtime, call_hook = self.runtime, self.call_value_hook

        def resumed(site: Any, value: Any, state: State) -> Any:
            shadows: Any = [runtime.sent(_frame(1), value)]
            answer = None
            if hook is not None:
                answer, shadows = call_hook(hook, site, value, shadows)
            state[:] = shadows
            return answer

        return shadow_hook(resumed, hook, given=Given(state=True, results=(base,)))

    def raising(self, base: int) -> Hook:
        """Return the hook before an exception is raised."""
        runtime = self.runtime

        def raises(site: Any, exception: Any, shadows: tuple[Any, ...]) -> None:
            if shadows[0] is not None:
                runtime.raised(exception, shadows[0])

        return shadow_hook(raises, given=Given(needs=(base,)))
