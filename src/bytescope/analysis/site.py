"""Sites: where in a program an event happens."""

from __future__ import annotations

import linecache
import types
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from bytescope.code.instruction import Instruction, Lowered, Variable
from bytescope.code.lowering.lower import lower
from bytescope.flow.control_flow import ControlFlow

_SHOWN = 40
"""Characters of a constant in the text of an instruction."""


class Site:
    """An instruction of a program. There is one object for each, so sites can be compared by identity and be keys.

    What it knows is looked up when it is asked for first: most sites are never asked.

    Attributes:
        module: dotted name of the module.
        file: file name of the code object.
        function: qualified name of the function, `<module>` for the code of a module.
        first_line: first line of the function.
        index: number of the instruction within its code object.
        line, end_line, column, end_column: its place in the source, None where CPython knows none; columns in bytes.
        op: name of the instruction.
        instruction: the instruction with its immediate operand, as text.
        loops: numbers of the loops around it (the index of a loop's first instruction), outermost first.
        branches: numbers (indices) of the conditional jumps that decide whether it is reached, outermost first.
        code: the code object, and table: all its sites; None in a site that was unpickled in another process.
    """

    __slots__ = (
        "module", "file", "function", "first_line", "index", "line", "end_line", "column", "end_column", "op",
        "instruction", "loops", "branches", "code", "table", "__weakref__",
    )  # fmt: skip

    module: str
    file: str
    function: str
    first_line: int
    index: int
    line: int | None
    end_line: int | None
    column: int | None
    end_column: int | None
    op: str
    instruction: str
    loops: tuple[int, ...]
    branches: tuple[int, ...]
    code: types.CodeType | None
    table: SiteTable | None

    def __getattr__(self, name: str) -> Any:
        fill = _FILL.get(name)
        if fill is None:
            raise AttributeError(f"'Site' object has no attribute {name!r}", name=name, obj=self)
        fill(self.table, self)
        return getattr(self, name)

    @property
    def loop(self) -> int | None:
        """The number of the innermost loop around it, or None."""
        return self.loops[-1] if self.loops else None

    @property
    def source(self) -> str:
        """The source text of the expression or statement, "" if it cannot be had."""
        if self.line is None:
            return ""
        lines = [linecache.getline(self.file, n) for n in range(self.line, (self.end_line or self.line) + 1)]
        if not all(lines):
            return ""
        if self.column is None or self.end_column is None:
            return "".join(lines).strip()
        raw = [line.encode() for line in lines]
        raw[-1] = raw[-1][: self.end_column]
        raw[0] = raw[0][self.column :]
        return b"".join(raw).decode(errors="replace")

    @property
    def before(self) -> Site | None:
        """The site of the instruction before it in the code, None for the first and after unpickling elsewhere."""
        return None if self.table is None or not self.index else self.table.site(self.index - 1)

    @property
    def place(self) -> str:
        """File and line, with a colon between them."""
        return f"{self.file}:{self.line}"

    def __repr__(self) -> str:
        return f"<Site {self.function} {self.place} {self.instruction}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, tuple(getattr(self, name) for name in self.__slots__[:-3])


_unpickled_sites: WeakValueDictionary[tuple[Any, ...], Site] = WeakValueDictionary()


def _unpickled(*values: Any) -> Site:
    found = _unpickled_sites.get(values)
    if found is None:
        for table in list(_tables.values()):
            code = table.code
            if (code.co_filename, code.co_qualname, code.co_firstlineno) == values[1:4] and values[4] < len(
                table.lowered.instructions
            ):
                site = table.site(values[4])
                if site.__reduce__()[1] == values:
                    return site
        found = Site()
        for name, value in zip(Site.__slots__, values, strict=False):
            setattr(found, name, value)
        found.code = found.table = None
        _unpickled_sites[values] = found
    return found


