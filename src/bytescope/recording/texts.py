"""Texts of code objects, which may be gone when a recording ends.

What `exec`, `eval`, `VM.exec` and `-c` compile is kept as it was compiled, a file as it is when its code is first met.
"""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import decode_source
from typing import Any
from weakref import ref

from bytescope.loading import source

__all__ = ["keeping_texts", "source_of", "texts"]

texts: dict[str, str] = {}
"""The texts that were met while a recording goes on, by the name that stands for each: the file name for the first one
of a name, others are numbered."""

_names: dict[int, tuple[ref[types.CodeType], str]] = {}
"""By the id of a code object, it and the name of its text."""


@contextmanager
def keeping_texts() -> Iterator[None]:
    """Keep the texts that are compiled while this context is open."""
    source.keep = _keep
    try:
        yield
    finally:
        source.keep = None
        texts.clear()
        _names.clear()


def source_of(code: types.CodeType, module: str) -> str:
    """Return the name of the text that a code object was compiled of, "" if that is of a file.

    Args:
        code: the code object.
        module: name of its module, whose loader may know the text of a file that is in an archive.
    """
    found = _names.get(id(code))
    if found is not None and found[0]() is code:
        return found[1]
    _read(code.co_filename, module)
    return ""


def _read(file: str, module: str) -> None:
    """Read a file, unless that was done before."""
    if file in texts or source.keep is None:
        return
    namespace = getattr(sys.modules.get(module), "__dict__", None)
    try:
        text = "".join(linecache.getlines(file, namespace))
    except UnicodeDecodeError:  # zipimport takes all text for UTF-8, up to some 3.14
        text = _decoded(file, namespace or {})
    except Exception:  # a loader's, or there is no room; at the end, it is tried again
        return
    if text:
        texts[file] = text


def _decoded(file: str, namespace: dict[str, Any]) -> str:
    """Return the text of a file that its module's loader reads, "" if it cannot."""
    try:
        return decode_source(namespace["__loader__"].get_data(file))
    except Exception:  # a loader's
        return ""


def _keep(code: types.CodeType, given: Any) -> types.CodeType:
    name = _name_of(code.co_filename, given if type(given) is str else decode_source(bytes(given)))
    pending = [code]
    while pending:
        each = pending.pop()
        _names[id(each)] = ref(each), name
        pending += [inner for inner in each.co_consts if type(inner) is types.CodeType]
    return code


def _name_of(file: str, text: str) -> str:
    name, number = file, 1
    while texts.setdefault(name, text) != text:
        number += 1
        name = f"{file} #{number}"
    return name
