"""Attaching analyses to code that runs."""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, Self, TypeVar

from bytescope.analysis.base import Analysis, AnalysisError
from bytescope.analysis.engines.interpreter import INTERPRETER
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.existing import existing_functions
from bytescope.analysis.filters import Filters, Globs, Lines, Threads, Where
from bytescope.analysis.planning.dispatch import AtWork, disconnect
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.host.interrupts import no_interrupts_at_start
from bytescope.code.host.transactions import Collecting, Released, Step, Transaction
from bytescope.isa.events import EVENTS, LIFECYCLE
from bytescope.loading.functions import name_of
from bytescope.loading.imports import Guests
from bytescope.machine.support import recursion

_CODELESS = frozenset({*LIFECYCLE, "thread_start", "thread_stop"})
"""Events that are not about code."""

P = ParamSpec("P")
R = TypeVar("R")

Engine = Literal["woven", "interpreter"]
ENGINES: tuple[Engine, ...] = ("woven", "interpreter")


class NothingObserved(RuntimeWarning):
    """An attachment has ended, and no code had matched its filters."""


class attach:
    """Attach analyses: a context manager, and a decorator for functions during whose calls they are attached.

    While it is open, the analyses are told of the events in what the filters include: modules that `include` names and
    that are imported already, from their next function call on, and modules imported meanwhile. Without `include`, that
    is `__main__`, and modules outside the standard library that are imported meanwhile. Attachments may be nested; each
    adds its analyses behind the others.

    With the engine "woven", hooks are put into the bytecode that CPython executes; with "interpreter", that code is
    executed by bytescope's machine meanwhile. The events are the same. What a `VM` executes is observed either way.

        with bytescope.attach(Comparisons(), include=["myparser.*"]):
            myparser.parse(text)

    Args:
        analyses: instances; they are told in this order.
        engine: "woven" or "interpreter".
        include, exclude: globs over dotted module names.
        files: globs over file names.
        functions: globs over qualified names.
        events: globs over names of events.
        lines: a range, a pair (first, last), or line numbers.
        where: a predicate over sites.
        threads: threads, or their identifiers.

    Raises:
        TypeError: if an analysis or a filter is of the wrong type, or a method has the wrong signature.
        ValueError: if a method is for an event that does not exist, a glob is malformed, or there is no such engine.
    """

    def __init__(
        self,
        *analyses: Analysis,
        engine: Engine = "woven",
        include: Globs = None,
        exclude: Globs = (),
        files: Globs = None,
        functions: Globs = None,
        events: Globs = None,
        lines: Lines = None,
        where: Where = None,
        threads: Threads = None,
    ) -> None:
        if engine not in ENGINES:
            raise ValueError(f"unknown engine {engine!r}: choose {' or '.join(map(repr, ENGINES))}")
        if not analyses:
            raise TypeError("attach() needs at least one analysis, got none: attach(MyAnalysis())")
        self.analyses = analyses
        self.filters = Filters(include, exclude, files, functions, events, lines, where, threads)
        self.subscribers = [Subscriber(analysis, self.filters) for analysis in analyses]
        self._engine = WOVEN if engine == "woven" else INTERPRETER
        self._boards = [WOVEN.board, INTERPRETER.board] if engine == "woven" else [INTERPRETER.board]
        self._changes = self._telling = Transaction()

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self._engine.name

    def __enter__(self) -> Self:
        if self._changes.is_open():
            raise RuntimeError("this attachment is open already: call attach() again for another one")
        try:
            self.subscribers = [Subscriber(analysis, self.filters) for analysis in self.analyses]
            patterns = [*(self.filters.include or ()), *(f"!{pattern}" for pattern in self.filters.exclude or ())]
            guests = Guests(patterns, default=self.filters.include is None)
            meanwhile = Released(), Collecting(), Step(lambda: None, recursion.reduce)
            self._telling = Transaction(Step(self._tell, self._tell_no_more), meanwhile=meanwhile)
            self._changes = Transaction(
                Released(),
                AtWork(),
                *map(_Lifecycle, self.subscribers),
                self._engine.attached(guests, self._functions),
                self._telling,
                meanwhile=meanwhile,
            )
            self._changes.open()
            return self
        except BaseException:
            self._changes.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | type[None] | None, error: BaseException | None, trace: object
    ) -> None:
        try:
            was_open = self._changes.is_open()
            failure = next((board.failure for board in self._boards if board.failure is not None), None)
            self._changes.close()
            self._changes = self._telling = Transaction()  # and not what refers to this attachment
            for each in self.subscribers:
                disconnect(each)
        except BaseException:
            self._changes.close()
            raise
        if failure is not None and not isinstance(error, AnalysisError):
            raise failure
        if was_open and error is None and (missed := self.nothing_observed()) is not None:
            warnings.warn(missed, NothingObserved, stacklevel=2)

    def nothing_observed(self) -> str | None:
        """Return the text that no code has matched the filters; None if some has, or if no analysis observes code."""
        about_code = [each for each in self.subscribers if not _CODELESS.issuperset(each.methods)]
        if not about_code or any(each.matched for each in about_code):
            return None
        names = ", ".join(each.name for each in about_code)
        return f"{names}: no code was observed: none that ran or was imported matched {self.filters}"

    def detach(self) -> None:
        """Stop telling the analyses, from whatever thread, while the program runs. The end of the context stays due."""
        self._telling.close()

    def rearm(self) -> None:
        """Resume the events that the analyses have had enough of, see `ENOUGH`; other attachments' are left alone."""
        for board in self._boards:
            board.rearm(self.subscribers)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Wrap a function: the analyses are attached during its calls."""

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            with self, self._engine.calling(function):
                return function(*args, **kwargs)

        return wrapper

    def _tell(self) -> None:
        """Start the propagation of shadows, for the analyses that have any, and tell the analyses."""
        for each in self.analyses:
            if each.shadows is not None:
                from bytescope.analysis.shadowing import SHADOWING  # here, because few analyses have shadows

                SHADOWING.enter(each.shadows, self.filters.wants_code, self)
        for board in self._boards:
            board.add(self.subscribers)

    def _tell_no_more(self) -> None:
        if any(each.shadows is not None for each in self.analyses):
            from bytescope.analysis.shadowing import SHADOWING

            SHADOWING.leave(self)
        for board in self._boards:
            board.remove(self.subscribers)

    def _functions(self) -> list[types.FunctionType]:
        """The functions that there are already in what the filters include, but for methods of analyses."""
        own = {id(method) for analysis in self.analyses for method in _methods(type(analysis))}
        found = [
            each
            for each in existing_functions(self.filters)
            if id(each) not in own and not _belongs_to_an_analysis(each)
        ]
        for function in found:
            for each in self.subscribers:
                each.notice(name_of(function.__globals__), function.__code__)
        return found


no_interrupts_at_start(attach.__exit__)


class _Lifecycle:
    """A part of an attachment: an analysis is told that it begins and ends.

    Args:
        subscriber: the analysis.
    """

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self._begun = False

    def open(self) -> None:
        """Call `begin`."""
        self._call("begin")
        self._begun = True

    def close(self) -> None:
        """Call `end`, once, if `begin` has returned."""
        if self._begun:
            self._begun = False
            self._call("end")

    def _call(self, event: str) -> None:
        method = self._subscriber.methods.get(event)
        if method is None:
            return
        try:
            method()
        except Exception as error:
            name = self._subscriber.name
            raise AnalysisError(f"{name} failed on {event}: {type(error).__name__}: {error}", name, event) from error


def _methods(cls: type) -> list[Any]:
    """Return what a class and its bases define."""
    return [value for base in cls.__mro__ for value in vars(base).values()]


def _belongs_to_an_analysis(function: types.FunctionType) -> bool:
    first, *rest = function.__qualname__.split(".")
    owner: Any = function.__globals__.get(first) if rest else None
    for name in rest:
        if isinstance(owner, type) and issubclass(owner, Analysis):
            return True
        owner = getattr(owner, name, None)
    return False


__all__ = ["ENGINES", "EVENTS", "Engine", "attach"]
