"""Primitives that the algebra has rules of its own for: in line for clean operands, the rule asked in cold code."""

from __future__ import annotations

from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.fastpath import FastPath


class Ruled:
    """Emitter of such rules' calls.

    Args:
        context: the shared state.
    """

    def __init__(self, context: ShadowContext) -> None:
        self.context, self.emitter = context, context.emitter

    def test_ruled(self, path: FastPath, *kinds: frozenset[type]) -> None:
        """Emit a test that the first operand is clean, if the algebra has a rule for the primitive.

        Args:
            path: the instruction.
            kinds: types of the operands with which the rule is asked in cold code; without, the slow path is taken.
        """
        if not path.slow_path.own_rule or not path.shades[0]:
            return
        if not kinds:
            path.test_clean(0, path.slow)
            return
        labelled = self.emitter.asm.label()
        path.test_clean(0, labelled)

        def ask() -> None:
            self.emitter.asm.place(labelled)
            for position, each in zip(path.slow_path.positions, kinds, strict=False):
                path.test_type(path.depth(position), each)
            self.ask_rule(path)

        path.emit_cold(ask)

    def ask_rule(self, path: FastPath) -> None:
        """Emit a primitive that runs no user code, and a call of the algebra's rule for the shadow of its result."""
        e = self.emitter
        positions = path.slow_path.positions
        count = len(positions)
        e.reserve(2 * count + 16)
        e.sequences.copy(count)
        path.perform()
        operands = e.tuple_of([e.at(path.depth(position) + 1) for position in positions])
        shades = e.tuple_of([path.shade(number) for number in range(count)])
        rule = self.context.runtime.rules.in_line(path.slow_path.name, path.slow_path.immediate)
        path.call_for_result(rule, [operands, shades, e.at(1)])
        e.emit("SWAP", count + 1)
        for _ in range(count):
            e.emit("POP_TOP")
        path.back()
