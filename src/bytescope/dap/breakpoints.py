"""Breakpoints as the client numbers them, and what they are for the stepper."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from bytescope.recording import Breakpoint
from bytescope.recording.expressions import expressions_in, parse
from bytescope.recording.hits import hit_condition

__all__ = ["Options", "Wanted"]

_numbers = count(1)


@dataclass(frozen=True)
class Options:
    """Options of any breakpoint; "" if not given.

    condition: an expression that must be true as well; hits: which of its hits it stops at; message: what is written
    instead of stopping, with expressions in braces.

    Raises:
        ValueError: if one of them is malformed.
    """

    condition: str = ""
    hits: str = ""
    message: str = ""

    def __post_init__(self) -> None:
        if self.condition.strip():
            parse(self.condition)
        if self.hits.strip():
            hit_condition(self.hits)
        for part in expressions_in(self.message):
            parse(part)

    def breakpoint(self, **what: object) -> Breakpoint:
        """Return the stepper's breakpoint with these options."""
        return Breakpoint(
            condition=self.condition.strip() or None,
            hits=self.hits.strip() or None,
            log=self.message or None,
            **what,  # type: ignore[arg-type]
        )


@dataclass
class Wanted:
    """A breakpoint of the client's.

    reason: the reason that a `stopped` event has for it; breakpoints: those of the stepper that it stands for; number:
    what the client calls it.
    """

    reason: str
    breakpoints: tuple[Breakpoint, ...]
    number: int = field(default_factory=lambda: next(_numbers))
