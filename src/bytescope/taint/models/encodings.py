"""Texts that were encoded or decoded."""

from __future__ import annotations

from typing import Any

from bytescope.taint.spans import concat, made, part, runs_of, segmentwise, tags_of, union


def encoded(text: str, shadow: Any, result: Any, encoding: str = "utf-8", errors: str = "strict") -> Any:
    """Return the shadow of an encoded text."""
    if len(result) == len(text):
        return made(len(text), runs_of(shadow, len(text)))
    mark = len("".encode(encoding))
    if mark:
        body = segmentwise(shadow, text, result[mark:], lambda each: each.encode(encoding, errors)[mark:])
        return concat(((None, mark), (body, len(result) - mark)))
    return segmentwise(shadow, text, result, lambda each: each.encode(encoding, errors))


def decoded(data: Any, shadow: Any, result: str, encoding: str = "utf-8", errors: str = "strict") -> Any:
    """Return the shadow of a decoded text: a character has the tags of its bytes."""
    if len(result) == len(data):
        return made(len(data), runs_of(shadow, len(data)))
    if errors == "strict":
        try:
            lengths = [len(each.encode(encoding)) for each in result]
        except (UnicodeError, LookupError):
            return tags_of(shadow)
        if sum(lengths) == len(data):
            here, each = 0, []
            for length in lengths:
                each.append(union(tags_of(part(shadow, len(data), here + k, here + k + 1)) for k in range(length)))
                here += length
            return concat((tags, 1) for tags in each)
    return segmentwise(shadow, bytes(data), result, lambda each: each.decode(encoding, errors))
