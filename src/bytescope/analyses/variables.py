"""Variables of a running program by what they are, not by name: whose frame, cell, module or object they belong to."""

from __future__ import annotations

import sys
import types
from collections import deque
from typing import Any
from weakref import WeakKeyDictionary

from bytescope.analysis import Site
from bytescope.analysis.guest_frames import caller
from bytescope.code.host.weak_tables import when_gone

_MOST = 64
"""Namespaces and objects without weak references that are kept, at most, though they may be gone: the latest ones."""


class Variable:
    """A place that holds a value, and where that was written.

    home: the function that it belongs to, `<module>` for a global variable, "" for an attribute.
    """

    __slots__ = ("home", "_place", "_value")

    def __init__(self, home: str = "") -> None:
        self.home = home
        self._place: str | None = None
        self._value = 0

    def write(self, value: Any, place: str) -> None:
        """Record that a value is written."""
        self._place, self._value = place, id(value)

    def written(self, value: Any) -> str | None:
        """Return where a value that is read was written; None if another was, or by something that was not observed."""
        return self._place if self._value == id(value) else None


Cells = dict[str, Variable]


class Variables:
    """The variables of the frames that are active, of modules and of objects."""

    def __init__(self) -> None:
        self._frames: dict[int, Cells] = {}
        self._functions: WeakKeyDictionary[types.FunctionType, Cells] = WeakKeyDictionary()
        self._last: dict[tuple[str, str, int], Cells] = {}
        self._calls: dict[int, tuple[Any, ...]] = {}
        self._modules: dict[int, Cells] = {}
        self._objects: dict[int, Cells] = {}
        self._passing: deque[tuple[dict[int, Cells], int]] = deque()

    # --- frames

    def enter(self, frame: types.FrameType, site: Site, arguments: dict[str, Any]) -> None:
        """Begin a frame: it shares the variables of the functions around its own."""
        code = site.function, site.file, site.first_line
        above = caller(frame)
        called = () if above is None else self._calls.get(id(above), ())
        function = next((each for each in called if _is_of(each, code)), None)
        shared = None if function is None else self._functions.get(function)
        variables = dict(self._last.get((site.file, site.function, site.first_line), {}) if shared is None else shared)
        for name, value in arguments.items():
            variables[name] = Variable(site.function)
            variables[name].write(value, site.place)
        self._frames[id(frame)] = variables

    def leave(self, frame: int) -> None:
        """End a frame."""
        self._frames.pop(frame, None)
        self._calls.pop(frame, None)

    def calling(self, frame: int, function: Any, args: Any) -> None:
        """Remember what a frame calls."""
        plain = function.__func__ if type(function) is types.MethodType else function
        given = args if type(args) in (tuple, list) else ()
        called = tuple(each for each in (plain, *given[:4]) if type(each) is types.FunctionType)
        if called:
            self._calls[frame] = called
        else:
            self._calls.pop(frame, None)

    def made(self, frame: types.FrameType, function: Any) -> None:
        """Record that a frame has made a function, which shares its variables."""
        if type(function) is not types.FunctionType or not function.__closure__:
            return
        code = function.__code__
        cells = {name: self.local(frame, name) for name in code.co_freevars}
        self._functions[function] = cells
        self._last[code.co_filename, code.co_qualname, code.co_firstlineno] = cells

    def local(self, frame: types.FrameType, name: str) -> Variable:
        """The variable of a name in a frame."""
        variables = self._frames.setdefault(id(frame), {})
        return variables.get(name) or variables.setdefault(name, Variable(frame.f_code.co_qualname))

    def place(self, frame: types.FrameType, name: str, op: str) -> Variable:
        """The variable that an instruction in a frame reads or writes."""
        if op.endswith("_GLOBAL") or (op.endswith("_NAME") and self._is_global(frame, name, op)):
            return self._global(frame.f_globals, name)
        return self.local(frame, name)

    @staticmethod
    def _is_global(frame: types.FrameType, name: str, op: str) -> bool:
        """Return True if the body of a module or class has a name in the module."""
        own = frame.f_locals
        return own is frame.f_globals or (op == "LOAD_NAME" and type(own) is dict and name not in own)

    def _global(self, namespace: dict[str, Any], name: str) -> Variable:
        found = self._modules.get(id(namespace))
        if found is None:
            found = self._modules.setdefault(id(namespace), {})
            module: Any = sys.modules.get(dict.get(namespace, "__name__"))  # type: ignore[arg-type]
            if type(module) is not types.ModuleType or module.__dict__ is not namespace:  # of `exec`, soon gone
                self._keep_for_a_while(self._modules, id(namespace))
        return found.get(name) or found.setdefault(name, Variable("<module>"))

    # --- objects

    def attribute(self, owner: object, name: str) -> Variable:
        """The attribute of an object."""
        found = self._objects.get(id(owner))
        if found is None:
            found = self._objects.setdefault(id(owner), {})
            try:
                when_gone(owner, self._objects.pop, id(owner), None)
            except TypeError:  # it has no weak references
                self._keep_for_a_while(self._objects, id(owner))
        return found.get(name) or found.setdefault(name, Variable())

    def _keep_for_a_while(self, table: dict[int, Cells], key: int) -> None:
        self._passing.append((table, key))
        if len(self._passing) > _MOST:
            gone, key = self._passing.popleft()
            gone.pop(key, None)


def _is_of(function: types.FunctionType, code: tuple[str, str, int]) -> bool:
    its = function.__code__
    return (its.co_qualname, its.co_filename, its.co_firstlineno) == code
