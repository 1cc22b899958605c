"""Texts of lines, such as headers of HTTP and logs: a line break begins another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, each

_BREAK = re.compile(r"[\r\n]")


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the line breaks that come from the outside."""
    yield from each(text, mask, _BREAK, "begins another line")
