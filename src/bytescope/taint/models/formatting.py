"""The text of values, piece by piece: `str`, `repr`, `format`, `%`, f-strings.

Values of builtin types alone are formatted again, to find out which piece comes from where: no code of the program's
runs. If the pieces do not make the result, it is derived.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from bytescope.shadow.heap import Heap
from bytescope.shadow.reachability import reaching
from bytescope.taint.models.encodings import decoded
from bytescope.taint.models.table import NativeCall, function
from bytescope.taint.spans import Piece, concat, part, segments, tags_of, union

_ATOMIC = frozenset({int, float, complex, bool, type(None)})


class Unknown(Exception):
    """The pieces cannot be told."""


def joined_pieces(pieces: Iterable[Piece], length: int) -> Any:
    """Return the shadow of pieces that make a text of so many characters.

    Raises:
        Unknown: if they do not.
    """
    pieces = list(pieces)
    if sum(max(count, 0) for _, count in pieces) != length:
        raise Unknown
    return concat(pieces)


# --- repr and str


def represented(heap: Heap, value: Any, shadow: Any, ascii_only: bool = False) -> list[Piece]:
    """Return the pieces of `repr(value)`.

    Args:
        heap: the shadows of what it holds.
        value: the value, of a builtin type.
        shadow: of the reference to it.
        ascii_only: of `ascii(value)` instead.

    Raises:
        Unknown: for values of other types.
    """
    return list(_represented(heap, value, shadow, ascii if ascii_only else repr, 0))


def _represented(heap: Heap, value: Any, shadow: Any, write: Callable[[Any], str], depth: int) -> Iterable[Piece]:
    kind = type(value)
    if depth > 20:
        raise Unknown
    if kind in _ATOMIC:
        yield tags_of(shadow), len(repr(value))
    elif kind is str or kind is bytes:
        yield from _quoted(value, shadow, write)
    elif kind is bytearray:
        yield None, len("bytearray(")
        yield from _quoted(bytes(value), shadow, write)
        yield None, 1
    elif kind is dict:
        yield None, 1
        for number, (key, item) in enumerate(value.items()):
            yield None, 2 if number else 0
            yield from _represented(heap, key, with_outer(heap.key(value, key), shadow), write, depth + 1)
            yield None, 2
            yield from _represented(heap, item, with_outer(heap.item(value, key), shadow), write, depth + 1)
        yield None, 1
    elif kind in (list, tuple):
        yield None, 1
        for number, item in enumerate(value):
            yield None, 2 if number else 0
            yield from _represented(heap, item, with_outer(heap.item(value, number), shadow), write, depth + 1)
        yield None, 2 if kind is tuple and len(value) == 1 else 1
    elif kind in (set, frozenset):
        yield None, len("frozenset({" if kind is frozenset and value else "set()" if not value else "{")
        for number, item in enumerate(value):
            yield None, 2 if number else 0
            yield from _represented(heap, item, with_outer(heap.key(value, item), shadow), write, depth + 1)
        yield None, 0 if not value else 2 if kind is frozenset else 1
    else:
        raise Unknown


def with_outer(shadow: Any, outer: Any) -> Any:
    """Return the shadow of an item joined with that of the reference to its container."""
    return shadow if outer is None else union((tags_of(shadow), tags_of(outer)))


def _quoted(value: Any, shadow: Any, write: Callable[[Any], str]) -> Iterable[Piece]:
    text = write(value)
    before = 2 if type(value) is bytes else 1
    quote = text[-1]
    yield None, before
    for start, stop, tags in segments(shadow, len(value)):
        yield tags, sum(_escaped(value[index : index + 1], quote, write, before) for index in range(start, stop))
    yield None, 1


def _escaped(character: Any, quote: str, write: Callable[[Any], str], before: int) -> int:
    if character in ('"', "'", b'"', b"'"):
        return 2 if character in (quote, quote.encode()) else 1
    return len(write(character)) - before - 1


def shown(heap: Heap, value: Any, shadow: Any) -> list[Piece]:
    """Return the pieces of `str(value)`."""
    if type(value) is str:
        return [(shadow, len(value))]
    return represented(heap, value, shadow)


# --- format specifications

_SPEC = re.compile(r"(?:(.)?([<>=^]))?([-+ ]?)(z?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([a-zA-Z%]?)$", re.DOTALL)


def formatted(heap: Heap, value: Any, shadow: Any, spec: str, spec_shadow: Any, result: str) -> list[Piece]:
    """Return the pieces of `format(value, spec)`.

    Args:
        heap: the shadows of what the value holds.
        value: the value.
        shadow: of the reference to it.
        spec: the specification.
        spec_shadow: its shadow.
        result: the text.

    Raises:
        Unknown: if they cannot be told.
    """
    if not spec:
        return shown(heap, value, shadow)
    if type(value) is not str:
        reached = reaching(heap, value, shadow)
        return [(union((tags_of(reached), tags_of(spec_shadow))), len(result))]
    found = _SPEC.match(spec)
    if found is None:
        raise Unknown
    align = found[2] or "<"
    kept = min(len(value), int(found[9])) if found[9] else len(value)
    return padded(part(shadow, len(value), 0, kept), kept, align, tags_of(spec_shadow), len(result))


def padded(shadow: Any, count: int, align: str, fill: Any, total: int) -> list[Piece]:
    """Return the pieces of a text that is padded to a length."""
    room = total - count
    left = {"<": 0, ">": room, "=": room, "^": room // 2}[align]
    return [(fill, left), (shadow, count), (fill, room - left)]


# --- the operator %

_PERCENT = re.compile(r"%(?:\((.*?)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)", re.DOTALL)


def percent(heap: Heap, text: Any, given: Any, shadow: Any, given_shadow: Any, result: Any) -> Any:
    """Return the shadow of `text % given`.

    Args:
        heap: the shadows of what the operands hold.
        text: the left operand.
        given: the right one.
        shadow: of the reference to the text.
        given_shadow: of that to the other.
        result: what the operator has given.
    """
    try:
        return joined_pieces(_Percent(heap, text, given, shadow, given_shadow).pieces(), len(result))
    except Unknown:
        return union((tags_of(shadow), tags_of(reaching(heap, given, given_shadow))))


class _Percent:
    """One use of the operator."""

    def __init__(self, heap: Heap, text: Any, given: Any, shadow: Any, given_shadow: Any) -> None:
        self.heap, self.text, self.given = heap, text, given
        self.shadow, self.given_shadow = shadow, given_shadow
        self.next = 0

    def pieces(self) -> Iterable[Piece]:
        """Yield the pieces."""
        text = self.text if type(self.text) is str else bytes(self.text).decode("latin-1")
        here = 0
        for found in _PERCENT.finditer(text):
            yield part(self.shadow, len(text), here, found.start()), found.start() - here
            here = found.end()
            yield from self._piece(text, found)
        yield part(self.shadow, len(text), here, len(text)), len(text) - here

    def _take(self) -> tuple[Any, Any]:
        if type(self.given) is not tuple:
            return self.given, self.given_shadow
        if self.next >= len(self.given):
            raise Unknown
        self.next += 1
        found = self.heap.item(self.given, self.next - 1)
        return self.given[self.next - 1], with_outer(found, self.given_shadow) if self.given_shadow else found

    def _piece(self, text: str, found: re.Match[str]) -> Iterable[Piece]:
        name, flags, width, precision, kind = found.groups()
        if kind == "%":
            yield part(self.shadow, len(text), found.end() - 1, found.end()), 1
            return
        extra = None
        if width == "*":
            width, extra = self._star()
        if precision == "*":
            precision, more = self._star()
            extra = union((extra, more))
        if name is not None:
            if type(self.given) is not dict:
                raise Unknown
            key: Any = name if type(self.text) is str else name.encode("latin-1")
            value = self.given.get(key)
            shadow = with_outer(self.heap.item(self.given, key), self.given_shadow)
        else:
            value, shadow = self._take()
        yield from self._converted(value, shadow, kind, flags, width, precision, extra)

    def _star(self) -> tuple[str, Any]:
        value, shadow = self._take()
        return str(value), tags_of(shadow)

    def _converted(
        self, value: Any, shadow: Any, kind: str, flags: str, width: Any, precision: Any, extra: Any
    ) -> Iterable[Piece]:
        of_bytes = type(self.text) is not str
        if kind in "sb" and (type(value) is str if not of_bytes else type(value) in (bytes, bytearray)):
            inner = [(shadow, len(value))]
        elif kind in "sra" and not (of_bytes and kind == "s"):
            inner = represented(self.heap, value, shadow, kind == "a" or of_bytes)
        elif kind in "cdiouxXeEfFgG":
            if type(value) not in (*_ATOMIC, str, bytes):
                raise Unknown
            spec = f"%{flags}{width or ''}{'.' + precision if precision is not None else ''}{kind}"
            try:
                yield union((tags_of(shadow), extra)), len(spec % value)
            except (TypeError, ValueError, OverflowError):
                raise Unknown from None
            return
        else:
            raise Unknown
        count = sum(length for _, length in inner)
        if precision is not None and int(precision) < count:
            inner = [(part(concat(inner), count, 0, int(precision)), int(precision))]
            count = int(precision)
        room = max(0, abs(int(width or 0)) - count)
        left = "-" in flags or str(width)[:1] == "-"
        yield (None, 0) if left else (extra, room)
        yield from inner
        yield (extra, room) if left else (None, 0)


def is_plain(value: Any) -> bool:
    """Return True if a value consists of builtin types alone, so that formatting it runs no user code."""
    kind = type(value)
    if kind in _ATOMIC or kind in (str, bytes, bytearray):
        return True
    if kind in (list, tuple, set, frozenset):
        return all(map(is_plain, value))
    return kind is dict and all(is_plain(key) and is_plain(item) for key, item in value.items())


# --- the functions


@function(str)
def make_str(call: NativeCall) -> Any:
    """Model `str(value)` and `str(data, encoding)`."""
    if not call.args:
        return call.everything()
    if len(call.args) > 1 or call.kwargs:
        encoding = call.argument(1, "encoding", "utf-8"), call.argument(2, "errors", "strict")
        return decoded(call.args[0], call.shadows[0], call.result, *encoding)
    return text_of(call, shown)


@function(repr, ascii)
def make_repr(call: NativeCall) -> Any:
    """Model `repr` and `ascii`."""
    return text_of(call, lambda heap, value, shadow: represented(heap, value, shadow, call.function is ascii))


@function(format)
def make_format(call: NativeCall) -> Any:
    """Model `format`."""
    spec = call.argument(1, default="")
    return text_of(call, lambda heap, value, shadow: formatted(heap, value, shadow, spec, call.shadow(1), call.result))


def text_of(call: NativeCall, write: Callable[[Heap, Any, Any], list[Piece]]) -> Any:
    """Return the shadow of a function that gives the text of its first argument."""
    value = call.args[0]
    if call.returned and not is_plain(value):
        made, shadow = call.returned[-1]
        return shadow if made is call.result else call.everything()
    if type(value) is not str and not is_plain(value):
        return call.everything()
    try:
        return joined_pieces(write(call.heap, value, call.shadows[0]), len(call.result))
    except Unknown:
        return call.everything()


__all__ = [
    *("Unknown", "formatted", "is_plain", "is_text", "joined_pieces", "percent", "represented", "shown", "with_outer"),
]
