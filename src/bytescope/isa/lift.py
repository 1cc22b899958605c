"""The lifter: runs an instruction's semantics on symbols and writes down what it did.

What it writes down - operands taken, primitives called, what the stack looks like afterwards - is all that the
verifier, the reference engine and the weaver need to know of an instruction.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.table import INSTRUCTIONS, Row
from bytescope.startup.stdlib_lite import Any, field
from bytescope.startup.stdlib_lite import record as value


@value(frozen=True, slots=True)
class Symbol:
    """A value that is not known: operand number `index` from the top at entry, or result `index` of call `call`."""

    call: int
    index: int

    @property
    def is_operand(self) -> bool:
        """Return True if it was on the stack at entry."""
        return self.call < 0


@value(frozen=True, slots=True)
class Call:
    """A primitive that the instruction calls.

    name: the primitive; operands: symbols; immediate: what the instruction itself gives (an operator, a name), if
    it gives anything; results: symbols.
    """

    name: str
    operands: tuple[Symbol, ...]
    immediate: Any
    results: tuple[Symbol, ...]


@value(slots=True)
class Lifted:
    """Effect of an instruction on symbols.

    need: how many operands must be on the stack; after: what is in their place when it goes on to the next
    instruction, or None if it never does; calls: primitives in order; jump: what is in their place at the target, or
    None; branch: (symbol, truth value for which it jumps), or None if the jump is unconditional; control: how it ends
    otherwise ("return", "raise", "reraise"), with the symbols concerned; effect: change of the depth on the way to the
    next instruction, or None; jump_effect: the same on the way to the jump's target; raises: whether it may raise.
    """

    need: int = 0
    after: tuple[Symbol, ...] | None = None
    calls: list[Call] = field(default_factory=list)
    jump: tuple[Symbol, ...] | None = None
    branch: tuple[Symbol, bool] | None = None
    control: tuple[str, tuple[Symbol, ...]] | None = None
    effect: int | None = None
    jump_effect: int | None = None
    raises: bool = True


class _Recorder:
    """The abstract machine whose values are symbols."""

    def __init__(self) -> None:
        self.lifted = Lifted()
        self.stack: list[Symbol] = []

    def _require(self, count: int) -> None:
        missing = count - len(self.stack)
        if missing > 0:
            need = self.lifted.need + missing
            self.stack[:0] = [Symbol(-1, index) for index in range(need - 1, self.lifted.need - 1, -1)]
            self.lifted.need = need

    def push(self, value: Symbol) -> None:
        self.stack.append(value)

    def pop(self) -> Symbol:
        self._require(1)
        return self.stack.pop()

    def popn(self, count: int) -> list[Symbol]:
        self._require(count)
        cut = len(self.stack) - count
        values = self.stack[cut:]
        del self.stack[cut:]
        return values

    def peek(self, depth: int) -> Symbol:
        self._require(depth)
        return self.stack[-depth]

    # control

    def jump(self, target: int) -> None:
        self.lifted.jump = tuple(self.stack)

    def branch(self, condition: Symbol, when: bool, target: int) -> None:
        self.lifted.jump = tuple(self.stack)
        self.lifted.branch = (condition, when)

    def next(self, iterator: Symbol, exhausted: int) -> Any:
        self.lifted.jump = tuple(self.stack)
        return self._call("next", (iterator,), None)

    def return_value(self, value: Symbol) -> None:
        self.lifted.control = ("return", (value,))

    def raise_exception(self, *operands: Symbol) -> None:
        self.lifted.control = ("raise", operands)

    def reraise(self, exception: Symbol, lasti: Symbol) -> None:
        self.lifted.control = ("reraise", (exception, lasti))

    # primitives

    def __getattr__(self, name: str) -> Any:
        if name not in PRIMITIVES:
            raise AttributeError(f"the semantics calls {name}, which is no primitive")

        def call(*operands: Any) -> Any:
            if PRIMITIVES[name].immediate is not None:
                return self._call(name, operands[1:], operands[0])
            return self._call(name, operands, None)

        return call

    def _call(self, name: str, operands: tuple[Symbol, ...], immediate: Any) -> Any:
        row = PRIMITIVES[name]
        number = len(self.lifted.calls)
        if row.results and row.results[0].startswith("*"):
            count = immediate if name == "unpack" else immediate[0] + 1 + immediate[1]
            results = tuple(Symbol(number, index) for index in range(count))
        else:
            results = tuple(Symbol(number, index) for index in range(len(row.results)))
        self.lifted.calls.append(Call(name, operands, immediate, results))
        if not row.results:
            return None
        return results if len(results) != 1 or row.results[0].startswith("*") else results[0]

    def finish(self, row: Row) -> Lifted:
        lifted = self.lifted
        lifted.raises = row.raises
        if row.falls_through:
            lifted.after = tuple(self.stack)
            lifted.effect = len(lifted.after) - lifted.need
        if lifted.jump is not None:
            lifted.jump_effect = len(lifted.jump) - lifted.need
        return lifted


_cache: dict[object, Lifted] = {}


_SHAPING = frozenset(
    "UNARY BINARY INPLACE COMPARE CONTAINS IS CONVERT TYPE_INTRINSIC_1 TYPE_INTRINSIC_2 "
    "COPY SWAP BUILD_TUPLE BUILD_LIST BUILD_SET BUILD_MAP BUILD_CONST_KEY_MAP BUILD_STRING BUILD_SLICE "
    "LIST_APPEND SET_ADD MAP_ADD LIST_EXTEND SET_UPDATE DICT_UPDATE DICT_MERGE UNPACK UNPACK_EX MATCH_CLASS "
    "CALL CALL_KW CALL_EX MAKE_FUNCTION RAISE RERAISE WITH_EXCEPT SEND GET_AWAITABLE SUPER_ATTR".split()
)
"""Instructions whose immediate decides on operands and results, or on how their primitive is performed."""


def shape(instruction: Instruction) -> object:
    """Return what instructions that are lifted alike have in common: all but names, constants and targets."""
    op = instruction.op
    return (op, instruction.arg if op in _SHAPING else None, instruction.flag)


def lift(instruction: Instruction) -> Lifted:
    """Return the lifted form of an instruction; immediates are those of some instruction of the same shape."""
    op = instruction.op
    key = (op, instruction.arg if op in _SHAPING else None, instruction.flag)
    lifted = _cache.get(key)
    if lifted is None:
        lifted = _cache[key] = record(instruction)
    return lifted


def record(instruction: Instruction) -> Lifted:
    """Run an instruction's semantics on symbols and return what it did."""
    row = INSTRUCTIONS[instruction.op]
    recorder = _Recorder()
    row.semantics(recorder, instruction)
    return recorder.finish(row)
