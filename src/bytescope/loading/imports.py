"""Guest modules: every function that they define is a guest function, whoever calls it.

The loaders of importlib all execute a module in one place, `_LoaderBasics.exec_module`. That method is replaced by the
same with another `exec`, which lets each engine replace the code of the modules that are its guests.
"""

from __future__ import annotations

import builtins
import os
import sys
import types

from bytescope.code.host.facts import VERSION
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import Member, Shared, Transaction
from bytescope.code.lowering.lower import rules
from bytescope.loading.executors import Executors, names_exec
from bytescope.startup.import_system import EXTERNAL
from bytescope.startup.isolation import HIDDEN, IMPORTED_BEFORE
from bytescope.startup.stdlib_lite import Any, Callable, Iterable

_OWN = ("bytescope", "pytest_bytescope")
_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep


def in_standard_library(filename: str | None) -> bool:
    """Return True if a module's file belongs to the standard library (frozen and built-in modules do)."""
    if filename is None or filename.startswith("<"):
        return True
    path = os.path.abspath(filename)
    if not path.startswith(_STDLIB):
        return False
    return not path[len(_STDLIB) :].startswith(("site-packages" + os.sep, "dist-packages" + os.sep))


def _matcher(pattern: str) -> Callable[[str], object]:
    """A function that tells whether a name matches a glob. It imports nothing: it is called during imports."""
    stem = pattern.removesuffix("*")
    if not set(stem).intersection("*?["):
        return stem.__eq__ if stem == pattern else lambda name: name.startswith(stem)
    import fnmatch
    import re

    return re.compile(fnmatch.translate(pattern)).match


class Guests:
    """Set of the modules that are guests: those outside the standard library, and those that match a pattern.

    Args:
        patterns: globs over dotted module names; one that starts with "!" excludes what it matches.
        default: whether modules outside the standard library are guests.

    Raises:
        TypeError: if the patterns are not strings.
    """

    def __init__(self, patterns: Iterable[str] = (), default: bool = True) -> None:
        if isinstance(patterns, str):
            raise TypeError(f"guests must be an iterable of patterns, not a string: [{patterns!r}]")
        patterns = list(patterns)
        for pattern in patterns:
            if not isinstance(pattern, str):
                raise TypeError(f"a pattern for guests must be a string, not {type(pattern).__name__}")
        self.patterns = patterns
        self._included = [_matcher(pattern) for pattern in patterns if not pattern.startswith("!")]
        self._excluded = [_matcher(pattern[1:]) for pattern in patterns if pattern.startswith("!")]
        self.default = default

    def including(self, patterns: Iterable[str]) -> Guests:
        """Return these guests and those that match further patterns."""
        return Guests([*self.patterns, *patterns], self.default)

    def __contains__(self, module: tuple[str, str | None]) -> bool:
        """Return True if the module with this name and file is a guest. bytescope itself never is."""
        name, filename = module
        if name.partition(".")[0] in _OWN or any(matches(name) for matches in self._excluded):
            return False
        if any(matches(name) for matches in self._included):
            return True
        return self.default and not in_standard_library(filename)


Prepare = Callable[[types.CodeType, str], types.CodeType]
"""Makes of a module's code object, given the module's name, what is executed instead."""

when_executed: dict[str, Callable[[dict[str, Any]], None]] = {}
"""Callbacks that receive the namespace of the module with this name after it was executed."""

_active: list[tuple[Guests, Prepare]] = []
_original: Callable[[Any, types.ModuleType], None] = EXTERNAL._LoaderBasics.exec_module


def _guest_code(code: types.CodeType, namespace: dict[str, Any]) -> types.CodeType:
    found = _prepared(code, namespace)
    return code if found is None else found


def _prepared(code: types.CodeType, namespace: dict[str, Any]) -> types.CodeType | None:
    """Return what is executed in the place of a guest's code, None if a module is no guest."""
    spec, name = namespace.get("__spec__"), namespace.get("__name__")
    known = (getattr(spec, "name", name) or "", code.co_filename)
    for guests, prepare in reversed(_active):
        if known in guests:
            return prepare(code, name if type(name) is str else "")
    return None


@hidden
def _exec(code: types.CodeType, namespace: dict[str, Any]) -> None:
    namespace.setdefault("__builtins__", vars(builtins))  # exec would give it those of this module
    prepared = _prepared(code, namespace)
    exec(code if prepared is None else prepared, namespace, namespace)
    if (prepared is None or prepared is code) and _executing and names_exec(code):
        _executing[-1].change(namespace)
    changed = when_executed.get(namespace["__name__"])
    if changed is not None:
        changed(namespace)


def _replacement() -> Callable[[Any, types.ModuleType], None]:
    """The loaders' `exec_module` with another `exec`."""
    function = types.FunctionType(_original.__code__, {**vars(EXTERNAL), "exec": _exec}, "exec_module")
    function.__doc__ = _original.__doc__
    function.__qualname__ = _original.__qualname__
    return function


def _replace() -> None:
    EXTERNAL._LoaderBasics.exec_module = _replacement()


def _restore() -> None:
    EXTERNAL._LoaderBasics.exec_module = _original


_loading = Shared(_replace, _restore)


def importing(guests: Guests, prepare: Prepare) -> Transaction:
    """Return a context during which modules that `guests` names are executed in another form when they are imported.

    Args:
        guests: the modules.
        prepare: makes the form. Where contexts disagree, the innermost decides.
    """
    return Transaction(_loading.use(), Member(_active, (guests, prepare)))


_executing: list[Executors] = []


def _begin_executing() -> None:
    executors = Executors(_guest_code)
    _executing.append(executors)
    for module in [*sys.modules.values(), *HIDDEN.values()]:
        if type(module) is types.ModuleType and module.__name__.partition(".")[0] != "bytescope":
            executors.change_if_named(vars(module))


def _end_executing() -> None:
    while _executing:
        _executing[-1].restore()
        _executing.pop()


executed_by_others = Shared(_begin_executing, _end_executing)
"""While this is in use, code of guests that is executed by modules which are none is treated as if it was imported."""

_ONE_OF_A_KIND = frozenset({"_weakrefset", "linecache", "runpy", "signal", "threading", "warnings", "weakref"})
"""Modules with a state, or with classes, that the process must have but once."""


def forget_own_imports(guests: Guests) -> None:
    """Remove from `sys.modules` stdlib modules that only bytescope imported, so that guests import their own.

    Args:
        guests: which modules are guests.
    """
    rules(VERSION)  # is put off, and imports too
    for name, module in list(sys.modules.items()):
        mine = name not in IMPORTED_BEFORE and name not in _ONE_OF_A_KIND and not name.startswith(("bytescope", "_"))
        filename = getattr(module, "__file__", None)
        if mine and filename is not None and (name, filename) in guests:
            del sys.modules[name]
