"""Models of pure functions that move characters: called again with marks in the place of labelled characters.

A mark is a private-use character of its own for each place. Where the marks are in the second result, the characters
come from. If the function has done something else with the marks than with the characters, the result is derived.
"""

from __future__ import annotations

import ast
import os.path
import posixpath
import shlex
import string
import textwrap
import urllib.parse
from typing import Any

from bytescope.taint.models.table import NativeCall, function, python_method
from bytescope.taint.spans import Tags, of_characters, runs_of, tags_of, union

_FIRST, _LAST = 0xF0000, 0xFFFFD


class _Differs(Exception):
    """The function has done something else with the marks."""


class _Marks:
    """Marks, and what they stand for."""

    def __init__(self, call: NativeCall) -> None:
        self.heap = call.heap
        self.meant: list[tuple[str, Tags]] = []

    def put(self, value: Any, shadow: Any) -> Any:
        """Return a value with marks in it."""
        kind = type(value)
        if kind is str:
            characters = list(value)
            for start, stop, tags in runs_of(shadow, len(value)):
                for index in range(start, stop):
                    characters[index] = chr(_FIRST + len(self.meant))
                    self.meant.append((value[index], tags))
            if len(self.meant) > _LAST - _FIRST:
                raise _Differs
            return "".join(characters)
        if kind in (list, tuple):
            shadows = self.heap.sequence(value, len(value))
            return kind(self.put(each, _with(own, shadow)) for each, own in zip(value, shadows, strict=True))
        if kind is dict:
            return {key: self.put(each, _with(self.heap.item(value, key), shadow)) for key, each in value.items()}
        if shadow is not None or (self.heap.known(value) is not None and not callable(value)):
            raise _Differs
        return value

    def take(self, marked: Any, value: Any) -> Any:
        """Return the shadow of a result, from the marks in what was made with them.

        Raises:
            _Differs: if it is not the same but for the marks.
        """
        kind = type(value)
        if type(marked) is not kind:
            raise _Differs
        if kind is str:
            return self._text(marked, value)
        if kind in (list, tuple):
            if len(marked) != len(value):
                raise _Differs
            shadows = [self.take(one, other) for one, other in zip(marked, value, strict=True)]
            if any(each is not None for each in shadows):
                self.heap.set_sequence(value, shadows)
            return None
        if kind is dict and list(marked) == list(value):
            for key, each in value.items():
                self.heap.set_item(value, key, each, self.take(marked[key], each))
            return None
        if marked != value:
            raise _Differs
        return None

    def _text(self, marked: str, value: str) -> Any:
        if len(marked) != len(value):
            raise _Differs
        tags: list[Tags | None] = []
        for one, other in zip(marked, value, strict=True):
            number = ord(one) - _FIRST
            character, own = self.meant[number] if 0 <= number < len(self.meant) else (one, None)
            if character != other:
                raise _Differs
            tags.append(own)
        return of_characters(tags)


def _with(shadow: Any, outer: Any) -> Any:
    return shadow if outer is None else union((tags_of(shadow), tags_of(outer)))


_PATHS = "join basename dirname split splitext normpath commonprefix relpath".split()


@function(
    *(getattr(os.path, name) for name in _PATHS), *(getattr(posixpath, name) for name in _PATHS), os.fspath,
    string.capwords, textwrap.wrap, textwrap.fill, textwrap.shorten, shlex.split, ast.literal_eval,
    urllib.parse.urljoin, urllib.parse.urlunsplit, urllib.parse.urlunparse,
)  # fmt: skip
@python_method(string.Template, "substitute safe_substitute")
@python_method(string.Formatter, "format vformat")
def replayed(call: NativeCall) -> Any:
    """Model a pure function."""
    marks = _Marks(call)
    try:
        args = [marks.put(value, shadow) for value, shadow in zip(call.args, call.shadows, strict=True)]
        kwargs = {name: marks.put(value, call.keyword_shadows.get(name)) for name, value in call.kwargs.items()}
        return marks.take(call.function(*args, **kwargs), call.result)
    except Exception:  # whatever marks do to it
        return call.everything()
