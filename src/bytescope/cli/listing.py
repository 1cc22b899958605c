"""The listing that `dis` shows of one code object, as styled text: CPython's instructions left, the machine's right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import parameter_count
from bytescope.code.format.exception_table import decode_exceptions
from bytescope.code.format.positions import positions_of
from bytescope.code.host.facts import version_of
from bytescope.code.instruction import Instruction, Variable
from bytescope.code.lowering.lower import lower, lower_stored
from bytescope.code.object.describe import argument_text, constant_text
from bytescope.code.object.raw import RawInstruction, Region, decode_instructions, decode_regions
from bytescope.code.stored import AnyCode, StoredCode
from bytescope.code.versions.lowering_state import variables
from bytescope.flow.control_flow import Block, ControlFlow
from bytescope.flow.verify import Verified, verify


class Piece(NamedTuple):
    """A stretch of text in one style.

    style: what it is: "title", "block", "head", "line", "offset", "op", "arg", "region", "error", or "" for the rest.
    """

    text: str
    style: str = ""


Line = list[Piece]

_OP = 22
"""Columns of an instruction's name."""


def listing(code: AnyCode, width: int) -> Iterator[Line]:
    """The lines about a code object, without those about the ones inside it.

    Args:
        code: the code object.
        width: columns of the whole.
    """
    return _Listing(code, width).lines()


