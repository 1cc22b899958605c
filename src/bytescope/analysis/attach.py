"""Attaching analyses to code that runs."""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal, ParamSpec, Self, TypeVar

from bytescope.analysis.base import Analysis, AnalysisError
from bytescope.analysis.engines.interpreter import INTERPRETER
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.existing import existing_functions
from bytescope.analysis.filters import Filters, Globs, Lines, Threads, Where
from bytescope.analysis.subscriber import Subscriber
from bytescope.isa.events import EVENTS, LIFECYCLE
from bytescope.loading.functions import name_of
from bytescope.loading.imports import Guests

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
            raise TypeError("attach: at least one analysis is needed")
        self.analyses = analyses
        self.filters = Filters(include, exclude, files, functions, events, lines, where, threads)
        self.subscribers = [Subscriber(analysis, self.filters) for analysis in analyses]
        self._engine = WOVEN if engine == "woven" else INTERPRETER
        self._boards = [WOVEN.board, INTERPRETER.board] if engine == "woven" else [INTERPRETER.board]
        self._stack: ExitStack | None = None
        self._shadows: list[Any] = []

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self._engine.name

    def __enter__(self) -> Self:
        if self._stack is not None:
            raise RuntimeError("this attachment is open already")
        begun: list[Subscriber] = []
        with ExitStack() as stack:
            stack.callback(self._end, begun)
            for each in self.subscribers:
                self._lifecycle(each, "begin")
                begun.append(each)
            patterns = [*(self.filters.include or ()), *(f"!{pattern}" for pattern in self.filters.exclude or ())]
            guests = Guests(patterns, default=self.filters.include is None)
            stack.enter_context(self._engine.attached(guests, self._functions))
            self._enter_shadows(stack)
            stack.callback(self.detach)
            for board in self._boards:
                board.add(self.subscribers)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | type[None] | None, error: BaseException | None, trace: object
    ) -> None:
        stack, self._stack = self._stack, None
        failure = next((board.failure for board in self._boards if board.failure is not None), None)
        if stack is not None:
            stack.close()
        if failure is not None and not isinstance(error, AnalysisError):
            raise failure
        if stack is not None and error is None and (missed := self.nothing_observed()) is not None:
            warnings.warn(missed, NothingObserved, stacklevel=2)

    def nothing_observed(self) -> str | None:
        """Return the text that no code has matched the filters; None if some has, or if no analysis observes code."""
        about_code = [each for each in self.subscribers if not _CODELESS.issuperset(each.methods)]
        if not about_code or any(each.matched for each in about_code):
            return None
        names = ", ".join(type(each.analysis).__name__ for each in about_code)
        return f"{names}: no code was observed: none that ran or was imported matched {self.filters}"

    def detach(self) -> None:
        """Stop telling the analyses, from whatever thread, while the program runs. The end of the context stays due."""
        self._leave_shadows()
        for board in self._boards:
            board.remove(self.subscribers)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Wrap a function: the analyses are attached during its calls."""

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            with self, self._engine.calling(function):
                return function(*args, **kwargs)

        return wrapper

    def _enter_shadows(self, stack: ExitStack) -> None:
        """Start shadow propagation for the analyses that have shadows."""
        for each in self.analyses:
            if each.shadows is not None:
                from bytescope.analysis.shadowing import SHADOWING  # here, because few analyses have shadows

                SHADOWING.enter(each.shadows, self.filters.wants_code)
                self._shadows.append(each.shadows)
                stack.callback(self._leave_shadows)

    def _leave_shadows(self) -> None:
        while self._shadows:
            from bytescope.analysis.shadowing import SHADOWING

            SHADOWING.leave(self._shadows.pop(), self.filters.wants_code)

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

    # --- lifecycle

    def _lifecycle(self, subscriber: Subscriber, event: str) -> None:
        method = subscriber.methods.get(event)
        if method is None:
            return
        try:
            method()
        except Exception as error:
            name = type(subscriber.analysis).__name__
            raise AnalysisError(f"{name} failed on {event}: {type(error).__name__}: {error}", name, event) from error

    def _end(self, begun: list[Subscriber]) -> None:
        with ExitStack() as stack:
            for each in reversed(begun):
                stack.callback(self._lifecycle, each, "end")


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
