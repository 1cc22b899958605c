"""Models of `json`: each text and number of a document has the tags of its own characters."""

from __future__ import annotations

import json
import json.encoder
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bytescope.shadow.heap import Heap
from bytescope.taint.models.formatting import Unknown, joined_pieces
from bytescope.taint.models.table import NativeCall, function, python_method
from bytescope.taint.spans import Piece, between, concat, part, segments, tags_of, union

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
_OTHER = re.compile(r"[-+.\w]+")


@function(json.loads)
def loads(call: NativeCall) -> Any:
    """Model `json.loads`."""
    if call.kwargs:
        return call.everything()
    return _loaded(call, call.args[0], call.shadows[0])


@python_method(json.JSONDecoder, "decode")
def decode(call: NativeCall) -> Any:
    """Model `JSONDecoder.decode`."""
    return _loaded(call, call.args[1], call.shadows[1])


def _loaded(call: NativeCall, text: Any, shadow: Any) -> Any:
    if type(text) is not str:
        data = bytes(text)
        if not data.isascii():
            return call.everything()
        text = data.decode("ascii")
    try:
        return _Document(call.heap, text, shadow).value(0, call.result)[0]
    except (Unknown, IndexError, RecursionError):
        return call.everything()


class _Document:
    """A document, and where its characters come from."""

    def __init__(self, heap: Heap, text: str, shadow: Any) -> None:
        self.heap, self.text, self.shadow = heap, text, shadow

    def skip(self, here: int) -> int:
        """Return the place behind white space."""
        found = _SPACE.match(self.text, here)
        return found.end() if found else here

    def value(self, here: int, value: Any) -> tuple[Any, int]:
        """Return the shadow of the value at a place, and the place behind it; what it holds gets its shadows.

        Raises:
            Unknown: if the value is not the one that stands there.
        """
        here = self.skip(here)
        first = self.text[here]
        if first == '"':
            return self.string(here, value)
        if first == "{":
            return None, self.mapping(here, value)
        if first == "[":
            return None, self.sequence(here, value)
        found = _OTHER.match(self.text, here)
        if found is None or type(value) in (str, list, dict):
            raise Unknown
        return between(self.shadow, len(self.text), *found.span()), found.end()

    def string(self, here: int, value: Any) -> tuple[Any, int]:
        """Return the shadow of a text."""
        found = _STRING.match(self.text, here)
        if found is None or type(value) is not str:
            raise Unknown
        pieces: list[Piece] = []
        place, stop = found.span(1)
        for escape in _ESCAPE.finditer(self.text, place, stop):
            pieces.append((self.part(place, escape.start()), escape.start() - place))
            pieces.append((between(self.shadow, len(self.text), *escape.span()), 1))
            place = escape.end()
        pieces.append((self.part(place, stop), stop - place))
        return joined_pieces(pieces, len(value)), found.end()

    def part(self, start: int, stop: int) -> Any:
        """Return the shadow of a part of the document."""
        return part(self.shadow, len(self.text), start, stop)

    def sequence(self, here: int, value: Any) -> int:
        """Set the shadows of the items of a list."""
        if type(value) is not list:
            raise Unknown
        shadows = []
        here = self.skip(here + 1)
        for item in value:
            shadow, here = self.value(here, item)
            shadows.append(shadow)
            here = self.skip(here) + 1
        self.heap.set_sequence(value, shadows)
        return here if value else here + 1

    def mapping(self, here: int, value: Any) -> int:
        """Set the shadows of the keys and values of a dict."""
        if type(value) is not dict:
            raise Unknown
        here = self.skip(here + 1)
        for key, item in value.items():
            shadow, here = self.string(self.skip(here), key)
            self.heap.set_key(value, key, shadow)
            shadow, here = self.value(self.skip(here) + 1, item)
            self.heap.set_item(value, key, item, shadow)
            here = self.skip(here) + 1
        return here if value else here + 1


@function(json.dumps)
def dumps(call: NativeCall) -> Any:
    """Model `json.dumps`."""
    options = dict(call.kwargs)
    try:
        writer = _Writer(call.heap, options)
        return joined_pieces(writer.value(call.args[0], call.shadows[0], 0), len(call.result))
    except (Unknown, TypeError):
        return call.everything()


class _Writer:
    """A document that is written, with the options of `json.dumps`."""

    def __init__(self, heap: Heap, options: Mapping[str, Any]) -> None:
        unknown = set(options) - {"ensure_ascii", "indent", "separators", "sort_keys", "allow_nan", "check_circular"}
        if unknown - {"default"}:
            raise Unknown
        self.heap = heap
        encode = json.encoder.py_encode_basestring_ascii
        plain = json.encoder.py_encode_basestring
        self.encode = encode if options.get("ensure_ascii", True) else plain
        indent = options.get("indent")
        self.indent = len(indent) if isinstance(indent, str) else indent
        between = options.get("separators") or ((", ", ": ") if indent is None else (",", ": "))
        self.comma, self.colon = map(len, between)
        self.sort = options.get("sort_keys", False)

    def value(self, value: Any, shadow: Any, depth: int) -> Iterator[Piece]:
        """Yield the pieces of a value."""
        kind = type(value)
        if kind is str:
            yield from self.string(value, shadow)
        elif kind in (int, float, bool, type(None)):
            yield tags_of(shadow), len(json.dumps(value))
        elif kind is dict:
            pairs = sorted(value.items()) if self.sort else value.items()
            yield from self.container([self.pair(value, key, item, shadow, depth) for key, item in pairs], depth)
        elif kind in (list, tuple):
            items = self.heap.sequence(value, len(value))
            shadows = [_with(each, shadow) for each in items]
            parts = [self.value(item, each, depth + 1) for item, each in zip(value, shadows, strict=True)]
            yield from self.container(parts, depth)
        else:
            raise Unknown

    def pair(self, owner: Any, key: Any, item: Any, shadow: Any, depth: int) -> Iterator[Piece]:
        """Yield the pieces of a key and its value."""
        if type(key) is not str:
            raise Unknown
        yield from self.string(key, _with(self.heap.key(owner, key), shadow))
        yield None, self.colon
        yield from self.value(item, _with(self.heap.item(owner, key), shadow), depth + 1)

    def container(self, parts: list[Iterator[Piece]], depth: int) -> Iterator[Piece]:
        """Yield the pieces of a container with these parts."""
        line = 0 if self.indent is None or not parts else 1 + self.indent * (depth + 1)
        yield None, 1
        for number, each in enumerate(parts):
            yield None, (self.comma if number else 0) + line
            yield from each
        yield None, 1 + (line - self.indent if line and self.indent is not None else 0)

    def string(self, value: str, shadow: Any) -> Iterator[Piece]:
        """Yield the pieces of a text."""
        yield None, 1
        for start, stop, tags in segments(shadow, len(value)):
            yield tags, len(self.encode(value[start:stop])) - 2
        yield None, 1


def _with(shadow: Any, outer: Any) -> Any:
    return shadow if outer is None else union((tags_of(shadow), tags_of(outer)))


__all__ = ["concat", "loads"]
