"""Findings: what has reached a sink, and whether it means anything there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bytescope.analyses.base import shown
from bytescope.analyses.values import SafeRepr
from bytescope.taint.origins import Origin, Place, Step
from bytescope.taint.policy.kinds import Kind, kind_of
from bytescope.taint.spans import is_text, runs_of
from bytescope.taint.syntax import LANGUAGES, Meaning
from bytescope.taint.trail import way

_EXCERPT = 200
_WAY = 24
_shown = SafeRepr(80, False)


@dataclass(slots=True)
class Excerpt:
    """A text, or the part of it that matters.

    tainted: places of characters from the outside; meaning: of those that mean something.
    """

    text: str
    tainted: list[tuple[int, int]] = field(default_factory=list)
    meaning: list[tuple[int, int]] = field(default_factory=list)

    def pieces(self) -> Iterable[tuple[str, str]]:
        """Yield (text, "", "tainted" or "meaning") pieces that make the text."""
        marks = [""] * len(self.text)
        for name, runs in (("tainted", self.tainted), ("meaning", self.meaning)):
            for start, stop in runs:
                marks[start:stop] = [name] * (stop - start)
        here = 0
        for index in range(1, len(self.text) + 1):
            if index == len(self.text) or marks[index] != marks[here]:
                yield self.text[here:index], marks[here]
                here = index


@dataclass(slots=True)
class Passage:
    """A place on the way from a source to a sink."""

    what: str
    place: Place
    excerpt: Excerpt


@dataclass(slots=True)
class Finding:
    """A flow from sources to a sink.

    verdict: "syntax" if a character from the outside means something there, "flow" if it only arrives; why: what it
    does; ways: for each origin the source and the places on the way; function: the name of the sink; exact: whether the
    characters are known one by one; count: how often it was seen; scope: the first request or test that it was seen in.
    """

    kind: Kind
    verdict: str
    why: str
    function: str
    argument: str
    place: Place
    excerpt: Excerpt
    origins: list[Origin]
    ways: list[list[Passage]]
    exact: bool
    scope: str = ""
    count: int = 1

    @property
    def fingerprint(self) -> str:
        """A text that stays the same from run to run, and when lines are moved."""
        sources = sorted(f"{each.source}@{shown(each.place.file)}" for each in self.origins)
        parts = (self.kind.name, self.function, shown(self.place.file), self.place.function, *sources)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    def data(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        return {
            "kind": self.kind.name,
            "cwe": self.kind.cwe,
            "title": self.kind.title,
            "severity": self.kind.severity,
            "verdict": self.verdict,
            "why": self.why,
            "sink": {"function": self.function, "argument": self.argument, **_place(self.place)},
            "value": _excerpt(self.excerpt),
            "exact": self.exact,
            "sources": [
                {"source": each.source, "kind": each.kind, "scope": each.scope, **_place(each.place)}
                for each in self.origins
            ],
            "paths": [
                [{"what": each.what, **_place(each.place), **_excerpt(each.excerpt)} for each in passages]
                for passages in self.ways
            ],
            "scope": self.scope,
            "count": self.count,
            "fingerprint": self.fingerprint,
        }


def _place(place: Place) -> dict[str, Any]:
    return {"file": shown(place.file), "line": place.line, "in": place.function}


def _excerpt(excerpt: Excerpt) -> dict[str, Any]:
    return {"text": excerpt.text, "tainted": excerpt.tainted, "meaning": excerpt.meaning}


def text_of(value: Any) -> str:
    """Return a text as characters; bytes as those of Latin 1, one for each."""
    return value if isinstance(value, str) else bytes(value).decode("latin-1")


def mask_of(value: Any, shadow: Any, kind: str) -> bytes:
    """Return which characters of a text come from an origin that is harmful for a kind of findings."""
    mask = bytearray(len(value))
    for start, stop, tags in runs_of(shadow, len(value)):
        if any(isinstance(tag, Origin) and tag.harmful(kind) for tag in tags):
            mask[start:stop] = b"\1" * (stop - start)
    return bytes(mask)


def meanings_of(text: str, mask: bytes, language: str) -> list[Meaning]:
    """Return the characters that mean something in a language; without a language all of them do."""
    if not language:
        return [Meaning(start, stop, "arrives") for start, stop in _runs(mask)]
    return list(LANGUAGES[language](text, mask))


def excerpt_of(value: Any, mask: bytes, meanings: Iterable[Meaning] = ()) -> Excerpt:
    """Return the part of a text that shows what matters."""
    if not is_text(value):
        return Excerpt(_shown(value))
    text = text_of(value)
    runs, meant = _runs(mask), [(each.start, each.stop) for each in meanings]
    first = 0
    if len(text) > _EXCERPT and (meant or runs):
        first = max(0, min(start for start, _ in meant or runs) - _EXCERPT // 3)
    last = min(len(text), first + _EXCERPT)

    def within(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
        moved = [(max(start, first) - first, min(stop, last) - first) for start, stop in pairs]
        return [(start, stop) for start, stop in moved if start < stop]

    return Excerpt(text[first:last], within(runs), within(meant))


def _runs(mask: bytes) -> list[tuple[int, int]]:
    found, here = [], 0
    while (start := mask.find(1, here)) >= 0:
        here = mask.find(0, start)
        here = len(mask) if here < 0 else here
        found.append((start, here))
    return found


def passages(origin: Origin, value: Any) -> list[Passage]:
    """Return the places on the way from an origin to a value, the source first."""
    first = origin.first
    found = [Passage(f"source {first.source}", first.place, excerpt_of(first.value, b"\1" * _length(first.value)))]
    steps = way(origin, value)
    if len(steps) > _WAY:
        steps = [*steps[: _WAY // 2], *steps[-_WAY // 2 :]]
    return found + [_passage(origin, each) for each in steps]


def _length(value: Any) -> int:
    return len(value) if is_text(value) else 0


def _passage(origin: Origin, step: Step) -> Passage:
    if len(step.texts) != 1 or not is_text(step.texts[0]):
        return Passage(step.what, step.place, excerpt_of(list(step.texts), b""))
    text = step.texts[0]
    mask = bytearray(len(text))
    for start, stop, tags in runs_of(step.shadow, len(text)):
        if any(isinstance(tag, Origin) and tag.first is origin.first for tag in tags):
            mask[start:stop] = b"\1" * (stop - start)
    return Passage(step.what, step.place, excerpt_of(text, bytes(mask)))


__all__ = ["Excerpt", "Finding", "Passage", "excerpt_of", "kind_of", "mask_of", "meanings_of", "passages", "text_of"]
