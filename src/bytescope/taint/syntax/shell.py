"""The POSIX shell: outside of quotes most characters that are not letters or digits have a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, each, marked

_OPEN = re.compile(r"[;&|<>()$`\\\"'*?\[\]#~%!{}\s]")
_DOUBLE = re.compile(r"[$`\\]")


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside that mean something in a command line."""
    here, length = 0, len(text)
    word_begins = True
    while here < length:
        character = text[here]
        if character == "'":
            stop = _end(text, here, "'")
            yield from marked(mask, here, here + 1, "begins a quotation")
            yield from marked(mask, stop - 1, stop, "ends the quotation")
            here, word_begins = stop, False
        elif character == '"':
            stop = _end(text, here, '"')
            yield from marked(mask, here, here + 1, "begins a quotation")
            yield from each(text, mask, _DOUBLE, "is expanded by the shell", here + 1, stop - 1)
            yield from marked(mask, stop - 1, stop, "ends the quotation")
            here, word_begins = stop, False
        else:
            width = 2 if character == "\\" and not mask[here] else 1
            if width == 1 and _OPEN.match(character):
                yield from marked(
                    mask, here, here + 1, "separates words" if character == " " else "is syntax of the shell"
                )
            elif word_begins and character == "-":
                yield from marked(mask, here, here + 1, "begins an option")
            word_begins = character.isspace() or character in ";&|("
            here += width


def _end(text: str, start: int, quote: str) -> int:
    here = start + 1
    while here < len(text) and text[here] != quote:
        here += 2 if quote == '"' and text[here] == "\\" else 1
    return min(here + 1, len(text))


def meanings_of_program(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the characters from the outside in the name of a program that is started."""
    yield from marked(mask, 0, len(text), "names the program")
