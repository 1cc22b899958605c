"""Audit hooks of guests, which see the events of guests but not those of the interpreter itself."""

from __future__ import annotations

import sys
from _thread import get_ident

from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import Shared
from bytescope.machine.guests.settrace import internal
from bytescope.startup.locks import by_thread
from bytescope.startup.stdlib_lite import Any, Callable

_add_native = sys.addaudithook
_looking: set[int] = by_thread(set())
"""Identifiers of the threads that inspect the stack, which raises an event, too."""


class _OfGuests:
    """The hook given to the host: filters the events of the interpreter."""

    __slots__ = ("hook",)

    def __init__(self, hook: Callable[[str, tuple[Any, ...]], object]) -> None:
        self.hook = hook

    @hidden
    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        thread = get_ident()
        if thread in _looking:
            return
        _looking.add(thread)
        try:
            own = internal(sys._getframe().f_back)
        finally:
            _looking.discard(thread)
        if not own:
            self.hook(event, arguments)


@hidden
def addaudithook(hook: Callable[[str, tuple[Any, ...]], object]) -> None:
    """Add an audit hook, as `sys.addaudithook` does."""
    _add_native(_OfGuests(hook))


addaudithook.__module__ = "sys"


def _replace() -> None:
    sys.addaudithook = addaudithook


def _restore() -> None:
    sys.addaudithook = _add_native


available = Shared(_replace, _restore)
"""The replacement of `sys.addaudithook`."""