class _Listing:
    def __init__(self, code: AnyCode, width: int) -> None:
        self.code = code
        left = 14 + _OP
        right = 8 + _OP
        spare = max(width - left - right - 2, 16)
        self.left_arg = spare // 2
        self.right_arg = spare - self.left_arg
        self.variables = variables(code)
        self.version = version_of(code)

    def lines(self) -> Iterator[Line]:
        yield self.title()
        try:
            raw, regions = self.decoded()
        except InvalidBytecode as error:
            yield [Piece(f"  {error}", "error")]
            return
        if not self.version.rules:
            yield self.head("")
            yield from self.one_sided(raw, regions)
            return
        try:
            flow = ControlFlow(lower_stored(self.code) if isinstance(self.code, StoredCode) else lower(self.code))
            verified = verify(flow.lowered)
        except InvalidBytecode as error:
            yield [Piece(f"  {error}", "error")]
            yield from (self.left(instruction, None) for instruction in raw)
            return
        yield self.head("bytescope")
        yield from self.body(raw, flow, verified)

    def decoded(self) -> tuple[list[RawInstruction], list[Region]]:
        code = self.code
        name = code.co_qualname
        raw, starts = decode_instructions(name, code.co_code, positions_of(code), self.version.opcodes)
        return raw, decode_regions(name, decode_exceptions(code.co_exceptiontable, name), starts, code.co_stacksize)

    def one_sided(self, raw: list[RawInstruction], regions: list[Region]) -> Iterator[Line]:
        """The instructions of a version that cannot be lowered, and where other handlers come into force."""
        previous: int | None = None
        for instruction in raw:
            begins = [region for region in regions if region.start is instruction]
            for region in begins:
                text = f"handler: {region.target.offset}{_kept(region.depth, region.lasti)}"
                yield [Piece(" " * 16), Piece(text, "region")]
            if not begins and any(region.end is instruction for region in regions):
                yield [Piece(" " * 16), Piece("no handler", "region")]
            yield self.left(instruction, previous)
            previous = instruction.positions[0] if instruction.positions else previous

    def title(self) -> Line:
        code = self.code
        where = f"  {code.co_filename}, line {code.co_firstlineno}"
        return [Piece(code.co_qualname, "title"), Piece(where, "line"), *self.signature()]

    def signature(self) -> Line:
        code = self.code
        count = parameter_count(code)
        kinds = {"arguments": code.co_varnames[:count], "cells": code.co_cellvars, "free": code.co_freevars}
        return [Piece(f"  {kind}: {' '.join(names)}", "line") for kind, names in kinds.items() if names]

    def head(self, other: str) -> Line:
        left = f"{'line':>6}{'offset':>8}".ljust(14) + f"  CPython {self.version.name}"
        return [Piece(left.ljust(16 + _OP + self.left_arg), "head"), Piece(other, "head")]

    def body(self, raw: list[RawInstruction], flow: ControlFlow, verified: Verified) -> Iterator[Line]:
        by_offset: dict[int, list[int]] = {}
        for index, lowered in enumerate(flow.lowered.instructions):
            by_offset.setdefault(lowered.offset, []).append(index)
        starts = {block.start: block for block in flow.blocks}
        previous: int | None = None
        for instruction in raw:
            indices = by_offset.get(instruction.offset, [])
            left = self.left(instruction, previous)
            previous = instruction.positions[0] if instruction.positions else previous
            for index in indices:
                if index in starts:
                    yield self.block(starts[index], flow, verified)
                yield [*(left or self.blank()), *self.right(index, flow)]
                left = []
            if left:
                yield left

    def blank(self) -> Line:
        return [Piece(" " * (16 + _OP + self.left_arg))]

    def left(self, instruction: RawInstruction, previous: int | None) -> Line:
        line = instruction.positions[0] if instruction.positions else None
        name = f"{instruction.name:{_OP - 1}} "
        shown = "" if line is None or line == previous else str(line)
        return [
            Piece(f"{shown:>6}", "line"),
            Piece(f"{instruction.offset:8}  ", "offset"),
            Piece(name, "op"),
            Piece(fit(argument_text(instruction, self.code, self.variables), self.left_arg + _OP - len(name)), "arg"),
        ]

    def right(self, index: int, flow: ControlFlow) -> Line:
        instruction = flow.lowered.instructions[index]
        arg = instruction.arg
        text = "" if arg is None and instruction.op != "LOAD_CONST" else _argument(instruction)
        if instruction.target is not None:
            text = f"{text} to block {flow.block_at(instruction.target).index}".strip()
        if instruction.flag:
            text += f" ({_flag(instruction)})"
        return [
            Piece(f"{index:6}  ", "offset"),
            Piece(f"{instruction.op:{_OP}}", "op"),
            Piece(fit(text, self.right_arg + 1), "arg"),
        ]

    def block(self, block: Block, flow: ControlFlow, verified: Verified) -> Line:
        depth = verified.depths[block.start]
        ways: dict[str, list[str]] = {}
        for edge in block.successors:
            if edge.kind != "exception":
                ways.setdefault(edge.kind, []).append(str(edge.target))
        facts = [f"{kind} {', '.join(targets)}" for kind, targets in ways.items()]
        facts += ["leaves"] if block.leaves else []
        facts += ["unreachable"] if depth < 0 else [f"stack {depth}"] if depth else []
        pieces = [*self.blank(), Piece(f"block {block.index}", "block")]
        pieces += [Piece(f"  {'; '.join(facts)}", "line")] if facts else []
        if block.handler is not None:
            target = flow.block_at(block.handler.target).index
            pieces.append(
                Piece(f"  handler: block {target}{_kept(block.handler.depth, block.handler.lasti)}", "region")
            )
        return pieces


def _kept(depth: int, lasti: bool) -> str:
    return (f", keeps {depth}" if depth else "") + (", pushes the place" if lasti else "")


def _flag(instruction: Instruction) -> str:
    if instruction.flag is not True:
        return str(instruction.flag)
    return "may be unbound" if isinstance(instruction.arg, Variable) else "and a null"


def _argument(instruction: Instruction) -> str:
    arg = instruction.arg
    if isinstance(arg, Variable):
        return arg.name if arg.scope == "local" else f"{arg.name} ({arg.scope})"
    return constant_text(arg) if instruction.op == "LOAD_CONST" else str(arg)


def fit(text: str, width: int) -> str:
    """The text in so many columns, the last one left blank."""
    return text.ljust(width) if len(text) < width else text[: width - 2] + "… "
