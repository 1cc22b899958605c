"""Attaching analyses to code that runs."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from contextlib import ExitStack
from fnmatch import fnmatchcase
from typing import Any, ParamSpec, Self, TypeVar

from bytescope.analysis import board
from bytescope.analysis.base import Analysis, AnalysisError
from bytescope.analysis.filters import Filters
from bytescope.analysis.subscriber import Subscriber
from bytescope.isa.events import EVENTS
from bytescope.machine import temporary
from bytescope.machine.imports import Guests, functions_of, importing
from bytescope.machine.recursion import headroom
from bytescope.machine.resident import is_guest, program_of, resident

P = ParamSpec("P")
R = TypeVar("R")

ENGINES = ("interpreter",)


class attach:
    """Attach analyses: a context manager, and a decorator for functions during whose calls they are attached.

    While it is open, what the filters include is executed by bytescope, and the analyses are told of its events:
    modules that `include` names and that are imported already, from their next function call on, and modules imported
    meanwhile. Without `include`, that is whatever guests there are: `__main__`, and modules outside the standard
    library that are imported meanwhile. Attachments may be nested; each adds its analyses behind the others.

        with bytescope.attach(Comparisons(), include=["myparser.*"]):
            myparser.parse(text)

    Args:
        analyses: instances; they are told in this order.
        include, exclude: globs over dotted module names.
        files: globs over file names. functions: globs over qualified names. events: globs over names of events.
        lines: a range, a pair (first, last), or line numbers.
        where: a predicate over sites.
        threads: threads, or their identifiers.
        engine: "interpreter".

    Raises:
        TypeError: if an analysis or a filter is of the wrong type, or a method has the wrong signature.
        ValueError: if a method is for an event that does not exist, a glob is malformed, or there is no such engine.
    """

    def __init__(self, *analyses: Analysis, engine: str = "interpreter", **filters: Any) -> None:
        if engine not in ENGINES:
            raise ValueError(f"there is no engine {engine!r}: choose {' or '.join(map(repr, ENGINES))}")
        if not analyses:
            raise TypeError("attach: at least one analysis is needed")
        self.analyses = analyses
        self.filters = Filters(**filters)
        self.subscribers = [Subscriber(analysis, self.filters) for analysis in analyses]
        self._stack: ExitStack | None = None
        self._shadows: list[Any] = []
        self._converted: list[tuple[types.FunctionType, types.CodeType]] = []

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
            stack.enter_context(importing(Guests(patterns, default=self.filters.include is None)))
            stack.enter_context(headroom())
            stack.callback(self._restore)
            self._convert()
            self._enter_shadows(stack)
            board.add(self.subscribers)
            stack.callback(self._detach)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | type[None] | None, error: BaseException | None, trace: object
    ) -> None:
        stack, self._stack = self._stack, None
        failure = board.failure[0] if board.failure else None
        if stack is not None:
            stack.close()
        if failure is not None and not isinstance(error, AnalysisError):
            raise failure

    def detach(self) -> None:
        """Stop telling the analyses, from whatever thread, while the program runs. The end of the context stays due."""
        self._detach()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Have the analyses attached during the calls of a function."""

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            with self, temporary.guests(function):
                return function(*args, **kwargs)

        return wrapper

    # --- what entering does, and leaving takes back

    def _detach(self) -> None:
        self._leave_shadows()
        if self.subscribers:
            board.remove(self.subscribers)

    def _enter_shadows(self, stack: ExitStack) -> None:
        """Have references keep shadows for the analyses that want them."""
        for each in self.analyses:
            if each.shadows is not None:
                from bytescope.shadow import session  # costs nobody who has no shadows

                session.enter(each.shadows, self.filters.wants_code)
                self._shadows.append(each.shadows)
                stack.callback(self._leave_shadows)

    def _leave_shadows(self) -> None:
        while self._shadows:
            from bytescope.shadow import session

            session.leave(self._shadows.pop(), self.filters.wants_code)

    def _convert(self) -> None:
        """Make functions of modules that are imported already guests."""
        include = self.filters.include or ("__main__",)
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == "bytescope" or not isinstance(module, types.ModuleType):
                continue
            if any(fnmatchcase(name, pattern) for pattern in include) and self.filters.wants_module(name):
                self._convert_module(module)

    def _convert_module(self, module: types.ModuleType) -> None:
        own = {id(method) for analysis in self.analyses for method in _methods(type(analysis))}
        for function in list(functions_of(module)):
            if id(function) in own or _belongs_to_an_analysis(module, function):
                continue
            if not is_guest(function):
                self._converted.append((function, function.__code__))
                function.__code__ = resident(function.__code__)

    def _restore(self) -> None:
        for function, code in self._converted:
            program = program_of(function.__code__)
            if program is not None and program.code is code:
                function.__code__ = code
        self._converted.clear()

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
    """What is defined in a class and its bases."""
    return [value for base in cls.__mro__ for value in vars(base).values()]


def _belongs_to_an_analysis(module: types.ModuleType, function: types.FunctionType) -> bool:
    owner: Any = module
    for name in function.__qualname__.split(".")[:-1]:
        owner = getattr(owner, name, None)
        if isinstance(owner, type) and issubclass(owner, Analysis):
            return True
    return False


__all__ = ["ENGINES", "EVENTS", "attach"]
