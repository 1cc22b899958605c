"""Hooks around a primitive that ask a service for the shadows of its results."""

from __future__ import annotations

import sys
import types

from bytescope.code.instruction import Instruction
from bytescope.code.light import Any
from bytescope.isa.events import CALLS, EVENTS
from bytescope.isa.operands import NO_SELF, NULL
from bytescope.isa.plan import Hook, Point
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.references import CLEAN, PLACES, References, result

_frame = sys._getframe

_OPERATORS = frozenset(
    "unary binary inplace compare contains truth negation length convert format format_with_spec".split()
)
"""Primitives that, on plain values, join their operands' shadows and run no code of the program's."""

NULLS = (NULL, NO_SELF)
"""The kinds of operands that are no objects, beside callables."""

DONE = object()
"""The token of a primitive whose result has its shadow already."""

CALLED = ("function", "args", "kwargs")


class State:
    """The shadows of a frame.

    S: of variables and operands; token, values, shadows: of the primitive that is being performed; moment: of the event
    that is being told.
    """

    __slots__ = ("S", "moment", "shadows", "token", "values")

    def __init__(self, size: int) -> None:
        self.S: list[Any] = [None] * size
        self.token: Any = None
        self.values: Any = ()
        self.shadows: Any = ()
        self.moment: Any = None


