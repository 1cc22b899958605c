"""Hooks around a primitive that ask a service for the shadows of its results."""

from __future__ import annotations

import sys
import types

from bytescope.code.instruction import Instruction
from bytescope.code.light import Any
from bytescope.isa.events import CALLS, EVENTS
from bytescope.isa.operands import NULL
from bytescope.isa.plan import Hook
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.references import CLEAN, PLACES, References, result

_frame = sys._getframe

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

    def __init__(self, planning: Any, index: int, instruction: Instruction, moved: References, base: int) -> None:
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
        self.telling = False
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
        null = [kinds[p - first] == NULL if p >= 0 else True for p in self.positions]
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

    def before(self, hook: Hook | None) -> Hook:
        """What is called before the primitive, the analyses' hook included."""
        service, states, name, immediate, size = self.service, self.states, self.name, self.immediate, self.size

        def before(site: Any, *given: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or self.state(frame, size)
            state.shadows = shadows = self.shadows(state.S)
            state.values = values = self.values(frame, given)
            answer = None
            if self.telling:
                state.moment = service.tell(self.names, self.told(shadows, values), None, None)
            if hook is not None:
                try:
                    answer = hook(site, *self.own(given))
                finally:
                    service.tell(None, (), None, None)
            state.token = service.before(frame, name, immediate, values, shadows)
            return answer

        return like(before, hook)

    def after(self, hook: Hook | None) -> Hook:
        """What is called after the primitive, the analyses' hook included."""
        service, states, name, immediate, size = self.service, self.states, self.name, self.immediate, self.size
        has_results, plural, writes, places = self.has_results, self.plural, self.writes, list(self.results)

        def after(site: Any, *given: Any) -> Any:
            frame = _frame(1)
            state = states.get(id(frame)) or self.state(frame, size)
            results = [] if not has_results else list(given[-1]) if plural else [given[-1]]
            found = service.after(frame, state.token, name, immediate, state.values, state.shadows, results)
            S = state.S
            fresh = [
                S[source] if source >= 0 else None if source == CLEAN else found[-2 - source] for _, source in writes
            ]
            for (to, _), shadow in zip(writes, fresh, strict=True):
                S[to] = shadow
            moment, state.moment, state.token, state.values = state.moment, None, None, ()
            if hook is None:
                return None
            service.told(moment, found, S, places)
            try:
                return hook(site, *(self.own(given[:-1]) + given[-1:] if has_results else self.own(given)))
            finally:
                service.tell(None, (), None, None)

        return like(after, hook)


def like(function: Hook, hook: Hook | None, answers: bool = True) -> Hook:
    """A hook that takes the place of another one, so that its failures are told as that one's."""
    for name in ("subscribers", "event"):
        if hasattr(hook, name):
            setattr(function, name, getattr(hook, name))
    setattr(function, "answers", answers and hook is not None and getattr(hook, "answers", True))  # noqa: B010
    return function
