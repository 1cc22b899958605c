"""Lazy modules: present in `sys.modules`, executed on first attribute access.

A short program never needs them. They are in `sys.modules` all the same, so that a program that looks there never
sees it change, and what they import must be imported already or be put off, too.
"""

from __future__ import annotations

import os
import sys
import types
from _thread import get_ident

from bytescope.startup.isolation import PRIVATE_BUILTINS, spec_of
from bytescope.startup.locks import CHANGES, by_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_busy: set[int] = by_thread(set())
"""Ids of the threads that are executing such a module."""


def busy() -> bool:
    """Return True if this thread is executing such a module: a signal handler that interrupts it cannot use it."""
    return get_ident() in _busy


class _Later(types.ModuleType):
    """A module that was not executed yet."""

    def __getattr__(self, name: str) -> object:
        if name[:2] != "__":
            with CHANGES:
                if type(self) is _Later and not self.__dict__["__spec__"]._initializing:
                    _execute(self, self.__dict__["__spec__"])
            if name in vars(self):
                return vars(self)[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


def _execute(module: types.ModuleType, spec: Any) -> None:
    before = dict(vars(module))
    outermost = not busy()
    spec._initializing = True
    try:
        _busy.add(get_ident())
        exec(spec.loader.get_code(spec.name), vars(module))
        module.__class__ = types.ModuleType
    except BaseException:  # at the recursion limit, or interrupted: the next time will do
        vars(module).clear()
        vars(module).update(before)
        raise
    finally:
        spec._initializing = False
        if outermost:
            _busy.discard(get_ident())


def put_off(package: str, names: str) -> None:
    """Register modules of a package, packages among them, to be executed when they are first used.

    Args:
        package: the package, which is being imported.
        names: theirs, with blanks.
    """
    folder = os.path.dirname(os.path.abspath(sys.modules[package].__file__ or ""))
    for name in names.split():
        module = _Later(f"{package}.{name}")
        spec: Any = spec_of(module.__name__, folder)
        if spec is None:  # in an archive: importlib imports it when it is asked for
            continue
        spec._initializing = False
        vars(module).update(__builtins__=PRIVATE_BUILTINS, __file__=spec.origin, __loader__=spec.loader)
        vars(module).update(__package__=spec.parent, __spec__=spec)
        if spec.submodule_search_locations is not None:
            vars(module)["__path__"] = spec.submodule_search_locations
        sys.modules[module.__name__] = module
        setattr(sys.modules[package], name, module)
