"""The events of threads and asyncio tasks."""

from __future__ import annotations

import sys
import threading
from _thread import get_ident
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bytescope.analysis.base import AnalysisError
from bytescope.analysis.dispatch import Hook, as_hook, make_hook
from bytescope.code.hidden import hidden

if TYPE_CHECKING:
    from bytescope.analysis.site import Site
    from bytescope.analysis.subscriber import Subscriber


def current_task() -> Any:
    """The asyncio task that is executed in this thread, or None."""
    asyncio: Any = sys.modules.get("asyncio.tasks")
    if asyncio is None:
        return None
    try:
        return asyncio.current_task()
    except (RuntimeError, AttributeError):  # no loop is running, or asyncio is being imported
        return None


_last: dict[int, Any] = {}
"""Thread to the task that was last seen in it."""


def switch_hook(name: str, subscribers: tuple[Subscriber, ...]) -> Hook:
    """A hook (site) that tells of another task, if it is another."""
    tell = make_hook(name, subscribers)

    @as_hook
    def switch(site: Site) -> None:
        current = current_task()
        thread = get_ident()
        previous = _last.get(thread)
        if current is not previous:
            if current is None:
                _last.pop(thread, None)
            else:
                _last[thread] = current
            tell(site, previous, current)

    return switch


def forget_tasks() -> None:
    """Nobody wants to know any more."""
    _last.clear()


# --- threads

_bootstrap: Any = threading.Thread._bootstrap  # type: ignore[attr-defined]


def watch_threads(started: Callable[[Any], Any] | None, stopped: Callable[[Any], Any] | None) -> None:
    """Have threads that are started from now on tell when they begin and end; nothing is changed for None and None."""
    thread: Any = threading.Thread
    if started is None and stopped is None:
        thread._bootstrap = _bootstrap
        return

    def bootstrap(self: Any) -> None:
        run = self.run  # at its beginning the thread is known to `threading`, as it is not yet here

        @hidden
        def told() -> None:
            del self.run
            _told(started, self)
            try:
                run()
            finally:
                _told(stopped, self)

        self.run = told
        _bootstrap(self)

    thread._bootstrap = bootstrap


def _told(hook: Callable[[Any], Any] | None, thread: threading.Thread) -> None:
    """Call a hook. If it fails the run is stopped; but the thread's own affairs must be brought to their end."""
    if hook is not None:
        with suppress(AnalysisError):
            hook(thread)
