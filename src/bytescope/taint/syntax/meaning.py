"""Meaning of a character in a language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """Characters from the outside that mean something: their places, and what they do."""

    start: int
    stop: int
    why: str


def marked(mask: bytes, start: int, stop: int, why: str) -> Iterator[Meaning]:
    """Yield the characters from the outside between two places, as one meaning for each run of them."""
    here = start
    while here < stop:
        if not mask[here]:
            here += 1
            continue
        first = here
        while here < stop and mask[here]:
            here += 1
        yield Meaning(first, here, why)


def each(
    text: str, mask: bytes, pattern: re.Pattern[str], why: str, start: int = 0, stop: int = -1
) -> Iterator[Meaning]:
    """Yield the characters from the outside in what a pattern finds between two places."""
    for found in pattern.finditer(text, start, len(text) if stop < 0 else stop):
        yield from marked(mask, found.start(), found.end(), why)
