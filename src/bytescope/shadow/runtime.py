"""The shadow service: what the engines ask when something that an instruction handles may have a shadow.

The engines move shadows along with the references that an instruction moves; whatever takes more than that - names,
cells, attributes, items, calls, what frames hand to each other - is answered here, the same for both.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Container, Sequence
from typing import Any
from weakref import ref

from bytescope.code.host.delegation import delegates
from bytescope.isa.events import CALLS
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.purity import find
from bytescope.isa.typesets import PAIRING
from bytescope.shadow import binding
from bytescope.shadow.algebra import Algebra
from bytescope.shadow.assumptions import loads_quietly
from bytescope.shadow.channel import Answers, Channel, Pending, normalized, of_thread, starred, waiting
from bytescope.shadow.event_context import Moment
from bytescope.shadow.heap import Heap, is_a
from bytescope.shadow.helpers import Brief
from bytescope.shadow.iteration import goes_quietly, paired
from bytescope.shadow.models import filled
from bytescope.shadow.pre_call_models import Filling, Foreknown
from bytescope.shadow.propagation import CONTENTS, GROWING, RULES
from bytescope.shadow.reachability import reaching

_FILLING = frozenset({"list_extend", "set_update", "dict_update", "dict_merge", "setslice", "setitem", "inplace"})
"""Primitives that put what an iterable gives into their first operand, if that is a builtin container."""

_frame = sys._getframe

_GENERATOR = 0x20
_GENERATORS = 0x20 | 0x80 | 0x200
"""Flags of generators and coroutines."""


def _frame_of(generator: Any) -> types.FrameType | None:
    """The frame of a generator or coroutine, if it is not over."""
    prefix = {"coroutine": "cr", "async_generator": "ag"}.get(type(generator).__name__, "gi")
    found: types.FrameType | None = getattr(generator, prefix + "_frame", None)
    return found


class Service:
    """Shadows of one algebra.

    Attributes:
        alarm: empty until anything has been given a shadow.

    Args:
        algebra: what the shadows are.
        shadowed: whether frames of a code object, as the host executes it, with these globals keep shadows.
    """

    def __init__(self, algebra: Algebra, shadowed: Callable[[types.CodeType, dict[str, Any]], bool]) -> None:
        self.algebra = algebra
        self.heap = Heap(algebra)
        self.brief = Brief(self.heap)
        self.foreknown = Foreknown(self.brief)
        self.channel = Channel()
        self.shadowed = shadowed
        self.alarm: list[bool] = []
        self._started: dict[int, tuple[Any, Sequence[Any]]] = {}

    # --- frames

    def begin(self, frame: types.FrameType, code: types.CodeType, values: list[Any]) -> Sequence[Any] | None:
        """The shadows of a frame's arguments, None if all are clean.

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
        waits = channel.pending
        if code.co_flags & _GENERATORS and (waits is None or waits.function is None) and not channel.answers:
            return None  # it was given its arguments when it was made
        pending = channel.around(frame, self.shadowed)
        handed = None
        if channel.answers:  # what an iterator behind a star has given, or what a callback is given in its turn
            outer = id(waiting(frame, self.shadowed, False))
            answered = channel.answers.get(outer)
            handed = None if answered is None else answered.joined
        if pending is None and handed is not None:
            pending = Pending(None, (), ())
            pending.loose = True
        elif pending is None and self.heap.tables:
            pending = of_thread(frame, self.shadowed, self.heap)
        if pending is None:
            return None
        if handed is not None:
            pending.rest = self.algebra.joined((pending.rest, handed))
            pending.everything.clear()
        return binding.bind(pending, self.heap, code, values)

    def answer(self, frame: types.FrameType, value: Any, shadow: Any, suspended: bool = False) -> None:
        """A frame returns a value, or (`suspended`) yields it: then frames that delegate to it pass it on."""
        if shadow is not None:
            outer = waiting(frame, self.shadowed, suspended)
            if not suspended and frame.f_code.co_flags & _GENERATOR and outer is not None and not delegates(outer):
                return  # what a generator returns goes to `yield from` alone
            if outer is not None:
                answers = self.channel.answers.get(id(outer))
                if answers is None:
                    answers = self.channel.answers[id(outer)] = Answers()
                answers.append((value, shadow))
                answers.joined = self.algebra.joined((answers.joined, shadow))

    def sent(self, frame: types.FrameType, value: Any) -> Any:
        """The shadow of what a suspended frame goes on with."""
        pending = self.channel.around(frame, self.shadowed, resumed=True)
        if pending is None or value is None:
            return None
        for each, shadow in zip(reversed(pending.args), reversed(pending.shadows), strict=False):
            if each is value:
                pending.direct = pending.direct or pending.function is not None
                return shadow
        return binding.everything(pending, self.heap)

    def class_body(self, namespace: Any) -> None:
        """A class body has been executed in a namespace."""
        self.channel.body = namespace

    def raised(self, exception: Any, shadow: Any) -> None:
        """An exception is raised."""
        if is_a(exception, BaseException):
            self.heap.smear(exception, shadow)

    def caught(self, frame: types.FrameType, exception: BaseException) -> Any:
        """The shadow of the exception that a handler takes."""
        self.channel.unwound(frame)
        table = self.heap.known(exception)
        return None if table is None else table.whole

    # --- primitives

    def before(
        self, frame: types.FrameType, name: str, immediate: Any, values: Sequence[Any], shadows: Sequence[Any]
    ) -> Pending | None:
        """A primitive is about to be performed.

        Args:
            frame: whose instruction it is.
            name: of the primitive.
            immediate: what the instruction gives it.
            values: its operands; of calls: function, positional arguments, keyword arguments.
            shadows: their shadows, in the same form.

        Returns:
            What `after` is to be given.
        """
        channel, heap = self.channel, self.heap
        if channel.pending is not None or channel.answers:
            channel.forget(frame)
        if name in CALLS:
            return self._before_call(frame, name, values, shadows)
        if not heap.tables and shadows.count(None) == len(shadows):
            return None
        pending = Pending(frame, values, shadows)
        channel.lay_down(pending)
        return pending

    def _before_call(
        self, frame: types.FrameType, name: str, values: Sequence[Any], shadows: Sequence[Any]
    ) -> Pending | None:
        function, args, kwargs = values
        function_shadow, arg_shadows, keyword_shadows = shadows
        pending = Pending(frame, args, arg_shadows)
        pending.about(function, function_shadow)
        if name == "call_ex":
            starred(pending, self.heap, args, arg_shadows, kwargs, keyword_shadows)
        else:
            pending.kwargs, pending.keyword_shadows = kwargs, keyword_shadows
        normalized(pending)
        self.channel.lay_down(pending)
        return pending

    def after(
        self,
        frame: types.FrameType,
        pending: Pending | None,
        name: str,
        immediate: Any,
        values: Sequence[Any],
        shadows: Sequence[Any],
        results: list[Any],
    ) -> list[Any]:
        """The shadows of a primitive's results; the heap follows.

        Args:
            frame: as `before` had it.
            pending: what `before` has returned.
            name: as `before` had it.
            immediate: likewise.
            values: likewise.
            shadows: likewise.
            results: what the primitive has given.
        """
        channel, heap = self.channel, self.heap
        answers = channel.take(frame) if channel.answers else []
        if name in CALLS:
            assert pending is not None
            found = [self._after_call(pending, results[0], answers)]
            channel.forget(frame)
            return self._ruled(name, immediate, pending.args, pending.shadows, results, found)
        if pending is not None:
            channel.forget(frame)
        if pending is None and not answers and not heap.tables and shadows.count(None) == len(shadows):
            return [None] * len(results)
        rule = RULES.get(name)
        if rule is not None:
            found = rule(heap, immediate, tuple(values), tuple(shadows), results)
        else:
            found = [self._default(PRIMITIVES[name].shadow, values, shadows)] * len(results)
        if answers:
            found = self._answered(name, values, results, found, answers)
        return self._ruled(name, immediate, values, shadows, results, found)

    def late(self, frame: types.FrameType, results: tuple[Any, ...], container: Any = None) -> list[Any]:
        """The shadows of a primitive's results, if there was no shadow at all when it was begun.

        Args:
            frame: whose instruction it was.
            results: what it has given.
            container: what it may have filled.
        """
        channel = self.channel
        if type(container) in GROWING and channel.answers.get(id(frame)):
            filled(self.heap, container, 0, channel.take(frame))
        answers = channel.take(frame) if channel.answers else []
        found: list[Any] = [None] * len(results)
        if channel.body is not None and len(results) == 1 and is_a(results[0], type):
            binding.class_made(self.heap, results[0], channel.body)
            channel.body = None
        return self._answered("", (), list(results), found, answers) if answers and results else found

    def goes_quietly(self, iterator: Any, codes: Container[int]) -> bool:
        """Whether an `enumerate` or a `zip`, which is about to be asked, runs no code but such generators'."""
        if self.channel.answers:
            self.channel.forget(_frame(1))
        return goes_quietly(iterator, codes)

    def paired(self, iterator: Any, value: Any, shadow: Any) -> Any:
        """The shadow of what an `enumerate` or a `zip` has given that goes over builtin iterators and generators."""
        channel = self.channel
        answers = channel.take(_frame(1)) if channel.answers else []
        if answers or self.heap.tables:
            return self.algebra.joined((paired(self.heap, iterator, value, answers), shadow))
        return shadow

    def _default(self, way: str, values: Sequence[Any], shadows: Sequence[Any]) -> Any:
        if way == "clean":
            return None
        if way == "reach" and self.heap.tables:
            shadows = [reaching(self.heap, value, shadow) for value, shadow in zip(values, shadows, strict=True)]
        return self.algebra.joined(shadows)

    def _ruled(
        self, name: str, immediate: Any, values: Sequence[Any], shadows: Sequence[Any], results: Any, found: list[Any]
    ) -> list[Any]:
        """What the algebra has to say about a primitive itself."""
        rule = self.algebra.rules.get(name)
        if rule is None or not found or shadows.count(None) == len(shadows):
            return found
        return [rule(immediate, tuple(values), tuple(shadows), results[0] if len(results) == 1 else results)]

    def _answered(
        self, name: str, values: Sequence[Any], results: list[Any], found: list[Any], answers: list[tuple[Any, Any]]
    ) -> list[Any]:
        """The shadows of results that frames below the primitive have given."""
        joined = self.algebra.joined
        everything = joined(shadow for _, shadow in answers)
        if name in _FILLING and type(values[0]) in GROWING and (not results or results[0] is values[0]):
            filled(self.heap, values[0], 0, answers)
            return found
        if not results:
            return found
        if name == "next" and type(values[0]) in PAIRING and results:
            return [joined((paired(self.heap, values[0], results[0], answers), found[0]))]
        if len(results) == 1:
            value, shadow = answers[-1]
            return [shadow if value is results[0] else joined((found[0], everything))]
        left = list(answers)
        for number, result in enumerate(results):
            for each in left:
                if each[0] is result:
                    found[number] = each[1]
                    left.remove(each)
                    break
        if len(left) == len(answers):
            found = [joined((shadow, everything)) for shadow in found]
        return found

    def _after_call(self, pending: Pending, result: Any, answers: list[tuple[Any, Any]]) -> Any:
        if is_a(result, binding.GENERATORS) and not pending.direct and self._begins_later(pending, result):
            return None
        return binding.outcome(pending, self.heap, result, answers, lambda: self.channel.body, self.shadowed)

    def native(
        self, frame: types.FrameType, function: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any
    ) -> Pending:
        """A builtin function is about to be called with arguments by position: what `before` does for such.

        Args:
            frame: whose instruction it is.
            function: it.
            args: its arguments.
            shadows: their shadows.
            own: that of the function.
        """
        channel = self.channel
        if channel.pending is not None or channel.answers:
            channel.forget(frame)
        pending = Pending(frame, args, shadows)
        pending.about(function, own)
        channel.lay_down(pending)
        return pending

    def filled(self, frame: types.FrameType, filling: Filling, result: Any) -> None:
        """A list has been filled by a generator, or the list or tuple that a call has given."""
        if self.channel.answers:
            container = result if filling.container is None else filling.container
            filled(self.heap, container, filling.first, self.channel.take(frame))

    def native_result(self, frame: types.FrameType, pending: Pending, result: Any) -> Any:
        """The shadow of what a builtin function has given: what `after` does for such."""
        channel = self.channel
        found = self._after_call(pending, result, channel.take(frame) if channel.answers else [])
        channel.forget(frame)
        return found

    def _begins_later(self, pending: Pending, result: Any) -> bool:
        """Have the arguments ready for the frame of a generator, which begins when it is first asked for a value."""
        frame = _frame_of(result)
        if frame is None or not self.shadowed(frame.f_code, frame.f_globals):
            return False
        code = frame.f_code
        count = binding.Parameters(code, []).total
        variables = frame.f_locals
        values = [variables.get(name) for name in code.co_varnames[:count]]
        shadows = binding.bind(pending, self.heap, code, values)
        self._have_ready(result, frame, shadows)
        return pending.direct

    def made(self, generator: Any, shadows: Sequence[Any]) -> None:
        """A generator has been made with arguments that have these shadows, in the order of its parameters."""
        self._have_ready(generator, generator.gi_frame, shadows)

    def _have_ready(self, generator: Any, frame: types.FrameType, shadows: Sequence[Any]) -> None:
        address, started = id(frame), self._started

        def gone(dead: Any) -> None:
            if address in started and started[address][0] is dead:
                del started[address]

        started[address] = ref(generator, gone), shadows

    def made_as_usual(self, cls: type) -> bool:
        """Whether instances of a class are made by `object.__new__`, and their attributes loaded quietly."""
        return find(cls, "__new__")[1] is object and loads_quietly(cls, "__init__")

    # --- events

    def tell(self, names: tuple[str, ...] | None, shadows: Any, slots: Any, positions: list[int] | None) -> Any:
        """An event is about to be told (None: it has been).

        Args:
            names: of the operands.
            shadows: of the operands.
            slots: the array that holds the shadow of the event's value, if it has one already.
            positions: where in it.

        Returns:
            The moment, for `told`.
        """
        moment = (
            None if names is None else Moment(dict(zip(names, shadows, strict=False)), slots, positions, self.alarm)
        )
        self.channel.moment = moment
        return moment

    def told(self, moment: Any, found: list[Any] | None, slots: Any, positions: list[int] | None) -> None:
        """A moment goes on: its primitive is about to be answered (None), or has been, with these shadows."""
        self.channel.moment = moment
        if found is not None:
            moment.operands["result"] = found[0] if len(found) == 1 else tuple(found)
            moment.slots, moment.positions = slots, positions

    def starred(self, values: Sequence[Any], shadows: Sequence[Any]) -> tuple[Any, Any, Any]:
        """The shadows of a call with starred arguments, one by one where they are known one by one."""
        pending = Pending(None, (), ())
        starred(pending, self.heap, values[1], shadows[1], values[2], shadows[2])
        args = pending.shadows if type(values[1]) in (tuple, list) else shadows[1]
        return shadows[0], args, pending.keyword_shadows if type(values[2]) is dict else shadows[2]

    def enter_variable(self, cell: Any, value: Any, shadow: Any) -> None:
        """An argument is in a cell."""
        self.heap.set_item(cell, CONTENTS, value, shadow)

    # --- what analyses ask

    def reaching(self, value: Any, shadow: Any = None) -> Any:
        """The join of a reference's shadow and of the shadows of all that the value holds."""
        return reaching(self.heap, value, shadow)
