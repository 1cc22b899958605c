"""Dominators and natural loops against their definitions, taken at their word, on random graphs."""

from __future__ import annotations

import pytest

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from bytescope.flow.graph import (  # noqa: E402
    Graph,
    dominates,
    immediate_dominators,
    natural_loops,
    reversed_graph,
)

pytestmark = pytest.mark.any_host


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    count = draw(st.integers(1, 9))
    node = st.integers(0, count - 1)
    return draw(st.lists(st.lists(node, max_size=3, unique=True), min_size=count, max_size=count))


def reachable(graph: Graph, entry: int, without: int | None = None) -> set[int]:
    seen: set[int] = set()
    work = [entry]
    while work:
        node = work.pop()
        if node not in seen and node != without:
            seen.add(node)
            work += graph[node]
    return seen


def dominates_by_definition(graph: Graph, entry: int, one: int, other: int) -> bool:
    """Without `one` there is no way to `other`."""
    return other in reachable(graph, entry) and other not in reachable(graph, entry, without=one)


@given(graphs())
def test_dominators(graph: Graph) -> None:
    dominators = immediate_dominators(graph, 0)
    known = reachable(graph, 0)
    for one in known:
        for other in known:
            assert dominates(dominators, one, other) == dominates_by_definition(graph, 0, one, other)


@given(graphs())
def test_immediate_dominator_is_the_nearest(graph: Graph) -> None:
    dominators = immediate_dominators(graph, 0)
    for node in range(len(graph)):
        strict = [one for one in range(len(graph)) if one != node and dominates_by_definition(graph, 0, one, node)]
        nearest = [one for one in strict if all(dominates_by_definition(graph, 0, other, one) for other in strict)]
        assert [dominators[node]] == (nearest or [None])


@given(graphs())
def test_loops(graph: Graph) -> None:
    dominators = immediate_dominators(graph, 0)
    loops = natural_loops(graph, 0, dominators)
    known = reachable(graph, 0)
    expected = {}
    for header in known:
        back = [one for one in known if header in graph[one] and dominates_by_definition(graph, 0, header, one)]
        if back:
            turned = reversed_graph(graph)
            body = {header}.union(*(reachable(turned, source, without=header) & known for source in back))
            expected[header] = (body, sorted(back))
    assert {loop.header: (set(loop.body), sorted(loop.back_edges)) for loop in loops} == expected


@given(graphs())
def test_nesting(graph: Graph) -> None:
    loops = natural_loops(graph, 0, immediate_dominators(graph, 0))
    for loop in loops:
        around = [other for other in loops if other is not loop and loop.header in other.body]
        assert all(loop.body < other.body for other in around), "natural loops nest or have no header in common"
        smallest = min(around, key=lambda other: len(other.body), default=None)
        assert loop.parent is smallest
        assert loop.depth == 1 + len(around)
