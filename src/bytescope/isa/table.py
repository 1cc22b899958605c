"""The table of instructions: one row each, filled by the decorator that stands on the row's semantics."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Any, Callable, record


@record(frozen=True, slots=True)
class Row:
    """A row of the table of instructions.

    Attributes:
        name: the operation.
        effect: "operands -- results" by name, topmost last; `name?` for one that may be missing, `name...` for any
            number; "operands -- results | results" where it leaves other results at its target.
        jumps: whether it may go to its target.
        falls_through: whether it may go on to the next instruction.
        raises: whether it may raise.
        semantics: its meaning on an abstract machine.
    """

    name: str
    effect: str
    jumps: bool
    falls_through: bool
    raises: bool
    semantics: Callable[[Any, Any], None]

    @property
    def summary(self) -> str:
        """The row as a line of the reference."""
        return f"{self.name} ({self.effect})"


INSTRUCTIONS: dict[str, Row] = {}
"""All instructions by name."""


def instruction(
    effect: str, *, jumps: bool = False, falls_through: bool = True, raises: bool = True
) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """Declare the decorated function as the semantics of the instruction with its name."""

    def declare(semantics: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        name = semantics.__name__
        INSTRUCTIONS[name] = Row(name, effect, jumps, falls_through, raises, semantics)
        return semantics

    return declare
