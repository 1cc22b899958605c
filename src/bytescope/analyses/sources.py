"""Source files of code objects: where they are, and what they hold, in zip files too."""

from __future__ import annotations

import marshal
import os
import re
import sys
import types
import zipimport
from collections.abc import Iterator
from functools import cache
from importlib.util import MAGIC_NUMBER

_PYTHON_FILE = re.compile(r"[\w -]+\.pyw?")


def path_of(file: str) -> str:
    """Return the absolute path of a code object's file, without symbolic links.

    Args:
        file: its name, relative to the working directory of this moment.
    """
    try:
        return os.path.realpath(file)
    except (OSError, ValueError):  # the working directory was removed; a null character
        return file


def module_path(file: str, module: str) -> str:
    """Return the absolute path of the source of a module, which may not be there.

    Args:
        file: what its code objects say, which is where they were compiled.
        module: its dotted name.
    """
    path = path_of(file)
    loaded = getattr(sys.modules.get(module), "__file__", None)
    if type(loaded) is str and loaded.endswith(".pyc") and not os.path.exists(path):
        return path_of(loaded[:-1])
    return path


def source_of(path: str) -> bytes | None:
    """Return the source text of a file, which may be in a zip file; None if there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return _zipped(path)


def _zipped(path: str) -> bytes | None:
    above = os.path.dirname(path)
    while above != os.path.dirname(above):
        if os.path.isfile(above):
            try:
                return zipimport.zipimporter(above).get_data(path)
            except (OSError, ImportError):
                return None
        above = os.path.dirname(above)
    return None


@cache
def has_source(path: str) -> bool:
    """Return True if the source text of a file can be had."""
    return source_of(path) is not None


@cache
def is_module(path: str) -> bool:
    """Return True if a file is the source of code, or would be if it was there beside the compiled file."""
    return has_source(path) or os.path.isfile(path + "c")


def compiled_of(path: str) -> types.CodeType | None:
    """Return the code object of a module whose source is missing, None if there is none that this Python executes."""
    try:
        with open(path + "c", "rb") as file:
            data = file.read()
        code = marshal.loads(data[16:]) if data[:4] == MAGIC_NUMBER else None
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return code if isinstance(code, types.CodeType) else None


def python_files(folder: str) -> Iterator[str]:
    """Yield the Python files of a folder and of the packages in it, which could be imported."""
    for here, folders, names in os.walk(folder):
        if here != folder and "__init__.py" not in names:
            folders.clear()
            continue
        yield from (os.path.join(here, name) for name in sorted(names) if _PYTHON_FILE.fullmatch(name))
