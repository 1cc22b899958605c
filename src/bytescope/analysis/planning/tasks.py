"""The events of threads and asyncio tasks."""

from __future__ import annotations

import sys
import threading
from _thread import get_ident
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bytescope.analysis.base import AnalysisError
from bytescope.analysis.planning.dispatch import as_hook, make_hook
from bytescope.code.host.invisible_frames import hidden
from bytescope.isa.instrumentation import Hook
from bytescope.startup.locks import by_thread

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


Told = Callable[[Any], Any]

_last: dict[int, Any] = by_thread({})
"""Thread to the task that was last seen in it."""


def switch_hook(name: str, subscribers: tuple[Subscriber, ...], stopped: list[Callable[[], AnalysisError]]) -> Hook:
    """A hook (site) that tells of another task, if it is another; parameters as those of `make_hook`."""
    tell = make_hook(name, subscribers, stopped).call

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

    return Hook(switch)


def forget_tasks() -> None:
    """Forget the tasks that ran last: nothing is attached any more."""
    _last.clear()


# --- threads

_bootstrap: Any = threading.Thread._bootstrap  # type: ignore[attr-defined]
_watching: dict[object, tuple[Told | None, Told | None]] = {}


def watch_threads(owner: object, started: Told | None, stopped: Told | None) -> None:
    """Report the begin and end of threads that start from now on.

    Args:
        owner: who wants to know; replaces what it wanted before.
        started: what is called when a thread begins, None for nothing.
        stopped: what is called when it ends. Where all want nothing, nothing is changed.
    """
    thread: Any = threading.Thread
    _watching.pop(owner, None)
    if started is not None or stopped is not None:
        _watching[owner] = (started, stopped)
    if not _watching:
        thread._bootstrap = _bootstrap
        return
    watching = list(_watching.values())

    def bootstrap(self: Any) -> None:
        run = self.run  # at its beginning the thread is known to `threading`, as it is not yet here

        @hidden
        def told() -> None:
            del self.run
            for hook, _ in watching:
                _told(hook, self)
            try:
                run()
            finally:
                for _, hook in watching:
                    _told(hook, self)

        self.run = told
        _bootstrap(self)

    thread._bootstrap = bootstrap


def _told(hook: Callable[[Any], Any] | None, thread: threading.Thread) -> None:
    """Call a hook. If it fails the run is stopped; but the thread's own affairs must be brought to their end."""
    if hook is not None:
        with suppress(AnalysisError):
            hook(thread)
