"""``python -m tests.differential.reduce FILE`` or ``--seed N``: make a program smaller that the machine gets wrong.

Tries, a batch at a time, programs with one statement or expression less, and goes on with the smallest one that still
differs. The result is what a regression test should look like.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.support import harness

from .random_programs import KINDS

BATCH = 40


def reduce(source: str, prelude: str = "", seconds: float = 10) -> str:
    """The smallest program found that still differs.

    Args:
        source: the program to make smaller.
        prelude: text before it that is not touched.
        seconds: the time limit of one program.
    """
    chance = random.Random(0)
    smallest = _fewer_statements(ast.unparse(ast.parse(source)), prelude, seconds)
    while True:
        candidates = sorted({text for text in _smaller(smallest) if len(text) < len(smallest)}, key=len)
        # The boldest cuts first, then a mixture, so that one batch nearly always finds something.
        bold, rest = candidates[: BATCH // 2], candidates[BATCH // 2 :]
        chance.shuffle(rest)
        order = bold + rest
        for start in range(0, len(order), BATCH):
            if found := _differing(order[start : start + BATCH], prelude, seconds):
                smallest = min(found, key=len)
                break
        else:
            return smallest


def _fewer_statements(source: str, prelude: str, seconds: float) -> str:
    """Leave out ever smaller runs of top-level statements, as long as the rest still differs."""
    statements = [ast.unparse(statement) for statement in ast.parse(source).body]
    size = len(statements) // 2
    while size:
        starts = range(0, len(statements), size)
        candidates = ["\n".join([*statements[:start], *statements[start + size :]]) for start in starts]
        if found := _differing(candidates[:BATCH], prelude, seconds):
            statements = [ast.unparse(statement) for statement in ast.parse(min(found, key=len)).body]
            size = min(size, len(statements) // 2)
        else:
            size //= 2
    return "\n".join(statements)


def _differing(texts: list[str], prelude: str, seconds: float) -> list[str]:
    sources = {f"program{number}": prelude + text for number, text in enumerate(texts)}
    expected = harness.run_batch(sources, "cpython", 1, 5)
    usable = {name: source for name, source in sources.items() if "died" not in expected[name]}
    actual = harness.run_batch(usable, "machine", 1, seconds)
    return [sources[name].removeprefix(prelude) for name in usable if harness.differences(expected[name], actual[name])]


def _smaller(source: str) -> Iterator[str]:
    """Programs with one cut each: a statement left out, unwrapped or emptied, an expression replaced by its part."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for field, value in ast.iter_fields(node):
            for position, replacement in _cuts(value):
                cut = copy.deepcopy(tree)
                target = next(found for index, found in enumerate(ast.walk(cut)) if index == number)
                if position is None:
                    setattr(target, field, replacement)
                else:
                    getattr(target, field)[position : position + 1] = replacement
                    if not getattr(target, field) and field == "body" and not isinstance(target, ast.Module):
                        target.body = [ast.Pass()]  # type: ignore[attr-defined]
                try:
                    text = ast.unparse(ast.fix_missing_locations(cut))
                    _compile(text)
                except (SyntaxError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
                    continue
                yield text


def _compile(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "<candidate>", "exec", dont_inherit=True)


def _cuts(value: object) -> Iterator[tuple[int | None, object]]:
    """Where to put what: a position in a list or None for the whole field, and its replacement."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield position, []
            if isinstance(item, ast.stmt):
                for name in ("body", "orelse", "finalbody"):
                    if inner := getattr(item, name, None):
                        yield position, inner
                for part in ast.iter_child_nodes(item):
                    if isinstance(part, ast.expr):
                        yield position, [ast.Expr(part)]
            elif isinstance(item, ast.expr):
                for part in ast.iter_child_nodes(item):
                    if isinstance(part, ast.expr):
                        yield position, [part]
    elif isinstance(value, ast.expr):
        yield None, None
        for part in ast.walk(value):
            if part is not value and isinstance(part, ast.expr):
                yield None, part
        if not isinstance(value, (ast.Constant, ast.Name)):
            yield None, ast.Constant(1)


def main(arguments: list[str] | None = None) -> int:
    """Reduce and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.reduce", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seed", type=int, help="a program of random_programs")
    parser.add_argument("--kind", choices=sorted(KINDS), default="syntax")
    parser.add_argument("--size", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.seed is not None:
        kind = KINDS[options.kind]
        text, prelude = kind.program(options.seed, options.size or kind.size) or "", kind.prelude
    elif options.file is not None:
        text, prelude = options.file.read_text(encoding="utf-8"), ""
    else:
        parser.error("a file or --seed is needed")
    print(reduce(text.removeprefix(prelude), prelude))
    return 0


if __name__ == "__main__":
    sys.exit(main())
