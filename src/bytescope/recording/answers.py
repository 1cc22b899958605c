"""Answers to questions about a recording: a write, and where two recordings differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Divergence", "Write"]


@dataclass(frozen=True, slots=True)
class Write:
    """A write to a variable, an attribute or an item.

    step: the step whose instruction has written; old, new: the values; `ABSENT` where there was, or is, none; by_user:
    "", or what the user has evaluated or set after that step, which has written.
    """

    step: int
    old: Any
    new: Any
    by_user: str = ""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first step at which two recordings differ.

    step: its number, the same in both; what: "control" (another instruction), "value" (another operand or variable) or
    "length" (one ends); name: of the variable, or of the operand's place on the stack, "" for the others; values: what
    it is in the one and in the other.
    """

    step: int
    what: str
    name: str = ""
    values: tuple[Any, Any] = (None, None)
