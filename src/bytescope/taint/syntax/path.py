"""Paths of files: parts that lead out of a folder, and beginnings that lead elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, marked

_PARENT = re.compile(r"(?:^|(?<=[/\\]))\.\.(?=[/\\]|$)")


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a path."""
    for found in _PARENT.finditer(text):
        yield from marked(mask, *found.span(), "leads out of the folder")
    if text[:1] in ("/", "\\", "~"):
        yield from marked(mask, 0, 1, "makes the path absolute")
    if text[1:3] in (":\\", ":/"):
        yield from marked(mask, 0, 3, "names a drive")
    for index, character in enumerate(text):
        if character == "\0":
            yield from marked(mask, index, index + 1, "ends the name")
