"""Which values are plain for certain, as long as every operator has been given plain values.

The *quick* copy of woven code counts on it. An operator that is given anything else is left to the shadowed copy, where
the frame goes on; so what has been tested once need not be tested again. What is known is found out forwards over the
lowered code, as long as control does not come from a handler.
"""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.instruction import Instruction
from bytescope.code.light import TYPE_CHECKING, record
from bytescope.isa.references import references
from bytescope.isa.table import INSTRUCTIONS

if TYPE_CHECKING:
    from bytescope.weave.shadow_writer import ShadowWriter

ARITHMETIC = frozenset({"unary", "binary", "inplace"})
ASKING = frozenset({"compare", "contains", "convert", "format", "format_with_spec"})
"""Operators that give plain values whatever they are given, as a rule."""

_ALWAYS_BOOL = frozenset({"identity", "is_none", "truth", "negation"})

_UNKNOWN, _PLAIN, _RANGE_TYPE, _RANGE, _GIVES_PLAIN = range(5)
_Value = int
"""One of these; or -1 - n: what the local variable n holds."""


@record(slots=True)
class _State:
    """What is known before an instruction: of the operands, the topmost last; and which variables are plain."""

    stack: tuple[_Value, ...]
    plain: frozenset[int]

    def of(self, value: _Value) -> _Value:
        """What is known of an operand."""
        if value >= 0:
            return value
        return _PLAIN if -1 - value in self.plain else _UNKNOWN

    def met(self, other: _State) -> _State:
        """What is known where control comes from either."""
        stack = tuple(
            mine if mine == its else self.of(mine) if self.of(mine) == other.of(its) else _UNKNOWN
            for mine, its in zip(self.stack, other.stack, strict=True)
        )
        return _State(stack, self.plain & other.plain)


