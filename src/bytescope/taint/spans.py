"""Shadows that say for each character of a text where it comes from.

A shadow is `None` (clean), a frozenset of tags (of the whole value), `Spans` (of a text of so many characters), or
`Over` (of an iterator over texts: their shadows). A text is a `str`, `bytes`, `bytearray` or `memoryview`. What a value
that is no text has for its shadow says no more than the tags in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

Tags = frozenset[Any]
Run = tuple[int, int, Tags]
Runs = tuple[Run, ...]
Piece = tuple[Any, int]
"""A shadow, and the number of characters that have it."""

TEXTS = (str, bytes, bytearray, memoryview)
_MOST = 20_000
_unions: dict[tuple[Tags, Tags], Tags] = {}


class Spans:
    """The shadow of a text whose characters come from different places.

    Attributes:
        length: of the text.
        runs: (start, stop, tags), in order, without overlap; neighbours differ, and what lies between them is clean.
    """

    __slots__ = ("_tags", "length", "runs")

    def __init__(self, length: int, runs: Runs) -> None:
        self.length, self.runs = length, runs
        self._tags: Tags | None = None

    @property
    def tags(self) -> Tags:
        """The tags of all characters."""
        if self._tags is None:
            self._tags = union(tags for _, _, tags in self.runs)
        assert self._tags is not None
        return self._tags

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and (self.length, self.runs) == (other.length, other.runs)

    def __hash__(self) -> int:
        return hash((self.length, self.runs))

    def __repr__(self) -> str:
        return f"Spans({self.length}, {self.runs})"


class Over:
    """The shadow of an iterator: those of the texts that it goes over."""

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[Any]) -> None:
        self.parts = tuple(parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Over) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


def both(left: Tags, right: Tags) -> Tags:
    """Return the union of two sets of tags; equal unions are one object."""
    found = _unions.get((left, right))
    if found is None:
        if len(_unions) > _MOST:
            _unions.clear()
        found = left if right <= left else right if left <= right else left | right
        _unions[left, right] = found
    return found


def union(shadows: Iterable[Any]) -> Tags | None:
    """Return the union of tags, clean ones included; None if all are clean."""
    found: Tags | None = None
    for each in shadows:
        if each is not None and each is not found:
            found = each if found is None else both(found, each)
    return found


def tags_of(shadow: Any) -> Tags | None:
    """Return the tags of a shadow, None if it is clean."""
    if shadow is None or type(shadow) is frozenset:
        return shadow
    if type(shadow) is Spans:
        return shadow.tags
    return union(map(tags_of, shadow.parts))


def runs_of(shadow: Any, length: int) -> Runs:
    """Return the runs of a shadow as that of a text of so many characters."""
    if shadow is None or not length:
        return ()
    if type(shadow) is Spans and shadow.length == length:
        return shadow.runs
    tags = tags_of(shadow)
    return ((0, length, tags),) if tags else ()


def made(length: int, runs: Iterable[Run]) -> Any:
    """Return the shadow of a text with these runs, which are in order; neighbours with equal tags are merged."""
    merged: list[Run] = []
    for start, stop, tags in runs:
        if start >= stop:
            continue
        if merged and merged[-1][1] == start and merged[-1][2] == tags:
            merged[-1] = (merged[-1][0], stop, tags)
        else:
            merged.append((start, stop, tags))
    if not merged:
        return None
    if len(merged) == 1 and merged[0][0] == 0 and merged[0][1] == length:
        return merged[0][2]
    return Spans(length, tuple(merged))


def part(shadow: Any, length: int, start: int, stop: int) -> Any:
    """Return the shadow of the characters from `start` to `stop` of a text."""
    start, stop = max(start, 0), min(stop, length)
    if shadow is None or start >= stop:
        return None
    if type(shadow) is frozenset:
        return shadow
    return made(stop - start, ((a - start, b - start, tags) for a, b, tags in cut(shadow, length, start, stop)))


def cut(shadow: Any, length: int, start: int, stop: int) -> list[Run]:
    """Return the runs of a text that lie between two places, cut off there."""
    runs = runs_of(shadow, length)
    first = max(0, bisect_right(runs, start, key=_start) - 1) if len(runs) > 8 else 0
    last = bisect_left(runs, stop, key=_start) if len(runs) > 8 else len(runs)
    return [(max(a, start), min(b, stop), tags) for a, b, tags in runs[first:last] if a < stop and b > start]


def _start(run: Run) -> int:
    return run[0]


def at(shadow: Any, length: int, index: int) -> Tags | None:
    """Return the tags of one character."""
    if shadow is None or type(shadow) is frozenset:
        return shadow
    index = index + length if index < 0 else index
    return union(tags for _, _, tags in cut(shadow, length, index, index + 1))


def between(shadow: Any, length: int, start: int, stop: int) -> Tags | None:
    """Return the tags of all characters between two places."""
    return union(tags for _, _, tags in cut(shadow, length, start, stop))


def sliced(shadow: Any, length: int, key: slice) -> Any:
    """Return the shadow of a slice of a text."""
    if shadow is None:
        return None
    start, stop, step = key.indices(length)
    if step == 1:
        return part(shadow, length, start, stop)
    each: list[Tags | None] = [None] * length
    for a, b, tags in runs_of(shadow, length):
        each[a:b] = [tags] * (b - a)
    return of_characters(each[key])


def of_characters(each: list[Tags | None]) -> Any:
    """Return the shadow of a text from the tags of each character."""
    return made(len(each), ((index, index + 1, tags) for index, tags in enumerate(each) if tags))


def concat(pieces: Iterable[Piece]) -> Any:
    """Return the shadow of texts, one after the other."""
    runs: list[Run] = []
    here = 0
    for shadow, length in pieces:
        if shadow is not None and length > 0:
            if type(shadow) is frozenset:
                runs.append((here, here + length, shadow))
            else:
                runs += [(start + here, stop + here, tags) for start, stop, tags in runs_of(shadow, length)]
        here += max(length, 0)
    return made(here, runs) if runs else None


def segments(shadow: Any, length: int) -> Iterator[tuple[int, int, Tags | None]]:
    """Yield (start, stop, tags) that cover a text, clean parts included."""
    here = 0
    for start, stop, tags in runs_of(shadow, length):
        if here < start:
            yield here, start, None
        yield start, stop, tags
        here = stop
    if here < length:
        yield here, length, None


def with_tags(shadow: Any, length: int, tags: Tags | None) -> Any:
    """Return the shadow of a text all of whose characters get these tags, too."""
    if not tags:
        return shadow
    if type(shadow) is not Spans:
        return union((tags_of(shadow), tags))
    return made(length, ((a, b, union((own, tags)) or tags) for a, b, own in segments(shadow, length)))


def segmentwise(shadow: Any, value: Any, result: Any, function: Callable[[Any], Any]) -> Any:
    """Return the shadow of what a function gives for a text, if it gives for its parts the parts of that.

    Args:
        shadow: of the text.
        value: the text.
        result: what the function has given for it.
        function: the function; it is called with the parts that have one shadow each.
    """
    length = len(value)
    if type(shadow) is not Spans or shadow.length != length:
        return tags_of(shadow)
    pieces: list[Piece] = []
    total = result[:0]
    for start, stop, tags in segments(shadow, length):
        try:
            got = function(value[start:stop])
        except Exception:
            return shadow.tags
        pieces.append((tags, len(got)))
        total += got
    return concat(pieces) if total == result else shadow.tags


def overlaid(left: Any, right: Any) -> Any:
    """Return the shadow of one reference that has two."""
    if type(left) is Spans and type(right) is Spans and left.length == right.length:
        if left.runs == right.runs:
            return left
        cuts = sorted({place for runs in (left.runs, right.runs) for run in runs for place in run[:2]})
        found = []
        for start, stop in pairwise(cuts):
            tags = union((at(left, left.length, start), at(right, right.length, start)))
            if tags:
                found.append((start, stop, tags))
        return made(left.length, found)
    if type(left) is Spans and type(right) is frozenset:
        return with_tags(left, left.length, right)
    if type(right) is Spans and type(left) is frozenset:
        return with_tags(right, right.length, left)
    if type(left) is Over and left == right:
        return left
    return union((tags_of(left), tags_of(right)))


def is_text(value: Any) -> bool:
    """Return True if a value is of a type whose characters have shadows of their own."""
    return issubclass(type(value), TEXTS)
