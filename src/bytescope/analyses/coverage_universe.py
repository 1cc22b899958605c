"""Static coverage universe: the lines, arcs and instructions of a source file that could execute."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from bytescope.analyses.line_arcs import Arc, arc_of, first_other, is_conditional, line_of
from bytescope.analyses.sources import compiled_of, source_of
from bytescope.code.instruction import Lowered
from bytescope.code.lowering.lower import lower
from bytescope.flow.control_flow import Block, ControlFlow

_EXCEPTIONAL = frozenset({"CHECK_EXC_MATCH", "CHECK_EG_MATCH", "WITH_EXCEPT", "PREP_RERAISE_STAR"})


@dataclass
class Possible:
    """The universe of a file.

    lines: numbers of lines with code; branches: arcs from a line with more than one successor, as pairs of lines, minus
    the function's first line for its end; instructions: (function, first line) to the number of its instructions.
    """

    lines: set[int] = field(default_factory=set)
    branches: set[Arc] = field(default_factory=set)
    instructions: dict[tuple[str, int], int] = field(default_factory=dict)


@cache
def possible(file: str) -> Possible:
    """Return the universe of a file, by its path; empty if it cannot be compiled."""
    found = Possible()
    code = _compiled(file)
    if code is None:
        return found
    for each in _nested(code):
        lowered = lower(each)
        flow = ControlFlow(lowered)
        reachable = {n for n, above in enumerate(flow.dominators) if above is not None or n == 0}
        _lines(found, lowered, flow, reachable)
        _branches(found, lowered, flow, reachable)
    return found


def _compiled(file: str) -> types.CodeType | None:
    source = source_of(file)
    if source is None:
        return compiled_of(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the program has been compiled before, with those
            return compile(source, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    pending = [code]
    while pending:
        each = pending.pop()
        yield each
        pending += [const for const in each.co_consts if isinstance(const, types.CodeType)]


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
                if line := line_of(lowered, index):
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
        elif lowered.instructions[last].op == "SEND" and (handler := _async_for(flow, block)) is not None:
            (target,) = [edge.target for edge in block.successors if edge.kind == "jump"]
            line = line_of(lowered, last)
            ends.setdefault(line, set()).add(first_other(flow, line, flow.blocks[target].start))
            line = line_of(lowered, handler)
            ends.setdefault(line, set()).add(first_other(flow, line, handler))
    for line, each in ends.items():
        each.discard(0)
        if line and len(each) > 1:
            found.branches |= {(line, end) for end in each}


def _about_an_exception(flow: ControlFlow, block: Block) -> bool:
    """Return True if a condition tests whether `except` or `with` takes an exception: no branch, as in coverage.py."""
    return any(each.op in _EXCEPTIONAL for each in flow.lowered.instructions[block.start : block.end])


def _async_for(flow: ControlFlow, block: Block) -> int | None:
    """Return where an `async for` ends that a block waits for the next value of, None if it does not."""
    handler = block.handler
    if handler is None or flow.lowered.instructions[handler.target].op != "END_ASYNC_FOR":
        return None
    return handler.target
