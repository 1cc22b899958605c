"""The weaver as an engine of analyses: code that CPython itself executes is woven while something is attached."""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from sys import getprofile, gettrace
from typing import Any

from bytescope.analysis.attachments import Board
from bytescope.analysis.base import AnalysisError
from bytescope.analysis.engines.woven_functions import WovenFunctions
from bytescope.analysis.planning.cache_keys import PlannerNames
from bytescope.analysis.planning.dispatch import failed
from bytescope.analysis.planning.planner import Planner
from bytescope.analysis.site import Site
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.host.monitoring import Probes
from bytescope.code.host.transactions import Member, Step, Transaction
from bytescope.isa.instrumentation import Hook
from bytescope.loading.imports import Guests, executed_by_others, importing
from bytescope.loading.main_program import MainProgram
from bytescope.loading.source import FUTURE_FLAGS, source_code
from bytescope.machine import resident
from bytescope.machine.guests import monitoring, settrace, signals
from bytescope.machine.guests.temporary import with_neighbours
from bytescope.machine.support.own_frames import is_resident
from bytescope.startup.locks import CHANGES
from bytescope.weave.cache.serialize import Cache
from bytescope.weave.cache.store import Store, folder
from bytescope.weave.marker import original
from bytescope.weave.selfcheck import CHECKS
from bytescope.weave.stubs import register
from bytescope.weave.weaver import Shadower, Weaver

resident.originals.append(original)  # the machine has hooks of its own

_PASSED = (AnalysisError, KeyboardInterrupt, RecursionError)
"""Exceptions that are not failures of a hook, or were already reported as one."""

Functions = Callable[[], Iterable[types.FunctionType]]


class NotWoven(RuntimeWarning):
    """A code object could not be woven, and is executed without being observed."""


class Woven:
    """Weaves code when it is loaded, and functions that are there already in place; takes all of it back at the end.

    store: where woven code is kept from one process to the next, None for nowhere; shadower: selects the code that
    propagates shadows, None for no code; it applies from the next change of what is attached.
    """

    name = "woven"

    def __init__(self) -> None:
        self.board = Board(self)
        self._weaver: Weaver | None = None
        self._probes = Probes()
        self.store = self._store_of_this_user()
        self.shadower: Shadower | None = None
        self._functions = WovenFunctions()
        self._wanted: list[Functions] = []
        self._programs: list[MainProgram] = []
        """The programs that are running."""
        self._reported: set[types.CodeType] = set()

    @staticmethod
    def _store_of_this_user() -> Store | None:
        """Return the store of woven code; None where woven code is checked."""
        path = None if CHECKS else folder()
        return None if path is None else Store(path)

    # --- for the board

    def observe(self, planner: Planner | None, changed: list[Subscriber]) -> None:
        """Observe code as a planner plans."""
        with CHANGES:
            if self._weaver is not None:
                self._weaver.retire()
                self._functions.retire(self._weaver)
                self._weaver = None  # what still has code of its making is looked for
            if planner is None:
                self._take_back()
                return
            cache = None
            if self.store is not None:
                cache = Cache(self.store, PlannerNames(planner, self._probes.available()))
            self._weaver = Weaver(
                planner.plan, AnalysisError, self._failed, self._refused, self._executed, self._probes, cache,
                self.shadower, wanted=planner.wants_code, lazily=self._is_lazy,
            )  # fmt: skip
            self._weave_all(self._functions.functions())
            for functions in self._wanted:
                self._weave_all(functions())

    def refresh(self, site: Site, planner: Planner) -> None:
        """Do nothing: the hooks know the sites where a subscriber has returned ENOUGH."""

    def rearm(self, planner: Planner, changed: list[Subscriber]) -> None:
        """Rearm the probes; hooks know for themselves."""
        self._probes.rearm()

    def stop(self, failure: Callable[[], AnalysisError]) -> None:
        """Do nothing: every hook raises from now on, and handlers of woven code do not see it."""

    # --- for attachments

    def attached(self, guests: Guests, functions: Functions) -> Transaction:
        """Return a context during which modules are woven when they are imported, and functions are woven.

        Args:
            guests: the modules.
            functions: finds the functions.
        """
        return Transaction(importing(guests, self.load), Member(self._wanted, functions), signals.available.use())

    def calling(self, function: Callable[..., object]) -> Transaction:
        """Return a context during which a function and the others of its module are woven."""
        return Transaction(Step(lambda: self._weave_all(with_neighbours([function])), lambda: None))

    def running(self, program: MainProgram) -> Transaction:
        """Return a context during which a main program, and its own modules that it imports, are woven.

        Args:
            program: the program.
        """
        program.prepare = lambda code: self.load(code, "__main__")
        parts = importing(Guests(program.guests), self.load), settrace.available.use(), monitoring.available.use()
        return Transaction(Member(self._programs, program), *parts, executed_by_others.use())

    def _is_lazy(self) -> bool:
        """Return True if functions are to be woven when they are first called.

        What traces, profiles or monitors would be told of a stub. In a program that is run they have all functions
        woven before they begin. Elsewhere functions are woven at once, but with shadows, which take long to weave.
        """
        observed = gettrace() or getprofile() or monitoring.is_used()
        return bool(self._programs or self.shadower is not None) and not observed

    def load(self, code: types.CodeType, module: str) -> types.CodeType:
        """Return the code to execute in place of a code object of a module."""
        with CHANGES:
            if self._weaver is None or is_resident(code) or not self.board.covers(module, code.co_filename):
                return code
            return self._woven(self._weaver, code, module)

    def settle(self) -> None:
        """Weave the functions that have not been called yet: nothing is to show between a caller and its callee."""
        if self._weaver is not None:
            self._weaver.settle()

    # --- functions

    def _weave_all(self, functions: Iterable[types.FunctionType]) -> None:
        with CHANGES:
            for function in functions:
                self._weave(function)

    def _weave(self, function: types.FunctionType) -> None:
        code = function.__code__
        if self._weaver is None or is_resident(code):
            return
        module = function.__globals__.get("__name__") or ""
        self.board.notice(module, code)
        woven = self._weaver.stub(code, module)
        if woven is not code:
            self._functions.replace(function, woven)
            register(function)

    def _woven(self, weaver: Weaver, code: types.CodeType, module: str) -> types.CodeType:
        self.board.notice(module, code)  # even if it is found in the cache, or refused
        return weaver.weave(code, module)

    def _take_back(self) -> None:
        self._probes.clear()
        for function in self._functions.functions():
            self._functions.replace(function, original(function.__code__))
        self._functions.forget()

    # --- for the weaver

    def _failed(self, hook: Hook | None, site: Any, error: BaseException) -> BaseException:
        """Return what is raised in the place of an error that came up when a hook was called."""
        if isinstance(error, _PASSED) or hook is None or not hook.subscribers:
            return error
        return failed(hook.subscribers[0], hook.event, site, error)

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
settrace.beginnings.append(WOVEN.settle)
