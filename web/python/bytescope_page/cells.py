"""Sources of cells: compiled so that tracebacks, inspect and debuggers find the text that ran."""

from __future__ import annotations
import __future__

import ast
import dis
import io
import linecache
import tokenize
from dataclasses import dataclass
from types import CodeType

FUTURE = 0
for _name in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _name).compiler_flag

_MODES = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass
class Compiled:
    """A cell that can be run.

    Attributes:
        statements: its statements but for the last expression.
        expression: the last expression, if the cell ends in one whose value is to be shown.
        flags: the `__future__` flags that hold from now on.
    """

    statements: CodeType
    expression: CodeType | None
    flags: int

    def names(self) -> tuple[list[str], list[str]]:
        """The global names that the cell reads and those that it binds."""
        reads: set[str] = set()
        binds: set[str] = set()
        for code in (self.statements, self.expression):
            if code is not None:
                _collect(code, reads, binds)
        return sorted(reads), sorted(binds)


class Names:
    """File names of cells. Each text that ran keeps its name for as long as the interpreter lives.

    The file name is `<Cell 3>`, or `<Cell 3, run 2>` where that name is another text's.
    """

    def __init__(self) -> None:
        self._texts: dict[str, tuple[int, str]] = {}

    def take(self, cell: int, number: int, source: str) -> str:
        """Name a text and make its lines known to `linecache`.

        Args:
            cell: what the page calls the cell.
            number: the number that the reader sees.
            source: the text.
        """
        run = 1
        name = f"<Cell {number}>"
        while self._texts.get(name, (cell, source)) != (cell, source):
            run += 1
            name = f"<Cell {number}, run {run}>"
        self._texts[name] = (cell, source)
        self.show(name)
        return name

    def show(self, name: str) -> None:
        """Make the lines known, again if a program has cleared the cache."""
        source = self._texts[name][1]
        lines = source.splitlines(True)
        linecache.cache[name] = (len(source), None, lines, name)

    def show_all(self) -> None:
        """Make the lines of all texts known again."""
        for name in self._texts:
            if name not in linecache.cache:
                self.show(name)


def compiled(source: str, name: str, flags: int) -> Compiled:
    """Compile a cell.

    Args:
        source: its text.
        name: its file name.
        flags: the `__future__` flags of the cells before.

    Raises:
        SyntaxError: if it is not valid.
        ValueError: if it holds a null character.
    """
    tree = compile(source, name, "exec", _MODES | flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    if last is not None and _hides_value(source):
        tree.body.append(last)
        last = None
    statements = compile(tree, name, "exec", _MODES | flags, dont_inherit=True)
    flags |= statements.co_flags & FUTURE
    expression = None
    if last is not None:
        expression = compile(ast.Expression(last.value), name, "eval", _MODES | flags, dont_inherit=True)
    return Compiled(statements, expression, flags)


def _hides_value(source: str) -> bool:
    """Whether the text ends in a semicolon."""
    dull = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER, tokenize.DEDENT, tokenize.INDENT}
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in dull:
                last = token.string
    except (tokenize.TokenError, SyntaxError):
        return False
    return last == ";"


def _collect(code: CodeType, reads: set[str], binds: set[str]) -> None:
    for instruction in dis.get_instructions(code):
        operation = instruction.opname
        if operation in ("LOAD_NAME", "LOAD_GLOBAL"):
            reads.add(instruction.argval)
        elif operation in ("STORE_NAME", "STORE_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL"):
            if operation[-4:] == "NAME" and code.co_name != "<module>":
                continue  # of a class
            binds.add(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _collect(constant, reads, binds)
