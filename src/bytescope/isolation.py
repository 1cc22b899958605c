"""The core keeps a copy of builtins of its own.

Programs rebind `builtins.len` and friends; that must reach the guest's code, and must not reach the machine's. A
function takes its builtins from its module's `__builtins__`, so the core's modules are given theirs before they are
executed: by a loader of their own, put where the import system looks up how to import from the core's folders.
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

CORE = ("code", "isa", "machine", "machine.processes", "machine.traces", "analysis", "analyses")
"""The packages that get it."""


class Loader(SourceFileLoader):
    """Loads a module that sees the copy."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """A module, empty but for the copy."""
        module = types.ModuleType(spec.name)
        module.__dict__["__builtins__"] = PRIVATE_BUILTINS
        return module


def isolate() -> None:
    """From now on import the core's modules with the copy."""
    here = os.path.dirname(os.path.abspath(__file__))
    for package in CORE:
        folder = os.path.join(here, *package.split("."))
        if os.path.isdir(folder):
            sys.path_importer_cache[folder] = FileFinder(folder, (Loader, [".py"]))
