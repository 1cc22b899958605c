"""The weaver as an engine of analyses: code that CPython itself executes is woven while something is attached."""

from __future__ import annotations

import gc
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

from bytescope.analysis.base import AnalysisError
from bytescope.analysis.board import Board
from bytescope.analysis.dispatch import failed
from bytescope.analysis.naming import PlannerNames
from bytescope.analysis.planner import Planner
from bytescope.analysis.site import Site
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.probes import Probes
from bytescope.machine.calls import FUTURE_FLAGS, source_code
from bytescope.machine.imports import Guests, functions_of, importing
from bytescope.machine.mainprogram import MainProgram
from bytescope.machine.program import is_resident
from bytescope.machine.temporary import functions_in
from bytescope.weave.cached import Cache
from bytescope.weave.checking import CHECKS
from bytescope.weave.marker import is_woven, original
from bytescope.weave.store import Store, folder
from bytescope.weave.weaver import Weaver

_PASSED = (AnalysisError, KeyboardInterrupt, RecursionError)
"""What is no failure of a hook, or has been taken for one already."""

Functions = Callable[[], Iterable[types.FunctionType]]


class NotWoven(RuntimeWarning):
    """A code object could not be woven, and is executed without being observed."""


class Woven:
    """Weaves code when it is loaded, and functions that are there already in place; takes all of it back at the end.

    store: where woven code is kept from one process to the next, None for nowhere.
    """

    name = "woven"

    def __init__(self) -> None:
        self.board = Board(self)
        self._lock = threading.RLock()
        self._weaver: Weaver | None = None
        self._probes = Probes()
        self.store = self._store_of_this_user()
        self._wanted: list[Functions] = []
        self._reported: set[types.CodeType] = set()

    @staticmethod
    def _store_of_this_user() -> Store | None:
        """Where woven code is kept; nowhere where it is checked what is woven."""
        path = None if CHECKS else folder()
        return None if path is None else Store(path)

    # --- for the board

    def observe(self, planner: Planner | None, changed: list[Subscriber]) -> None:
        """Have code observed as a planner plans."""
        with self._lock:
            if planner is None:
                self._weaver = None
                self._take_back()
                return
            known = self._woven_functions() if self._weaver is not None else []
            cache = None
            if self.store is not None:
                cache = Cache(self.store, PlannerNames(planner, self._probes.available()))
            self._weaver = Weaver(
                planner.plan, AnalysisError, self._failed, self._refused, self._executed, self._probes, cache
            )
            for function in known:
                self._weave(function)
            for functions in self._wanted:
                for function in functions():
                    self._weave(function)

    def refresh(self, site: Site, planner: Planner) -> None:
        """Nothing: the hooks know of the sites of which somebody has had enough."""

    def stop(self, failure: Callable[[], AnalysisError]) -> None:
        """Nothing: every hook raises from now on, and handlers of woven code do not see it."""

    # --- for attachments

    @contextmanager
    def attached(self, guests: Guests, functions: Functions) -> Iterator[None]:
        """While this context is open, modules are woven when they are imported, and functions are woven.

        Args:
            guests: the modules.
            functions: gives the functions.
        """
        with importing(guests, self.load):
            self._wanted.append(functions)
            try:
                yield
            finally:
                self._wanted.remove(functions)

    @contextmanager
    def calling(self, function: Callable[..., object]) -> Iterator[None]:
        """While this context is open, a function and the others of its module are woven."""
        found = {id(each): each for each in functions_in(function)}
        for each in list(found.values()):
            owner = sys.modules.get(each.__module__ or "")
            if (
                owner is not None
                and vars(owner) is each.__globals__
                and owner.__name__.partition(".")[0] != "bytescope"
            ):
                found |= {id(other): other for other in functions_of(owner)}
        with self._lock:
            for each in found.values():
                self._weave(each)
        yield

    @contextmanager
    def running(self, program: MainProgram) -> Iterator[None]:
        """While this context is open, a main program is woven when it is run, and its own modules when it imports them.

        Args:
            program: the program.
        """
        program.prepare = lambda code: self.load(code, "__main__")
        with importing(Guests(program.guests), self.load):
            yield

    def load(self, code: types.CodeType, module: str) -> types.CodeType:
        """What is executed in the place of a code object of a module."""
        with self._lock:
            return code if self._weaver is None or is_resident(code) else self._weaver.weave(code, module)

    # --- functions

    def _weave(self, function: types.FunctionType) -> None:
        code = function.__code__
        if self._weaver is None or is_resident(code):
            return
        woven = self._weaver.weave(code, function.__globals__.get("__name__") or "")
        if woven is not code:
            function.__code__ = woven

    @staticmethod
    def _woven_functions() -> list[types.FunctionType]:
        return [each for each in gc.get_objects() if type(each) is types.FunctionType and is_woven(each.__code__)]

    def _take_back(self) -> None:
        self._probes.clear()
        for function in self._woven_functions():
            function.__code__ = original(function.__code__)

    # --- for the weaver

    def _failed(self, hook: Any, site: Any, error: BaseException) -> BaseException:
        """What is raised in the place of an error that came up when a hook was called."""
        subscribers = getattr(hook, "subscribers", ())
        if isinstance(error, _PASSED) or not subscribers:
            return error
        return failed(subscribers[0], hook.event, site, error)

    def _refused(self, code: types.CodeType, reason: str) -> None:
        if code not in self._reported:
            self._reported.add(code)
            warnings.warn(f"{code.co_qualname} in {code.co_filename} is not observed: {reason}", NotWoven, stacklevel=2)

    def _executed(
        self, function: object, args: tuple[object, ...], kwargs: Iterable[str], frame: types.FrameType
    ) -> Iterable[object]:
        """The arguments with which `exec` or `eval` is to be called in the place of those it is called with."""
        if function not in (exec, eval) or not args:
            return args
        given, *rest = args
        namespace = rest[0] if rest and isinstance(rest[0], dict) else frame.f_globals
        weave = partial(self.load, module=namespace.get("__name__") or "")
        if isinstance(given, types.CodeType):
            return (weave(given), *rest)
        if "closure" in kwargs:
            return args  # which exec is to complain of
        codes = source_code(function, given, frame.f_code.co_flags & FUTURE_FLAGS, weave)
        return args if codes is None else chain(codes, rest)


WOVEN = Woven()
