"""What is known of the types of values, as long as every test of a type has come out well.

The *quick* copy of woven code counts on it: that operators are given plain values, and that variables whose attributes
are asked for hold instances of simple types (`shadow.assumptions`). If a test comes out otherwise the frame goes on in
the shadowed copy; so what has been tested once need not be tested again. What is known is found out forwards over the
lowered code; where control comes from a handler it is nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.instruction import Instruction
from bytescope.isa.moves import References, references
from bytescope.isa.table import INSTRUCTIONS
from bytescope.isa.typesets import ATOMIC, RANGE_ITERATORS
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, record

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

ARITHMETIC = frozenset({"unary", "binary", "inplace"})
ASKING = frozenset({"compare", "contains", "convert", "format", "format_with_spec"})
"""Operators that give plain values whatever they are given, as a rule."""

_UNKNOWN, _PLAIN, _RANGE, _GIVES_PLAIN = range(4)
_Value = int | str
"""One of these; or -1 - n: what the local variable n holds; or a builtin function's name: perhaps it is that one."""

APPEND, POP = ".append", ".pop"
"""The names of these methods of lists, which they are for certain."""

_TEXT = (
    "casefold endswith find isalnum isalpha isdigit isidentifier isspace ljust lower lstrip removeprefix removesuffix "
    "replace rfind rjust rstrip startswith strip title upper zfill"
)
TEXT_METHODS = {
    **{f".{name}": _PLAIN for name in _TEXT.split()},
    **{f".{name}": _UNKNOWN for name in "partition rpartition rsplit split splitlines".split()},
}
"""What methods of strings give; they are these for certain."""

BUILTINS = {
    **dict.fromkeys("abs chr float hash hex int isinstance len max min ord round".split(), _PLAIN),
    **TEXT_METHODS,
    "range": _RANGE,
}
"""What builtin functions give, to plain values at least."""

_METHODS = frozenset({APPEND, POP, *TEXT_METHODS})

COMPARING = frozenset({"max", "min"})
"""Those that give one of the values that they are given."""

_NAMES_OF_BUILTINS = frozenset(
    name for kind in (list, dict, set, str, bytes, tuple, int, float, type(_ for _ in ())) for name in dir(kind)
)
"""An attribute with such a name is not taken for that of a simple type's instance."""

_ALWAYS_BOOL = frozenset({"identity", "is_none", "truth", "negation"})


@record(slots=True)
class _State:
    """What is known before an instruction.

    stack: of the operands, the topmost last; plain, simple: the variables whose values are plain, or of simple types.
    """

    stack: tuple[_Value, ...]
    plain: frozenset[int]
    simple: frozenset[int]

    def of(self, value: _Value) -> _Value:
        """What is known of an operand."""
        variable = _variable(value)
        if variable < 0:
            return value
        return _PLAIN if variable in self.plain else _UNKNOWN

    def met(self, other: _State) -> _State:
        """What is known where control comes from either."""
        stack = tuple(
            mine if mine == its else self.of(mine) if self.of(mine) == other.of(its) else _UNKNOWN
            for mine, its in zip(self.stack, other.stack, strict=True)
        )
        return _State(stack, self.plain & other.plain, self.simple & other.simple)


def _variable(value: _Value) -> int:
    """The variable that an operand comes from, -1 if it comes from none."""
    return -1 - value if isinstance(value, int) and value < 0 else -1


@record(slots=True)
class Test:
    """That the type of a variable's value, or of the operand at a depth if there is no variable, is one of some."""

    variable: int
    depth: int
    kinds: Any


