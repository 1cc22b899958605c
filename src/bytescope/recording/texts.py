"""Texts of code objects that come from no file: what is executed by `exec`, `eval`, `VM.exec` or `-c` meanwhile."""

from __future__ import annotations

import types
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import decode_source
from typing import Any
from weakref import ref

from bytescope.loading import source

__all__ = ["keeping_texts", "source_of", "texts"]

texts: dict[str, str] = {}
"""The texts that were compiled while a recording goes on, by the name that stands for each: the file name for the first
one of a name, others are numbered."""

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


def source_of(code: types.CodeType) -> str:
    """Return the name of the text that a code object was compiled of, "" if that is not known."""
    found = _names.get(id(code))
    return found[1] if found is not None and found[0]() is code else ""


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
