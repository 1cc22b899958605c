"""Type inference over lowered code, under the assumption that every guard passes.

The speculative version of instrumented code is specialised on it: operators get atomic values, and variables whose
attributes are accessed hold instances of plain-attribute types (`shadow.assumptions`). Since a failed guard exits to
the general version, a type that was tested once need not be tested again. Types are inferred forwards; at exception
handlers nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.worklist import Worklist
from bytescope.isa.builtins import SPECULATED
from bytescope.isa.effects import ALWAYS_TYPED, ARITHMETIC, QUERIES
from bytescope.isa.moves import References, references
from bytescope.isa.table import INSTRUCTIONS
from bytescope.isa.typesets import ATOMIC, RANGE, RANGE_ITERATORS
from bytescope.startup.stdlib_lite import Any, record

_UNKNOWN, _ATOMIC, _RANGE, _GIVES_ATOMIC = range(4)
_Value = int | str
"""One of these; or -1 - n: the value of local variable n; or a name: probably the builtin function of that name."""

_NAMES_OF_BUILTINS = frozenset(
    name for kind in (list, dict, set, str, bytes, tuple, int, float, type(_ for _ in ())) for name in dir(kind)
)
"""Attributes that are not taken for those of plain-attribute types' instances."""


@record(slots=True)
class _State:
    """The inferred types before an instruction.

    stack: of the operands, the topmost last; atomic: variables with atomic values; simple: variables with instances of
    plain-attribute types.
    """

    stack: tuple[_Value, ...]
    atomic: frozenset[int]
    simple: frozenset[int]

    def of(self, value: _Value) -> _Value:
        """Return the inferred type of an operand."""
        variable = _variable(value)
        if variable < 0:
            return value
        return _ATOMIC if variable in self.atomic else _UNKNOWN

    def met(self, other: _State) -> _State:
        """Return the meet of two states."""
        stack = tuple(
            mine if mine == its else self.of(mine) if self.of(mine) == other.of(its) else _UNKNOWN
            for mine, its in zip(self.stack, other.stack, strict=True)
        )
        return _State(stack, self.atomic & other.atomic, self.simple & other.simple)


def _variable(value: _Value) -> int:
    """Return the variable that an operand was loaded from, -1 if there is none."""
    return -1 - value if isinstance(value, int) and value < 0 else -1


@record(slots=True)
class Guard:
    """A type guard: the value of `variable`, or the operand at `depth` if `variable` is -1, has one of `types`."""

    variable: int
    depth: int
    types: Any


