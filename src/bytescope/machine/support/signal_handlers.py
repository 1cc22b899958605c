"""Handlers of signals that a run has set: a run that was stopped leaves none behind."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]

from bytescope.startup.stdlib_lite import Any

_NUMBERS = tuple(sorted(_signal.valid_signals())) if hasattr(_signal, "valid_signals") else ()

_TIMERS = {
    getattr(_signal, signal): getattr(_signal, timer)
    for signal, timer in (("SIGALRM", "ITIMER_REAL"), ("SIGVTALRM", "ITIMER_VIRTUAL"), ("SIGPROF", "ITIMER_PROF"))
    if hasattr(_signal, timer)
}
"""The timers that send signals, by signal."""


def handlers() -> list[tuple[int, Any]]:
    """Return the handlers of all signals, by number."""
    return [(number, _signal.getsignal(number)) for number in _NUMBERS]


def restore(before: list[tuple[int, Any]]) -> None:
    """Set the handlers that there were before, where others are there now, and stop the timers for them.

    Args:
        before: what `handlers` has returned.
    """
    for number, handler in before:
        if handler is None or _signal.getsignal(number) is handler:
            continue
        try:
            if number in _TIMERS:
                _signal.setitimer(_TIMERS[number], 0)
            _signal.signal(number, handler)
        except ValueError:  # this is not the main thread, and only that one sets handlers
            return
