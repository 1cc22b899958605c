"""What frames tell each other of shadows, thread by thread.

A call that an instruction makes goes through the host, and often through functions written in C, which know nothing of
shadows. So the caller lays down what it knows of the operands before the primitive (`Pending`), the frames that begin
or go on below it look there, and lay down what they return or yield (`answers`) for the frame that waits for it.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from typing import Any

from bytescope.code.host.delegation import delegates
from bytescope.shadow.heap import Heap
from bytescope.shadow.reachability import reaching

Shadowed = Callable[[types.CodeType, dict[str, Any]], bool]
"""Whether frames of a code object with these globals know of shadows."""


class Pending:
    """A primitive that is being performed.

    Attributes:
        frame: whose instruction it is.
        function: what is called, None for other primitives; its shadow is `function_shadow`.
        args, shadows: operands, or positional arguments, and their shadows.
        kwargs, keyword_shadows: the same by keyword.
        loose: whether there are arguments that are not known one by one; rest: their shadow.
        direct: whether a guest frame has begun that took exactly these arguments.
        length: how many items the list had whose method is called.
        previous: the primitive that was being performed before it, in a frame further out.
    """

    __slots__ = (
        "args", "direct", "everything", "frame", "function", "function_shadow", "keyword_shadows", "kwargs", "length",
        "loose", "previous", "rest", "shadows",
    )  # fmt: skip

    def __init__(self, frame: types.FrameType | None, args: Any, shadows: Any) -> None:
        self.frame = frame
        self.function: Any = None
        self.function_shadow: Any = None
        self.args = args
        self.shadows = shadows
        self.kwargs: dict[str, Any] = {}
        self.keyword_shadows: dict[str, Any] = {}
        self.rest: Any = None
        self.loose = False
        self.direct = False
        self.length = 0
        self.previous: Pending | None = None
        self.everything: list[Any] = []

    def about(self, function: Any, shadow: Any) -> None:
        """It is a call of a function that has a shadow."""
        self.function, self.function_shadow = function, shadow
        if type(function) is types.BuiltinFunctionType and type(function.__self__) is list:
            self.length = len(function.__self__)


class Answers(list[tuple[Any, Any]]):
    """What a frame was answered: values and shadows.

    joined: the join of the shadows.
    """

    __slots__ = ("joined",)

    def __init__(self) -> None:
        self.joined: Any = None


class Channel(threading.local):
    """The messages of one thread.

    Attributes:
        pending: the primitive that is being performed, in the innermost frame that has laid one down.
        answers: by the address of the waiting frame, values and shadows of what was returned or yielded to it.
        body: the namespace of the class body that has been executed last.
        moment: the event that is being told.
    """

    pending: Pending | None
    answers: dict[int, Answers]
    body: Any
    moment: Any

    def __init__(self) -> None:
        self.pending = None
        self.answers = {}
        self.body = None
        self.moment = None

    def lay_down(self, pending: Pending) -> None:
        """A primitive is about to be performed; what its frame has laid down before must have been forgotten."""
        pending.previous = self.pending
        self.pending = pending

    def forget(self, frame: types.FrameType) -> None:
        """What this frame has laid down for, and what it has been waiting for, is over: it succeeded or raised."""
        while self.pending is not None and self.pending.frame is frame:
            self.pending = self.pending.previous
        if self.answers:
            self.answers.pop(id(frame), None)

    def take(self, frame: types.FrameType) -> list[tuple[Any, Any]]:
        """What this frame was answered: values and shadows."""
        return self.answers.pop(id(frame), [])

    def unwound(self, frame: types.FrameType) -> None:
        """A handler of this frame takes an exception: whatever went on further in is over."""
        outer = set()
        around = frame.f_back
        while around is not None:
            outer.add(id(around))
            around = around.f_back
        while self.pending is not None and id(self.pending.frame) not in outer:
            self.pending = self.pending.previous
        for address in [each for each in self.answers if each not in outer]:
            del self.answers[address]

    def around(self, frame: types.FrameType, shadowed: Shadowed, resumed: bool = False) -> Pending | None:
        """The primitive below which a frame begins, or (`resumed`) goes on, if the frame that waits for it has one."""
        pending = self.pending
        if pending is None or waiting(frame, shadowed, resumed) is not pending.frame:
            return None
        return pending


def waiting(frame: types.FrameType, shadowed: Shadowed, suspends: bool) -> types.FrameType | None:
    """The shadowed frame that waits for what a frame returns, or (`suspends`) yields; None if there is none."""
    outer = frame.f_back
    while outer is not None and (not shadowed(outer.f_code, outer.f_globals) or (suspends and delegates(outer))):
        outer = outer.f_back
    return outer


def of_thread(frame: types.FrameType, shadowed: Shadowed, heap: Heap) -> Pending | None:
    """The call that a thread was started for, if a frame is the first of the thread that knows of shadows."""
    thread = threading._active.get(threading.get_ident())  # type: ignore[attr-defined]
    target = getattr(thread, "_target", None)  # it is deleted when it has returned
    if target is None or waiting(frame, shadowed, False) is not None:
        return None
    pending = Pending(None, (), ())
    pending.function = target
    starred(pending, heap, thread._args, None, thread._kwargs, None)
    return normalized(pending)


def normalized(pending: Pending) -> Pending:
    """A call whose bound method is a function and a receiver."""
    function = pending.function
    if type(function) is types.MethodType:
        pending.args = (function.__self__, *pending.args)
        pending.shadows = (pending.function_shadow, *pending.shadows)
        pending.function = function.__func__
    return pending


def starred(pending: Pending, heap: Heap, args: Any, args_shadow: Any, kwargs: Any, kwargs_shadow: Any) -> None:
    """Give a call the arguments that stand behind `*` and `**`."""
    if type(args) in (tuple, list):
        found = heap.sequence(args, len(args))
        pending.args = tuple(args)
        pending.shadows = tuple(heap.algebra.joined((args_shadow, each)) for each in found)
    else:
        pending.args = pending.shadows = ()
        pending.loose, pending.rest = True, reaching(heap, args, args_shadow)
    if type(kwargs) is dict:
        pending.kwargs = kwargs
        pending.keyword_shadows = {
            name: heap.algebra.joined((kwargs_shadow, heap.item(kwargs, name))) for name in kwargs
        }
    else:
        pending.loose = True
        pending.rest = heap.algebra.joined((pending.rest, reaching(heap, kwargs, kwargs_shadow)))
