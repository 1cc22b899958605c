"""Lines that a breakpoint can stop at: where it moves to from one without code, and once a pass of a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from bytescope.recording.codes import inner_codes
from bytescope.recording.index import Index
from bytescope.recording.tape import CodeInfo, InnerCode, Tape

__all__ = ["begins_pass", "line_for", "matches", "sites"]


def matches(file: str, wanted: str | None) -> bool:
    """Return True if a file is the one that is meant: its name, or its last parts."""
    if wanted is None or file == wanted:
        return True
    return file.endswith(wanted) and (wanted[:1] in "/\\" or file[-len(wanted) - 1] in "/\\")


def line_for(tape: Tape, line: int, file: str | None = None) -> int | None:
    """Return the line at which a breakpoint on a line stops: the next one with code, None if there is none.

    Args:
        tape: the recording; code that has not run is looked up in the texts of the source files.
        line: the line.
        file: the file, or the end of its name.
    """
    found = [each for each in _lines(tape, file) if each >= line]
    return min(found, default=None)


def _lines(tape: Tape, file: str | None) -> Iterator[int]:
    for code in tape.codes:
        if matches(code.text_name, file):
            yield from code.starts.values()
    for inner in _inner(tape, lambda name: matches(name, file)):
        yield from inner.lines
        if _is_inner(inner.name):
            yield inner.first_line


def _inner(tape: Tape, wanted: Callable[[str], bool]) -> Iterator[InnerCode]:
    """Yield the code objects that are known to be in files, whether they have run or not."""
    for code in tape.codes:
        if wanted(code.text_name):
            yield InnerCode(code.name, code.first_line, ())
            yield from code.inner
    for name, text in tape.sources.items():
        if wanted(name) and not any(code.name == "<module>" and code.text_name == name for code in tape.codes):
            yield from _compiled(name, text)


@lru_cache(maxsize=32)
def _compiled(name: str, text: str) -> Sequence[InnerCode]:
    try:
        return tuple(inner_codes([compile(text, name, "exec", dont_inherit=True)]))
    except (SyntaxError, ValueError):
        return ()


def _is_inner(name: str) -> bool:
    """Return True for a lambda, a comprehension or a generator expression: it begins in the middle of a statement."""
    return name.endswith(">") and not name.endswith("<module>")


def sites(tape: Tape, code: CodeInfo, line: int) -> frozenset[int]:
    """Return the instructions of a code object at which a breakpoint on a line stops.

    Where a lambda or the like begins in the middle of a statement, that is in it and not in the statement.
    """
    found = {index for index, each in code.starts.items() if each == line}
    if _is_inner(code.name) and code.first_line == line and not found:
        return frozenset(sorted(code.starts)[:1])
    if found and _within_statement(code, line) and _inner_begins(tape, code, line):
        return frozenset()
    return frozenset(found)


def _within_statement(code: CodeInfo, line: int) -> bool:
    return any(
        each.position is not None and (each.position[0] or line) < line <= (each.position[1] or 0)
        for each in code.instructions
    )


def _inner_begins(tape: Tape, outer: CodeInfo, line: int) -> bool:
    return any(
        each.first_line == line and _is_inner(each.name) for each in _inner(tape, lambda name: name == outer.text_name)
    )


def begins_pass(index: Index, step: int, line: int) -> bool:
    """Return True if control comes to a line, other than back from the further lines of the same statement."""
    if not index.begins_line(step):
        return False
    tape = index.tape
    number, at = tape.frame(step).number, tape.index(step)
    code = tape.code(step)
    spans = [each.position for each in code.instructions if each.position is not None and each.position[0] == line]
    end = max((each[1] or line for each in spans), default=line)
    if end == line:
        return True
    before = index.previous_of(number, step)
    while before is not None:
        instruction = tape.instruction(before)
        if tape.index(before) >= at or not line <= (instruction.line or line) <= end:
            return True
        if index.begins_line(before) and instruction.line == line:
            return False
        before = index.previous_of(number, before)
    return True
