"""Models of `urllib.parse`, `html`, `shlex` and `textwrap`: texts that are written in a language, and read again."""

from __future__ import annotations

import html
import re
import shlex
import textwrap
import urllib.parse
import xml.sax.saxutils
from collections.abc import Callable, Iterable
from typing import Any

from bytescope.taint.models.formatting import Unknown, joined_pieces
from bytescope.taint.models.table import NativeCall, function
from bytescope.taint.spans import Piece, between, concat, is_text, part, segmentwise, tags_of, union


@function(urllib.parse.quote, urllib.parse.quote_plus, urllib.parse.quote_from_bytes, html.escape,
          xml.sax.saxutils.escape, xml.sax.saxutils.unescape, xml.sax.saxutils.quoteattr)  # fmt: skip
def quoted(call: NativeCall) -> Any:
    """Model functions that replace some characters."""
    if not is_text(call.args[0]):
        return call.everything()
    shadow, value, result = call.shadows[0], call.args[0], call.result
    if call.function is xml.sax.saxutils.quoteattr:
        inner = segmentwise(shadow, value, result[1:-1], lambda each: call.function(each)[1:-1])
        return concat(((None, 1), (inner, len(result) - 2), (None, 1)))
    return segmentwise(shadow, value, result, lambda each: call.function(each, *call.args[1:], **call.kwargs))


_ESCAPED = re.compile(r"((?:%[0-9a-fA-F]{2})+)|[^%]+|%")
_BYTES = re.compile(rb"[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]")


@function(urllib.parse.unquote, urllib.parse.unquote_plus)
def unquoted(call: NativeCall) -> Any:
    """Model `unquote` and `unquote_plus`."""
    value = call.args[0]
    if type(value) is not str:
        return call.everything()
    return unescaped(
        value, call.shadows[0], call.result, lambda each: call.function(each, *call.args[1:], **call.kwargs)
    )


def unescaped(value: str, shadow: Any, result: str, function: Callable[[str], str]) -> Any:
    """Return the shadow of a text whose escapes were read: a character has the tags of its escape."""
    pieces: list[Piece] = []
    for found in _ESCAPED.finditer(value):
        if found[1] is None:
            pieces.append((part(shadow, len(value), *found.span()), found.end() - found.start()))
            continue
        data = bytes.fromhex(found[1].replace("%", ""))
        for each in _BYTES.finditer(data):
            start = found.start() + 3 * each.start()
            stop = found.start() + 3 * each.end()
            pieces.append((between(shadow, len(value), start, stop), len(function(value[start:stop]))))
    try:
        return joined_pieces(pieces, len(result))
    except Unknown:
        return tags_of(shadow)


_ENTITY = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")


@function(html.unescape)
def unescaped_html(call: NativeCall) -> Any:
    """Model `html.unescape`."""
    value, shadow = call.args[0], call.shadows[0]
    pieces: list[Piece] = []
    here = 0
    for found in _ENTITY.finditer(value):
        made = html.unescape(found[0])
        pieces.append((part(shadow, len(value), here, found.start()), found.start() - here))
        here = found.end()
        kept = 0
        while made and kept < min(len(made) - 1, len(found[0])) and made[-kept - 1] == found[0][-kept - 1]:
            kept += 1  # an entity without semicolon, with text behind it
        pieces.append((between(shadow, len(value), found.start(), found.end() - kept), len(made) - kept))
        pieces.append((part(shadow, len(value), found.end() - kept, found.end()), kept))
    pieces.append((part(shadow, len(value), here, len(value)), len(value) - here))
    try:
        return joined_pieces(pieces, len(call.result))
    except Unknown:
        return tags_of(shadow)


# --- queries


@function(urllib.parse.urlencode)
def urlencode(call: NativeCall) -> Any:
    """Model `urlencode`."""
    try:
        return joined_pieces(_encoded(call), len(call.result))
    except Unknown:
        return call.everything()


def _encoded(call: NativeCall) -> Iterable[Piece]:
    query, shadow, heap = call.args[0], tags_of(call.shadows[0]), call.heap
    if set(call.kwargs) - {"doseq", "quote_via"} or len(call.args) > 2:
        raise Unknown
    quote = call.kwargs.get("quote_via", urllib.parse.quote_plus)
    several = call.argument(1, "doseq", False)
    pairs: list[tuple[Any, Any, Any, Any]]
    if type(query) is dict:
        pairs = [(key, heap.key(query, key), value, heap.item(query, key)) for key, value in query.items()]
    elif type(query) in (list, tuple) and all(type(each) in (list, tuple) for each in query):
        pairs = [(each[0], heap.item(each, 0), each[1], heap.item(each, 1)) for each in query]
    else:
        raise Unknown
    number = 0
    for key, key_shadow, value, own in pairs:
        values = [(value, own)]
        if several and type(value) in (list, tuple):
            values = list(zip(value, heap.sequence(value, len(value)), strict=True))
        for each, each_shadow in values:
            yield None, 1 if number else 0
            yield _quoted(key, union((tags_of(key_shadow), shadow)) if shadow else key_shadow, quote)
            yield None, 1
            yield _quoted(each, union((tags_of(each_shadow), shadow)) if shadow else each_shadow, quote)
            number += 1


