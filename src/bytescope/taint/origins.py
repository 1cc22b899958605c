"""Origins: the tags of shadows of characters. An origin is one value that a source has given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

STEPS = 200
"""Steps that an origin remembers: the newest ones."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a program."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Step:
    """One operation that has made a text out of others.

    what: the operation; place: where; texts: what it has made; shadow: of the text, if it is one; operands: what it was
    made of.
    """

    what: str
    place: Place
    texts: tuple[Any, ...]
    shadow: Any
    operands: tuple[Any, ...]


class Origin:
    """A value from a source.

    Attributes:
        source: name of the source; kind: the kind of it, such as `remote`.
        place: where the program got it.
        value: the value, or a part of it.
        scope: the request or test that it belongs to, "" for none.
        accepted: kinds of findings that a guard has declared it harmless for.
        cleared: kinds that a barrier has declared this way of it harmless for.
        steps: what was made of it.
    """

    __slots__ = ("_cleared", "accepted", "cleared", "kind", "place", "scope", "source", "steps", "value")

    def __init__(self, source: str, kind: str, place: Place, value: Any = "", scope: str = "") -> None:
        self.source, self.kind, self.place, self.value, self.scope = source, kind, place, value, scope
        self.accepted: set[str] = set()
        self.cleared: frozenset[str] = frozenset()
        self.steps: deque[Step] = deque(maxlen=STEPS)
        self._cleared: dict[frozenset[str], Origin] = {frozenset(): self}

    def without(self, kinds: frozenset[str]) -> Origin:
        """Return the tag for what a barrier has made of it: harmless for some kinds of findings."""
        cleared = self.cleared | kinds
        found = self._cleared.get(cleared)
        if found is None:
            found = Origin(self.source, self.kind, self.place, self.value, self.scope)
            found.cleared, found.steps, found.accepted, found._cleared = (
                cleared, self.steps, self.accepted, self._cleared
            )  # fmt: skip
            self._cleared[cleared] = found
        return found

    @property
    def first(self) -> Origin:
        """The origin itself, of a tag that `without` has returned."""
        return self._cleared[frozenset()]

    def harmful(self, kind: str) -> bool:
        """Return True if no barrier or guard has declared it harmless for a kind of findings."""
        return kind not in self.cleared and kind not in self.accepted

    def __repr__(self) -> str:
        return f"<Origin {self.source} at {self.place}>"
