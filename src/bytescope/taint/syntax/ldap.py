"""Filters of LDAP: parentheses, stars and operators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, each

_SYNTAX = re.compile(r"[()*\\\0&|!]|[<>~:]?=")


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a filter."""
    yield from each(text, mask, _SYNTAX, "is syntax of the filter")
