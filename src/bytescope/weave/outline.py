"""An outline of a woven code object: what each of its instructions was written for, as listings show it."""

from __future__ import annotations

from bisect import bisect_right

from bytescope.startup.stdlib_lite import NamedTuple

__all__ = ["COLD", "Outline", "Stretch"]

COLD = "cold code"
"""Suffix of the names of sections with cold code."""


class Stretch(NamedTuple):
    """Purpose of a woven instruction.

    section: the name of the part of the code object that it is in; index: the lowered instruction that it belongs to,
    None if it belongs to none; path: "fast path" or "slow path" where a version with shadows has such for that
    instruction, else empty.
    """

    section: str
    index: int | None  # type: ignore[assignment]  # a tuple has a method of that name
    path: str


class Outline:
    """Notes of the writer of one code object, by the numbers of emitted instructions, in ascending order.

    Attributes:
        offsets: the offset of each emitted instruction and of the end, in code units, once all is laid out.
        probes: offset of each probe, in bytes, with its hook.
    """

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.probes: list[tuple[int, object]] = []
        self._section = ""
        self._starts: list[int] = []
        self._stretches: list[Stretch] = []
        self._own: list[tuple[int, int]] = []

    def begin_section(self, number: int, name: str) -> None:
        """Begin a section, with instructions that belong to no lowered one.

        Args:
            number: of its first instruction.
            name: its name.
        """
        self._section = name
        self.begin(number, None)

    @property
    def section(self) -> str:
        """The name of the section that is being written."""
        return self._section

    @property
    def index(self) -> int | None:
        """The lowered instruction that is being written."""
        return self._stretches[-1].index if self._stretches else None

    def begin(self, number: int, index: int | None) -> None:
        """Begin a stretch of instructions.

        Args:
            number: of its first instruction.
            index: the lowered instruction that they belong to.
        """
        self._starts.append(number)
        self._stretches.append(Stretch(self._section, index, ""))

    def take(self, path: str) -> None:
        """Name the path that the present stretch is."""
        self._stretches[-1] = self._stretches[-1]._replace(path=path)

    def own(self, start: int, end: int) -> None:
        """Note that instructions are those of the code object that is woven, not inserted ones."""
        self._own.append((start, end))

    def stretch(self, number: int) -> Stretch:
        """Return what an instruction was written for."""
        place = bisect_right(self._starts, number)
        return self._stretches[place - 1] if place else Stretch("", None, "")

    def inserted(self) -> set[int]:
        """Return the numbers of the instructions that the woven code object did not have."""
        return set(range(len(self.offsets) - 1)).difference(*(range(start, end) for start, end in self._own))

    def number_at(self, offset: int) -> int:
        """Return the number of the instruction at an offset in bytes."""
        return bisect_right(self.offsets, offset // 2) - 1