class Facts:
    """What is known before each instruction.

    Args:
        writer: writes the code.
        taken: whether an instruction's primitive is done in line, nobody being told of it.
        calls: whether a call of a builtin function of that name is.
    """

    def __init__(self, writer: ShadowWriter, taken: Callable[[int], bool], calls: Callable[[int, str], bool]) -> None:
        self._instructions = writer.instructions
        self._depths = writer.verified.depths
        self._types, self._simple = ATOMIC, writer.runtime.heap.assumptions.plain_attributes
        self._observed = writer.clean.plan.points
        self._inside = writer.inside
        self._taken, self._calls = taken, calls
        self._states: dict[int, _State] = {}
        self._pending: list[int] = []
        for index in (writer.start, *(each.target for each in writer.lowered.handlers)):
            if self._depths[index] >= 0:
                self._come(index, _State((_UNKNOWN,) * self._depths[index], frozenset(), frozenset()))
        while self._pending:
            index = self._pending.pop()
            self._go_on(index, self._states[index])

    # --- what the writer asks

    def is_plain(self, index: int, depth: int) -> bool:
        """Whether an operand is plain, 1 being the topmost."""
        state = self._states.get(index)
        return state is not None and state.of(state.stack[-depth]) == _PLAIN

    def is_simple(self, index: int, depth: int) -> bool:
        """Whether an operand is an instance of a simple type."""
        state = self._states.get(index)
        return state is not None and _variable(state.stack[-depth]) in state.simple

    def relied_on(self, index: int) -> bool:
        """Whether something is taken for granted from an instruction on, for which it has to test its operands."""
        state = self._states.get(index)
        return state is not None and self._relied_on(index, state)

    def loads_method(self, index: int) -> bool:
        """Whether a list's or a string's method is loaded in order to be called by `builtin_calls`."""
        return index in self._states and self._taken(index) and self._method(index) != ""

    def callee(self, index: int) -> str:
        """The name of the builtin function that a call is taken to be of, "" if it is not."""
        state = self._states.get(index)
        return "" if state is None else self._callee(index, state)

    def over_range(self, index: int) -> bool:
        """Whether an iterator is to be one that gives plain values."""
        state = self._states.get(index)
        return state is not None and self._over_range(index, state)

    def gives_plain(self, index: int) -> bool:
        """Whether a loop goes over an iterator that gives plain values."""
        state = self._states.get(index)
        return state is not None and state.stack[-1] == _GIVES_PLAIN

    def tests(self, index: int) -> list[Test] | None:
        """What has to be tested where control comes to an instruction, None if tests are not enough."""
        state = self._states.get(index)
        if state is None:
            return None
        kinds = {_PLAIN: self._types, _GIVES_PLAIN: RANGE_ITERATORS}
        tests = [Test(variable, 0, self._types) for variable in state.plain]
        tests += [Test(variable, 0, self._simple) for variable in state.simple]
        for depth, value in enumerate(reversed(state.stack), 1):
            if value in kinds:
                tests.append(Test(-1, depth, kinds[value]))
            elif value != _UNKNOWN and _variable(value) < 0:
                return None
        return tests

    @property
    def useful(self) -> bool:
        """Whether there is anything that is counted on."""
        return any(
            self.relied_on(index) or self.over_range(index) or self.callee(index) or self._saved(index, state)
            for index, state in self._states.items()
        )

    def _saved(self, index: int, state: _State) -> bool:
        """Whether an instruction need not test what it would have to, if nothing was known."""
        moved = references(self._instructions[index])
        if moved.call is None or moved.call.name not in ARITHMETIC | ASKING | _ALWAYS_BOOL or not self._taken(index):
            return False
        return any(_variable(each) >= 0 and state.of(each) == _PLAIN for each in self._operands(moved, state))

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
        if not self._taken(index):
            return False
        if name in ("getattr", "setattr"):
            if self._method(index):
                return True
            owner = _variable(state.stack[-1])
            return owner >= 0 and owner not in state.simple and self._may_be_simple(index, owner, state)
        if name not in ARITHMETIC and name not in ASKING:
            return False
        operands = self._operands(moved, state)
        if all(state.of(each) == _PLAIN for each in operands):
            return False
        if name == "contains" and state.of(operands[1]) != _PLAIN:
            return False  # it is looked for in a container
        return name in ARITHMETIC or all(_variable(each) >= 0 or each == _PLAIN for each in operands)

    def _method(self, index: int) -> str:
        """The name of the list's or string's method that is loaded in order to be called, "" if there is none."""
        instruction = self._instructions[index]
        moved = references(instruction)
        name = f".{instruction.arg}"
        if moved.call is None or moved.call.name != "getattr" or name not in _METHODS:
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
        return owner not in state.plain and name not in _NAMES_OF_BUILTINS and name[:2] != "__"

    @staticmethod
    def _operands(moved: References, state: _State) -> list[_Value]:
        base = len(state.stack) - moved.need
        return [_UNKNOWN if p is None else state.stack[base + p] for p in moved.operands]

    def _go_on(self, index: int, state: _State) -> None:
        """Say what is known at the instructions that come next."""
        instruction = self._instructions[index]
        moved = references(instruction)
        result: _Value = _UNKNOWN
        if index not in self._inside:
            result, state = self._performed(index, instruction, state)
            state = self._stored(index, instruction, state)
        stack = state.stack
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
                after = after if len(after) == depth else (_UNKNOWN,) * depth
                self._come(following, _State(after, state.plain, state.simple))

    def _performed(self, index: int, instruction: Instruction, state: _State) -> tuple[_Value, _State]:
        """What is known of an instruction's results, and then."""
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        if index in self._observed:
            return _UNKNOWN, state
        if name == "load_local":
            return -1 - instruction.arg.index, state
        if name == "load_global":
            return str(instruction.arg) if str(instruction.arg) in BUILTINS else _UNKNOWN, state
        if name in _ALWAYS_BOOL:
            return _PLAIN, state
        window = state.stack[len(state.stack) - moved.need :]
        if instruction.op == "CALL":
            name = self._callee(index, state)
            chosen = name in COMPARING and any(state.of(each) != _PLAIN for each in window[2:])
            return _UNKNOWN if chosen else BUILTINS.get(name, _UNKNOWN), state
        if name == "iter":
            return _GIVES_PLAIN if self._over_range(index, state) else _UNKNOWN, state
        if name == "next":
            return _PLAIN if window and window[-1] == _GIVES_PLAIN else _UNKNOWN, state
        if name in ("getattr", "setattr"):
            if self._taken(index) and self._method(index):
                return self._method(index), state
            if self._relied_on(index, state):
                state = _State(state.stack, state.plain, state.simple | {_variable(state.stack[-1])})
            return _UNKNOWN, state
        if name in ARITHMETIC or name in ASKING:
            operands = self._operands(moved, state)
            if self._relied_on(index, state):
                plain = state.plain.union(variable for each in operands if (variable := _variable(each)) >= 0)
                return _PLAIN, _State(state.stack, plain, state.simple)
            if self._taken(index) and all(state.of(each) == _PLAIN for each in operands):
                return _PLAIN, state
        return _UNKNOWN, state

    def _stored(self, index: int, instruction: Instruction, state: _State) -> _State:
        """What is known when an instruction has stored or deleted a variable, if it does."""
        moved = references(instruction)
        name = moved.call.name if moved.call is not None else ""
        if name not in ("store_local", "delete_local", "save_local"):
            return state
        variable = instruction.arg.index
        stack = tuple(state.of(each) if each == -1 - variable else each for each in state.stack)
        plain, simple = state.plain - {variable}, state.simple - {variable}
        if name == "store_local" and index not in self._observed:
            stored = state.stack[-1]
            if state.of(stored) == _PLAIN:
                plain |= {variable}
            elif _variable(stored) in state.simple:
                simple |= {variable}
        return _State(stack, plain, simple)
