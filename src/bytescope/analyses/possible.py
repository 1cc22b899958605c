"""What of a source file could be executed: its lines, the branches between them, its instructions."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from bytescope.code.instruction import Lowered
from bytescope.code.lower import lower
from bytescope.isa.control_flow import ControlFlow


@dataclass
class Possible:
    """What could be executed.

    lines: numbers of lines with code; branches: arcs from a line with more than one successor, as pairs of lines, minus
    the function's first line for its end; instructions: (function, first line) to the number of its instructions.
    """

    lines: set[int] = field(default_factory=set)
    branches: set[tuple[int, int]] = field(default_factory=set)
    instructions: dict[tuple[str, int], int] = field(default_factory=dict)


@cache
def possible(file: str) -> Possible:
    """What of a file could be executed; nothing if it cannot be compiled."""
    found = Possible()
    try:
        with open(file, "rb") as source:
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
    exits = -lowered.code.co_firstlineno
    arcs: dict[int, set[int]] = {}
    for block in flow.blocks:
        last = block.end - 1
        line = _line(lowered, last)
        targets = {edge.target for edge in block.successors if edge.kind in ("next", "jump")}
        if block.index not in reachable or len(targets) < 2 or not line or lowered.instructions[last].op == "SEND":
            continue
        for target in targets:
            arcs.setdefault(line, set()).update(_first_lines(lowered, flow, target, line, exits))
    for line, ends in arcs.items():
        if len(ends) > 1:
            found.branches |= {(line, end) for end in ends}


def _first_lines(lowered: Lowered, flow: ControlFlow, block: int, line: int, exits: int) -> set[int]:
    """The lines other than `line` that execution comes to next from the start of a block."""
    found: set[int] = set()
    seen: set[int] = set()
    pending = [block]
    while pending:
        each = pending.pop()
        if each in seen:
            continue
        seen.add(each)
        current = flow.blocks[each]
        other = next((n for n in (_line(lowered, i) for i in range(current.start, current.end)) if n and n != line), 0)
        if other:
            found.add(other)
        elif lowered.instructions[current.end - 1].op == "RETURN":
            found.add(exits)
        else:
            pending += [edge.target for edge in current.successors if edge.kind in ("next", "jump")]
    return found
