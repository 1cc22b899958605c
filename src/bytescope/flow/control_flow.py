"""Control flow of a lowered code object: basic blocks, their edges, dominators, post-dominators, loops.

Exceptions are edges too. One that a handler region may send on its way at any instruction is of kind "exception"; a
RAISE or RERAISE inside a region is of kind "raise", since it never goes anywhere else.
"""

from __future__ import annotations

from bytescope.code.instruction import Handler, Lowered
from bytescope.flow.graph import Loop, dominates, immediate_dominators, natural_loops, reversed_graph
from bytescope.flow.verify import handlers_in_force, jumps_back
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.stdlib_lite import NamedTuple, cached_property, field, record

__all__ = ["Block", "ControlFlow", "Edge", "Loop"]


class Edge(NamedTuple):
    """A way from one block to another.

    Attributes:
        source: number of the block that is left.
        target: number of the block that is entered.
        kind: "next" (falling through), "jump", "raise" (certain) or "exception" (possible).
    """

    source: int
    target: int
    kind: str


@record(eq=False, slots=True)
class Block:
    """A basic block: instructions that are executed one after the other, all under the same handler.

    Attributes:
        index: its number, in the order of the code.
        start: index of its first instruction.
        end: index behind its last instruction.
        handler: the handler region that it is in, or None.
        successors: edges out of it.
        predecessors: edges into it.
        leaves: whether the frame is left at its end, by RETURN or an exception that no region handles.
    """

    index: int
    start: int
    end: int
    handler: Handler | None
    successors: list[Edge] = field(default_factory=list)
    predecessors: list[Edge] = field(default_factory=list)
    leaves: bool = False

    def __repr__(self) -> str:
        return f"<Block {self.index}: instructions {self.start} to {self.end - 1}>"


class ControlFlow:
    """The control-flow graph of a lowered code object. Block 0 is the entry; what is not asked for is not computed.

    Attributes:
        lowered: the code object.
        blocks: its basic blocks in the order of the code, those that cannot be reached among them.
    """

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        handlers = handlers_in_force(lowered)
        starts = _leaders(lowered)
        ends = [*starts[1:], len(lowered.instructions)]
        self.blocks = [
            Block(number, start, end, handlers[start])
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
        self._blocks = [block for block in self.blocks for _ in range(block.start, block.end)]
        for block in self.blocks:
            self._connect(block)

    def _connect(self, block: Block) -> None:
        last = self.lowered.instructions[block.end - 1]
        row = INSTRUCTIONS[last.op]
        inside = self.lowered.instructions[block.start : block.end]
        raises = any(INSTRUCTIONS[each.op].raises for each in inside) or jumps_back(last, block.end - 1)
        if row.falls_through and block.end < len(self.lowered.instructions):
            self._edge(block, block.end, "next")
        if row.jumps and last.target is not None:
            self._edge(block, last.target, "jump")
        certain = last.op in _RAISING
        if block.handler is not None and raises:
            self._edge(block, block.handler.target, "raise" if certain else "exception")
        block.leaves = last.op == "RETURN" or (certain and block.handler is None)

    def _edge(self, block: Block, index: int, kind: str) -> None:
        target = self.block_at(index)
        edge = Edge(block.index, target.index, kind)
        block.successors.append(edge)
        target.predecessors.append(edge)

    def block_at(self, index: int) -> Block:
        """Return the block that the instruction with this index is in."""
        return self._blocks[index]

    # Graphs of block numbers

    def graph(self, exceptions: bool = True) -> list[list[int]]:
        """Return the successors of each block, with or without those by possible exceptions."""
        return [
            sorted({edge.target for edge in block.successors if exceptions or edge.kind != "exception"})
            for block in self.blocks
        ]

    @cached_property
    def dominators(self) -> list[int | None]:
        """The immediate dominator of each block, exceptions considered; None for the entry and the unreachable."""
        return immediate_dominators(self.graph(), 0)

    def dominates(self, one: int, other: int) -> bool:
        """Return True if every path to the block `other` leads through `one`; a block dominates itself."""
        return dominates(self.dominators, one, other)

    @cached_property
    def post_dominators(self) -> list[int | None]:
        """The immediate post-dominator of each block: the next block that execution cannot avoid.

        Possible exceptions are not considered, or hardly anything could be said. None where execution can leave the
        frame before it meets any one block for certain, and for a block that never comes to an end of the frame.
        """
        count = len(self.blocks)
        graph = [*self.graph(exceptions=False), []]
        for block in self.blocks:
            if block.leaves:
                graph[block.index].append(count)
        found = immediate_dominators(reversed_graph(graph), count)
        return [None if node == count else node for node in found[:count]]

    def post_dominates(self, one: int, other: int) -> bool:
        """Return True if every path from the block `other` to an end of the frame leads through `one`."""
        return dominates(self.post_dominators, one, other)

    # Loops

    @cached_property
    def loops(self) -> list[Loop]:
        """The natural loops over block numbers, outer ones first.

        Exceptions are considered: what an `except` clause in a loop does belongs to the loop, and trying again is one.
        """
        return natural_loops(self.graph(), 0, self.dominators)

    @cached_property
    def _innermost(self) -> dict[int, Loop]:
        return {block: loop for loop in self.loops for block in loop.body}

    def loop_of(self, block: int) -> Loop | None:
        """Return the innermost loop that a block is in, or None."""
        return self._innermost.get(block)


_RAISING = frozenset({"RAISE", "RERAISE"})


def _leaders(lowered: Lowered) -> list[int]:
    """Return the indices of the instructions that start a block."""
    instructions = lowered.instructions
    leaders = {0}
    for index, instruction in enumerate(instructions):
        row = INSTRUCTIONS[instruction.op]
        if row.jumps and instruction.target is not None:
            leaders.add(instruction.target)
        if row.jumps or not row.falls_through:
            leaders.add(index + 1)
    for handler in lowered.handlers:
        leaders.update((handler.start, handler.end, handler.target))
    leaders.discard(len(instructions))
    return sorted(leaders)
