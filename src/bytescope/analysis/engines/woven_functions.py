"""Functions that have woven code, remembered when they get it, so that they can be given back their own."""

from __future__ import annotations

import types
from _weakref import ref
from collections.abc import Iterator
from functools import partial

from bytescope.code.host.weak_tables import alive, enter
from bytescope.loading.functions import all_functions, executed_codes, functions_in_modules
from bytescope.weave.marker import Marker, is_woven, marker_of
from bytescope.weave.weaver import Weaver


class WovenFunctions:
    """The functions whose code was replaced by a woven one, and those that woven code has made since.

    _replaced: the former, by id. _codes: woven code objects, and _markers, their markers, both by id: a marker lives as
    long as a code object that has it, be it a copy. _modules: names of the modules that these belong to.
    """

    def __init__(self) -> None:
        self._replaced: dict[int, ref[types.FunctionType]] = {}
        self._codes: dict[int, ref[types.CodeType]] = {}
        self._markers: dict[int, ref[Marker]] = {}
        self._modules: set[str] = set()

    def replace(self, function: types.FunctionType, woven: types.CodeType) -> None:
        """Give a function another code object, woven or its own."""
        if id(function) not in self._replaced:
            enter(self._replaced, id(function), function)
        function.__code__ = woven

    def retire(self, weaver: Weaver) -> None:
        """Keep the functions of a weaver that weaves no more."""
        for module, woven in weaver.made():
            self._modules.add(module)
            marker = marker_of(woven)
            if marker is not None and id(marker) not in self._markers:
                enter(self._codes, id(woven), woven)
                enter(self._markers, id(marker), marker)

    def functions(self) -> Iterator[types.FunctionType]:
        """Yield the functions that have woven code; each is to be given another code object before the next.

        They are looked for as long as there is woven code that no frame executes: among those that are remembered, in
        the modules and what runs, and at last in all that the collector knows. What is in use even then belongs to
        frames of tracebacks and generators: it is not looked for again.
        """
        for search in (partial(alive, self._replaced), partial(functions_in_modules, self._modules)):
            if not self._in_use():
                return
            yield from filter(_has_woven_code, search())
        if not self._in_use():
            return
        functions = all_functions(alive(self._codes))
        yield from [each for each in functions if id(each.__code__) in self._codes]
        if self._in_use():
            yield from filter(_has_woven_code, functions)
            for key in self._in_use():
                self._markers.pop(key, None)

    def _in_use(self) -> list[int]:
        """Return the ids of the markers of code objects that are in use and not executed."""
        executed = {id(marker) for code in executed_codes() if (marker := marker_of(code)) is not None}
        return [key for key in list(self._markers) if key not in executed]

    def forget(self) -> None:
        """Forget the functions: none has woven code any more."""
        self._replaced.clear()
        if not self._markers:
            self._modules.clear()


def _has_woven_code(function: types.FunctionType) -> bool:
    return is_woven(function.__code__)
