"""The control-flow graph of real code."""

from __future__ import annotations

import argparse
import asyncio.tasks
import contextlib
import difflib
import tarfile
import textwrap
import types
from collections.abc import Callable, Iterator

import pytest

from bytescope.code.lowering.lower import lower
from bytescope.flow.control_flow import Block, ControlFlow
from bytescope.flow.verify import verify
from bytescope.isa import INSTRUCTIONS

MODULES = [argparse, asyncio.tasks, contextlib, difflib, tarfile]


def flow(source: str) -> ControlFlow:
    """The graph of the function `f` that the source defines."""
    namespace: dict[str, types.FunctionType] = {}
    exec(textwrap.dedent(source), namespace)
    return ControlFlow(lower(namespace["f"].__code__))


def functions(module: types.ModuleType) -> Iterator[types.CodeType]:
    for thing in vars(module).values():
        members = vars(thing).values() if isinstance(thing, type) else [thing]
        yield from (each.__code__ for each in members if isinstance(each, types.FunctionType))


def the_block(graph: ControlFlow, name: str) -> Block:
    """The block that loads the global of that name."""
    return graph.block_at(
        next(n for n, i in enumerate(graph.lowered.instructions) if i.op == "LOAD_GLOBAL" and i.arg == name)
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_blocks_partition_the_code(module: types.ModuleType) -> None:
    for code in functions(module):
        lowered = lower(code)
        graph = ControlFlow(lowered)
        instructions = lowered.instructions
        handlers = verify(lowered).handlers
        assert [block.start for block in graph.blocks[1:]] == [block.end for block in graph.blocks[:-1]]
        assert (graph.blocks[0].start, graph.blocks[-1].end) == (0, len(instructions))
        for block in graph.blocks:
            for index in range(block.start, block.end):
                assert graph.block_at(index) is block
                assert handlers[index] == block.handler
                row = INSTRUCTIONS[instructions[index].op]
                if index < block.end - 1:
                    assert row.falls_through and not row.jumps
                if row.jumps:
                    assert instructions[index].target in {each.start for each in graph.blocks}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_edges_go_where_the_verifier_does(module: types.ModuleType) -> None:
    for code in functions(module):
        lowered = lower(code)
        graph = ControlFlow(lowered)
        depths = verify(lowered).depths
        known = {0}
        work = [0]
        while work:
            for edge in graph.blocks[work.pop()].successors:
                if edge.target not in known:
                    known.add(edge.target)
                    work.append(edge.target)
        assert known == {block.index for block in graph.blocks if depths[block.start] >= 0}
        assert sorted(edge for block in graph.blocks for edge in block.successors) == sorted(
            edge for block in graph.blocks for edge in block.predecessors
        )
        for node in known - {0}:
            assert graph.dominators[node] is not None


def test_if_else() -> None:
    graph = flow("""
        def f(x):
            if x:
                yes()
            else:
                no()
            after(1, 2, 3)
            return after(4, 5, 6)
    """)
    test, yes, no = graph.blocks[0], the_block(graph, "yes"), the_block(graph, "no")
    assert {edge.kind for edge in test.successors} == {"next", "jump"}
    assert {edge.target for edge in test.successors} == {yes.index, no.index}
    assert graph.dominates(test.index, yes.index) and not graph.dominates(yes.index, the_block(graph, "after").index)
    assert graph.post_dominators[test.index] == the_block(graph, "after").index
    assert not graph.post_dominates(yes.index, test.index)
    assert graph.loops == []


def test_nested_loops() -> None:
    graph = flow("""
        def f(rows):
            for row in rows:
                outer()
                while condition():
                    inner()
                    if done(): break
            after()
    """)
    inner = graph.loop_of(the_block(graph, "inner").index)
    outer = graph.loop_of(the_block(graph, "outer").index)
    assert inner is not None and outer is not None
    assert inner.parent is outer and outer.parent is None and (outer.depth, inner.depth) == (1, 2)
    assert graph.loop_of(the_block(graph, "after").index) is None
    header = graph.blocks[outer.header]
    assert graph.lowered.instructions[header.end - 1].op == "FOR_ITER"


def test_trying_again_is_a_loop() -> None:
    graph = flow("""
        def f():
            while True:
                try:
                    return attempt()
                except ValueError:
                    again()
    """)
    loop = graph.loop_of(the_block(graph, "attempt").index)
    assert loop is not None and the_block(graph, "again").index in loop.body


def test_exception_edges_follow_the_regions() -> None:
    graph = flow("""
        def f():
            before()
            try:
                tried()
            except KeyError:
                handler()
            after(1, 2, 3)
            return after(4, 5, 6)
    """)
    tried, handler = the_block(graph, "tried"), the_block(graph, "handler")
    assert not [edge for edge in the_block(graph, "before").successors if edge.kind == "exception"]
    (edge,) = [edge for edge in tried.successors if edge.kind == "exception"]
    assert graph.dominates(edge.target, handler.index)
    assert graph.post_dominates(the_block(graph, "after").index, tried.index)


def test_a_raise_goes_to_its_handler_only() -> None:
    graph = flow("""
        def f():
            try:
                raise KeyError
            except KeyError:
                handler()
            after(1, 2, 3)
            return after(4, 5, 6)
    """)
    raising = the_block(graph, "KeyError")
    assert [edge.kind for edge in raising.successors] == ["raise"]
    assert not raising.leaves
    assert graph.post_dominates(raising.successors[0].target, raising.index)


def test_an_interrupt_may_end_a_loop_without_instructions() -> None:
    graph = flow("""
        def f():
            try:
                while True:
                    pass
            except KeyboardInterrupt:
                handler()
    """)
    assert (
        0
        < the_block(graph, "handler").index
        in {node for node, dominator in enumerate(graph.dominators) if dominator is not None}
    )


def test_what_never_ends_has_no_post_dominator() -> None:
    graph = flow("""
        def f():
            while True:
                forever()
    """)
    assert graph.post_dominators[the_block(graph, "forever").index] is None


@pytest.mark.parametrize(
    "ending",
    [lambda: 1, lambda: contextlib.nullcontext(), lambda: [str(each) for each in (1, 2)]],
    ids=["constant", "call", "comprehension"],
)
def test_every_frame_can_be_left(ending: Callable[[], object]) -> None:
    assert any(block.leaves for block in ControlFlow(lower(ending.__code__)).blocks)
