"""Arcs from line to line that were executed, as coverage.py's C tracer finds them, from what sites tell once.

A tracer notes at each line which one came before. Here each site tells once that it was executed, and the control flow
of its code says where execution went from there: a branch by its outcome, an exception to its handler, a line without
either to the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bytescope.analysis import Site
from bytescope.code.host.weak_tables import when_gone
from bytescope.code.instruction import Lowered
from bytescope.flow.control_flow import Block, ControlFlow
from bytescope.isa.lift import lift

Arc = tuple[int, int]
"""From a line to the one that comes next; minus the first line of a function for its end."""

_MOST_PENDING = 4096
"""Sites that are kept, at most, before their arcs are looked up."""


class LineArcs:
    """The arcs of all files.

    What is kept of a code object goes with it: a program may execute any number of them.
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Site, str]] = []
        self._lines: dict[int, set[int]] = {}
        self._taken: dict[str, set[Arc]] = {}

    def add(self, site: Site, how: str) -> None:
        """Record that a site was executed.

        Args:
            site: the site.
            how: "line" at the start of a line, "yes" or "no" for the outcome of a branch, "raise" where an exception
                came up, "end" where the frame was left.
        """
        if site.file[:1] == "<":  # no source file
            return
        self._pending.append((site, how))
        if len(self._pending) >= _MOST_PENDING:
            self._look_up()

    def is_empty(self) -> bool:
        """Return True if nothing was recorded, or all of it was taken."""
        return not (self._pending or self._taken)

    def taken(self) -> dict[str, set[Arc]]:
        """Return the arcs that were taken, by file."""
        self._look_up()
        return self._taken

    def remove(self) -> dict[str, set[Arc]]:
        """Return the arcs that were taken, by file, and begin anew."""
        self._look_up()
        found, self._taken = self._taken, {}
        for lines in list(self._lines.values()):
            lines.clear()
        return found

    def _look_up(self) -> None:
        pending, self._pending = self._pending, []
        begun: dict[int, Any] = {}
        for site, how in pending:
            if site.table is None or site.code is None:
                continue
            flow = site.table.flow
            if how == "line":
                self._lines_of(site.code).add(site.index)
                begun[id(site.code)] = site.table
            else:
                self._taken.setdefault(site.file, set()).update(_arc(flow, site, how))
        for table in begun.values():
            lines = self._lines_of(table.code)
            self._taken.setdefault(table.code.co_filename, set()).update(_between(table.flow, lines))

    def _lines_of(self, code: Any) -> set[int]:
        found = self._lines.get(id(code))
        if found is None:
            when_gone(code, self._lines.pop, id(code), None)
            found = self._lines[id(code)] = set()
        return found


def line_of(lowered: Lowered, index: int) -> int:
    """Return the line of an instruction, 0 if it has none."""
    position = lowered.instructions[index].position
    return (position[0] if position else None) or 0


def _arc(flow: ControlFlow, site: Site, how: str) -> Iterator[Arc]:
    """Yield the arc that was taken where a branch was decided, an exception came up, or the frame was left."""
    line = line_of(flow.lowered, site.index)
    end = 0
    if how == "end":
        end = -flow.lowered.code.co_firstlineno
    elif how == "raise":
        handler = flow.block_at(site.index).handler
        if handler is not None:
            end = first_other(flow, line, handler.target)
    else:
        line, end = arc_of(flow, site.index, how == "yes")
    if line and end:
        yield line, end


def _between(flow: ControlFlow, lines: set[int]) -> Iterator[Arc]:
    """Yield the arcs from one line to the next where nothing decides about that, both being executed."""
    for index in lines:
        line = line_of(flow.lowered, index)
        following = _next_start(flow, line, index)
        if following is not None and following in lines:
            yield line, line_of(flow.lowered, following)


def arc_of(flow: ControlFlow, index: int, condition: bool) -> Arc:
    """The arc that execution takes from a conditional jump.

    Args:
        flow: of the code object.
        index: of the jump.
        condition: what came out, as the event `branch` tells it.

    Returns:
        The line of the jump, and the next other one; 0 where another conditional jump decides on that.
    """
    jump = flow.lowered.instructions[index]
    branch = lift(jump).branch
    jumps = (not condition) if branch is None else condition is branch[1]
    line = line_of(flow.lowered, index)
    kind = "jump" if jumps else "next"
    (target,) = [edge.target for edge in flow.block_at(index).successors if edge.kind == kind]
    return line, first_other(flow, line, flow.blocks[target].start)


def first_other(flow: ControlFlow, line: int, index: int) -> int:
    """Return the first line that is another, from an instruction on.

    Returns:
        The line; minus the first line of the code if the frame is left; 0 if a conditional jump comes first.
    """
    found = _next_start(flow, line, index)
    if found is None:
        return 0
    return line_of(flow.lowered, found) if found >= 0 else -flow.lowered.code.co_firstlineno


_LEFT = -1


def _next_start(flow: ControlFlow, line: int, index: int) -> int | None:
    """Return the first instruction of another line, `_LEFT` if the frame is left, None if something decides on that."""
    block: Block | None = flow.block_at(index)
    seen: set[int] = set()
    while block is not None and block.index not in seen:
        seen.add(block.index)
        for each in range(max(index, block.start) if len(seen) == 1 else block.start, block.end):
            other = line_of(flow.lowered, each)
            if other and other != line:
                return each
        if block.leaves:
            return _LEFT
        block = None if is_conditional(flow, block) else _next_block(flow, block)
    return None


def _next_block(flow: ControlFlow, block: Block) -> Block | None:
    onwards = ("jump",) if flow.lowered.instructions[block.end - 1].op == "SEND" else ("next", "jump", "raise")
    return next((flow.blocks[edge.target] for edge in block.successors if edge.kind in onwards), None)


def is_conditional(flow: ControlFlow, block: Block) -> bool:
    """Return True if a condition decides where execution goes behind a block."""
    jump = flow.lowered.instructions[block.end - 1]
    return jump.op == "FOR_ITER" or lift(jump).branch is not None
