"""The listing that `dis --woven` shows of one code object: its woven instructions left, what they belong to right."""

from __future__ import annotations

import types
from collections.abc import Iterator

from bytescope.analysis.outlines import WovenCode
from bytescope.analysis.site import Site
from bytescope.cli.listing import Line, Piece, fit
from bytescope.code.format.line_table import decode_locations
from bytescope.code.host.facts import HAS_CONST, HOST
from bytescope.code.lowering.lower import lower
from bytescope.code.object.describe import argument_text, constant_text
from bytescope.code.object.raw import RawInstruction, decode_instructions
from bytescope.code.versions.lowering_state import variables
from bytescope.weave.outline import Outline, Stretch

_LEFT, _OP, _RIGHT_OP = 18, 27, 22
"""Columns before the name of a woven instruction, of that name, and of the name that it belongs to."""


def woven_listing(given: WovenCode, names: str, width: int) -> Iterator[Line]:
    """The lines about a woven code object, without those about the ones inside it.

    Args:
        given: the code object.
        names: of the analyses.
        width: columns of the whole.
    """
    code = given.program
    yield [Piece(code.co_qualname, "title"), Piece(f"  {code.co_filename}, line {code.co_firstlineno}", "line")]
    if given.outline is None:
        yield [Piece(f"  not woven: {names} observes nothing in it", "line")]
        return
    yield from _Listing(given, given.outline, width).lines()


class _Listing:
    def __init__(self, given: WovenCode, outline: Outline, width: int) -> None:
        self.code = given.program
        self.woven = given.woven
        self.name = given.name
        self.outline = outline
        spare = max(width - _LEFT - _OP - 8 - _RIGHT_OP - 11, 32)
        self.left_arg = spare * 3 // 5
        self.right_arg = spare - self.left_arg
        self.variables = variables(self.code)
        self.own = len(self.code.co_consts)

    def lines(self) -> Iterator[Line]:
        outline = self.outline
        program = {each.offset: each for each in _decoded(self.code)}
        instructions = _decoded(self.woven)
        numbers = [outline.number_at(each.offset) for each in instructions]
        inserted = outline.inserted()
        count = sum(number in inserted for number in numbers)
        yield [Piece(f"  {len(program)} instructions, {len(instructions)} woven, {count} of them inserted (+)", "line")]
        left = f"{'line':>6}{'offset':>8}".ljust(_LEFT) + f"woven, CPython {HOST}"
        yield [Piece(left.ljust(_LEFT + _OP + self.left_arg), "head"), Piece("belongs to", "head")]
        probes: dict[int, list[object]] = {}
        for offset, hook in outline.probes:
            probes.setdefault(outline.number_at(offset), []).append(hook)
        offsets = [each.offset for each in lower(self.code).instructions]
        previous: Stretch | None = None
        line: int | None = None
        for instruction, number in zip(instructions, numbers, strict=True):
            stretch = outline.stretch(number)
            if previous is None or stretch.section != previous.section:
                if stretch.section:
                    yield [Piece(stretch.section, "block")]
                previous = None
            for hook in probes.pop(number, ()):
                yield [Piece(" " * _LEFT), Piece(f"probe, once: {self.describe(hook)}", "region")]
            shown = instruction.positions[0] if instruction.positions else None
            pieces = self.left(instruction, "" if shown in (None, line) else str(shown), number in inserted)
            line = shown or line
            if stretch.index is not None and stretch != previous:
                pieces += self.right(program[offsets[stretch.index]], stretch)
            yield pieces
            previous = stretch

    def left(self, instruction: RawInstruction, line: str, inserted: bool) -> Line:
        return [
            Piece(f"{line:>6}", "line"),
            Piece(f"{instruction.offset:8}  ", "offset"),
            Piece("+ " if inserted else "  ", "region"),
            Piece(f"{instruction.name:{_OP}}", "op"),
            Piece(fit(self.argument(instruction), self.left_arg), "arg"),
        ]

    def argument(self, instruction: RawInstruction) -> str:
        arg = instruction.arg
        if instruction.opcode in HAS_CONST and arg >= self.own:
            return self.describe(self.woven.co_consts[arg])
        return argument_text(instruction, self.woven, self.variables)

    def right(self, instruction: RawInstruction, stretch: Stretch) -> Line:
        text = argument_text(instruction, self.code, self.variables)
        path = f"  {stretch.path}" if stretch.path else ""
        return [
            Piece(f"{instruction.offset:6}  ", "offset"),
            Piece(f"{instruction.name:{_RIGHT_OP}}", "op"),
            Piece(fit(text, self.right_arg) if path else text, "arg"),
            Piece(path, "block"),
        ]

    def describe(self, value: object) -> str:
        """An object of the weaver's own, the same in each process."""
        known = self.name(value)
        if known is not None:
            return known
        if isinstance(value, Site):
            return f"site, line {value.line}"
        if isinstance(value, (types.CodeType, int, str, bytes, type(None))):
            return constant_text(value)
        if isinstance(value, tuple):
            return f"({', '.join(map(self.describe, value))}{',' if len(value) == 1 else ''})"
        qualname = getattr(value, "__qualname__", None)
        return qualname.replace("<locals>.", "") if isinstance(qualname, str) else f"<{type(value).__qualname__}>"


def _decoded(code: types.CodeType) -> list[RawInstruction]:
    units = decode_locations(code.co_linetable, code.co_firstlineno, code.co_qualname)
    return decode_instructions(code.co_qualname, code.co_code, units)[0]
