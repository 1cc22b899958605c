"""Static coverage universe: the lines, arcs and instructions of a source file that could execute."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from bytescope.code.instruction import Lowered
from bytescope.code.lowering.lower import lower
from bytescope.flow.control_flow import Block, ControlFlow
from bytescope.isa.lift import lift

Arc = tuple[int, int]
"""From a line to the one that comes next; minus the first line of a function for its end."""


_EXCEPTIONAL = frozenset({"CHECK_EXC_MATCH", "CHECK_EG_MATCH", "WITH_EXCEPT", "PREP_RERAISE_STAR"})


@dataclass
class Possible:
    """The universe of a file.

    lines: numbers of lines with code; branches: arcs from a line with more than one successor, as pairs of lines, minus
    the function's first line for its end; entered: those of the arcs that were taken if their end was executed;
    instructions: (function, first line) to the number of its instructions.
    """

    lines: set[int] = field(default_factory=set)
    branches: set[Arc] = field(default_factory=set)
    entered: set[Arc] = field(default_factory=set)
    instructions: dict[tuple[str, int], int] = field(default_factory=dict)


@cache
def possible(file: str) -> Possible:
    """Return the universe of a file, empty if it cannot be compiled."""
    found = Possible()
    try:
        with open(file, "rb") as source, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the program has been compiled before, with those
            code = compile(source.read(), file, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError):
        return found
    for each in _nested(code):
        lowered = lower(each)
        flow = ControlFlow(lowered)
        reachable = {n for n, above in enumerate(flow.dominators) if above is not None or n == 0}
        _lines(found, lowered, flow, reachable)
        _branches(found, lowered, flow, reachable)
    return found


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    pending = [code]
    while pending:
        each = pending.pop()
        yield each
        pending += [const for const in each.co_consts if isinstance(const, types.CodeType)]


def _line(lowered: Lowered, index: int) -> int:
    position = lowered.instructions[index].position
    return (position[0] if position else None) or 0


def _start(lowered: Lowered) -> int:
    return next((n + 1 for n, i in enumerate(lowered.instructions) if i.op == "RESUME"), 0)


def _lines(found: Possible, lowered: Lowered, flow: ControlFlow, reachable: set[int]) -> None:
    start = _start(lowered)
    code = lowered.code
    count = 0
    for block in flow.blocks:
        if block.index in reachable:
            for index in range(max(block.start, start), block.end):
                count += lowered.instructions[index].op not in ("NOP", "RESUME", "JUMP")
                if line := _line(lowered, index):
                    found.lines.add(line)
    found.instructions[code.co_qualname, code.co_firstlineno] = count


def _branches(found: Possible, lowered: Lowered, flow: ControlFlow, reachable: set[int]) -> None:
    """The arcs of conditional jumps: from the jump's line to the first other line on each side."""
    ends: dict[int, set[int]] = {}
    for block in flow.blocks:
        last = block.end - 1
        if block.index not in reachable:
            continue
        if is_conditional(flow, block) and not _about_an_exception(flow, block):
            for condition in (False, True):
                line, end = arc_of(flow, last, condition)
                ends.setdefault(line, set()).add(end)
        elif lowered.instructions[last].op == "SEND" and _in_async_for(flow, block):
            line, end = _arc(flow, _line(lowered, last), block, "jump")
            ends.setdefault(line, set()).update((end, end_of_async_for(flow, last)[1]))
            found.entered.add((line, end))
    for line, each in ends.items():
        each.discard(0)
        if line and len(each) > 1:
            found.branches |= {(line, end) for end in each}


def is_conditional(flow: ControlFlow, block: Block) -> bool:
    """Return True if a condition decides where execution goes behind a block."""
    jump = flow.lowered.instructions[block.end - 1]
    return jump.op == "FOR_ITER" or lift(jump).branch is not None


def _about_an_exception(flow: ControlFlow, block: Block) -> bool:
    """Return True if a condition tests whether `except` or `with` takes an exception: no branch, as in coverage.py."""
    return any(each.op in _EXCEPTIONAL for each in flow.lowered.instructions[block.start : block.end])


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
    block = flow.block_at(index)
    return _arc(flow, _line(flow.lowered, index), block, "jump" if jumps else "next")


def end_of_async_for(flow: ControlFlow, index: int) -> Arc:
    """The arc out of an `async for` that is done, from the instruction that has found that out; zeros for others'."""
    block = flow.block_at(index)
    if not _in_async_for(flow, block):
        return 0, 0
    assert block.handler is not None
    line = _line(flow.lowered, block.handler.target)
    return line, _first_other(flow, line, flow.block_at(block.handler.target).index)


def _in_async_for(flow: ControlFlow, block: Block) -> bool:
    handler = block.handler
    return handler is not None and flow.lowered.instructions[handler.target].op == "END_ASYNC_FOR"


def _arc(flow: ControlFlow, line: int, block: Block, kind: str) -> Arc:
    """The arc from a line out of a block, by its edge of a kind."""
    (target,) = [edge.target for edge in block.successors if edge.kind == kind]
    return line, _first_other(flow, line, target)


def _first_other(flow: ControlFlow, line: int, start: int) -> int:
    """The first line that is another, from the start of a block on; 0 if a conditional jump comes first."""
    targets = [start]
    seen: set[int] = set()
    while targets and targets[0] not in seen:
        current = flow.blocks[targets[0]]
        seen.add(current.index)
        for index in range(current.start, current.end):
            other = _line(flow.lowered, index)
            if other and other != line:
                return other
        last = flow.lowered.instructions[current.end - 1]
        if current.leaves:
            return -flow.lowered.code.co_firstlineno
        if is_conditional(flow, current):
            break
        onwards = ("jump",) if last.op == "SEND" else ("next", "jump", "raise")
        targets = [edge.target for edge in current.successors if edge.kind in onwards]
    return 0
