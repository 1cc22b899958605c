"""The shadow runtime: the part of shadow propagation that both engines call.

The engines move shadows along with the references that an instruction moves. Everything else is done here: names,
cells, attributes, items, calls, and what frames pass to each other.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Container, Sequence
from typing import Any
from weakref import ref

from bytescope.code.flags import CO_GENERATOR, CO_SUSPENDS
from bytescope.code.host.delegation import delegates
from bytescope.isa.effects import FILLING
from bytescope.isa.events import CALLS
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.purity import find
from bytescope.isa.typesets import PAIRING
from bytescope.shadow import binding
from bytescope.shadow.accesses import CONTENTS
from bytescope.shadow.algebra import AS_USUAL, Algebra
from bytescope.shadow.assumptions import loads_quietly
from bytescope.shadow.channel import (
    Channel,
    InFlight,
    ReturnedShadows,
    awaiting_frame,
    spread_arguments,
    thread_call,
    with_receiver,
)
from bytescope.shadow.event_delivery import EventDelivery
from bytescope.shadow.heap import Heap, is_a
from bytescope.shadow.helpers import Helpers
from bytescope.shadow.iteration import iterates_purely, paired
from bytescope.shadow.models.after_call import filled
from bytescope.shadow.models.before_call import InFlightFill, PreCallModels
from bytescope.shadow.native_changes import remember
from bytescope.shadow.own_rules import OwnRules
from bytescope.shadow.propagation import GROWING, RULES
from bytescope.shadow.reachability import reaching

_frame = sys._getframe


def _frame_of(generator: Any) -> types.FrameType | None:
    """Return the frame of a generator or coroutine, None if it has ended."""
    prefix = {"coroutine": "cr", "async_generator": "ag"}.get(type(generator).__name__, "gi")
    found: types.FrameType | None = getattr(generator, prefix + "_frame", None)
    return found


class ShadowRuntime:
    """The runtime of one shadow algebra.

    Attributes:
        shadows_exist: a flag, empty until anything has been given a shadow.
        events: the delivery of events with shadows.
        rules: the algebra's own rules.

    Args:
        algebra: the algebra.
        shadowed: predicate: whether frames of a code object, as CPython executes it, with these globals propagate
            shadows.
    """

    def __init__(self, algebra: Algebra, shadowed: Callable[[types.CodeType, dict[str, Any]], bool]) -> None:
        self.algebra = algebra
        self.heap = Heap(algebra)
        self.rules = OwnRules(algebra, self.heap)
        self.helpers = Helpers(self.heap)
        self.pre_call_models = PreCallModels(self.helpers)
        self.channel = Channel()
        self.shadowed = shadowed
        self.events = EventDelivery(self.channel)
        self.shadows_exist = self.events.shadows_exist
        self._started: dict[int, tuple[Any, Sequence[Any]]] = {}

    # --- frames

    def begin(self, frame: types.FrameType, code: types.CodeType, values: list[Any]) -> Sequence[Any] | None:
        """Return the shadows of a frame's arguments, None if all are clean.

        Args:
            frame: the frame that begins.
            code: its code object, as `frame.f_code`.
            values: its arguments, in the order of `co_varnames`.
        """
        if self._started:
            started = self._started.pop(id(frame), None)
            if started is not None and _frame_of(started[0]()) is frame:  # not one that is gone without having begun
                return started[1]
        channel = self.channel
        waits = channel.in_flight
        if code.co_flags & CO_SUSPENDS and (waits is None or waits.function is None) and not channel.returned:
            return None  # it was given its arguments when it was made
        in_flight = channel.enclosing(frame, self.shadowed)
        handed = None
        if channel.returned:  # what an iterator behind a star has given, or what a callback is given in its turn
            outer = id(awaiting_frame(frame, self.shadowed, False))
            answered = channel.returned.get(outer)
            handed = None if answered is None else answered.joined
        if in_flight is None and handed is not None:
            in_flight = InFlight(None, (), ())
            in_flight.inexact = True
        elif in_flight is None and self.heap.tables:
            in_flight = thread_call(frame, self.shadowed, self.heap)
        if in_flight is None:
            return None
        if handed is not None:
            in_flight.inexact_shadow = self.algebra.joined((in_flight.inexact_shadow, handed))
            in_flight.join_cache.clear()
        return binding.bind(in_flight, self.heap, code, values)

    def add_returned(self, frame: types.FrameType, value: Any, shadow: Any, suspended: bool = False) -> None:
        """Add what a frame returns, or (`suspended`) yields through delegating frames, for the awaiting frame."""
        if shadow is not None:
            outer = awaiting_frame(frame, self.shadowed, suspended)
            if not suspended and frame.f_code.co_flags & CO_GENERATOR and outer is not None and not delegates(outer):
                return  # what a generator returns goes to `yield from` alone
            if outer is not None:
                returned = self.channel.returned.get(id(outer))
                if returned is None:
                    returned = self.channel.returned[id(outer)] = ReturnedShadows()
                returned.append((value, shadow))
                returned.joined = self.algebra.joined((returned.joined, shadow))

    def sent(self, frame: types.FrameType, value: Any) -> Any:
        """Return the shadow of the value with which a suspended frame resumes."""
        in_flight = self.channel.enclosing(frame, self.shadowed, resumed=True)
        if in_flight is None or value is None:
            return None
        for each, shadow in zip(reversed(in_flight.args), reversed(in_flight.shadows), strict=False):
            if each is value:
                in_flight.matched = in_flight.matched or in_flight.function is not None
                return shadow
        return binding.join_everything(in_flight, self.heap)

    def class_body(self, namespace: Any) -> None:
        """Record that a class body has been executed in a namespace."""
        self.channel.body = namespace

    def raised(self, exception: Any, shadow: Any) -> None:
        """Record that an exception with a shadow is raised."""
        if is_a(exception, BaseException):
            self.heap.label_contents(exception, shadow)

    def caught(self, frame: types.FrameType, exception: BaseException) -> Any:
        """Return the shadow of an exception that an exception handler of the frame receives."""
        self.channel.unwind(frame)
        table = self.heap.known(exception)
        return None if table is None else table.whole

    # --- primitives

    def before(
        self, frame: types.FrameType, name: str, immediate: Any, values: Sequence[Any], shadows: Sequence[Any]
    ) -> InFlight | None:
        """Begin a primitive.

        Args:
            frame: whose instruction it is.
            name: of the primitive.
            immediate: what the instruction gives it.
            values: its operands; of calls: function, positional arguments, keyword arguments.
            shadows: their shadows, in the same form.

        Returns:
            The primitive in flight, for `after`.
        """
        channel, heap = self.channel, self.heap
        if channel.in_flight is not None or channel.returned:
            channel.finish(frame)
        if name in CALLS:
            return self._before_call(frame, name, values, shadows)
        if not heap.tables and shadows.count(None) == len(shadows):
            return None
        in_flight = InFlight(frame, values, shadows)
        channel.push(in_flight)
        return in_flight

    def _before_call(
        self, frame: types.FrameType, name: str, values: Sequence[Any], shadows: Sequence[Any]
    ) -> InFlight | None:
        function, args, kwargs = values
        function_shadow, arg_shadows, keyword_shadows = shadows
        in_flight = InFlight(frame, args, arg_shadows)
        in_flight.set_callee(function, function_shadow)
        if name == "call_ex":
            spread_arguments(in_flight, self.heap, args, arg_shadows, kwargs, keyword_shadows)
        else:
            in_flight.kwargs, in_flight.keyword_shadows = kwargs, keyword_shadows
        with_receiver(in_flight)
        remember(in_flight, self.heap, self.shadowed)
        self.channel.push(in_flight)
        return in_flight

    def after(
        self,
        frame: types.FrameType,
        in_flight: InFlight | None,
        name: str,
        immediate: Any,
        values: Sequence[Any],
        shadows: Sequence[Any],
        results: list[Any],
    ) -> list[Any]:
        """Return the shadows of a primitive's results, and update the heap.

        Args:
            frame: as `before` had it.
            in_flight: what `before` has returned.
            name: as `before` had it.
            immediate: likewise.
            values: likewise.
            shadows: likewise.
            results: what the primitive has given.
        """
        channel, heap = self.channel, self.heap
        returned = channel.take_returned(frame) if channel.returned else []
        if name in CALLS:
            assert in_flight is not None
            found = [self._after_call(in_flight, results[0], returned)]
            channel.finish(frame)
            if name not in self.algebra.rules or in_flight.shadows.count(None) == len(in_flight.shadows):
                return found
            own = self.rules.apply(name, immediate, in_flight.args, in_flight.shadows, results)
            return found if own is AS_USUAL else own
        if in_flight is not None:
            channel.finish(frame)
        if in_flight is None and not returned and not heap.tables and shadows.count(None) == len(shadows):
            return [None] * len(results)
        if results and not returned and self.rules.asks(name, values, shadows):
            found = self.rules.apply(name, immediate, values, shadows, results)
            if found is not AS_USUAL:
                return list(found)
        rule = RULES.get(name)
        if rule is not None:
            found = rule(heap, immediate, tuple(values), tuple(shadows), results)
        else:
            found = [self._default_shadow(PRIMITIVES[name].shadow, values, shadows)] * len(results)
        if returned:
            found = self._apply_returned(name, values, results, found, returned)
        return found

    def collect_returned(self, frame: types.FrameType, results: tuple[Any, ...], container: Any = None) -> list[Any]:
        """Return the shadows of a primitive's results if there was no shadow at all when it began.

        Args:
            frame: whose instruction it was.
            results: what it has given.
            container: what it may have filled.
        """
        channel = self.channel
        if type(container) in GROWING and channel.returned.get(id(frame)):
            filled(self.heap, container, 0, channel.take_returned(frame))
        returned = channel.take_returned(frame) if channel.returned else []
        found: list[Any] = [None] * len(results)
        if channel.body is not None and len(results) == 1 and is_a(results[0], type):
            binding.class_made(self.heap, results[0], channel.body)
            channel.body = None
        return self._apply_returned("", (), list(results), found, returned) if returned and results else found

    def iterates_purely(self, iterator: Any, codes: Container[int]) -> bool:
        """Return True if the next value of an `enumerate` or `zip` runs no user code but that of such generators."""
        if self.channel.returned:
            self.channel.finish(_frame(1))
        return iterates_purely(iterator, codes)

    def pair_shadow(self, iterator: Any, value: Any, shadow: Any) -> Any:
        """Return the shadow of what an `enumerate` or `zip` over builtin iterators and generators has returned."""
        channel = self.channel
        returned = channel.take_returned(_frame(1)) if channel.returned else []
        if returned or self.heap.tables:
            return self.algebra.joined((paired(self.heap, iterator, value, returned), shadow))
        return shadow

    def _default_shadow(self, way: str, values: Sequence[Any], shadows: Sequence[Any]) -> Any:
        if way == "clean":
            return None
        if way == "reach" and self.heap.tables:
            shadows = [reaching(self.heap, value, shadow) for value, shadow in zip(values, shadows, strict=True)]
        return self.algebra.derive(self.algebra.joined(shadows))

    def _apply_returned(
        self, name: str, values: Sequence[Any], results: list[Any], found: list[Any], returned: list[tuple[Any, Any]]
    ) -> list[Any]:
        """Return the shadows of results, some of which frames below the primitive have returned."""
        joined = self.algebra.joined
        everything = joined(shadow for _, shadow in returned)
        if name in FILLING and type(values[0]) in GROWING and (not results or results[0] is values[0]):
            filled(self.heap, values[0], 0, returned)
            return found
        if not results:
            return found
        if name == "next" and type(values[0]) in PAIRING and results:
            return [joined((paired(self.heap, values[0], results[0], returned), found[0]))]
        if len(results) == 1:
            value, shadow = returned[-1]
            return [shadow if value is results[0] else joined((found[0], everything))]
        left = list(returned)
        for number, result in enumerate(results):
            for each in left:
                if each[0] is result:
                    found[number] = each[1]
                    left.remove(each)
                    break
        if len(left) == len(returned):
            found = [joined((shadow, everything)) for shadow in found]
        return found

    def _after_call(self, in_flight: InFlight, result: Any, returned: list[tuple[Any, Any]]) -> Any:
        if is_a(result, binding.GENERATORS) and not in_flight.matched and self._defer_arguments(in_flight, result):
            return None
        return binding.outcome(in_flight, self.heap, result, returned, lambda: self.channel.body, self.shadowed)

    def before_native(
        self, frame: types.FrameType, function: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any
    ) -> InFlight:
        """Begin the call of a builtin function with positional arguments, as `before` does.

        Args:
            frame: whose instruction it is.
            function: it.
            args: its arguments.
            shadows: their shadows.
            own: that of the function.
        """
        channel = self.channel
        if channel.in_flight is not None or channel.returned:
            channel.finish(frame)
        in_flight = InFlight(frame, args, shadows)
        in_flight.set_callee(function, own)
        remember(in_flight, self.heap, self.shadowed)
        channel.push(in_flight)
        return in_flight

    def after_fill(self, frame: types.FrameType, filling: InFlightFill, result: Any) -> None:
        """Record the shadows of the items with which a generator has filled a list, or the result of a call."""
        if self.channel.returned:
            container = result if filling.container is None else filling.container
            filled(self.heap, container, filling.first, self.channel.take_returned(frame))

    def after_native(self, frame: types.FrameType, in_flight: InFlight, result: Any) -> Any:
        """Return the shadow of the result of a builtin function, as `after` does."""
        channel = self.channel
        found = self._after_call(in_flight, result, channel.take_returned(frame) if channel.returned else [])
        channel.finish(frame)
        return found

    def _defer_arguments(self, in_flight: InFlight, result: Any) -> bool:
        """Store the arguments' shadows for the frame of a generator, which begins at its first resumption."""
        frame = _frame_of(result)
        if frame is None or not self.shadowed(frame.f_code, frame.f_globals):
            return False
        code = frame.f_code
        count = binding.Parameters(code, []).total
        variables = frame.f_locals
        values = [variables.get(name) for name in code.co_varnames[:count]]
        shadows = binding.bind(in_flight, self.heap, code, values)
        self._store_arguments(result, frame, shadows)
        return in_flight.matched

    def generator_made(self, generator: Any, shadows: Sequence[Any]) -> None:
        """Record that a generator has been made, with the shadows of its arguments in the order of its parameters."""
        self._store_arguments(generator, generator.gi_frame, shadows)

    def _store_arguments(self, generator: Any, frame: types.FrameType, shadows: Sequence[Any]) -> None:
        address, started = id(frame), self._started

        def gone(dead: Any) -> None:
            if address in started and started[address][0] is dead:
                del started[address]

        started[address] = ref(generator, gone), shadows

    def uses_default_new(self, cls: type) -> bool:
        """Return True if a class uses `object.__new__` and loading `__init__` runs no user code."""
        return find(cls, "__new__")[1] is object and loads_quietly(cls, "__init__")

    def spread_shadows(self, values: Sequence[Any], shadows: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Return the shadows of a call with starred arguments, one by one where they are known one by one."""
        in_flight = InFlight(None, (), ())
        spread_arguments(in_flight, self.heap, values[1], shadows[1], values[2], shadows[2])
        args = in_flight.shadows if type(values[1]) in (tuple, list) else shadows[1]
        return shadows[0], args, in_flight.keyword_shadows if type(values[2]) is dict else shadows[2]

    def set_cell(self, cell: Any, value: Any, shadow: Any) -> None:
        """Record that a cell holds an argument."""
        self.heap.set_item(cell, CONTENTS, value, shadow)

    # --- what analyses ask

    def reaching(self, value: Any, shadow: Any = None) -> Any:
        """Return the join of a reference's shadow and of the shadows of all that the value holds."""
        return reaching(self.heap, value, shadow)
