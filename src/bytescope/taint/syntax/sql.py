"""SQL and XPath: content is what is inside of a literal; everything else has a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, each, marked

_TOKEN = re.compile(
    r"""(?P<string>[xXbBnNeE]?'(?:[^']|'')*')|(?P<open>'(?:[^']|'')*$)
    |(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<comment>--[^\n]*|/\*.*?(?:\*/|$)|\#[^\n]*)
    |(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)
    |(?P<word>[^\W\d][\w$]*)|(?P<space>\s+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_WHY = {
    "open": "opens a literal that never ends",
    "name": "names a table or column",
    "comment": "begins a comment",
    "word": "is a keyword or a name",
    "other": "is an operator or a separator",
}


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a statement of SQL."""
    before = ""
    for found in _TOKEN.finditer(text):
        kind, (start, stop) = found.lastgroup or "other", found.span()
        if kind == "string":
            first = text.index("'", start)
            yield from marked(mask, start, first + 1, "begins a literal")
            yield from marked(mask, stop - 1, stop, "ends the literal")
        elif kind == "name":
            yield from marked(mask, start, start + 1, "begins a quoted name")
            yield from marked(mask, stop - 1, stop, "ends the quoted name")
        elif kind == "other" and text[start] == "-" and _is_sign(text, stop, before):
            pass
        elif kind in _WHY:
            yield from marked(mask, start, stop, _WHY[kind])
        if kind != "space":
            before = kind if kind != "other" else text[start]


def _is_sign(text: str, stop: int, before: str) -> bool:
    return text[stop : stop + 1].isdigit() and before in ("", "word", "=", "<", ">", "(", ",", "+", "*", "/")


_XPATH = re.compile(r"'[^']*'|\"[^\"]*\"")
_XPATH_SYNTAX = re.compile(r"[^\w.]|[^\W\d]\w*")


def meanings_in_xpath(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in an expression of XPath."""
    here = 0
    for found in _XPATH.finditer(text):
        yield from each(text, mask, _XPATH_SYNTAX, "is part of the expression", here, found.start())
        yield from marked(mask, found.start(), found.start() + 1, "begins a literal")
        yield from marked(mask, found.end() - 1, found.end(), "ends the literal")
        here = found.end()
    yield from each(text, mask, _XPATH_SYNTAX, "is part of the expression", here)
