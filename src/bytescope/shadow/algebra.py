"""Algebras of shadows: how two are joined, and rules of their own for primitives."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

Rule = Callable[[Any, tuple[Any, ...], tuple[Any, ...], Any], Any]
Model = Callable[[Any], Any]
"""From a `NativeCall` to the shadow of its result, or `AS_USUAL`."""


class _AsUsual:
    """The type of `AS_USUAL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "AS_USUAL"


AS_USUAL: Any = _AsUsual()
"""Result of a rule or model that leaves the shadow to the rules that hold for every algebra."""


class Algebra:
    """The shadows of one analysis. A shadow is any object but None, which stands for clean; shadows are immutable.

    Attributes:
        rules: name of a primitive to a function of (immediate operand, values of the operands, their shadows, result)
            that gives the shadow of the result, where something else than the join of the operands' is wanted; or
            `AS_USUAL`. Where a primitive has several results, they come in a list, and the rule gives a list of
            shadows. It is asked only if an operand's shadow is not clean, or an operand may hold what has one.
        texts_only: whether the rules have nothing to say of numbers, nor of items of what is no text: woven code asks
            them less often then.
    """

    rules: ClassVar[Mapping[str, Rule]] = {}
    texts_only: ClassVar[bool] = False

    def join(self, left: Any, right: Any) -> Any:
        """Return the join of two shadows.

        Args:
            left: a shadow that is not clean.
            right: another one.

        Raises:
            NotImplementedError: always; a subclass says how shadows are joined.
        """
        raise NotImplementedError

    def derive(self, shadow: Any) -> Any:
        """Return the shadow of a value that was made of one with this shadow, in a way that nothing is known of.

        Shadows that say something of the parts of a value, its characters for instance, lose their places here.

        Args:
            shadow: a shadow, perhaps clean.
        """
        return shadow

    def unexplored(self) -> Any:
        """Return the shadow of a value that holds more objects than are looked at; clean by default.

        It says that something may be there, and never whose it is.
        """
        return None

    def model(self, function: Any, receiver: Any) -> Model | None:
        """Return the model of a native callable: a function of the `NativeCall` that gives the shadow of its result.

        It may return `AS_USUAL`, and is asked only if something that the call may have read has a shadow.

        Args:
            function: the callable.
            receiver: the object that it is bound to, or None.
        """
        return None

    def items(self, value: Any, shadow: Any) -> Sequence[Any] | None:
        """Return the shadows of what iteration over a value gives, in order; None if they have none of their own.

        Args:
            value: the value; it is no builtin container of references.
            shadow: of the reference to it.
        """
        return None

    def passed(self, value: Any, args: Sequence[Any], shadows: Sequence[Any]) -> Any:
        """Return the shadow of what a native function passes to a function that it calls back, or `AS_USUAL`.

        Args:
            value: the argument that it passes.
            args: those that it has been given itself, by position.
            shadows: their shadows.
        """
        return AS_USUAL

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


UNEXPLORED = "unknown: too many objects to look at"
"""The label of what holds more objects than are looked at."""


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

    def unexplored(self) -> Any:
        """Return a set with a label of its own, `UNEXPLORED`."""
        return self.of(UNEXPLORED)

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
