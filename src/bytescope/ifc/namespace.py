"""Initial namespace of a program: builtin functions, and modules that it may import."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Mapping
from typing import Any

IMPORTS = (
    "base64", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "html",
    "itertools", "json", "math", "operator", "re", "statistics", "string", "textwrap", "typing", "urllib.parse",
)  # fmt: skip
"""Modules that a program may import by default."""

WITHHELD = frozenset(
    "breakpoint compile copyright credits eval exec exit help input license locals open quit vars".split()
)
"""Builtin functions that a program does not have by default."""

_OF_NATIVES = frozenset({"_strptime", "copyreg", "time"})
"""Modules that functions of the others import when they are called."""


def builtins_of(imports: tuple[str, ...], further: frozenset[str]) -> dict[str, Any]:
    """Return the builtin functions of a program.

    Args:
        imports: names of modules that it may import; `name.*` with all below.
        further: those of `WITHHELD` that it has nevertheless.

    Raises:
        ValueError: if one of these is not withheld.
    """
    for each in sorted(further - WITHHELD):
        raise ValueError(f"builtins: {each!r} is not withheld; those that are: {', '.join(sorted(WITHHELD))}")

    def importer(
        name: str, globals: Mapping[str, Any] | None = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> types.ModuleType:
        """Import a module, if the program may; native code passes a list, and imports what it needs itself."""
        if type(fromlist) is list and name in _OF_NATIVES:
            return __import__(name, None, None, ["*"])
        if level or not any(_matches(name, each) for each in imports):
            may = ", ".join(imports) or "nothing"
            raise ImportError(f"a program may not import {name!r}; it may import {may}; see imports= of Session")
        __import__(name)
        return sys.modules[name] if fromlist else sys.modules[name.partition(".")[0]]

    kept = {name: value for name, value in vars(builtins).items() if name not in WITHHELD - further}
    return kept | {"__import__": importer}


def _matches(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.endswith(".*") and f"{name}.".startswith(pattern[:-1]))
