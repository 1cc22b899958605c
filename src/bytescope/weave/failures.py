"""Functions that exception handlers of woven code call; they find the site in tables, which a cache can keep."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from types import TracebackType

from bytescope.code.host.asynchronous import handler_entry, is_asynchronous
from bytescope.code.host.frame_marks import HANDLER_FILE
from bytescope.isa.instrumentation import Hook
from bytescope.startup.stdlib_lite import Any

Where = int | tuple[int, ...] | None
"""Position of an exception: the code unit, or the instruction; () for the position noted before, None for the
traceback's."""

_frame = sys._getframe

Failed = Callable[[Hook | None, Any, BaseException], BaseException]


class Raising:
    """The functions that handlers of one woven code object call.

    Args:
        raised, unwound: the hooks of the plan, or None.
        site: makes the site of an instruction.
        failed: makes the error of a hook that failed: (hook, site, exception) -> exception.

    Attributes:
        told_raised, told_unwound: tell that an exception has come up, or leaves the frame: (where, exception).
        passed_on: takes note of where an exception comes from, for `told_unwound`, where the host's offset of it is no
            object: (where, exception).
        failure, failure_entering, failure_told: make the error to be raised in the place of one that a hook has raised,
            without its frames: a hook of the program, one with which a frame begins, and one that a handler calls.
        units, indices: where what does an instruction's work begins, in code units, ascending; which instruction it is.
        call_units, calls: where hooks are called; hook and site of each.
    """

    def __init__(self, raised: Hook | None, unwound: Hook | None, site: Callable[[int], Any], failed: Failed) -> None:
        self.raised = raised
        self.unwound = unwound
        self.site = site
        self.failed = failed
        self.told_raised, self.told_unwound, self.failure = self._told_raised, self._told_unwound, self._failure
        self.failure_entering, self.failure_told = self._failure_entering, self._failure_told
        self.passed_on = self._passed_on
        self._passing: dict[int, tuple[int]] = {}
        self.units: Sequence[int] = ()
        self.indices: Sequence[int] = ()
        self.call_units: Sequence[int] = ()
        self.calls: Sequence[tuple[Hook | None, Any]] = ()

    def functions(self) -> tuple[Callable[..., object], ...]:
        """Return what handlers call."""
        return (
            *(self.told_raised, self.told_unwound, self.passed_on),
            *(self.failure, self.failure_entering, self.failure_told),
        )

    def _told_raised(self, where: Where, exception: BaseException) -> None:
        assert self.raised is not None
        self.raised.call(self._site_of(where, exception), exception)

    def _told_unwound(self, where: Where, exception: BaseException) -> None:
        if where == ():
            where = self._passing.pop(id(_frame(1)), None)
        assert self.unwound is not None
        self.unwound.call(self._site_of(where, exception), exception)

    def _passed_on(self, where: tuple[int] | None, exception: BaseException) -> None:
        """Note where an exception comes from, by the frame's address: each that passes one on has noted it before."""
        self._passing[id(_frame(1))] = where or (self._index_of(where, exception),)

    def _failure(self, where: int | None, exception: BaseException) -> BaseException:
        traceback = exception.__traceback__
        above = None
        if traceback is not None:
            above, traceback.tb_next = traceback.tb_next, None  # before all calls: there may be no stack left for one
        judged = above is not None and above.tb_frame.f_code.co_filename == HANDLER_FILE
        if exception.__class__ is RecursionError and (judged or above is None):  # the program has used up the stack
            context = exception.__context__
            while context is not None and (entry := context.__traceback__) is not None:
                if entry.tb_frame.f_code.co_filename != HANDLER_FILE:
                    break
                context = context.__context__
            exception.__context__ = context
            return exception
        number = bisect_right(self.call_units, _unit_of(where, exception)) - 1
        hook, site = self.calls[number] if number >= 0 else (None, None)
        if traceback is not None:
            if judged or is_asynchronous(exception, above or traceback):
                hook = None
            traceback.tb_next = handler_entry(above)
        return self.failed(hook, site, exception)

    def _failure_entering(self, where: int | None, exception: BaseException) -> BaseException:
        """As `failure`, where the program has done nothing yet: a lack of stack comes up where it was called."""
        error = self._failure(where, exception)
        if error is exception and error.__class__ is RecursionError:
            error.__traceback__ = None
        return error

    def _failure_told(self, passing: BaseException, exception: BaseException) -> BaseException:
        """As `failure`, for a hook that was told of an exception, at whose place in the program the error comes up.

        Where there is no stack left to tell anybody of it, it goes on itself.
        """
        error = self._failure(None, exception)
        if error is not exception:
            return error
        if error.__class__ is RecursionError:
            return passing
        own, place = error.__traceback__, passing.__traceback__
        if own is not None and place is not None and own.tb_frame is place.tb_frame:
            error.__traceback__ = TracebackType(own.tb_next, own.tb_frame, place.tb_lasti, place.tb_lineno)
        return error

    def _site_of(self, where: Where, exception: BaseException) -> Any:
        """Return the site at which an exception was raised, or came up, in the frame that it comes from."""
        return self.site(where[0] if isinstance(where, tuple) else self._index_of(where, exception))

    def _index_of(self, where: int | None, exception: BaseException) -> int:
        return self.indices[max(bisect_right(self.units, _unit_of(where, exception)) - 1, 0)]


def _unit_of(where: int | None, exception: BaseException) -> int:
    """Return the code unit that raised an exception, from `where` or from the frame's entry in the traceback."""
    if isinstance(where, int):
        return where
    return 0 if exception.__traceback__ is None else exception.__traceback__.tb_lasti // 2
