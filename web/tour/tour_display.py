"""Pictures of the tour: bytecode tables, and operand stacks over time."""

from __future__ import annotations

import dis
import re
import types
from collections.abc import Sequence

from bytescope_page import Stack, Table

__all__ = ["Moments", "argument", "bytecode"]

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


def argument(instruction: dis.Instruction) -> str:
    """Return an instruction's argument as text: a name, a constant, a target.

    Args:
        instruction: an instruction as `dis.get_instructions` gives it.
    """
    value = instruction.argval
    if isinstance(value, types.CodeType):
        return f"<code {value.co_name}>"
    if "JUMP" in instruction.opname or instruction.opname == "FOR_ITER":
        return f"to {value}"
    return instruction.argrepr or (
        "" if instruction.arg is None else str(value)
    )


def bytecode(code: types.CodeType, *, caption: str = "") -> Table:
    """Return a table of the instructions of a code object.

    Args:
        code: a code object, or a function.
        caption: a sentence about it.
    """
    rows = [
        (each.offset, each.opname, argument(each))
        for each in dis.get_instructions(code)
    ]
    return Table(
        rows,
        head=["offset", "instruction", "argument"],
        caption=caption,
        code=[1, 2],
    )


class _Seen:
    """A value as it was at one moment, as text without an address."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.text = _ADDRESS.sub("", repr(value))

    def __repr__(self) -> str:
        return self.text


class Moments:
    """The operand stack of a machine after each of a number of steps."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, list[_Seen]]] = []

    def add(self, label: object, stack: Sequence[object]) -> None:
        """Take a picture of the stack.

        Args:
            label: what was just done.
            stack: the values, the top one last.
        """
        before = self._steps[-1][1] if self._steps else []
        now = [_Seen(value) for value in stack]
        for index, (old, new) in enumerate(zip(before, now, strict=False)):
            if old.value is not new.value or old.text != new.text:
                break
            now[index] = old
        self._steps.append((str(label), now))

    def picture(self, *, caption: str = "", last: int | None = None) -> Stack:
        """Return all of them as a picture.

        Args:
            caption: a sentence about it.
            last: how many of the last ones to show; None for all.
        """
        return Stack(
            self._steps if last is None else self._steps[-last:],
            caption=caption,
        )
