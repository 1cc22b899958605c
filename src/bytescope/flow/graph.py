"""Dominators and natural loops of a directed graph whose nodes are numbered from 0."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Iterable, Sequence, record

__all__ = ["Graph", "Loop", "dominates", "immediate_dominators", "natural_loops", "reversed_graph"]

Graph = Sequence[Sequence[int]]
"""The successors of each node."""


def reversed_graph(graph: Graph) -> list[list[int]]:
    """Return the graph with every edge turned round."""
    turned: list[list[int]] = [[] for _ in graph]
    for node, successors in enumerate(graph):
        for successor in successors:
            turned[successor].append(node)
    return turned


def _search(graph: Graph, entry: int) -> tuple[list[int], list[int]]:
    """The nodes in the order in which a depth-first search comes to them, and the number of each one's parent."""
    order, parents = [entry], [-1]
    numbers = {entry: 0}
    path = [(0, iter(graph[entry]))]
    while path:
        number, successors = path[-1]
        for successor in successors:
            if successor not in numbers:
                numbers[successor] = len(order)
                path.append((len(order), iter(graph[successor])))
                order.append(successor)
                parents.append(number)
                break
        else:
            path.pop()
    return order, parents


def immediate_dominators(graph: Graph, entry: int) -> list[int | None]:
    """Find the immediate dominator of each node.

    This is the algorithm of Lengauer and Tarjan ("A fast algorithm for finding dominators in a flowgraph", 1979), in
    its simpler form, which takes O(m log n) steps.

    Args:
        graph: the successors of each node.
        entry: where every path starts.

    Returns:
        For each node the last other node that every path from the entry to it leads through; None for the entry
        and for nodes that cannot be reached.
    """
    order, parents = _search(graph, entry)
    numbers = {node: number for number, node in enumerate(order)}
    predecessors: list[list[int]] = [[] for _ in order]
    for number, node in enumerate(order):
        for successor in graph[node]:
            predecessors[numbers[successor]].append(number)
    forest = _Forest(len(order))
    semi, found = forest.semi, [0] * len(order)
    waiting: list[list[int]] = [[] for _ in order]
    for number in range(len(order) - 1, 0, -1):
        parent = parents[number]
        semi[number] = min(semi[forest.least(other)] for other in predecessors[number])
        waiting[semi[number]].append(number)
        forest.above[number] = parent
        for other in waiting[parent]:
            least = forest.least(other)
            found[other] = least if semi[least] < semi[other] else parent
        waiting[parent].clear()
    dominators: list[int | None] = [None] * len(graph)
    for number in range(1, len(order)):
        if found[number] != semi[number]:
            found[number] = found[found[number]]
        dominators[order[number]] = order[found[number]]
    return dominators


class _Forest:
    """The nodes handled so far, by number, each with a node above it unless it is a root.

    Attributes:
        semi: the number of each node's semidominator; its own before it is known.
        above: the number of a node above each; -1 for roots. Paths are compressed.
    """

    def __init__(self, count: int) -> None:
        self.semi = list(range(count))
        self.above = [-1] * count
        self._least = list(range(count))

    def least(self, node: int) -> int:
        """Return the node with the least semidominator on the path from a node up to its root, without the root."""
        above, least, semi = self.above, self._least, self.semi
        path = []
        lowest = node
        while (higher := above[lowest]) >= 0 and above[higher] >= 0:
            path.append(lowest)
            lowest = higher
        for each in reversed(path):
            higher = above[each]
            if semi[least[higher]] < semi[least[each]]:
                least[each] = least[higher]
            above[each] = above[higher]
        return least[node]


def dominates(dominators: Sequence[int | None], one: int, other: int) -> bool:
    """Return True if every path to `other` leads through `one`; a node dominates itself.

    Args:
        dominators: the immediate dominators.
        one: a node.
        other: a node.
    """
    node: int | None = other
    while node is not None and node != one:
        node = dominators[node]
    return node is not None


@record(eq=False, slots=True)
class Loop:
    """A natural loop: what is executed between two visits of its header, which is its only way in.

    Attributes:
        header: the node through which it is entered.
        body: all its nodes, the header and those of inner loops among them.
        back_edges: the nodes from which control goes back to the header.
        parent: the innermost loop around it, or None.
    """

    header: int
    body: frozenset[int]
    back_edges: tuple[int, ...]
    parent: Loop | None = None

    @property
    def depth(self) -> int:
        """Return the number of loops that it is in, itself included."""
        return 1 if self.parent is None else 1 + self.parent.depth

    def __repr__(self) -> str:
        return f"<Loop of {self.header} over {sorted(self.body)}>"


def natural_loops(graph: Graph, entry: int, dominators: Sequence[int | None]) -> list[Loop]:
    """Find the natural loops.

    Args:
        graph: the successors of each node.
        entry: where every path starts.
        dominators: the immediate dominators.

    Returns:
        The loops, one a header, outer ones before inner ones. A cycle that can be entered in two places is none.
    """
    predecessors = reversed_graph(graph)
    back_edges: dict[int, list[int]] = {}
    subtrees = _subtrees(dominators, entry)
    for node, successors in enumerate(graph):
        if node not in subtrees:
            continue
        for successor in successors:
            if subtrees[node].start in subtrees[successor]:
                back_edges.setdefault(successor, []).append(node)
    loops = [
        Loop(header, _body(header, sources, predecessors, entry, dominators), tuple(sources))
        for header, sources in back_edges.items()
    ]
    loops.sort(key=lambda loop: (-len(loop.body), loop.header))
    innermost: dict[int, Loop] = {}
    for loop in loops:
        loop.parent = innermost.get(loop.header)
        innermost.update(dict.fromkeys(loop.body, loop))
    return loops


def _subtrees(dominators: Sequence[int | None], entry: int) -> dict[int, range]:
    """By node that can be reached, the numbers that it and those that it dominates have in the tree of dominators."""
    children: dict[int, list[int]] = {}
    for node, dominator in enumerate(dominators):
        if dominator is not None:
            children.setdefault(dominator, []).append(node)
    starts: dict[int, int] = {}
    found: dict[int, range] = {}
    work = [entry]
    while work:
        node = work.pop()
        if node in starts:  # those below it have been numbered
            found[node] = range(starts[node], len(starts))
        else:
            starts[node] = len(starts)
            work.append(node)
            work += children.get(node, ())
    return found


def _body(
    header: int, sources: Iterable[int], predecessors: Graph, entry: int, dominators: Sequence[int | None]
) -> frozenset[int]:
    """Return the nodes from which the back edges can be reached without passing the header."""
    body = {header}
    work = list(sources)
    while work:
        node = work.pop()
        if node not in body and (node == entry or dominators[node] is not None):
            body.add(node)
            work += predecessors[node]
    return frozenset(body)
