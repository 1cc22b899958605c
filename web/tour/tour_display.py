"""Pictures of the tour: bytecode, stacks over time, machines side by side."""

from __future__ import annotations

import contextlib
import dis
import re
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import bytescope
from bytescope.recording.showing import text_of
from bytescope_page import Stack, Table, Walk

__all__ = ["Moments", "argument", "beside", "bytecode"]

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


Done = tuple[int, str, list[str]]
"""An instruction, by its place in the listing, what was done for it, and the
stack after that."""

_MOST = 500
"""Instructions beyond which a run is not shown."""


def beside(
    machine: Any,
    rules: Mapping[str, Callable[[dis.Instruction], Sequence[object]]],
    *,
    caption: str = "",
) -> Walk:
    """Return a run of a machine of the tour beside one of bytescope's.

    Args:
        machine: the machine, at its beginning.
        rules: the rules by which it has read its code.
        caption: a sentence about it.
    """
    rows = list(dis.get_instructions(machine.code))
    theirs = _on_bytescope(machine, [each.offset for each in rows])
    sizes = [
        len(rules[each.opname](each)) if each.opname in rules else 1
        for each in rows
    ]
    yours = _on_yours(machine, sizes)
    steps, stack, at = [], [], 0
    for row, done, their_stack in theirs or yours:
        own = []
        while (
            at < len(yours) and yours[at][0] == row and len(own) < sizes[row]
        ):
            own.append(yours[at][1])
            stack = yours[at][2]
            at += 1
        if not theirs:
            done, their_stack = "", []
        if theirs or own:
            both = [("; ".join(own), stack), (done, their_stack)]
            steps.append((row, both))
    code = [
        (each.offset, f"{each.opname} {argument(each)}".strip())
        for each in rows
    ]
    return Walk(code, ["your machine", "bytescope"], steps, caption=caption)


def _on_yours(machine: Any, sizes: Sequence[int]) -> list[Done]:
    rows = [row for row, size in enumerate(sizes) for _ in range(size)]
    found: list[Done] = []
    while not machine.done and len(found) < _MOST:
        row = rows[machine.at]
        try:
            step = machine.step()
        except Exception as error:
            found.append((row, f"raises {type(error).__name__}", []))
            break
        stack = [_plain(repr(value)) for value in machine.stack]
        found.append((row, _plain(str(step)), stack))
    return found


def _on_bytescope(machine: Any, offsets: Sequence[int]) -> list[Done]:
    code = machine.code
    names = _copied(machine.globals)
    vm = bytescope.VM(max_instructions=100_000)
    try:
        with (
            bytescope.record(files=[code.co_filename]) as recording,
            contextlib.suppress(Exception, bytescope.BudgetExceeded),
        ):
            if machine.locals is machine.globals:
                vm.run_code(code, names)
            else:
                given = _copied(machine.locals)
                parameters = code.co_varnames[: code.co_argcount]
                function = types.FunctionType(code, names)
                vm.call(function, *(given[name] for name in parameters))
    except RuntimeError:
        return []  # the cell itself is being recorded
    if not recording.steps:
        return []
    cursor = recording.at(0)
    first = recording.index.of_frame[cursor.frames[0].number]
    found: list[Done] = []
    last = None
    for step in list(first)[:_MOST]:
        cursor.go(step)
        frame = cursor.frames[0]
        stack = [_plain(text_of(value, cursor)) for value in frame.operands]
        if found:
            found[-1] = (*found[-1][:2], stack)
        offset, text = frame.instruction.offset, frame.instruction.text
        if last is not None and last[0] == offset and last[1] < frame.index:
            found[-1] = (found[-1][0], f"{found[-1][1]}; {text}", stack)
        else:
            found.append((offsets.index(offset), text, []))
        last = offset, frame.index
    return found


def _copied(names: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.copy() if type(value) in (list, dict, set) else value
        for name, value in names.items()
    }


def _plain(text: str) -> str:
    return re.sub(r" #\d+", "", _ADDRESS.sub("", text))
