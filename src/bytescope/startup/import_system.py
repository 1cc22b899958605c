"""Parts of importlib, from its two frozen modules, which every process has.

`importlib`, `importlib.machinery` and `importlib.util` are further modules, whose import takes longer than most of the
core's own. To a type checker these are the real ones.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader, SourcelessFileLoader
    from importlib.util import MAGIC_NUMBER, cache_from_source
    from typing import Any

BOOTSTRAP: Any = sys.modules["_frozen_importlib"]
"""The module of importlib that finds modules and makes specs."""

EXTERNAL: Any = sys.modules["_frozen_importlib_external"]
"""The module of importlib that finds and loads files."""

if not TYPE_CHECKING:
    ModuleSpec = BOOTSTRAP.ModuleSpec
    FileFinder, SourceFileLoader = EXTERNAL.FileFinder, EXTERNAL.SourceFileLoader
    SourcelessFileLoader = EXTERNAL.SourcelessFileLoader
    MAGIC_NUMBER, cache_from_source = EXTERNAL.MAGIC_NUMBER, EXTERNAL.cache_from_source

__all__ = [
    "BOOTSTRAP",
    "EXTERNAL",
    "MAGIC_NUMBER",
    "FileFinder",
    "ModuleSpec",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "cache_from_source",
]
