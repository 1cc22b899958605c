"""Templates: delimiters of expressions and statements, and all that is between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, marked

_CODE = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|\{#|\$\{.*?(?:\}|$)|<%.*?(?:%>|$)", re.DOTALL)


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that are code of a template."""
    for found in _CODE.finditer(text):
        yield from marked(mask, *found.span(), "is code of the template")
