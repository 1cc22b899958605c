"""The slow path: hooks around a primitive that call the shadow runtime for the shadows of its results."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

from bytescope.code.instruction import Instruction
from bytescope.isa.events import CALLS, EVENTS
from bytescope.isa.instrumentation import Hook, Point, callee_filter
from bytescope.isa.kinds import NULLS
from bytescope.isa.moves import PLACES, References, result
from bytescope.isa.primitives import PRIMITIVES
from bytescope.shadow.channel import InFlight
from bytescope.shadow.event_context import EventContext
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.stdlib_lite import Any, record, replace
from bytescope.weave.shadow.inline_cache import InlineCache
from bytescope.weave.shadow.woven_callees import WovenCallees

_frame = sys._getframe


CALLED = ("function", "args", "kwargs")


@record(frozen=True, slots=True)
class Given:
    """Further arguments of a hook, and where the shadows go that it leaves in the state.

    needs: positions of the operands whose shadows it gets, in a tuple; -1 for no operand; None for no tuple at all;
    passed: whether it gets the argument shadows passed to the frame (`calling_convention`), or None; state: whether it
    gets the frame's state; results: positions of the results whose shadows the state holds afterwards.
    """

    needs: tuple[int, ...] | None = None
    passed: bool = False
    state: bool = False
    results: tuple[int, ...] = ()


class State(list):  # type: ignore[type-arg]
    """State that the hooks before and after a primitive share, one for each frame that needs it.

    Its items are the shadows of the results, once they are known. token, values, shadows: of the in-flight primitive;
    event: the context of the event that analyses are being notified of.
    """

    __slots__ = ("event", "shadows", "token", "values")

    def __init__(self) -> None:
        self.token: InFlight | None = None
        self.values: Any = ()
        self.shadows: Any = ()
        self.event: EventContext | None = None


class SlowPath:
    """Hooks around one primitive: its operands, and where its results go.

    Attributes:
        name: of the primitive; row: its row in the table.
        positions: of its operands, -1 for no operand.
        results: positions of its results.
        observed: whether an analysis observes it.
        own_rule: whether the algebra has a rule for it.
        cache: the inline cache of a call.
    """

    def __init__(
        self,
        runtime: ShadowRuntime,
        callees: WovenCallees,
        instructions: list[Instruction],
        kinds: str | None,
        index: int,
        moved: References,
        base: int,
        point: Point,
        observed: bool,
    ) -> None:
        call = moved.call
        assert call is not None
        instruction = instructions[index]
        self.runtime = runtime
        self.name = call.name
        self.row = PRIMITIVES[call.name]
        self.immediate = call.immediate if call.name == "build" else instruction.arg
        self.has_immediate = self.row.immediate is not None and self.row.name != "const"
        self.variadic = self.row.variadic
        self.positions = tuple(-1 if p is None else base + p for p in moved.operands)
        jumps = instruction.op == "SEND" or moved.after is None
        stack = (moved.jump if jumps else moved.after) or ()
        numbered = sorted((-2 - source, base + p) for p, source in enumerate(stack) if source <= result(0))
        self.results = tuple(position for _, position in numbered)
        self.plural = len(self.row.results) != 1 or self.row.results[0].startswith("*")
        self.has_results = bool(self.row.results)
        self.observed = observed
        self.wanted = callee_filter(instruction, point) if observed else None
        self.own_rule = call.name in self.runtime.algebra.rules
        self.loads = call.name in ("load_global", "load_cell") and not observed and not self.own_rule
        self.places = PLACES.get(call.name, ())
        if call.name in CALLS:
            self.names: tuple[str, ...] = CALLED
            assert kinds is not None
            self.called(kinds, instructions[index - 1].arg)
            self.cache = InlineCache(callees, len(self.arguments), self.wanted, observed)
        else:
            event = EVENTS.get("before_" + call.name)
            count = len(self.row.operands)
            self.names = event.parameters[len(event.parameters) - count :] if event else ()

    def called(self, kinds: str, keywords: Any) -> None:
        """Find the operands that are the function and the arguments.

        Args:
            kinds: the kinds of the operands.
            keywords: the names of keyword arguments, if the call has any.
        """
        null = [kinds[p] in NULLS if p >= 0 else True for p in self.positions]
        function, second, *rest = range(len(self.positions))
        if self.name == "call_ex":
            self.function = second if null[0] else function
            self.args, self.kwargs = rest[0], -1 if null[3] else rest[1]
            self.arguments: tuple[int, ...] = ()
            return
        self.keywords: tuple[str, ...] = ()
        if self.name == "call_kw":
            self.keywords = keywords
            rest = rest[1:]
        if null[0]:
            self.function = second
        else:
            self.function = function
            rest = rest if null[1] else [second, *rest]
        self.arguments = tuple(rest)

    def shadows(self, found: tuple[Any, ...]) -> Any:
        """Return the operands' shadows, in the form that the runtime takes."""
        if self.name not in CALLS:
            return [*found, *[None] * len(self.places)]
        if self.name == "call_ex":
            return found[self.function], found[self.args], found[self.kwargs] if self.kwargs >= 0 else None
        arguments = [found[p] for p in self.arguments]
        count = len(arguments) - len(self.keywords)
        return found[self.function], tuple(arguments[:count]), dict(zip(self.keywords, arguments[count:], strict=True))

    def values(self, frame: types.FrameType, operands: tuple[Any, ...]) -> Any:
        """Return the operands in the form that the runtime takes, from the arguments of a hook."""
        if self.name in CALLS:
            return operands
        operands = operands[1:] if self.has_immediate else operands
        cell = ()
        if "cell" in self.places:
            operands, cell = operands[:-1], operands[-1:]
        if self.variadic:
            operands = (*operands[:-1], *operands[-1])
        for place in self.places:
            operands += cell if place == "cell" else (frame.f_locals if place == "locals" else frame.f_globals,)
        return operands

    def own(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the arguments of the analyses' hooks."""
        return operands[:-1] if "cell" in self.places else operands

    def event_shadows(self, shadows: Any, values: Any) -> Any:
        """Return the operands' shadows in the order of the event's parameters."""
        if self.name == "call_ex":
            return self.runtime.spread_shadows(values, shadows)
        if self.variadic and self.name not in CALLS:
            fixed = len(self.row.operands) - 1
            return [*shadows[:fixed], tuple(shadows[fixed:])]
        return shadows

    def before(self, hook: Hook | None) -> Hook | None:
        """Return the hook before the primitive, which calls the analyses' hook; None if there is none."""
        if self.loads:
            return None
        begin, observed = self.begin, self.observed
        tests = self.runtime.heap.assumptions.tested if self.name in ("truth", "negation", "length") else None

        def before(site: Any, *found: Any) -> Any:
            operands, (shadows, state) = found[:-2], found[-2:]
            if tests is not None:
                tests(type(operands[0]))
            if not observed or (self.wanted is not None and not self.wanted(operands[0])):
                begin(_frame(1), state, operands, shadows)
                return None
            return self.begin_observed(_frame(1), state, hook, site, operands, shadows)

        return shadow_hook(before, hook, given=Given(needs=self.positions, state=True))

    def begin(self, frame: types.FrameType, state: State, operands: tuple[Any, ...], shadows: Any) -> None:
        """Register that the primitive is about to be performed."""
        state.shadows = shadows = self.shadows(shadows)
        state.values = values = self.values(frame, operands)
        state.token = self.runtime.before(frame, self.name, self.immediate, values, shadows)

    def begin_observed(
        self, frame: types.FrameType, state: State, hook: Hook | None, site: Any, operands: tuple[Any, ...], found: Any
    ) -> Any:
        """Call the analyses' hook, and register that the primitive is about to be performed."""
        runtime = self.runtime
        shadows, values = self.shadows(found), self.values(frame, operands)
        state.event = runtime.events.begin(self.names, self.event_shadows(shadows, values), None, None)
        answer = None
        try:
            if hook is not None:
                answer = hook.call(site, *self.own(operands))
        finally:
            runtime.events.end()
        self.begin(frame, state, operands, found)
        return answer

    def after(self, hook: Hook | None) -> Hook | None:
        """Return the hook after the primitive, which calls the analyses' hook."""
        if self.loads:
            return shadow_hook(self.after_load(), given=Given(state=True, results=self.results))
        has_results, plural = self.has_results, self.plural
        calls = self.name == "call"
        assumptions = self.runtime.heap.assumptions
        learns = {"getattr": assumptions.loaded, "setattr": assumptions.stored}.get(self.name)

        def after(site: Any, *found: Any) -> Any:
            operands, state = found[:-1], found[-1]
            results = [] if not has_results else list(operands[-1]) if plural else [operands[-1]]
            self.end(_frame(1), state, results)
            if hook is None or state.event is None:
                if learns is not None:
                    learns(operands[1], operands[0])
                elif calls and self.runtime.shadows_exist:
                    self.cache.add(operands[0])
                return None
            self.runtime.events.resume(state.event, list(state), state, list(range(len(self.results))))
            state.event = None
            try:
                return hook.call(
                    site, *(self.own(operands[:-1]) + operands[-1:] if has_results else self.own(operands))
                )
            finally:
                self.runtime.events.end()

        return shadow_hook(after, hook, given=Given(state=True, results=self.results))

    def end(self, frame: types.FrameType, state: State, results: list[Any]) -> None:
        """Register that the primitive has been performed, and put the shadows of its results into the state."""
        if self.name == "delegate" and not state.values:  # its beginning took the fast path
            state[:] = self.runtime.collect_returned(frame, tuple(results))
            return
        state[:] = self.runtime.after(
            frame, state.token, self.name, self.immediate, state.values, state.shadows, results
        )
        state.token, state.values = None, ()

    def after_load(self) -> Callable[..., None]:
        """Return what is called after the load of a variable, which runs no user code."""
        clean = [None] * len(self.results)
        tables = self.runtime.heap.tables
        shadows = [None] * len(self.places)

        def loaded(site: Any, *found: Any) -> None:
            *operands, value, state = found
            if tables:
                frame = _frame(1)
                state.shadows = shadows
                state.values = self.values(frame, tuple(operands))
                self.end(frame, state, [value])
            else:
                state[:] = clean

        return loaded


def shadow_hook(
    call: Callable[..., Any], hook: Hook | None = None, replaces: bool = True, given: Given | None = None
) -> Hook:
    """Make a hook that propagates shadows, and calls that of the analyses, if there is one.

    Args:
        call: the function.
        hook: the hook of the analyses: failures are reported as its failures.
        replaces: whether the function returns what the hook of the analyses returns.
        given: further arguments.
    """
    if hook is None:
        return Hook(call, replaces=False, extra=given)
    return replace(hook, call=call, replaces=replaces and hook.replaces, direct=(), once=None, extra=given)
