"""A board: all that is attached at a time by way of one engine."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Protocol

from bytescope.analysis.base import AnalysisError
from bytescope.analysis.planning.planner import Planner, call_of
from bytescope.analysis.planning.tasks import forget_tasks, watch_threads
from bytescope.analysis.site import Site
from bytescope.analysis.subscriber import Subscriber
from bytescope.isa.events import FROM_EXCEPTIONS
from bytescope.startup.locks import CHANGES


class Engine(Protocol):
    """Interface of an engine to its attachments."""

    def observe(self, planner: Planner | None, changed: list[Subscriber]) -> None:
        """Observe code from now on as a planner plans, None for not at all.

        Args:
            planner: the planner.
            changed: who was attached or detached.
        """

    def refresh(self, site: Site, planner: Planner) -> None:
        """Plan a site again: a subscriber has returned ENOUGH there."""

    def rearm(self, planner: Planner, changed: list[Subscriber]) -> None:
        """Resume the events that subscribers have had enough of since the planner was made."""

    def stop(self, failure: Callable[[], AnalysisError]) -> None:
        """Execute no more of the program until nothing is attached any more: what is to be raised instead."""


class Board:
    """The analyses currently attached through one engine.

    failure: the error that has stopped the run, if one has; stopped: then holds what makes another one like it.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.failure: AnalysisError | None = None
        self.stopped: list[Callable[[], AnalysisError]] = []
        self._subscribers: list[Subscriber] = []
        self._planner = Planner([], self.stopped)
        self._left_out = False  # whether sites may have been planned without a subscriber that had enough of them

    def add(self, subscribers: list[Subscriber]) -> None:
        """Attach analyses, behind those that are attached already."""
        with CHANGES:
            for each in subscribers:
                each.live[:] = [True]
                each.boards.append(self)
            self._change([*self._subscribers, *subscribers], subscribers)

    def remove(self, subscribers: list[Subscriber]) -> None:
        """Detach analyses. When none is left, a run that was stopped may go on."""
        with CHANGES:
            for each in subscribers:
                each.live.clear()
                if self in each.boards:
                    each.boards.remove(self)
            self._change([each for each in self._subscribers if each not in subscribers], subscribers)

    def _change(self, now: list[Subscriber], changed: list[Subscriber]) -> None:
        self._subscribers[:] = now
        self._planner = Planner(list(now), self.stopped)
        self._left_out = any(each.has_had_enough for each in now)
        if not now:
            self.failure = None
            self.stopped.clear()
            forget_tasks()
        self.engine.observe(self._planner if now else None, changed)
        first = [each for each in now if each.boards[0] is self]  # threads belong to no engine
        started = self._planner.hook("thread_start", [each for each in first if each.wants("thread_start")])
        stopped = self._planner.hook("thread_stop", [each for each in first if each.wants("thread_stop")])
        watch_threads(self, call_of(started), call_of(stopped))

    def covers(self, module: str, file: str) -> bool:
        """Return True if any analysis is about the code of a module."""
        return any(each.covers(module, file) for each in self._subscribers)

    def notice(self, module: str, code: types.CodeType) -> None:
        """Record code, with the code nested in it, that a subscriber may observe."""
        for each in self._subscribers:
            each.notice(module, code)

    def wants_exceptions(self) -> bool:
        """Return True if a subscriber has methods for exceptions."""
        return any(each.wants(name) for each in self._subscribers for name in FROM_EXCEPTIONS)

    def rearm(self, subscribers: list[Subscriber]) -> None:
        """Resume the events that attached analyses have had enough of."""
        with CHANGES:
            for each in subscribers:
                each.rearm()
            if self._left_out:
                self._change(list(self._subscribers), subscribers)
            elif self._subscribers:
                self.engine.rearm(self._planner, subscribers)

    def failed(self, error: AnalysisError) -> None:
        """Stop the run because an analysis has failed."""
        with CHANGES:
            if self.failure is not None or not self._subscribers:
                return
            self.failure = error

            def again() -> AnalysisError:
                copy = AnalysisError(error.args[0], error.analysis, error.event, error.site)
                copy.__cause__ = error.__cause__
                return copy

            self.stopped.append(again)
            self.engine.stop(again)

    def enough(self, site: Site) -> None:
        """Plan a site again: a subscriber has returned ENOUGH there."""
        with CHANGES:
            self.engine.refresh(site, self._planner)
