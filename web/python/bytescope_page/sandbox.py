"""What a program in the page does without: the browser, and modules that could not work there."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from typing import Any

HIDDEN = ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "micropip", "webbrowser")
"""Modules that lead to the browser."""


class Finder:
    """The first place where modules are looked for: it says of hidden ones that they do not exist."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Raise what the import system raises for a module that cannot be found."""
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def close() -> None:
    """Take the browser out of reach. What needs it has its references by now."""
    for name in list(sys.modules):
        if name.partition(".")[0] in HIDDEN:
            del sys.modules[name]
    sys.meta_path[:] = [Finder, *(finder for finder in sys.meta_path if _is_plain(finder))]


def _is_plain(finder: Any) -> bool:
    kind = finder if isinstance(finder, type) else type(finder)
    return kind.__module__.partition(".")[0] not in HIDDEN