class SiteTable:
    """The sites of one code object, made when they are asked for."""

    def __init__(self, module: str, code: types.CodeType) -> None:
        self.module = module
        self.code = code
        self.sites: dict[int, Site] = {}

    @cached_property
    def lowered(self) -> Lowered:
        """The code object as version-independent instructions."""
        return lower(self.code)

    def site(self, index: int) -> Site:
        """The site of the instruction with this index."""
        found = self.sites.get(index)
        if found is None:
            found = self.sites[index] = self._make(index)
        return found

    def _make(self, index: int) -> Site:
        site = Site()
        site.table, site.code, site.index = self, self.code, index
        return site

    def several(self, indices: Iterable[int]) -> list[Site]:
        """The sites of the instructions with these indices."""
        sites, code = self.sites, self.code
        found = []
        for index in indices:
            site = sites.get(index)
            if site is None:
                site = sites[index] = Site()
                site.table = self
                site.code = code
                site.index = index
            found.append(site)
        return found

    def place(self, site: Site) -> None:
        """Set a site's position."""
        code = self.code
        instruction = self.lowered.instructions[site.index]
        site.module, site.file, site.function = self.module, code.co_filename, code.co_qualname
        site.first_line, site.op = code.co_firstlineno, instruction.op
        position = instruction.position or (None, None, None, None)
        site.line, site.end_line, site.column, site.end_column = position

    def describe(self, site: Site) -> None:
        """Set a site's instruction."""
        site.instruction = describe(self.lowered.instructions[site.index])

    def surround(self, site: Site) -> None:
        """Set a site's loop and branches."""
        block = self.flow.block_at(site.index).index
        site.loops = self.loops_around.get(block, ())
        site.branches = self.deciding[block]

    @cached_property
    def flow(self) -> ControlFlow:
        """The control flow of the code object."""
        return ControlFlow(self.lowered)

    @cached_property
    def loops_around(self) -> dict[int, tuple[int, ...]]:
        """Block to the loops around it, by their first instructions; the machine's own loops around SEND are none."""
        found: dict[int, tuple[int, ...]] = {}
        for loop in sorted(self.flow.loops, key=lambda loop: -len(loop.body)):
            start = self.flow.blocks[loop.header].start
            if self.lowered.instructions[start].op != "SEND":
                for block in loop.body:
                    found[block] = (*found.get(block, ()), start)
        return found

    @cached_property
    def back_edges(self) -> dict[tuple[int, int], int]:
        """Index of the first instruction of a loop's header, by (block, header) of each jump back to it."""
        return {
            (source, loop.header): self.flow.blocks[loop.header].start
            for loop in self.flow.loops
            if self.lowered.instructions[self.flow.blocks[loop.header].start].op != "SEND"
            for source in loop.back_edges
        }

    @cached_property
    def deciding(self) -> list[tuple[int, ...]]:
        """Return for each block the conditional jumps that it depends on, outermost first."""
        blocks = self.flow.blocks
        after = self.flow.post_dominators
        direct: list[list[int]] = [[] for _ in blocks]
        for block in blocks:
            targets = {edge.target for edge in block.successors if edge.kind in ("next", "jump")}
            if len(targets) < 2:
                continue
            end = after[block.index]
            for target in targets:
                runner: int | None = target
                while runner is not None and runner != end and block.index not in direct[runner]:
                    direct[runner].append(block.index)
                    runner = after[runner]
        return [self._chain(block.index, direct) for block in blocks]

    def _chain(self, block: int, direct: list[list[int]]) -> tuple[int, ...]:
        seen: set[int] = set()
        pending = list(direct[block])
        while pending:
            each = pending.pop()
            if each not in seen:
                seen.add(each)
                pending += direct[each]
        return tuple(sorted(self.flow.blocks[each].end - 1 for each in seen))


_PLACE = ("module", "file", "function", "first_line", "op", "line", "end_line", "column", "end_column")
_FILL: dict[str, Callable[[Any, Site], None]] = {
    **dict.fromkeys(_PLACE, SiteTable.place),
    "instruction": SiteTable.describe,
    **dict.fromkeys(("loops", "branches"), SiteTable.surround),
}
"""Functions that compute the attributes of a site, by attribute."""

_tables: WeakValueDictionary[int, SiteTable] = WeakValueDictionary()
"""Id of a code object to its table, which keeps it alive, and lives as long as a plan or a site of it does."""


def site_table(module: str, code: types.CodeType, lowered: Lowered | None = None) -> SiteTable:
    """The sites of a code object; there is one table for each code object.

    Args:
        module: dotted name of the module.
        code: the code object.
        lowered: its version-independent form, if that is there already.
    """
    found = _tables.get(id(code))
    if found is None:
        found = _tables[id(code)] = SiteTable(module, code)
        if lowered is not None:
            found.lowered = lowered
    return found


def has_sites(code: types.CodeType) -> bool:
    """Return True if a code object has sites."""
    return id(code) in _tables


def describe(instruction: Instruction) -> str:
    """The text of an instruction: its name and its immediate operand."""
    arg = instruction.arg
    if arg is None and instruction.op != "LOAD_CONST":
        return instruction.op
    if isinstance(arg, Variable):
        return f"{instruction.op} {arg.name}"
    if isinstance(arg, str) and instruction.op != "LOAD_CONST":
        return f"{instruction.op} {arg}"
    if isinstance(arg, types.CodeType):
        return f"{instruction.op} <code {arg.co_name}>"
    text = repr(arg)
    return f"{instruction.op} {text if len(text) <= _SHOWN else text[: _SHOWN - 3] + '...'}"
