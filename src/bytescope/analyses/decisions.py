"""Decisions and their conditions: what MC/DC (modified condition/decision coverage) asks for.

A decision is the test of an `if`, `while`, conditional expression, `assert`, `case` or comprehension. Its conditions
are what `and`, `or`, `not`, conditional expressions and chains of comparisons combine, constants aside. A condition is
*independent* if two evaluations show that it alone turned the decision: it differs, the decision differs, and no other
condition that was evaluated in both does (so conditions that were passed over do not count against it: "masking"
MC/DC).
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bytescope.analyses.sources import path_of, source_of
from bytescope.analysis import Site
from bytescope.code.lowering.lower import lower
from bytescope.startup.locks import CHANGES

Vector = tuple[tuple[int, bool], ...]
"""The conditions that were evaluated, by number, with their outcomes."""


@dataclass
class Decision:
    """The test of a statement or expression.

    line: where it begins; text: its source; tree: its syntax tree, chains of comparisons taken apart; conditions: the
    leaves in the order of evaluation; vectors: each evaluation's outcomes, to the outcome of the whole.
    """

    line: int
    text: str
    tree: ast.expr
    conditions: list[ast.expr]
    vectors: dict[Vector, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {id(leaf): number for number, leaf in enumerate(self.conditions)}

    def value(self, outcomes: dict[int, bool]) -> bool | None:
        """The outcome of the whole, None while it is open."""
        return self._value(self.tree, outcomes)

    def _value(self, node: ast.expr, outcomes: dict[int, bool]) -> bool | None:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self._value(node.operand, outcomes)
            return None if inner is None else not inner
        if isinstance(node, ast.IfExp):
            chosen = self._value(node.test, outcomes)
            return None if chosen is None else self._value(node.body if chosen else node.orelse, outcomes)
        if isinstance(node, ast.BoolOp):
            decisive = isinstance(node.op, ast.Or)
            for each in node.values:
                value = self._value(each, outcomes)
                if value is None or value is decisive:
                    return value
            return not decisive
        number = self._numbers.get(id(node))
        return bool(_constant(node)) if number is None else outcomes.get(number)

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
        self._open: dict[tuple[int, int], _Evaluation] = {}
        self._files: dict[str, _File] = {}
        self._names: dict[str, _File] = {}

    def _file(self, path: str) -> _File:
        return self._files.get(path) or self._files.setdefault(path, _File(path))

    def _named(self, name: str) -> _File:
        """The file of a name, which may be relative to the working directory of when it is met first."""
        return self._names.get(name) or self._names.setdefault(name, self._file(path_of(name)))

    def outcome(self, frame: int, site: Site, condition: bool) -> None:
        """A condition was evaluated.

        Args:
            frame: which activation.
            site: of the conditional jump.
            condition: the outcome of the jump's own test.
        """
        if site.file[:1] == "<":
            return
        for decision, numbers in self._named(site.file).leaves_of(site):
            key = (frame, id(decision))
            evaluation = self._open.get(key)
            if evaluation is None or not evaluation.goes_on(site.index, numbers):
                evaluation = self._open[key] = _Evaluation()
            number = next(each for each in numbers if each not in evaluation.outcomes)
            evaluation.index = site.index
            evaluation.outcomes[number] = condition is not _is_not_none(decision.conditions[number], site.op)
            value = decision.value(evaluation.outcomes)
            if value is not None:
                decision.vectors[tuple(sorted(evaluation.outcomes.items()))] = value
                self._open.pop(key, None)

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


class _Evaluation:
    """An evaluation of a decision that has not come to its end: the outcomes, and the jump that gave the last one."""

    def __init__(self) -> None:
        self.index = -1
        self.outcomes: dict[int, bool] = {}

    def goes_on(self, index: int, numbers: list[int]) -> bool:
        """Return True if a jump may belong to it; an exception may have cut it short, and another have begun."""
        begun = numbers[0] > 0 or numbers[0] in self.outcomes
        return begun and index > self.index and any(each not in self.outcomes for each in numbers)


Leaf = tuple[Decision, list[int]]
"""A decision, and the numbers of its conditions that are at one place: those of a chain of comparisons."""


class _File:
    """The decisions of one file.

    leaves: place of a condition to what it is a condition of; tested: the same for what a condition compares with None.
    """

    def __init__(self, path: str) -> None:
        self.decisions: list[Decision] = []
        self.leaves: dict[Place, list[Leaf]] = {}
        self.tested: dict[Place, list[Leaf]] = {}
        try:
            with CHANGES, warnings.catch_warnings():  # 3.11 fails where two threads do this at once
                warnings.simplefilter("ignore")  # the program has been compiled before, with those
                tree = ast.parse(source_of(path) or b"")
        except (SyntaxError, ValueError):
            return
        for test in _tests(tree):
            text = ast.unparse(test)
            taken_apart = _without_chains(test)
            conditions = list(_leaves(taken_apart))
            if conditions:
                self._add(Decision(test.lineno, text, taken_apart, conditions))
        self.decisions.sort(key=lambda decision: decision.line)

    def _add(self, decision: Decision) -> None:
        self.decisions.append(decision)
        for number, leaf in enumerate(decision.conditions):
            for place in _places(leaf):
                self._enter(self.leaves, place, decision, number)
            if isinstance(leaf, ast.Compare) and isinstance(leaf.ops[0], (ast.Is, ast.IsNot)):
                for place in _places(leaf.left):
                    self._enter(self.tested, place, decision, number)

    @staticmethod
    def _enter(table: dict[Place, list[Leaf]], place: Place, decision: Decision, number: int) -> None:
        known = table.setdefault(place, [])
        for each, numbers in known:
            if each is decision:
                numbers.append(number)
                return
        known.append((decision, [number]))

    def leaves_of(self, site: Site) -> list[Leaf]:
        """The conditions of a conditional jump: what the instruction before it has evaluated.

        The jump's own place is second best: in 3.11 it may be the statement's, or another condition's.
        """
        before = site.before
        if before is None:
            return []
        table = self.tested if site.op in _NONE_JUMPS else self.leaves
        return table.get(_place(before)) or self.leaves.get(_place(site)) or []


Place = tuple[int | None, int | None, int | None, int | None]


def _place(of: Site) -> Place:
    return of.line, of.column, of.end_line, of.end_column


def _places(node: ast.expr) -> Iterator[Place]:
    """Yield the places that the instruction may have that evaluates an expression."""
    yield node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
    if isinstance(node, ast.NamedExpr):  # the store
        yield from _places(node.target)


_NONE_JUMPS = ("JUMP_IF_NONE", "JUMP_IF_NOT_NONE")


def _tests(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.match_case) and node.guard is not None:
            yield node.guard


def _without_chains(node: ast.expr) -> ast.expr:
    """Return a test in which `a < b < c` is `a < b and b < c`, each at the place of the whole."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        parts: list[ast.expr] = [_without_chains(node.operand)]
        changed: ast.expr = ast.UnaryOp(node.op, parts[0])
    elif isinstance(node, ast.BoolOp):
        changed = ast.BoolOp(node.op, [_without_chains(each) for each in node.values])
    elif isinstance(node, ast.IfExp):
        changed = ast.IfExp(*(_without_chains(each) for each in (node.test, node.body, node.orelse)))
    elif isinstance(node, ast.Compare) and len(node.ops) > 1:
        operands = [node.left, *node.comparators]
        links = [
            ast.copy_location(ast.Compare(left, [op], [right]), node)
            for left, op, right in zip(operands, node.ops, node.comparators, strict=False)
        ]
        changed = ast.BoolOp(ast.And(), list(links))
    else:
        return node
    return ast.copy_location(changed, node)


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the conditions of a test in the order of evaluation."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _leaves(node.operand)
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from _leaves(each)
    elif isinstance(node, ast.IfExp):
        for each in (node.test, node.body, node.orelse):
            yield from _leaves(each)
    elif _constant(node) is None:
        yield node


_FOLDED = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.Name, ast.unaryop, ast.operator, ast.expr_context)


def _constant(node: ast.expr) -> bool | None:
    """Return the truth of what the compiler takes for a constant, None of anything else."""
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    if any(name != "__debug__" for name in names) or not all(isinstance(each, _FOLDED) for each in ast.walk(node)):
        return None
    code = compile(ast.Expression(node), "<condition>", "eval")
    loaded = [each for each in lower(code).instructions if each.op != "RESUME"]
    return bool(loaded[0].arg) if [each.op for each in loaded] == ["LOAD_CONST", "RETURN"] else None


def _is_not_none(leaf: ast.expr, op: str) -> bool:
    """Return True if the jump tests for None what the source tests for not None."""
    if op not in _NONE_JUMPS:
        return False
    return isinstance(leaf, ast.Compare) and isinstance(leaf.ops[0], ast.IsNot)
