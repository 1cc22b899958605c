"""Python: everything outside of literals has a meaning."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, marked

_CONTENT = frozenset(
    {tokenize.NUMBER, tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a piece of Python."""
    starts = [0]
    for line in text.splitlines(True):
        starts.append(starts[-1] + len(line))
    starts += [len(text)] * 2
    here = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            start = starts[token.start[0] - 1] + token.start[1]
            here = min(starts[token.end[0] - 1] + token.end[1], len(text))
            if token.type == tokenize.STRING:
                quotes = token.string.lstrip("rRbBuUfF")
                width = 3 if quotes[:3] in ('"""', "'''") else 1
                opening = start + len(token.string) - len(quotes) + width
                yield from marked(mask, start, opening, "begins a literal")
                yield from marked(mask, max(opening, here - width), here, "ends the literal")
            elif token.type not in _CONTENT:
                yield from marked(mask, start, here, "is code")
    except (tokenize.TokenError, SyntaxError, IndentationError):
        yield from marked(mask, here, len(text), "is code")
