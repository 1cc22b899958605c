"""Private builtins: bytescope's own modules have a copy of `builtins`.

Programs rebind `builtins.len` and friends; that must reach the guest's code, and must not reach the machine's. A
function takes its builtins from its module's `__builtins__`, so the core's modules are given theirs before they are
executed: by a loader of their own, put where the import system looks up how to import from the packages' folders.
"""

from __future__ import annotations

import builtins
import os
import sys
import types
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader

TYPE_CHECKING = False  # typing's own would cost its import
if TYPE_CHECKING:
    from typing import Any

IMPORTED_BEFORE = frozenset(sys.modules)
"""The modules that were there before bytescope was imported."""

_import = builtins.__import__


def import_loaded(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    """Import as `__import__` does; of modules that are loaded, without the Python code in importlib.

    That code has the program's builtins. Modules that are executed late, see `lazy_modules`, must do without it.
    """
    module = None if level or not fromlist else sys.modules.get(name)
    if module is None:
        return _import(name, globals, locals, fromlist, level)
    found = vars(module)
    if "__path__" in found:
        for each in fromlist:
            if each not in found:
                return _import(name, globals, locals, fromlist, level)
    return module


PRIVATE_BUILTINS = {**vars(builtins), "__import__": import_loaded}
"""The copy."""

_SEES_THE_PROGRAMS = ("cli", "playground", "__pycache__")
"""The folders whose modules have the builtins of everybody: they are no part of what executes a program."""


SOURCES: dict[str, list[os.DirEntry[str]]] = {}
"""The source files of bytescope when it was imported, by folder."""


class Loader(SourceFileLoader):
    """Loads a module that sees the copy."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """A module, empty but for the copy."""
        module = types.ModuleType(spec.name)
        module.__dict__["__builtins__"] = PRIVATE_BUILTINS
        return module


def isolate() -> None:
    """Make the import system give the copy to all modules of bytescope, the command line's excepted."""
    SOURCES.update(sources(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    for folder in SOURCES:
        sys.path_importer_cache[folder] = FileFinder(folder, (Loader, [".py"]))


def sources(root: str) -> dict[str, list[os.DirEntry[str]]]:
    """Return the source files of modules that have the copy, by folder, at any depth; none in an archive."""
    found: dict[str, list[os.DirEntry[str]]] = {root: []}
    for folder in (pending := [root]):
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        found[folder].append(entry)
                    elif entry.name not in _SEES_THE_PROGRAMS and entry.is_dir():
                        found[entry.path] = []
                        pending.append(entry.path)
        except OSError:
            pass
    return found
