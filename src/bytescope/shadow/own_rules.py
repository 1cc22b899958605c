"""The rules of an algebra's own for primitives: when they are asked, and for how many results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bytescope.isa.typesets import ATOMIC
from bytescope.shadow.algebra import AS_USUAL, Algebra
from bytescope.shadow.heap import Heap


class OwnRules:
    """The rules of one algebra.

    Args:
        algebra: the algebra.
        heap: the shadow heap.
    """

    def __init__(self, algebra: Algebra, heap: Heap) -> None:
        self.algebra, self.heap = algebra, heap

    def asks(self, name: str, values: Sequence[Any], shadows: Sequence[Any]) -> bool:
        """Return True if there is a rule, and an operand has a shadow, or may hold something that has one."""
        if name not in self.algebra.rules:
            return False
        if shadows.count(None) != len(shadows):
            return True
        return bool(self.heap.tables) and any(type(value) not in ATOMIC for value in values)

    def apply(
        self, name: str, immediate: Any, values: Sequence[Any], shadows: Sequence[Any], results: list[Any]
    ) -> Any:
        """Return the shadows of a primitive's results by its rule, or `AS_USUAL`."""
        single = len(results) == 1
        rule = self.algebra.rules[name]
        found = rule(immediate, tuple(values), tuple(shadows), results[0] if single else results)
        return [found] if single and found is not AS_USUAL else found

    def in_line(self, name: str, immediate: Any) -> Callable[[tuple[Any, ...], tuple[Any, ...], Any], Any]:
        """Return the rule for a primitive with one result, which woven code asks.

        Args:
            name: of the primitive.
            immediate: what the instruction gives it.
        """
        rule, joined = self.algebra.rules[name], self.algebra.joined

        def asked(values: tuple[Any, ...], shadows: tuple[Any, ...], result: Any) -> Any:
            found = rule(immediate, values, shadows, result)
            return joined(shadows) if found is AS_USUAL else found

        return asked

    def given(self, iterator: Any, value: Any, shadow: Any) -> Any:
        """Return the shadow of what a labelled iterator over a text has just given."""
        found = self.algebra.rules["next"](None, (iterator,), (shadow,), value)
        return shadow if found is AS_USUAL else found