def _quoted(value: Any, shadow: Any, quote: Callable[[Any], str]) -> Piece:
    if type(value) not in (str, bytes, int, float, bool, type(None)):
        raise Unknown
    made = quote(value if type(value) is bytes else str(value))
    if type(value) not in (str, bytes):
        return tags_of(shadow), len(made)
    return segmentwise(shadow, value, made, quote), len(made)


@function(urllib.parse.parse_qsl, urllib.parse.parse_qs)
def parsed_query(call: NativeCall) -> Any:
    """Model `parse_qsl` and `parse_qs`."""
    value, shadow = call.args[0], call.shadows[0]
    if type(value) is not str or len(call.args) > 1 or call.kwargs:
        return call.everything()
    pairs, here = [], 0
    for field in value.split("&"):
        name, equals, text = field.partition("=")
        if equals and text:
            place = here + len(name) + 1
            pairs.append((_read(value, shadow, here, here + len(name)), _read(value, shadow, place, here + len(field))))
        here += len(field) + 1
    if type(call.result) is list:
        for pair, fields in zip(call.result, pairs, strict=True):
            call.heap.set_sequence(pair, [own for _, own in fields])
        return None
    lists: dict[str, list[Any]] = {}
    for (name, own), (_, text_shadow) in pairs:
        call.heap.set_key(call.result, name, own)
        lists.setdefault(name, []).append(text_shadow)
    for name, shadows in lists.items():
        call.heap.set_sequence(call.result[name], shadows)
    return None


def _read(value: str, shadow: Any, start: int, stop: int) -> tuple[str, Any]:
    text = value[start:stop].replace("+", " ")
    made = urllib.parse.unquote(text, errors="replace")
    own = part(shadow, len(value), start, stop)
    return made, unescaped(text, own, made, lambda each: urllib.parse.unquote(each, errors="replace"))


# --- URLs


@function(urllib.parse.urlsplit, urllib.parse.urlparse)
def split_url(call: NativeCall) -> Any:
    """Model `urlsplit` and `urlparse`: the parts, in order."""
    value, shadow = call.args[0], call.shadows[0]
    shadows, here = [], 0
    folded = value.lower()
    for name, text in zip(call.result._fields, call.result, strict=True):
        place = folded.find(text.lower(), here) if text else here
        if place < 0:
            return call.everything()
        own = part(shadow, len(value), place, place + len(text))
        shadows.append(own)
        if own is not None:
            call.heap.set_attribute(call.result, name, text, own)
        here = place + len(text)
    call.heap.set_sequence(call.result, shadows)
    return None


# --- shells


@function(shlex.quote)
def shell_quoted(call: NativeCall) -> Any:
    """Model `shlex.quote`."""
    value, shadow, result = call.args[0], call.shadows[0], call.result
    if len(value) == len(result):
        return shadow
    inner = segmentwise(shadow, value, result[1:-1], lambda each: each.replace("'", "'\"'\"'"))
    return concat(((None, 1), (inner, len(result) - 2), (None, 1)))


@function(shlex.join)
def shell_joined(call: NativeCall) -> Any:
    """Model `shlex.join`."""
    words = call.args[0]
    if type(words) not in (list, tuple):
        return call.everything()
    pieces: list[Piece] = []
    for number, (word, own) in enumerate(zip(words, call.heap.sequence(words, len(words)), strict=True)):
        made = shlex.quote(word)
        one = NativeCall(call.heap, shlex.quote, None, None, (word,), (own,), {}, {}, made, [])
        pieces += [(None, 1 if number else 0), (shell_quoted(one), len(made))]
    return concat(pieces)


# --- paragraphs


@function(textwrap.dedent, textwrap.indent)
def moved_lines(call: NativeCall) -> Any:
    """Model `dedent` and `indent`: white space at the beginning of lines comes or goes."""
    value, shadow, result = call.args[0], call.shadows[0], call.result
    old, new = value.splitlines(True), result.splitlines(True)
    if len(old) != len(new):
        return call.everything()
    prefix = tags_of(call.shadow(1, "prefix"))
    pieces: list[Piece] = []
    here = 0
    for before, after in zip(old, new, strict=True):
        kept = _common_end(before, after)
        pieces += [
            (prefix, len(after) - kept),
            (part(shadow, len(value), here + len(before) - kept, here + len(before)), kept),
        ]
        here += len(before)
    return concat(pieces)


def _common_end(left: str, right: str) -> int:
    count = 0
    while count < min(len(left), len(right)) and left[-count - 1] == right[-count - 1]:
        count += 1
    return count
