"""What is known of the callables that have been called at one place in woven code."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

from bytescope.code.flags import CO_VARARGS
from bytescope.shadow.pre_call_models import SLOW, InFlightFill, PreCallModel
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.woven_callees import WovenCallees

_frame = sys._getframe

_NEVER_RENAMED = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})
"""Functions that are called where they are made, and are gone then."""

"""Flag of functions with a parameter `*args`."""

_HEAP_TYPE = 1 << 9
"""Flag of types that are not the host's own."""


class Known:
    """What is known at one call.

    Args:
        callees: the woven code objects that can be called directly.
        count: how many arguments it has, all by position.
        wanted: which callables' calls an analysis wants to be told of; None if that is none or all.
        telling: whether there is such an analysis.
    """

    def __init__(
        self, callees: WovenCallees, count: int, wanted: Callable[[object], bool] | None, telling: bool
    ) -> None:
        self.callees, self.runtime = callees, callees.runtime
        self.count = count
        self.wanted, self.telling = wanted, telling
        self._ways: dict[Any, PreCallModel | None] = {}
        self._last: dict[str, list[types.CodeType | None]] = {}
        self._earlier: dict[str, set[int]] = {"constructors": set()}
        self.runtime.heap.assumptions.constructors.append(self._earlier["constructors"])

    def last(self, kind: str) -> list[types.CodeType | None]:
        """Its item is the code of what was called last, of "functions", "methods" and so on, and can be directly."""
        return self._last.setdefault(kind, [None])

    def earlier(self, kind: str) -> set[int]:
        """The addresses of such code objects, and of classes ("constructors")."""
        return self._earlier.setdefault(kind, set())

    def remember(self, function: Any) -> None:
        """What has just been called, and nobody else wants to be told of, may be called directly from now on."""
        kind, count = "functions", self.count
        if type(function) is types.MethodType:
            function, kind, count = function.__func__, "methods", count + 1
        elif type(function) is type:
            made = self.callees.constructor(function)
            if made is None:
                return
            if self._remember(made, "classes", count + 1):
                self.callees.classes[id(function)] = function
                self.earlier("constructors").add(id(function))
            return
        if type(function) is types.FunctionType:
            self._remember(function, kind, count)

    def _remember(self, function: types.FunctionType, kind: str, count: int) -> bool:
        code = function.__code__
        if self.wanted is not None and "<locals>" in code.co_qualname and code.co_name not in _NEVER_RENAMED:
            return False  # other functions with this code may have other names
        if code.co_argcount != count and not (code.co_flags & CO_VARARGS and code.co_argcount < count):
            return False
        if self.callees.direct.get(id(code)) is code:
            self.last(kind)[0] = code
            self.earlier(kind).add(id(code))
            return True
        if self.callees.made.get(id(code)) is code and kind != "classes":
            self.last(kind + " of generators")[0] = code
            self.earlier(kind + " of generators").add(id(code))
        return False

    def foretell(self, function: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """The shadow of what a builtin callable is going to give.

        Returns:
            It; or what `settle` is to be given once the call has been made; or `SLOW`, if the call has to go
            the roundabout way.
        """
        receiver = None if type(function) is type else function.__self__
        of_module = receiver is None or type(receiver) is types.ModuleType
        key = function if of_module else (type(receiver), function.__name__)
        try:
            way = self._ways[key]
        except KeyError:
            way = self._ways[key] = self._way(function)
        found = SLOW if way is None else way(receiver, args, shadows, own)
        if found is SLOW and way is not None:
            return self.runtime.before_native(_frame(1), function, args, shadows, own)
        if type(found) is InFlightFill:
            self.runtime.channel.finish(_frame(1))
        return found

    def _way(self, function: Any) -> PreCallModel | None:
        """What foretells; None if the roundabout way has to be gone."""
        if self.telling and (self.wanted is None or self.wanted(function)):
            return None
        if type(function) is type and function.__flags__ & _HEAP_TYPE:
            return None
        return self.runtime.pre_call_models.find(function) or (lambda *given: SLOW)

    def settle(self, in_flight: Any, result: Any) -> Any:
        """The shadow of what a builtin callable has given."""
        if type(in_flight) is InFlightFill:
            return self.runtime.after_fill(_frame(1), in_flight, result)
        return self.runtime.after_native(_frame(1), in_flight, result)
