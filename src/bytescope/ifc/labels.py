"""Labels: where a value comes from, whether that is trusted, and who may read it. They form a lattice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from bytescope.taint.origins import Origin, Place

Readers = frozenset[str] | None
"""Names of those who may read a value; `EVERYONE` is None."""

EVERYONE: Final = None
"""The readers of what is public."""


class Source(Origin):
    """A value that has come into a program: the tag that its references carry.

    Attributes:
        trusted: whether it may decide what is done.
        readers: who may read it, `EVERYONE` for all.
        place: where the program got it.
    """

    __slots__ = ("readers", "trusted")

    def __init__(self, name: str, place: Place, value: Any, *, trusted: bool, readers: Readers) -> None:
        super().__init__(name, "tool", place, value)
        self.trusted, self.readers = trusted, readers

    @property
    def name(self) -> str:
        """The name of the origin, such as a tool, a document, an author."""
        return self.source

    def __repr__(self) -> str:
        return f"<Source {self.name!r}{'' if self.trusted else ', untrusted'}>"


def readers_of(names: Iterable[str] | None) -> Readers:
    """Return a set of readers.

    Args:
        names: the names, `EVERYONE` for all.

    Raises:
        TypeError: if it is one name, or something else than names.
    """
    if names is None:
        return None
    if isinstance(names, str):
        raise TypeError(f"readers must be a set of names or EVERYONE, not the text {names!r}: write {{{names!r}}}")
    found = frozenset(names)
    for each in found:
        if not isinstance(each, str):
            raise TypeError(f"readers must be names, and {each!r} is of type {type(each).__name__}: use str")
    return found


@dataclass(frozen=True, slots=True)
class Label:
    """Label of a value: the sources that it was made of.

    `left | right` is the label of what is made of both: it has the sources of both, is trusted if both are, and may be
    read by whom both allow. `left <= right` says that what is labelled `left` may go where `right` may: `right` has no
    readers that `left` has not, and is trusted only if `left` is. The least label, `Label()`, is that of the program's
    own constants: trusted, and for everyone.

    Attributes:
        sources: the sources.
    """

    sources: frozenset[Source] = frozenset()

    @property
    def trusted(self) -> bool:
        """Return True if all sources are trusted."""
        return all(each.trusted for each in self.sources)

    @property
    def untrusted(self) -> list[Source]:
        """The sources that are not trusted, by name."""
        return sorted((each for each in self.sources if not each.trusted), key=lambda each: each.name)

    @property
    def readers(self) -> Readers:
        """The names of those whom all sources allow to read it, `EVERYONE` if no source restricts it."""
        found: Readers = None
        for each in self.sources:
            if each.readers is not None:
                found = each.readers if found is None else found & each.readers
        return found

    def readable_by(self, names: Iterable[str]) -> bool:
        """Return True if all of these may read it.

        Args:
            names: the names.
        """
        readers = self.readers
        return readers is None or readers.issuperset(names)

    def __or__(self, other: Label) -> Label:
        return Label(self.sources | other.sources)

    def __le__(self, other: Label) -> bool:
        mine, theirs = self.readers, other.readers
        public = mine is None or (theirs is not None and theirs <= mine)
        return public and (self.trusted or not other.trusted)

    def __bool__(self) -> bool:
        return bool(self.sources)

    def __str__(self) -> str:
        return ", ".join(sorted({each.name for each in self.sources})) or "the program"


def label_of(tags: Iterable[Any] | None) -> Label:
    """Return the label of the tags of a shadow, None for clean.

    Args:
        tags: the tags; those of other analyses are passed over.
    """
    return Label(frozenset(each for each in tags or () if isinstance(each, Source)))


UNKNOWN = "unknown (nothing is known of where it comes from)"
"""Name of the source of what came on a way that is not followed."""


def unknown() -> frozenset[Source]:
    """Return the tags of what may come from anywhere: it is not trusted, and nobody may read it."""
    return frozenset({Source(UNKNOWN, Place("?", 0, "?"), "", trusted=False, readers=frozenset())})
