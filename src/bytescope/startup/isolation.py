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

IMPORTED_BEFORE = frozenset(sys.modules)
"""The modules that were there before bytescope was imported."""

PRIVATE_BUILTINS = dict(vars(builtins))
"""The copy."""

_SEES_THE_PROGRAMS = ("cli", "playground", "__pycache__")
"""The folders whose modules have the builtins of everybody: they are no part of what executes a program."""


class Loader(SourceFileLoader):
    """Loads a module that sees the copy."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """A module, empty but for the copy."""
        module = types.ModuleType(spec.name)
        module.__dict__["__builtins__"] = PRIVATE_BUILTINS
        return module


def isolate() -> None:
    """Make the import system give the copy to all modules of bytescope, the command line's excepted."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (root, *folders(root)):
        sys.path_importer_cache[folder] = FileFinder(folder, (Loader, [".py"]))


def folders(parent: str) -> list[str]:
    """The folders below one that hold modules with the copy, at any depth; none in an archive."""
    found = []
    try:
        with os.scandir(parent) as entries:
            for entry in entries:
                if entry.name not in _SEES_THE_PROGRAMS and entry.is_dir():
                    found += [entry.path, *folders(entry.path)]
    except OSError:
        pass
    return found
