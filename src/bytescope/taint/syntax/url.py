"""URLs: scheme and host say where a request goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, marked

_URL = re.compile(r"(?:([a-zA-Z][a-zA-Z0-9+.-]*:)?([/\\]{2}[^/\\?#]*))|([a-zA-Z][a-zA-Z0-9+.-]*:)")
_BREAK = re.compile(r"[\r\n]")


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a URL."""
    skipped = len(text) - len(text.lstrip())
    found = _URL.match(text, skipped)
    if found is not None:
        for group, why in ((1, "chooses the scheme"), (2, "chooses the host"), (3, "chooses the scheme")):
            if found[group] is not None:
                yield from marked(mask, *found.span(group), why)
    for each in _BREAK.finditer(text):
        yield from marked(mask, *each.span(), "ends the line")
    yield from _parents(text, mask)


def _parents(text: str, mask: bytes) -> Iterator[Meaning]:
    for found in re.finditer(r"(?<=/)\.\.(?=[/?#]|$)", text):
        yield from marked(mask, *found.span(), "leads out of the path")
