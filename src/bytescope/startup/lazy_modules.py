"""Lazy modules: present in `sys.modules`, executed on first attribute access.

A short program never needs them. They are in `sys.modules` all the same, so that a program that looks there never
sees it change, and what they import must be imported already or be put off, too.
"""

from __future__ import annotations

import marshal
import os
import sys
import types
from _thread import RLock, get_ident
from importlib.machinery import ModuleSpec
from importlib.util import MAGIC_NUMBER
from io import open_code

from bytescope.startup.isolation import PRIVATE_BUILTINS, Loader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_external: Any = sys.modules["_frozen_importlib_external"]

_lock: Any = RLock()
_register_at_fork = getattr(os, "register_at_fork", None)
if _register_at_fork is not None:
    _register_at_fork(after_in_child=_lock._at_fork_reinit)

_busy: set[int] = set()
"""Ids of the threads that are executing such a module."""


def busy() -> bool:
    """Return True if this thread is executing such a module: a signal handler that interrupts it cannot use it."""
    return get_ident() in _busy


class _Later(types.ModuleType):
    """A module that was not executed yet."""

    def __getattr__(self, name: str) -> object:
        if name[:2] != "__":
            with _lock:
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
        exec(_code_of(spec), vars(module))
        module.__class__ = types.ModuleType
    except BaseException:  # at the recursion limit, or interrupted: the next time will do
        vars(module).clear()
        vars(module).update(before)
        raise
    finally:
        spec._initializing = False
        if outermost:
            _busy.discard(get_ident())


def _code_of(spec: Any) -> types.CodeType:
    """Return the code of a module, from its compiled file if that is right.

    The Python code in importlib is avoided, because it has the program's builtins.
    """
    try:
        with open_code(spec.cached) as file:
            data = file.read()
        status = os.stat(spec.origin)
        times = data[8:16] == b"".join(int(each).to_bytes(4, "little") for each in (status.st_mtime, status.st_size))
        if times and data[:8] == MAGIC_NUMBER + bytes(4):
            return marshal.loads(data[16:])  # type: ignore[no-any-return]
    except (OSError, OverflowError):
        pass
    try:
        return spec.loader.get_code(spec.name)  # type: ignore[no-any-return]  # which writes the compiled file
    except Exception:
        with open_code(spec.origin) as file:
            return compile(file.read(), spec.origin, "exec", dont_inherit=True)


def put_off(package: str, names: str) -> None:
    """Register modules of a package to be executed when they are first used.

    Args:
        package: the package, which is being imported.
        names: theirs, with blanks.
    """
    folder = os.path.dirname(os.path.abspath(sys.modules[package].__file__ or ""))
    for name in names.split():
        path = os.path.join(folder, f"{name}.py")
        module = _Later(f"{package}.{name}")
        loader = Loader(module.__name__, path)
        spec: Any = ModuleSpec(module.__name__, loader, origin=path)
        spec.has_location, spec._initializing = True, False
        spec.cached = _external.cache_from_source(path)
        vars(module).update(
            __builtins__=PRIVATE_BUILTINS, __file__=path, __loader__=loader, __package__=package, __spec__=spec
        )
        sys.modules[module.__name__] = module
        setattr(sys.modules[package], name, module)
