"""Containers that woven code has among its constants: hashed by identity, because programs hash code objects."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")
    K = TypeVar("K")
    V = TypeVar("V")


class Slot(list["T"]):
    """A list of at most one item: a flag, which is empty until it is raised, or what is passed from frame to frame."""

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]


class Members(set["T"]):
    """Members of a set that woven code may refer to: all else is as in other sets."""

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]


class ByAddress(dict["K", "V"]):
    """A dict by the addresses of objects."""

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]
