"""Per-thread call channel: the primitive in flight in each frame, and the shadows that callees have returned to it.

A call goes through CPython, and often through functions written in C, which propagate no shadows. So the caller pushes
the operands' shadows before the primitive (`InFlight`). Frames that begin or resume below it read them, and add what
they return or yield to the list of the frame that awaits it (`ReturnedShadows`).
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from typing import Any

from bytescope.code.host.delegation import delegates
from bytescope.shadow.event_context import EventContext
from bytescope.shadow.heap import Heap
from bytescope.shadow.reachability import reaching

Shadowed = Callable[[types.CodeType, dict[str, Any]], bool]
"""Predicate: whether frames of a code object with these globals propagate shadows."""


class InFlight:
    """A primitive in flight: begun and not finished.

    Attributes:
        frame: the frame that executes it.
        function: the callee of a call, None for other primitives; its shadow is `function_shadow`.
        args, shadows: operands, or positional arguments, and their shadows.
        kwargs, keyword_shadows: the same for keyword arguments.
        inexact: whether there are arguments that are not known one by one; inexact_shadow: the join of their shadows.
        matched: whether a guest frame has begun that took exactly these arguments.
        bound: whether the first argument is the object that the callee, a method written in Python, is bound to.
        before_call: what the arguments held before the call, see `native_changes`.
        length_before: the length of the list whose method is called.
        outer: the primitive in flight in a frame further out.
        join_cache: the join of all that reaches it, once it is computed.
    """

    __slots__ = (
        "args", "before_call", "bound", "frame", "function", "function_shadow", "inexact", "inexact_shadow",
        "join_cache", "keyword_shadows", "kwargs", "length_before", "matched", "outer", "shadows",
    )  # fmt: skip

    def __init__(self, frame: types.FrameType | None, args: Any, shadows: Any) -> None:
        self.frame = frame
        self.function: Any = None
        self.function_shadow: Any = None
        self.args = args
        self.shadows = shadows
        self.kwargs: dict[str, Any] = {}
        self.keyword_shadows: dict[str, Any] = {}
        self.inexact_shadow: Any = None
        self.before_call: Any = None
        self.bound = False
        self.inexact = False
        self.matched = False
        self.length_before = 0
        self.outer: InFlight | None = None
        self.join_cache: list[Any] = []

    def set_callee(self, function: Any, shadow: Any) -> None:
        """Set the callee and its shadow."""
        self.function, self.function_shadow = function, shadow
        if type(function) is types.BuiltinFunctionType and type(function.__self__) is list:
            self.length_before = len(function.__self__)


class ReturnedShadows(list[tuple[Any, Any]]):
    """Values returned or yielded to a frame, with their shadows.

    joined: the join of the shadows.
    """

    __slots__ = ("joined",)

    def __init__(self) -> None:
        self.joined: Any = None


class Channel(threading.local):
    """The channel of one thread.

    Attributes:
        in_flight: the primitive of the innermost frame that has pushed one.
        returned: what was returned to each frame, by the frame's address.
        body: the namespace of the class body that was executed last.
        event: the context of the event that is being delivered.
        line: that of the instruction whose shadows are found out, where its frame does not tell, else 0.
    """

    in_flight: InFlight | None
    returned: dict[int, ReturnedShadows]
    body: Any
    event: EventContext | None
    line: int

    def __init__(self) -> None:
        self.in_flight = None
        self.returned = {}
        self.body = None
        self.event = None
        self.line = 0

    def push(self, in_flight: InFlight) -> None:
        """Push a primitive that is about to be performed. Its frame must have finished the previous one."""
        in_flight.outer = self.in_flight
        self.in_flight = in_flight

    def finish(self, frame: types.FrameType) -> None:
        """Pop the primitives of a frame, which succeeded or raised, and drop what was returned to it."""
        while self.in_flight is not None and self.in_flight.frame is frame:
            self.in_flight = self.in_flight.outer
        if self.returned:
            self.returned.pop(id(frame), None)

    def take_returned(self, frame: types.FrameType) -> list[tuple[Any, Any]]:
        """Remove and return what was returned to a frame."""
        return self.returned.pop(id(frame), [])

    def unwind(self, frame: types.FrameType) -> None:
        """Drop everything of the frames that an exception has left on its way to an exception handler of this frame."""
        outer = set()
        around = frame.f_back
        while around is not None:
            outer.add(id(around))
            around = around.f_back
        while self.in_flight is not None and id(self.in_flight.frame) not in outer:
            self.in_flight = self.in_flight.outer
        for address in [each for each in self.returned if each not in outer]:
            del self.returned[address]

    def enclosing(self, frame: types.FrameType, shadowed: Shadowed, resumed: bool = False) -> InFlight | None:
        """Return the primitive below which a frame begins or (`resumed`) resumes, if the awaiting frame has one."""
        in_flight = self.in_flight
        if in_flight is None or awaiting_frame(frame, shadowed, resumed) is not in_flight.frame:
            return None
        return in_flight


def awaiting_frame(frame: types.FrameType, shadowed: Shadowed, suspends: bool) -> types.FrameType | None:
    """Return the frame with shadows that awaits what a frame returns or (`suspends`) yields, None if there is none."""
    outer = frame.f_back
    while outer is not None and (not shadowed(outer.f_code, outer.f_globals) or (suspends and delegates(outer))):
        outer = outer.f_back
    return outer


def thread_call(frame: types.FrameType, shadowed: Shadowed, heap: Heap) -> InFlight | None:
    """Return the call of the thread's target, if a frame is the first of its thread that propagates shadows."""
    thread = threading._active.get(threading.get_ident())  # type: ignore[attr-defined]
    target = getattr(thread, "_target", None)  # it is deleted when it has returned
    if target is None or awaiting_frame(frame, shadowed, False) is not None:
        return None
    in_flight = InFlight(None, (), ())
    in_flight.function = target
    spread_arguments(in_flight, heap, thread._args, None, thread._kwargs, None)
    return with_receiver(in_flight)


def with_receiver(in_flight: InFlight) -> InFlight:
    """Replace the bound method of a call by its function, with the receiver as the first argument."""
    function = in_flight.function
    if type(function) is types.MethodType:
        in_flight.args = (function.__self__, *in_flight.args)
        in_flight.shadows = (in_flight.function_shadow, *in_flight.shadows)
        in_flight.function = function.__func__
        in_flight.bound = True
    return in_flight


def spread_arguments(
    in_flight: InFlight, heap: Heap, args: Any, args_shadow: Any, kwargs: Any, kwargs_shadow: Any
) -> None:
    """Add the arguments behind `*` and `**` to a call."""
    if type(args) in (tuple, list):
        found = heap.sequence(args, len(args))
        in_flight.args = tuple(args)
        in_flight.shadows = tuple(heap.algebra.joined((args_shadow, each)) for each in found)
    elif (each := heap.algebra.items(args, args_shadow)) is not None:
        in_flight.args, in_flight.shadows = tuple(args), tuple(each)
    else:
        in_flight.args = in_flight.shadows = ()
        in_flight.inexact, in_flight.inexact_shadow = True, reaching(heap, args, args_shadow)
    if type(kwargs) is dict:
        in_flight.kwargs = kwargs
        in_flight.keyword_shadows = {
            name: heap.algebra.joined((kwargs_shadow, heap.item(kwargs, name))) for name in kwargs
        }
    else:
        in_flight.inexact = True
        reached = reaching(heap, kwargs, kwargs_shadow)
        in_flight.inexact_shadow = heap.algebra.joined((in_flight.inexact_shadow, reached))
