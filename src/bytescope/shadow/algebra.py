"""Algebras of shadows: how two are joined, and rules of their own for primitives."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, ClassVar

Rule = Callable[[Any, tuple[Any, ...], tuple[Any, ...], Any], Any]


class Algebra:
    """The shadows of one analysis. A shadow is any object but None, which stands for clean; shadows are immutable.

    Attributes:
        rules: name of a primitive to a function of (immediate operand, values of the operands, their shadows, result)
            that gives the shadow of the result, where something else than the join of the operands' is wanted. It is
            asked only if an operand's shadow is not clean.
    """

    rules: ClassVar[dict[str, Rule]] = {}

    def join(self, left: Any, right: Any) -> Any:
        """Return the join of two shadows.

        Args:
            left: a shadow that is not clean.
            right: another one.

        Raises:
            NotImplementedError: always; a subclass says how shadows are joined.
        """
        raise NotImplementedError

    def joined(self, shadows: Iterable[Any]) -> Any:
        """Return the join of any number of shadows, clean ones included; None if all are clean.

        Args:
            shadows: the shadows, None for a clean one.
        """
        found = None
        for each in shadows:
            if each is not None and each is not found:
                found = each if found is None else self.join(found, each)
        return found


class Sets(Algebra):
    """Sets of labels: equal sets are one object, and no two sets are united twice."""

    _LIMIT = 50_000

    def __init__(self) -> None:
        self._sets: dict[frozenset[Hashable], frozenset[Hashable]] = {}
        self._joins: dict[tuple[frozenset[Hashable], frozenset[Hashable]], frozenset[Hashable]] = {}

    def of(self, *labels: Hashable) -> frozenset[Hashable]:
        """Return the shadow of a reference with these labels.

        Args:
            labels: the labels, at least one.
        """
        labelled = frozenset(labels)
        return self._sets.setdefault(labelled, labelled)

    def join(self, left: Any, right: Any) -> Any:
        """Return the union.

        Args:
            left: a set that `of` or `join` has returned.
            right: another one.
        """
        found = self._joins.get((left, right))
        if found is None:
            if len(self._joins) > self._LIMIT:
                self._joins.clear()
            found = self._joins[left, right] = self.of(*left, *right)
        return found