class TypeInference(Worklist):
    """Inferred types before each instruction.

    Args:
        lowered: the code object.
        depths: of the stack before each instruction, negative where control never comes.
        start: the instruction with which the frame begins.
        inside: instructions that belong to the SEND before them.
        observed: instructions with hooks of analyses, which can replace results.
        simple: the plain-attribute types, which may change.
        taken: tells whether an instruction's primitive has a fast path.
        calls: tells whether a call of the builtin function of a name has one.
    """

    def __init__(
        self, lowered: Lowered, depths: Sequence[int], start: int, inside: Container[int], observed: Container[int],
        simple: Container[type], taken: Callable[[int], bool],
        calls: Callable[[int, str], bool],
    ) -> None:  # fmt: skip
        self._instructions, self._depths = lowered.instructions, depths
        self._simple = simple
        self._observed, self._inside = observed, inside
        self._taken, self._calls = taken, calls
        super().__init__(len(lowered.instructions))
        for index in (start, *(each.target for each in lowered.handlers)):
            if self._depths[index] >= 0:
                self.reach(index, _State((_UNKNOWN,) * self._depths[index], frozenset(), frozenset()))
        self.run()

    # --- results

    def is_atomic(self, index: int, depth: int) -> bool:
        """Return True if an operand is atomic, depth 1 being the topmost."""
        state = self.states[index]
        return state is not None and state.of(state.stack[-depth]) == _ATOMIC

    def has_plain_attributes(self, index: int, depth: int) -> bool:
        """Return True if an operand is an instance of a plain-attribute type."""
        state = self.states[index]
        return state is not None and _variable(state.stack[-depth]) in state.simple

    def is_guarded(self, index: int) -> bool:
        """Return True if an instruction has to guard its operands' types, which are inferred from there on."""
        state = self.states[index]
        return state is not None and self._is_guarded(index, state)

    def loads_method(self, index: int) -> bool:
        """Return True if a list's or a string's method is loaded for a call with a fast path."""
        return self.states[index] is not None and self._taken(index) and self._method(index) != ""

    def callee(self, index: int) -> str:
        """Return the name of the builtin function that is probably called, "" if there is none."""
        state = self.states[index]
        return "" if state is None else self._callee(index, state)

    def over_range(self, index: int) -> bool:
        """Return True if GET_ITER makes an iterator over a range."""
        state = self.states[index]
        return state is not None and self._over_range(index, state)

    def gives_atomic(self, index: int) -> bool:
        """Return True if a loop's iterator gives atomic values."""
        state = self.states[index]
        iterator = references(self._instructions[index]).need
        return state is not None and state.stack[-iterator] == _GIVES_ATOMIC

    def guards(self, index: int) -> list[Guard] | None:
        """Return the guards that establish the state at an instruction, None if guards cannot."""
        state = self.states[index]
        if state is None:
            return None
        kinds = {_ATOMIC: ATOMIC, _GIVES_ATOMIC: RANGE_ITERATORS}
        guards = [Guard(variable, 0, ATOMIC) for variable in sorted(state.atomic)]
        guards += [Guard(variable, 0, self._simple) for variable in sorted(state.simple)]
        for depth, value in enumerate(reversed(state.stack), 1):
            if value in kinds:
                guards.append(Guard(-1, depth, kinds[value]))
            elif value != _UNKNOWN and _variable(value) < 0:
                return None
        return guards

    @property
    def useful(self) -> bool:
        """Return True if specialisation on the types saves anything."""
        return any(
            self.is_guarded(index) or self.over_range(index) or self.callee(index) or self._saved(index, state)
            for index, state in enumerate(self.states)
            if state is not None
        )

    def _saved(self, index: int, state: _State) -> bool:
        """Return True if the types save a test of an instruction's operands."""
        moved = references(self._instructions[index])
        if moved.call is None or moved.call.name not in ARITHMETIC | QUERIES | ALWAYS_TYPED or not self._taken(index):
            return False
        return any(_variable(each) >= 0 and state.of(each) == _ATOMIC for each in self._operands(moved, state))

    # --- inference

    def join(self, index: int, known: _State, other: _State) -> _State:
        """Return the meet of two states at an instruction."""
        return known.met(other)

    def _over_range(self, index: int, state: _State) -> bool:
        iterates = self._instructions[index].op == "GET_ITER"
        return iterates and state.stack[-1] == _RANGE and self._taken(index)

    def _is_guarded(self, index: int, state: _State) -> bool:
        moved = references(self._instructions[index])
        name = moved.call.name if moved.call is not None else ""
        if not self._taken(index):
            return False
        if name in ("getattr", "setattr"):
            if self._method(index):
                return True
            owner = _variable(state.stack[-1])
            return owner >= 0 and owner not in state.simple and self._may_be_simple(index, owner, state)
        if name not in ARITHMETIC and name not in QUERIES:
            return False
        operands = self._operands(moved, state)
        if all(state.of(each) == _ATOMIC for each in operands):
            return False
        if name == "contains" and state.of(operands[1]) != _ATOMIC:
            return False  # it is looked for in a container
        return name in ARITHMETIC or all(_variable(each) >= 0 or each == _ATOMIC for each in operands)

    def _method(self, index: int) -> str:
        """Return the name of the list's or string's method that is loaded for a call, "" if there is none."""
        instruction = self._instructions[index]
        moved = references(instruction)
        name = f".{instruction.arg}"
        if moved.call is None or moved.call.name != "getattr" or name not in SPECULATED:
            return ""
        place = self._depths[index] - 1
        for after in range(index + 1, len(self._instructions)):
            each = self._instructions[after]
            if each.op == "CALL" and self._depths[after] - each.arg - 2 == place:
                return name if self._calls(after, name) else ""
            if each.target is not None or not INSTRUCTIONS[each.op].falls_through:
                break
        return ""

    def _callee(self, index: int, state: _State) -> str:
        instruction = self._instructions[index]
        if instruction.op != "CALL":
            return ""
        need = references(instruction).need
        names = [each for each in state.stack[-need:][:2] if isinstance(each, str)]
        return names[0] if names and self._calls(index, names[0]) else ""

    def _may_be_simple(self, index: int, owner: int, state: _State) -> bool:
        name = str(self._instructions[index].arg)
        return owner not in state.atomic and name not in _NAMES_OF_BUILTINS and name[:2] != "__"

    @staticmethod
    def _operands(moved: References, state: _State) -> list[_Value]:
        base = len(state.stack) - moved.need
        return [_UNKNOWN if p is None else state.stack[base + p] for p in moved.operands]

    def step(self, index: int, state: _State) -> _State | None:
        """Propagate the state after an instruction to its target; return the state for the next instruction, if any."""
        instruction = self._instructions[index]
        moved = references(instruction)
        result: _Value = _UNKNOWN
        if index not in self._inside:
            result, state = self._performed(index, instruction, state)
            state = self._stored(index, instruction, state)
        stack = state.stack
        base = len(stack) - moved.need
        window = stack[base:]
        given = _ATOMIC if instruction.op == "LOAD_CONST" and type(instruction.arg) in ATOMIC else _UNKNOWN

        def before(following: int, sources: Sequence[int]) -> _State | None:
            depth = self._depths[following]
            if depth < 0:
                return None
            after = stack[:base] + tuple(
                window[each] if each >= 0 else given if each == -1 else result for each in sources
            )
            return _State(after if len(after) == depth else (_UNKNOWN,) * depth, state.atomic, state.simple)

        if moved.jump is not None and instruction.target is not None:
            target = before(instruction.target, moved.jump)
            if target is not None:
                self.reach(instruction.target, target)
        if moved.after is None or not INSTRUCTIONS[instruction.op].falls_through:
            return None
        return before(index + 1, moved.after)

    def _performed(self, index: int, instruction: Instruction, state: _State) -> tuple[_Value, _State]:
        """Return the type of an instruction's result, and the state after its guards have passed."""
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        if index in self._observed:
            return _UNKNOWN, state
        if name == "load_local":
            return -1 - instruction.arg.index, state
        if name == "load_global":
            return str(instruction.arg) if str(instruction.arg) in SPECULATED else _UNKNOWN, state
        if name in ALWAYS_TYPED:
            return _ATOMIC, state
        window = state.stack[len(state.stack) - moved.need :]
        if instruction.op == "CALL":
            row = SPECULATED.get(self._callee(index, state))
            if row is None or (row.model == "extreme" and any(state.of(each) != _ATOMIC for each in window[2:])):
                return _UNKNOWN, state
            return _RANGE if row.result == RANGE else _ATOMIC if row.gives_atomic else _UNKNOWN, state
        if name == "iter":
            return _GIVES_ATOMIC if self._over_range(index, state) else _UNKNOWN, state
        if name == "next":
            return _ATOMIC if window and window[0] == _GIVES_ATOMIC else _UNKNOWN, state
        if name in ("getattr", "setattr"):
            if self._taken(index) and self._method(index):
                return self._method(index), state
            if self._is_guarded(index, state):
                state = _State(state.stack, state.atomic, state.simple | {_variable(state.stack[-1])})
            return _UNKNOWN, state
        if name in ARITHMETIC or name in QUERIES:
            operands = self._operands(moved, state)
            if self._is_guarded(index, state):
                atomic = state.atomic.union(variable for each in operands if (variable := _variable(each)) >= 0)
                return _ATOMIC, _State(state.stack, atomic, state.simple)
            if self._taken(index) and all(state.of(each) == _ATOMIC for each in operands):
                return _ATOMIC, state
        return _UNKNOWN, state

    def _stored(self, index: int, instruction: Instruction, state: _State) -> _State:
        """Return the state after an instruction has stored or deleted a variable, if it does."""
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        if name not in ("store_local", "delete_local", "save_local"):
            return state
        variable = instruction.arg.index
        stack = tuple(state.of(each) if each == -1 - variable else each for each in state.stack)
        atomic, simple = state.atomic - {variable}, state.simple - {variable}
        if name == "store_local" and index not in self._observed:
            stored = state.stack[-1]
            if state.of(stored) == _ATOMIC:
                atomic |= {variable}
            elif _variable(stored) in state.simple:
                simple |= {variable}
        return _State(stack, atomic, simple)
