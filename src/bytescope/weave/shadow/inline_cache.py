"""Inline caches: the callables that have been called at one call site."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

from bytescope.code.flags import CO_VARARGS
from bytescope.shadow.constants import Members, Slot
from bytescope.shadow.models.before_call import SLOW, BeforeCall, InFlightFill
from bytescope.shadow.models.model_table import model_before
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.woven_callees import WovenCallees

_frame = sys._getframe

_NEVER_RENAMED = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})
"""Functions that are called where they are made, and are gone then."""

_HEAP_TYPE = 1 << 9
"""Flag of types that are not built in."""


class InlineCache:
    """The inline cache of one call site, with monomorphic entries and polymorphic sets of several kinds.

    The kinds are "functions", "methods", "classes", and the first two followed by " of generators".

    Args:
        callees: the woven code objects that the fast calling convention can call.
        count: the number of arguments, all of them positional.
        wanted: tells whether an analysis observes calls of a callable; None if there is no choice.
        observed: whether an analysis observes calls.
    """

    def __init__(
        self, callees: WovenCallees, count: int, wanted: Callable[[object], bool] | None, observed: bool
    ) -> None:
        self.callees, self.runtime = callees, callees.runtime
        self.count = count
        self.wanted, self.observed = wanted, observed
        self._models: dict[Any, BeforeCall | None] = {}
        self._monomorphic: dict[str, list[types.CodeType | None]] = {}
        self._polymorphic: dict[str, set[int]] = {"constructors": Members()}
        self.runtime.heap.assumptions.constructors.append(self._polymorphic["constructors"])

    def monomorphic(self, kind: str) -> list[types.CodeType | None]:
        """Return the monomorphic entry of a kind: a list whose item is the code object called last."""
        return self._monomorphic.setdefault(kind, Slot([None]))

    def polymorphic(self, kind: str) -> set[int]:
        """Return the polymorphic set of a kind: addresses of code objects, or of classes for "constructors"."""
        return self._polymorphic.setdefault(kind, Members())

    def add(self, function: Any) -> None:
        """Add a callable that was called on the slow path, and that no analysis observes."""
        kind, count = "functions", self.count
        if type(function) is types.MethodType:
            function, kind, count = function.__func__, "methods", count + 1
        elif type(function) is type:
            made = self.callees.constructor(function)
            if made is None:
                return
            if self._add(made, "classes", count + 1):
                self.callees.classes[id(function)] = function
                self.polymorphic("constructors").add(id(function))
            return
        if type(function) is types.FunctionType:
            self._add(function, kind, count)

    def _add(self, function: types.FunctionType, kind: str, count: int) -> bool:
        code = function.__code__
        if self.wanted is not None and "<locals>" in code.co_qualname and code.co_name not in _NEVER_RENAMED:
            return False  # other functions with this code may have other names
        if code.co_argcount != count and not (code.co_flags & CO_VARARGS and code.co_argcount < count):
            return False
        if self.callees.direct.get(id(code)) is code:
            self.monomorphic(kind)[0] = code
            self.polymorphic(kind).add(id(code))
            return True
        if self.callees.made.get(id(code)) is code and kind != "classes":
            self.monomorphic(kind + " of generators")[0] = code
            self.polymorphic(kind + " of generators").add(id(code))
        return False

    def before_builtin(self, function: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Return the shadow of the result of a builtin callable, before it is called.

        Returns:
            The shadow; or an object to be passed to `after_builtin` after the call; or `SLOW`, if the call has to take
            the slow path.
        """
        receiver = None if type(function) is type else function.__self__
        of_module = receiver is None or type(receiver) is types.ModuleType
        key = function if of_module else (type(receiver), function.__name__)
        try:
            model = self._models[key]
        except KeyError:
            model = self._models[key] = self._model(function)
        found = SLOW if model is None else model(receiver, args, shadows, own)
        if found is SLOW and model is not None:
            return self.runtime.before_native(_frame(1), function, args, shadows, own)
        if type(found) is InFlightFill:
            self.runtime.channel.finish(_frame(1))
        return found

    def _model(self, function: Any) -> BeforeCall | None:
        """Return the pre-call model of a callable; None if calls have to take the slow path."""
        if self.observed and (self.wanted is None or self.wanted(function)):
            return None
        if type(function) is type and function.__flags__ & _HEAP_TYPE:
            return None
        models = self.runtime.pre_call_models
        receiver = None if type(function) is type else function.__self__
        if self.runtime.algebra.model(function, receiver) is not None:
            return models.untouched_values
        return model_before(function, models) or (lambda *given: SLOW)

    def after_builtin(self, in_flight: Any, result: Any) -> Any:
        """Return the shadow of the result of a builtin callable, after the call."""
        if type(in_flight) is InFlightFill:
            return self.runtime.after_fill(_frame(1), in_flight, result)
        return self.runtime.after_native(_frame(1), in_flight, result)
