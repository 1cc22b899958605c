"""Decisions and their conditions: what MC/DC (modified condition/decision coverage) asks for.

A decision is the test of an `if`, `while`, conditional expression, `assert` or comprehension; its conditions are what
`and`, `or` and `not` combine. A condition is *independent* if two evaluations show that it alone turned the decision:
it differs, the decision differs, and no other condition that was evaluated in both does (so conditions that were
passed over do not count against it: "masking" MC/DC).
"""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bytescope.analysis import Site

Vector = tuple[tuple[int, bool], ...]
"""The conditions that were evaluated, by number, with their outcomes."""


@dataclass
class Decision:
    """The test of a statement or expression.

    line: where it begins; text: its source; tree: its syntax tree; conditions: the leaves in order; vectors: each
    evaluation's outcomes, to the outcome of the whole.
    """

    line: int
    text: str
    tree: ast.expr
    conditions: list[ast.expr]
    vectors: dict[Vector, bool] = field(default_factory=dict)

    def value(self, outcomes: dict[int, bool]) -> bool | None:
        """The outcome of the whole, None while it is open."""
        return self._value(self.tree, {id(leaf): n for n, leaf in enumerate(self.conditions)}, outcomes)

    def _value(self, node: ast.expr, numbers: dict[int, int], outcomes: dict[int, bool]) -> bool | None:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self._value(node.operand, numbers, outcomes)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            decisive = isinstance(node.op, ast.Or)
            for each in node.values:
                value = self._value(each, numbers, outcomes)
                if value is None or value is decisive:
                    return value
            return not decisive
        return outcomes.get(numbers[id(node)])

    def independent(self, condition: int) -> bool:
        """Return True if a condition was shown to turn the decision alone."""
        items = [(dict(vector), outcome) for vector, outcome in self.vectors.items() if condition in dict(vector)]
        for one, first in items:
            for other, second in items:
                if first and not second and one[condition] != other[condition]:
                    common = (one.keys() & other.keys()) - {condition}
                    if all(one[each] == other[each] for each in common):
                        return True
        return False


class Decisions:
    """The decisions of all files, and what came of them."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], dict[int, bool]] = {}
        self._files: dict[str, _File] = {}

    def _file(self, file: str) -> _File:
        found = self._files.get(file)
        if found is None:
            found = self._files[file] = _File(file)
        return found

    def outcome(self, frame: int, site: Site, condition: bool) -> None:
        """A condition was evaluated.

        Args:
            frame: which activation.
            site: of the conditional jump.
            condition: the outcome of the jump's own test.
        """
        entry = self._file(site.file).leaf(site)
        if entry is None:
            return
        decision, number = entry
        key = (frame, id(decision))
        outcomes = self._open.setdefault(key, {})
        if number in outcomes:  # an evaluation that an exception has cut short
            outcomes.clear()
        outcomes[number] = condition is not _is_not_none(decision.conditions[number], site.op)
        value = decision.value(outcomes)
        if value is not None:
            decision.vectors[tuple(sorted(outcomes.items()))] = value
            del self._open[key]

    def result(self, file: str) -> list[dict[str, Any]]:
        """The decisions of a file."""
        return [
            {
                "line": decision.line,
                "text": decision.text,
                "outcomes": sorted(set(decision.vectors.values())),
                "evaluations": [
                    {"conditions": {str(n): value for n, value in vector}, "outcome": outcome}
                    for vector, outcome in sorted(decision.vectors.items())
                ],
                "conditions": [
                    {
                        "text": ast.unparse(leaf),
                        "values": sorted({dict(v)[n] for v in decision.vectors if n in dict(v)}),
                        "independent": decision.independent(n),
                    }
                    for n, leaf in enumerate(decision.conditions)
                ],
            }
            for decision in self._file(file).decisions
        ]


class _File:
    """The decisions of one file.

    leaves: place of a condition to its decision and number; tested: the same for what a condition compares with None.
    """

    def __init__(self, file: str) -> None:
        self.decisions: list[Decision] = []
        self.leaves: dict[tuple[Any, ...], tuple[Decision, int]] = {}
        self.tested: dict[tuple[Any, ...], tuple[Decision, int]] = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the program has been compiled before, with those
                tree = ast.parse("".join(linecache.getlines(file)))
        except SyntaxError:
            return
        for test in _tests(tree):
            decision = Decision(test.lineno, ast.unparse(test), test, list(_leaves(test)))
            self.decisions.append(decision)
            for number, leaf in enumerate(decision.conditions):
                self.leaves[_place(leaf)] = (decision, number)
                if isinstance(leaf, ast.Compare) and isinstance(leaf.ops[0], (ast.Is, ast.IsNot)):
                    self.tested.setdefault(_place(leaf.left), (decision, number))
        self.decisions.sort(key=lambda decision: decision.line)

    def leaf(self, site: Site) -> tuple[Decision, int] | None:
        """The condition of a conditional jump: what the instruction before it has evaluated.

        The jump's own place is not to be relied on: in 3.11 it is the statement's, or another condition's.
        """
        before = site.before
        if before is None:
            return None
        place = (before.line, before.column, before.end_line, before.end_column)
        return (self.tested if site.op in _NONE_JUMPS else self.leaves).get(place)


def _place(node: ast.expr) -> tuple[Any, ...]:
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


_NONE_JUMPS = ("JUMP_IF_NONE", "JUMP_IF_NOT_NONE")


def _tests(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            if not isinstance(node.test, ast.Constant):
                yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _leaves(node.operand)
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from _leaves(each)
    else:
        yield node


def _is_not_none(leaf: ast.expr, op: str) -> bool:
    """Return True if the jump tests for None what the source tests for not None."""
    if op not in _NONE_JUMPS:
        return False
    return isinstance(leaf, ast.Compare) and isinstance(leaf.ops[0], ast.IsNot)