class Around:
    """Hooks around one primitive: what it is given, and where its results go."""

    def __init__(
        self, planning: Any, index: int, instruction: Instruction, moved: References, base: int, telling: bool
    ) -> None:
        call = moved.call
        assert call is not None
        self.service, self.states, self.state, self.size = (
            planning.service,
            planning.states,
            planning.state,
            planning.size,
        )
        self.name = call.name
        self.row = PRIMITIVES[call.name]
        self.immediate = call.immediate if call.name == "build" else instruction.arg
        self.has_immediate = self.row.immediate is not None and self.row.name != "const"
        self.variadic = self.row.variadic
        self.positions = tuple(-1 if p is None else base + p for p in moved.operands)
        jumps = instruction.op == "SEND" or moved.after is None
        stack = (moved.jump if jumps else moved.after) or ()
        self.writes = tuple(
            (base + position, base + source if source >= 0 else source)
            for position, source in enumerate(stack)
            if source != position
        )
        self.results = tuple(base + p for p, source in enumerate(stack) if source <= result(0))
        self.plural = len(self.row.results) != 1 or self.row.results[0].startswith("*")
        self.has_results = bool(self.row.results)
        self.telling = telling
        self.only: tuple[object, ...] | None = None
        own_rule = call.name in self.service.algebra.rules
        self.simple = call.name in _OPERATORS and not telling and not own_rule and len(self.results) <= 1
        self.loads = call.name in ("load_global", "load_cell") and not telling and not own_rule
        self.places = PLACES.get(call.name, ())
        if call.name in CALLS:
            self.names: tuple[str, ...] = CALLED
            self.called(planning, index, instruction)
        else:
            event = EVENTS.get("before_" + call.name)
            count = len(self.row.operands)
            self.names = event.parameters[len(event.parameters) - count :] if event else ()

    def called(self, planning: Any, index: int, instruction: Instruction) -> None:
        """Find out which operand is the function, and which are arguments."""
        kinds = planning.kinds[index]
        assert kinds is not None
        first = planning.first
        null = [kinds[p - first] in NULLS if p >= 0 else True for p in self.positions]
        function, second, *rest = self.positions
        if self.name == "call_ex":
            self.function = second if null[0] else function
            self.args, self.kwargs = rest[0], -1 if null[3] else rest[1]
            return
        self.keywords: tuple[str, ...] = ()
        if self.name == "call_kw":
            self.keywords = planning.instructions[index - 1].arg
            rest = rest[1:]
        if null[0]:
            self.function = second
        else:
            self.function = function
            rest = rest if null[1] else [second, *rest]
        self.arguments = tuple(rest)

    def shadows(self, S: list[Any]) -> Any:
        """The operands' shadows, in the form that the service wants."""
        if self.name not in CALLS:
            found = [S[p] if p >= 0 else None for p in self.positions]
            return found + [None] * len(self.places) if self.places else found
        if self.name == "call_ex":
            return S[self.function], S[self.args], S[self.kwargs] if self.kwargs >= 0 else None
        found = [S[p] for p in self.arguments]
        count = len(found) - len(self.keywords)
        return S[self.function], tuple(found[:count]), dict(zip(self.keywords, found[count:], strict=True))

    def values(self, frame: types.FrameType, given: tuple[Any, ...]) -> Any:
        """The operands in the form that the service wants, of what hooks are given."""
        if self.name in CALLS:
            return given
        operands = given[1:] if self.has_immediate else given
        cell = ()
        if "cell" in self.places:
            operands, cell = operands[:-1], operands[-1:]
        if self.variadic:
            operands = (*operands[:-1], *operands[-1])
        for place in self.places:
            operands += cell if place == "cell" else (frame.f_locals if place == "locals" else frame.f_globals,)
        return operands

    def own(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the hooks of the analyses are given."""
        return given[:-1] if "cell" in self.places else given

    def told(self, shadows: Any, values: Any) -> Any:
        """The operands' shadows by the names of the event's parameters, as analyses are told."""
        if self.name == "call_ex":
            return self.service.starred(values, shadows)
        if self.variadic and self.name not in CALLS:
            fixed = len(self.row.operands) - 1
            return [*shadows[:fixed], tuple(shadows[fixed:])]
        return shadows

    def before(self, hook: Hook | None) -> Hook | None:
        """What is called before the primitive, the analyses' hook included; None if nothing is."""
        states, state_of, size = self.states, self.state, self.size
        if self.loads:
            return None
        if self.simple:
            return like(self.before_simple(), None, answers=False)
        begin, only, silent = self.begin, self.only, not self.telling

        def before(site: Any, *given: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or state_of(frame, size)
            if silent or (only is not None and not _among(given[0], only)):
                begin(frame, state, given)
                return None
            return self.begin_telling(frame, state, hook, site, given)

        return like(before, hook)

    def begin(self, frame: types.FrameType, state: State, given: tuple[Any, ...]) -> None:
        """The primitive is about to be performed."""
        state.shadows = shadows = self.shadows(state.S)
        state.values = values = self.values(frame, given)
        state.token = self.service.before(frame, self.name, self.immediate, values, shadows)

    def begin_telling(
        self, frame: types.FrameType, state: State, hook: Hook | None, site: Any, given: tuple[Any, ...]
    ) -> Any:
        """The primitive is about to be performed, and an analysis is told."""
        service = self.service
        shadows, values = self.shadows(state.S), self.values(frame, given)
        state.moment = service.tell(self.names, self.told(shadows, values), None, None)
        answer = None
        try:
            if hook is not None:
                answer = hook(site, *self.own(given))
        finally:
            service.tell(None, (), None, None)
        self.begin(frame, state, given)
        return answer

    def before_simple(self) -> Hook:
        """What is called before an operator: of plain values, the result's shadow can be found out beforehand."""
        states, state_of, size, begin = self.states, self.state, self.size, self.begin
        positions, joined, skip = self.positions, self.service.algebra.joined, int(self.has_immediate)
        to = self.results[0] if self.results else -1
        plain, variadic = self.service.plain, self.variadic

        def before(site: Any, *given: Any) -> None:
            frame = _frame(1)
            state = states.get(id(frame)) or state_of(frame, size)
            operands = given[-1] if variadic else given[skip:]
            for value in operands:
                if type(value) not in plain:
                    begin(frame, state, given)
                    return
            if to >= 0:
                S = state.S
                S[to] = joined([S[each] for each in positions])
            state.token = DONE

        return before

    def after(self, hook: Hook | None) -> Hook | None:
        """What is called after the primitive, the analyses' hook included; None if nothing is."""
        states, state_of, size, end = self.states, self.state, self.size, self.end
        if self.simple and not self.results:
            return None  # it was tested, and its result is nowhere
        if self.loads:
            return like(self.after_load(), None, answers=False)
        has_results, plural = self.has_results, self.plural
        if self.simple:

            def ended(site: Any, *given: Any) -> None:
                frame = _frame(1)
                state = states.get(id(frame)) or state_of(frame, size)
                if state.token is DONE:
                    state.token = None
                else:
                    end(frame, state, [given[-1]])

            return like(ended, None, answers=False)

        def after(site: Any, *given: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or state_of(frame, size)
            results = [] if not has_results else list(given[-1]) if plural else [given[-1]]
            found = end(frame, state, results)
            if hook is None or state.moment is None:
                return None
            self.service.told(state.moment, found, state.S, list(self.results))
            state.moment = None
            try:
                return hook(site, *(self.own(given[:-1]) + given[-1:] if has_results else self.own(given)))
            finally:
                self.service.tell(None, (), None, None)

        return like(after, hook)

    def end(self, frame: types.FrameType, state: State, results: list[Any]) -> list[Any]:
        """The primitive has been performed: the shadows of its results are put where the results are."""
        found: list[Any] = self.service.after(
            frame, state.token, self.name, self.immediate, state.values, state.shadows, results
        )
        S = state.S
        fresh = [
            S[source] if source >= 0 else None if source == CLEAN else found[-2 - source] for _, source in self.writes
        ]
        for (to, _), shadow in zip(self.writes, fresh, strict=True):
            S[to] = shadow
        state.token, state.values = None, ()
        return found

    def after_load(self) -> Hook:
        """What is called after the load of a variable, which runs no code of the program's."""
        states, state_of, size, end = self.states, self.state, self.size, self.end
        tables, writes = self.service.heap.tables, self.writes

        def loaded(site: Any, *given: Any) -> None:
            frame = _frame(1)
            state = states.get(id(frame)) or state_of(frame, size)
            if tables:
                state.shadows = self.shadows(state.S)
                state.values = self.values(frame, given[:-1])
                end(frame, state, [given[-1]])
            else:
                S = state.S
                for to, _ in writes:
                    S[to] = None

        return loaded


def _among(function: object, only: tuple[object, ...]) -> bool:
    return any(function is each for each in only)


def like(function: Hook, hook: Hook | None, answers: bool = True) -> Hook:
    """A hook that takes the place of another one, so that its failures are told as that one's."""
    for name in ("subscribers", "event"):
        if hasattr(hook, name):
            setattr(function, name, getattr(hook, name))
    setattr(function, "answers", answers and hook is not None and getattr(hook, "answers", True))  # noqa: B010
    return function


def watched(instruction: Instruction, point: Point) -> tuple[object, ...] | None:
    """The only callables whose calls the hooks of a point are about; None if they are about anything else."""
    if instruction.op not in ("CALL", "CALL_KW", "CALL_EX"):
        return None
    others = [getattr(point, name) for name in Point.__slots__ if name not in ("site", "before", "after")]
    if any(each is not None and each is not False and each != 0 for each in others):
        return None
    found: list[object] = []
    for hook in (point.before, point.after):
        for subscriber in getattr(hook, "subscribers", ()) if hook is not None else ():
            only = subscriber.analysis.calls_of
            if only is None:
                return None
            found += [each for each in only if not any(each is other for other in found)]
    return tuple(found)
