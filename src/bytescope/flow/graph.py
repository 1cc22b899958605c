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


def _postorder(graph: Graph, entry: int) -> list[int]:
    """The nodes that can be reached, each after those first reached through it."""
    order = []
    seen = {entry}
    path = [(entry, iter(graph[entry]))]
    while path:
        node, successors = path[-1]
        for successor in successors:
            if successor not in seen:
                seen.add(successor)
                path.append((successor, iter(graph[successor])))
                break
        else:
            path.pop()
            order.append(node)
    return order


def immediate_dominators(graph: Graph, entry: int) -> list[int | None]:
    """Find the immediate dominator of each node.

    This is the iteration of Cooper, Harvey and Kennedy ("A simple, fast dominance algorithm", 2001).

    Args:
        graph: the successors of each node.
        entry: where every path starts.

    Returns:
        For each node the last other node that every path from the entry to it leads through; None for the entry
        and for nodes that cannot be reached.
    """
    postorder = _postorder(graph, entry)
    rank = {node: number for number, node in enumerate(postorder)}
    predecessors = reversed_graph(graph)
    dominators: list[int | None] = [None] * len(graph)
    dominators[entry] = entry
    changed = True
    while changed:
        changed = False
        for node in reversed(postorder[:-1]):
            common: int | None = None
            for other in predecessors[node]:
                if other not in rank or dominators[other] is None:
                    continue
                common = other if common is None else _meet(common, other, dominators, rank)
            if dominators[node] != common:
                dominators[node] = common
                changed = True
    dominators[entry] = None
    return dominators


def _meet(one: int, other: int, dominators: Sequence[int | None], rank: dict[int, int]) -> int:
    """The nearest node that dominates both."""
    while one != other:
        while rank[one] < rank[other]:
            one = dominators[one]  # type: ignore[assignment]
        while rank[other] < rank[one]:
            other = dominators[other]  # type: ignore[assignment]
    return one


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
    for node, successors in enumerate(graph):
        if node != entry and dominators[node] is None:
            continue
        for successor in successors:
            if dominates(dominators, successor, node):
                back_edges.setdefault(successor, []).append(node)
    loops = [
        Loop(header, _body(header, sources, predecessors, entry, dominators), tuple(sources))
        for header, sources in back_edges.items()
    ]
    loops.sort(key=lambda loop: (-len(loop.body), loop.header))
    for number, loop in enumerate(loops):
        around = [outer for outer in loops[:number] if loop.header in outer.body]
        loop.parent = around[-1] if around else None
    return loops


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
