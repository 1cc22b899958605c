"""The board: all that is attached at a time, and the engine that is told of it."""

from __future__ import annotations

import threading
from typing import Any

from bytescope.analysis import dispatch
from bytescope.analysis.base import AnalysisError
from bytescope.analysis.planner import Planner
from bytescope.analysis.subscriber import Subscriber
from bytescope.analysis.tasks import forget_tasks, watch_threads
from bytescope.machine import observe
from bytescope.machine.program import Program

_lock = threading.RLock()
_subscribers: list[Subscriber] = []
_planner = Planner([])
failure: list[AnalysisError] = []
"""The error that has stopped the run, if one has."""


def add(subscribers: list[Subscriber]) -> None:
    """Attach analyses, behind those that are attached already."""
    with _lock:
        _change([*_subscribers, *subscribers], subscribers)


def remove(subscribers: list[Subscriber]) -> None:
    """Detach analyses. When none is left, a run that was stopped may go on."""
    with _lock:
        _change([each for each in _subscribers if each not in subscribers], subscribers)


def _change(now: list[Subscriber], changed: list[Subscriber]) -> None:
    global _planner
    _subscribers[:] = now
    _planner = Planner(list(now))
    if now:
        observe.set_planner(_planner.plan)
    else:
        failure.clear()
        observe.go_on()
        observe.set_planner(None)
        forget_tasks()

    def concerned(program: Program) -> bool:
        code = program.code
        return program.plan is not None or any(
            each.filters.wants_code(program.module, code.co_filename, code.co_qualname) for each in changed
        )

    observe.replan(concerned)
    if any(each.wants(name) for each in now for name in ("raise", "handle", "unwind")):
        observe.guard()
    started = _planner.hook("thread_start", [each for each in now if each.wants("thread_start")])
    stopped = _planner.hook("thread_stop", [each for each in now if each.wants("thread_stop")])
    watch_threads(started, stopped)


def _failed(error: AnalysisError) -> None:
    with _lock:
        if failure or not _subscribers:
            return
        failure.append(error)

        def again() -> AnalysisError:
            copy = AnalysisError(error.args[0], error.analysis, error.event, error.site)
            copy.__cause__ = error.__cause__
            return copy

        observe.stop(again)


def _enough(subscriber: Subscriber, event: str, site: Any, outcome: bool | None) -> None:
    with _lock:
        subscriber.silenced.add((site, event, outcome))
        observe.refresh(site.code, site.index, _planner.point)


dispatch.on_failure = _failed
dispatch.on_enough = _enough
