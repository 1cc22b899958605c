"""A subscriber: an analysis with the filters that it was attached with."""

from __future__ import annotations

import types
from _thread import get_ident
from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakSet, ref

from bytescope.analysis.base import Analysis, AnalysisError
from bytescope.analysis.filters import Filters
from bytescope.analysis.signatures import methods_of
from bytescope.analysis.site import Site
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.weak_tables import enter, when_gone
from bytescope.isa.events import FROM_EXCEPTIONS, LIFECYCLE
from bytescope.isa.instrumentation import Hook


class Attachments(Protocol):
    """Interface of a subscriber to all that is attached by way of one engine, see `attachments.Board`."""

    def enough(self, site: Site, /) -> None:
        """Plan a site again: a subscriber has returned ENOUGH there."""

    def failed(self, error: AnalysisError, /) -> None:
        """Stop the run because an analysis has failed."""


class Subscriber:
    """An attached analysis.

    name: the analysis's; methods: its methods by event, those that the filters leave out excepted; live: empty unless
    it is attached, and events are told to it even by code that does not know yet; boards: where it is attached; own:
    the module of the analysis, and how the qualified names of its methods begin; matched: whether any code was observed
    for it; hooks: those that call its methods.

    Raises:
        TypeError, ValueError: if the analysis cannot be one.
    """

    def __init__(self, analysis: Analysis, filters: Filters) -> None:
        self.name = type(analysis).__name__
        self.analysis: Any = analysis
        self.filters = filters
        methods = methods_of(analysis)
        self.methods = {name: each for name, each in methods.items() if name in LIFECYCLE or filters.wants_event(name)}
        self.live: list[bool] = []
        self.boards: list[Attachments] = []
        self._silent: dict[str, set[Any]] = {}
        self._silent_of: dict[int, list[tuple[set[Any], Any]]] = {}
        own = type(analysis)
        self.own = (own.__module__, own.__qualname__ + ".")
        self.matched = False
        self.hooks: WeakSet[Hook] = WeakSet()

    def silent(self, event: str) -> set[Any]:
        """Return the sites, as `place_of` gives them, where an event is unsubscribed; for `branch`, with outcomes."""
        return self._silent.setdefault(event, set())

    @property
    def has_had_enough(self) -> bool:
        """Return True if it has returned ENOUGH anywhere."""
        return any(self._silent.values())

    def enough(self, event: str, site: Site, outcome: bool | None = None) -> None:
        """Send no more of an event at a site, of `branch` with an outcome."""
        silent, place = self.silent(event), place_of(site, outcome)
        silent.add(place)
        if site.code is not None:
            number = id(site.code)
            if id(self) not in _silencing:
                enter(_silencing, id(self), self)
            if number not in _watched:
                _watched.add(number)
                when_gone(site.code, _code_gone, number)
            self._silent_of.setdefault(number, []).append((silent, place))
        for board in list(self.boards):
            board.enough(site)

    def rearm(self) -> None:
        """Want again what it has had enough of."""
        for places in self._silent.values():
            places.clear()
        self._silent_of.clear()

    def failed(self, error: AnalysisError) -> None:
        """Stop the run, because an analysis has failed."""
        for board in list(self.boards):
            board.failed(error)

    def covers(self, module: str, file: str) -> bool:
        """Return True if it is about the code of a module: unless some are included by name, the analysis decides."""
        return self.filters.include is not None or self.analysis.covers(module, file)

    def wants_code(self, module: str, file: str, function: str) -> bool:
        """Return True if its filters include a code object that is not a method of the analysis."""
        wanted = self.filters.wants_code(module, file, function) and self.covers(module, file)
        return wanted and not self.owns(module, function)

    def notice(self, module: str, code: types.CodeType) -> None:
        """Record code, with the code nested in it, that it may observe."""
        codes = [] if self.matched else [code]
        while codes and not self.matched:
            code = codes.pop()
            codes += [each for each in code.co_consts if type(each) is types.CodeType]
            self.matched = self.wants_code(module, code.co_filename, code.co_qualname)

    def owns(self, module: str, function: str) -> bool:
        """Return True if a function is a method of the analysis."""
        return module == self.own[0] and function.startswith(self.own[1])

    def wants(self, event: str) -> bool:
        """Return True if it wants the event anywhere."""
        return event in self.methods

    def chooses_sites(self, event: str) -> bool:
        """Return True if it wants the event at some sites only."""
        filtered = self.filters.lines is not None or self.filters.where is not None
        return filtered or bool(self._silent.get(event)) or type(self.analysis).wants is not Analysis.wants

    def wants_at(self, event: str, site: Site, outcome: bool | None = None) -> bool:
        """Return True if it wants the event at a site, `branch` with an outcome."""
        if place_of(site, outcome) in self._silent.get(event, ()) or not self.filters.wants_site(site):
            return False
        return type(self.analysis).wants is Analysis.wants or self.analysis.wants(event, site)

    def method(self, event: str) -> Callable[..., Any]:
        """Return the callable for an event: the method, after the filters that can only be decided at run time."""
        method = self.methods[event]
        threads = self.filters.threads
        if event in FROM_EXCEPTIONS and (self.filters.lines is not None or self.filters.where is not None):
            method = self._at_wanted_sites(method)
        return method if threads is None else _in_threads(method, threads)

    def all_methods(self) -> dict[str, Callable[..., Any]]:
        """Return the callable of each event, except those of the analysis's own life cycle."""
        return {name: self.method(name) for name in self.methods if name not in LIFECYCLE}

    def _at_wanted_sites(self, method: Callable[..., Any]) -> Callable[..., Any]:
        wants_site = self.filters.wants_site
        return lambda site, exception: method(site, exception) if wants_site(site) else None


def place_of(site: Site, outcome: bool | None = None) -> tuple[int, ...]:
    """Return what tells a site, or an outcome of it, from others without keeping its code object alive."""
    return (id(site.code), site.index) if outcome is None else (id(site.code), site.index, outcome)


_silencing: dict[int, ref[Subscriber]] = {}
"""By id the subscribers that have had enough somewhere."""

_watched: set[int] = set()
"""Ids of the code objects where any of them has."""


@hidden
def _code_gone(number: int) -> None:
    _watched.discard(number)
    for reference in list(_silencing.values()):
        subscriber = reference()
        if subscriber is not None:
            for silent, place in subscriber._silent_of.pop(number, ()):
                silent.discard(place)


def _in_threads(method: Callable[..., Any], threads: frozenset[int]) -> Callable[..., Any]:
    return lambda *given: method(*given) if get_ident() in threads else None
