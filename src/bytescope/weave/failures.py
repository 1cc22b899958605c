"""Functions that exception handlers of woven code call; they find the site in tables, which a cache can keep."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence

from bytescope.code.host.asynchronous import handler_entry, is_asynchronous
from bytescope.code.host.frame_marks import HANDLER_FILE
from bytescope.isa.instrumentation import Hook
from bytescope.startup.stdlib_lite import Any

Where = int | tuple[int, ...] | None
"""Where an exception comes up: the code unit, or the instruction; () for what was noted, None for what the traceback
says."""

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
        failure: makes of them the error to be raised in the place of one that a hook has raised, without its frames.
        units, indices: where what does an instruction's work begins, in code units, ascending; which instruction it is.
        call_units, calls: where hooks are called; hook and site of each.
    """

    def __init__(self, raised: Hook | None, unwound: Hook | None, site: Callable[[int], Any], failed: Failed) -> None:
        self.raised = raised
        self.unwound = unwound
        self.site = site
        self.failed = failed
        self.told_raised, self.told_unwound, self.failure = self._told_raised, self._told_unwound, self._failure
        self.passed_on = self._passed_on
        self._passing: dict[int, tuple[int]] = {}
        self.units: Sequence[int] = ()
        self.indices: Sequence[int] = ()
        self.call_units: Sequence[int] = ()
        self.calls: Sequence[tuple[Hook | None, Any]] = ()

    def functions(self) -> tuple[Callable[..., object], ...]:
        """Return what handlers call."""
        return self.told_raised, self.told_unwound, self.passed_on, self.failure

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
        number = bisect_right(self.call_units, _unit_of(where, exception)) - 1
        hook, site = self.calls[number] if number >= 0 else (None, None)
        traceback = exception.__traceback__
        if traceback is None:
            return self.failed(hook, site, exception)
        above = traceback.tb_next
        judged = above is not None and above.tb_frame.f_code.co_filename == HANDLER_FILE
        if judged or is_asynchronous(exception, above or traceback):
            hook = None
        traceback.tb_next = handler_entry(above)
        return self.failed(hook, site, exception)

    def _site_of(self, where: Where, exception: BaseException) -> Any:
        """Return the site at which an exception was raised, or came up, in the frame that it comes from."""
        return self.site(where[0] if isinstance(where, tuple) else self._index_of(where, exception))

    def _index_of(self, where: int | None, exception: BaseException) -> int:
        return self.indices[bisect_right(self.units, _unit_of(where, exception)) - 1]


def _unit_of(where: int | None, exception: BaseException) -> int:
    """Return the code unit that raised an exception, from `where` or from the frame's entry in the traceback."""
    if isinstance(where, int):
        return where
    return 0 if exception.__traceback__ is None else exception.__traceback__.tb_lasti // 2
