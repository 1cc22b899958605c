"""Forward dataflow analysis over lowered code.

`Worklist` propagates states from instruction to instruction until nothing changes; a subclass says what an instruction
does to a state. `solve` is the subclass for analyses of values: the lifted semantics move the values on the operand
stack and in local variables, and a lattice says only what primitives return.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.verify import Verified
from bytescope.flow.worklist import Worklist
from bytescope.isa.lift import Call, Lifted, Symbol, lift
from bytescope.isa.moves import SLOTS
from bytescope.startup.stdlib_lite import Any, Mapping, Protocol, Sequence, record

__all__ = ["Lattice", "State", "solve"]

Value = Any
"""An element of the lattice."""


@record(slots=True)
class State:
    """Abstract state before an instruction.

    stack: of each operand, the topmost last; variables: of local variables by index, if it is not `Lattice.unknown`.
    """

    stack: tuple[Value, ...]
    variables: Mapping[int, Value]


class Lattice(Protocol):
    """Lattice of what an analysis knows of values. Chains of joins must be finite.

    variables: whether values are followed through local variables; unknown: what is known of them in the beginning;
    caught: what is known of an operand that a handler begins with.
    """

    variables: bool
    unknown: Value
    caught: Value

    def join(self, index: int, one: Value, other: Value) -> Value:
        """Return what is known of a value that is one or the other, where control comes to an instruction."""

    def results(self, index: int, instruction: Instruction, call: Call, operands: Sequence[Value]) -> Sequence[Value]:
        """Return what is known of each result of a primitive.

        Args:
            index: of the instruction.
            instruction: the instruction, whose argument is what it gives the primitive.
            call: the primitive.
            operands: what is known of its operands; a variable's value is the operand of `load_local`.
        """


def solve(lowered: Lowered, verified: Verified, lattice: Lattice, entry: Mapping[int, Value]) -> list[State | None]:
    """Find out what is known of all values before each instruction.

    Args:
        lowered: the code object.
        verified: what the verifier found: depths agree wherever control comes together.
        lattice: the lattice.
        entry: what is known of the local variables in the beginning.

    Returns:
        By instruction the state before it, None where it is unreachable.
    """
    solver = _Solver(lowered, verified, lattice)
    solver.reach(0, State((), entry))
    solver.run()
    return solver.states


@record(slots=True)
class _Moves:
    """Moves of an instruction: positions in a list of its operands and, behind them, of all results.

    calls: the primitives, each with the positions of its operands; after, jump: of what is on the stack at the next
    instruction and at the target, None where control does not go.
    """

    calls: list[tuple[Call, list[int]]]
    after: list[int] | None
    jump: list[int] | None


_cache: dict[int, _Moves] = {}
"""By id of what `lift` has found out, which is there to stay."""


def _moves(lifted: Lifted) -> _Moves:
    try:
        return _cache[id(lifted)]
    except KeyError:
        pass
    first: list[int] = []
    count = lifted.need
    for call in lifted.calls:
        first.append(count)
        count += len(call.results)

    def positions(symbols: Sequence[Symbol]) -> list[int]:
        return [lifted.need - 1 - each.index if each.is_operand else first[each.call] + each.index for each in symbols]

    calls = [(call, positions(call.operands)) for call in lifted.calls]
    after, jump = (None if each is None else positions(each) for each in (lifted.after, lifted.jump))
    moves = _cache[id(lifted)] = _Moves(calls, after, jump)
    return moves


class _Solver(Worklist):
    def __init__(self, lowered: Lowered, verified: Verified, lattice: Lattice) -> None:
        super().__init__(len(lowered.instructions))
        self.instructions = lowered.instructions
        self.verified = verified
        self.lattice = lattice

    def step(self, index: int, state: State) -> State | None:
        instruction = self.instructions[index]
        lifted = lift(instruction)
        moves = _moves(lifted)
        lattice, stack, variables = self.lattice, state.stack, state.variables
        handler = self.verified.handler_at(index)
        if handler is not None:
            caught = (lattice.caught,) * (1 + handler.lasti)
            self.reach(handler.target, State(stack[: handler.depth] + caught, variables))
        base = len(stack) - lifted.need
        values = [*stack[base:]]
        for call, positions in moves.calls:
            operands = [values[each] for each in positions]
            if lattice.variables and call.name in SLOTS and instruction.arg.scope == "local":
                number = instruction.arg.index
                known = variables.get(number, lattice.unknown)
                if call.name != "load_local":
                    stored = operands[0] if operands else lattice.unknown
                    if stored != known:
                        variables = {**variables, number: stored}
                operands = operands or [known]
            values += lattice.results(index, instruction, call, operands)
        if moves.jump is not None and instruction.target is not None:
            found = tuple([values[each] for each in moves.jump])
            self.reach(instruction.target, State(stack[:base] + found, variables))
        if moves.after is None:
            return None
        return State(stack[:base] + tuple([values[each] for each in moves.after]), variables)

    def join(self, index: int, known: State, other: State) -> State:
        join, unknown = self.lattice.join, self.lattice.unknown

        def joined(one: Value, its: Value) -> Value:
            return one if one == its else join(index, one, its)

        stack = tuple(map(joined, known.stack, other.stack))
        variables = known.variables
        if variables != other.variables:
            numbers = {**variables, **other.variables}
            variables = {
                each: joined(variables.get(each, unknown), other.variables.get(each, unknown)) for each in numbers
            }
        return State(stack, variables)
