"""HTML: what has a meaning depends on where it stands: in text, a tag, an attribute, a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, each, marked

_MARKUP = re.compile(r"<!--.*?(?:-->|$)|<[!/?]?[a-zA-Z][^>\s/]*|<", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"\s*(?:([^\s=>\"'/]+)(\s*=\s*)?(\"[^\"]*(?:\"|$)|'[^']*(?:'|$)|[^\s>\"']+)?|/|[\"'=]+)", re.DOTALL
)
_SCRIPT = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?|\d+(?:\.\d+)?|[^\s\w]|\w+", re.DOTALL
)
_URLS = frozenset({"href", "src", "action", "formaction", "data", "xlink:href"})
_SCHEME = re.compile(r"\s*(?:javascript|data|vbscript)\s*:", re.IGNORECASE)


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a page."""
    here = 0
    while (found := _MARKUP.search(text, here)) is not None:
        start, here = found.span()
        tag = found[0]
        if tag.startswith("<!--"):
            yield from marked(mask, start, start + 4, "begins a comment")
            yield from marked(mask, max(start + 4, here - 3), here, "ends the comment")
            continue
        if tag == "<":
            yield from marked(mask, start, here, "may begin a tag")
            continue
        yield from marked(mask, start, here, "begins a tag")
        stop = _tag_end(text, here)
        yield from _attributes(text, mask, here, stop)
        here = min(stop + 1, len(text))
        yield from marked(mask, stop, here, "ends the tag")
        name = tag.lstrip("<").lower()
        if name in ("script", "style"):
            end = re.compile(rf"</{name}", re.IGNORECASE).search(text, here)
            last = end.start() if end else len(text)
            yield from _script(text, mask, here, last)
            here = last


def _tag_end(text: str, start: int) -> int:
    quote = ""
    for index in range(start, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and text[:index].rstrip().endswith("="):
            quote = character
        elif character == ">":
            return index
    return len(text)


def _attributes(text: str, mask: bytes, start: int, stop: int) -> Iterator[Meaning]:
    here = start
    while here < stop:
        found = _ATTRIBUTE.match(text, here, stop)
        if found is None or found.end() == here:
            yield from marked(mask, here, here + 1, "is part of a tag")
            here += 1
            continue
        here = found.end()
        first, last = found.span(3)
        if first < 0:
            yield from marked(mask, found.start(), here, "is part of a tag")
            continue
        yield from marked(mask, found.start(), first, "names an attribute")
        name = (found[1] or "").lower()
        inner = (first, last)
        if text[first] in "\"'":
            yield from marked(mask, first, first + 1, "begins a value")
            closed = last - first > 1 and text[last - 1] == text[first]
            if closed:
                yield from marked(mask, last - 1, last, "ends the value")
            inner = (first + 1, last - closed)
        if name.startswith("on"):
            yield from _script(text, mask, *inner)
        elif name in _URLS:
            scheme = _SCHEME.match(text, *inner)
            if scheme is not None:
                yield from marked(mask, *scheme.span(), "is a scheme that runs code")


def _script(text: str, mask: bytes, start: int, stop: int) -> Iterator[Meaning]:
    yield from each(text, mask, re.compile(r"</"), "may end the script", start, stop)
    for found in _SCRIPT.finditer(text, start, stop):
        first, last = found.span()
        if found[0][0] in "\"'`":
            yield from marked(mask, first, first + 1, "begins a literal")
            if last - first > 1 and found[0][-1] == found[0][0]:
                yield from marked(mask, last - 1, last, "ends the literal")
        elif not found[0][0].isdigit():
            yield from marked(mask, first, last, "is code of a script")
