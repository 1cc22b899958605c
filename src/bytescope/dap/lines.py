"""Lines of a source file that a breakpoint can be at: those of its statements, and further lines that hold code."""

from __future__ import annotations

import ast
import tokenize
import types
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Lines", "Place", "read_source"]


class Place(NamedTuple):
    """Where a breakpoint is: its line, and the last line of the statement that begins there, or the same."""

    line: int
    end: int


class Lines:
    """The lines of a source text.

    Args:
        source: the text.

    Raises:
        ValueError: if it cannot be compiled.
    """

    def __init__(self, source: str) -> None:
        try:
            tree = ast.parse(source)
            code = compile(source, "<breakpoints>", "exec", dont_inherit=True)
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ValueError(f"the file cannot be compiled: {error}") from None
        self._ends = dict(_statements(tree))
        self._lines = sorted({line for line in _lines(code) if line})

    def place(self, line: int) -> Place | None:
        """Return where a breakpoint goes that is asked for at a line: there or at the next line with code, if any."""
        end = self._ends.get(line)
        if end is not None and any(line <= each <= end for each in self._lines):
            return Place(line, end)
        found = next((each for each in self._lines if each >= line), None)
        return None if found is None else Place(found, self._ends.get(found, found))

    def between(self, line: int, end: int) -> list[int]:
        """Return the lines from one to another where breakpoints can be."""
        lines = {place.line for each in range(line, end + 1) if (place := self.place(each)) and place.line <= end}
        return sorted(lines)


def _statements(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield first and last line of each statement; of one with a body, the lines before that."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        end = node.end_lineno or node.lineno
        inner = getattr(node, "body", None) or getattr(node, "cases", None)
        if inner:
            first = inner[0].pattern.lineno if isinstance(node, ast.Match) else inner[0].lineno
            end = max(node.lineno, min(end, first - 1))
        yield node.lineno, end


def _lines(code: types.CodeType) -> Iterator[int]:
    """Yield the lines that hold code, but not that of a function's own beginning."""
    lines = [line for _, _, line in code.co_lines() if line is not None]
    first = code.co_firstlineno
    yield from lines if code.co_name == "<module>" else (line for line in lines if line != first)
    if code.co_name.startswith("<") and code.co_name != "<module>":  # a lambda, a comprehension
        yield first
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _lines(constant)


def read_source(path: str) -> str | None:
    """Return the text of a source file, None if it cannot be read."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError, ValueError):
        return None