class Facts:
    """What is known before each instruction.

    Args:
        writer: writes the code.
        taken: whether an instruction's primitive is done in line, nobody being told of it.
    """

    def __init__(self, writer: ShadowWriter, taken: Callable[[int], bool]) -> None:
        self._instructions = writer.instructions
        self._depths = writer.verified.depths
        self._types = writer.service.plain
        self._observed = writer.clean.plan.points
        self._inside = writer.inside
        self._taken = taken
        self._states: dict[int, _State] = {}
        self._pending: list[int] = []
        self._come(writer.start, _State((_UNKNOWN,) * max(self._depths[writer.start], 0), frozenset()))
        for handler in writer.lowered.handlers:
            if self._depths[handler.target] >= 0:
                self._come(handler.target, _State((_UNKNOWN,) * self._depths[handler.target], frozenset()))
        while self._pending:
            index = self._pending.pop()
            self._go_on(index, self._states[index])

    # --- what the writer asks

    def is_plain(self, index: int, depth: int) -> bool:
        """Whether an operand is plain, 1 being the topmost."""
        state = self._states.get(index)
        return state is not None and state.of(state.stack[-depth]) == _PLAIN

    def relied_on(self, index: int) -> bool:
        """Whether what an operator is given, and gives, is taken to be plain from then on."""
        state = self._states.get(index)
        return state is not None and self._relied_on(index, state)

    def over_range(self, index: int) -> bool:
        """Whether an iterator is to be one that gives plain values."""
        state = self._states.get(index)
        return state is not None and self._over_range(index, state)

    def gives_plain(self, index: int) -> bool:
        """Whether a loop goes over an iterator that gives plain values."""
        state = self._states.get(index)
        return state is not None and state.stack[-1] == _GIVES_PLAIN

    @property
    def useful(self) -> bool:
        """Whether there is anything that is counted on."""
        return any(self.relied_on(index) or self.over_range(index) for index in self._states)

    # --- finding out

    def _come(self, index: int, state: _State) -> None:
        known = self._states.get(index)
        met = state if known is None else known.met(state)
        if met != known:
            self._states[index] = met
            self._pending.append(index)

    def _over_range(self, index: int, state: _State) -> bool:
        iterates = self._instructions[index].op == "GET_ITER"
        return iterates and state.stack[-1] == _RANGE and self._taken(index)

    def _relied_on(self, index: int, state: _State) -> bool:
        moved = references(self._instructions[index])
        name = moved.call.name if moved.call is not None else ""
        if name not in ARITHMETIC and name not in ASKING or not self._taken(index):
            return False
        operands = self._operands(moved, state)
        if all(state.of(each) == _PLAIN for each in operands):
            return False
        return name in ARITHMETIC or all(each < 0 or each == _PLAIN for each in operands)

    @staticmethod
    def _operands(moved: object, state: _State) -> list[_Value]:
        base = len(state.stack) - moved.need  # type: ignore[attr-defined]
        return [_UNKNOWN if p is None else state.stack[base + p] for p in moved.operands]  # type: ignore[attr-defined]

    def _go_on(self, index: int, state: _State) -> None:
        """Say what is known at the instructions that come next."""
        instruction = self._instructions[index]
        moved = references(instruction)
        plain, stack = state.plain, state.stack
        if index not in self._inside:
            result, plain = self._performed(index, instruction, state)
            stack, plain = self._stored(index, instruction, _State(stack, plain))
        else:
            result = _UNKNOWN
        base = len(stack) - moved.need
        window = stack[base:]
        for following, sources in ((index + 1, moved.after), (instruction.target, moved.jump)):
            if sources is None or following is None or following >= len(self._instructions):
                continue
            if following == index + 1 and not INSTRUCTIONS[instruction.op].falls_through:
                continue
            depth = self._depths[following]
            given = _PLAIN if instruction.op == "LOAD_CONST" and type(instruction.arg) in self._types else _UNKNOWN
            after = stack[:base] + tuple(
                window[each] if each >= 0 else given if each == -1 else result for each in sources
            )
            if depth >= 0:
                self._come(following, _State(after if len(after) == depth else (_UNKNOWN,) * depth, plain))

    def _performed(self, index: int, instruction: Instruction, state: _State) -> tuple[_Value, frozenset[int]]:
        """What is known of an instruction's results, and which variables are plain then."""
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        if index in self._observed:
            return _UNKNOWN, state.plain
        if name == "load_local":
            return -1 - instruction.arg.index, state.plain
        if name == "load_global":
            return _RANGE_TYPE if str(instruction.arg) == "range" else _UNKNOWN, state.plain
        if name in _ALWAYS_BOOL:
            return _PLAIN, state.plain
        window = state.stack[len(state.stack) - moved.need :]
        if instruction.op == "CALL":
            return _RANGE if _RANGE_TYPE in window[:2] else _UNKNOWN, state.plain
        if name == "iter":
            return _GIVES_PLAIN if self._over_range(index, state) else _UNKNOWN, state.plain
        if name == "next":
            return _PLAIN if window and window[-1] == _GIVES_PLAIN else _UNKNOWN, state.plain
        if name in ARITHMETIC or name in ASKING:
            operands = self._operands(moved, state)
            if self._relied_on(index, state):
                return _PLAIN, state.plain.union(-1 - each for each in operands if each < 0)
            if self._taken(index) and all(state.of(each) == _PLAIN for each in operands):
                return _PLAIN, state.plain
        return _UNKNOWN, state.plain

    def _stored(
        self, index: int, instruction: Instruction, state: _State
    ) -> tuple[tuple[_Value, ...], frozenset[int]]:
        """The operands and the variables when an instruction has stored or deleted a variable."""
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        if name not in ("store_local", "delete_local", "save_local"):
            return state.stack, state.plain
        variable = instruction.arg.index
        stack = tuple(state.of(each) if each == -1 - variable else each for each in state.stack)
        stored = name == "store_local" and index not in self._observed and state.of(stack[-1]) == _PLAIN
        return stack, state.plain | {variable} if stored else state.plain - {variable}
