"""Transfer functions of the verifier: what an instruction does to the kinds of the operands, and which it refuses."""

from __future__ import annotations

from bytescope.code.instruction import FUNCTION_ATTRIBUTES, Instruction
from bytescope.code.versions.behaviour import Behaviour
from bytescope.isa import kinds
from bytescope.isa.kinds import (
    BOOL,
    CELL,
    CELLS,
    CODES,
    CONSTANTS,
    DEFAULTS,
    DICT,
    EXCEPTION,
    EXECUTES,
    EXECUTORS,
    FUNCTION,
    FUNCTIONS,
    GENERATOR_CODE,
    GENERATOR_FUNCTION,
    HIDDEN,
    INDEX,
    ITERATOR,
    MAYBE_EXCEPTION,
    METHOD,
    NAMES,
    NOT_COPIED,
    NOT_DROPPED,
    NOT_MOVED,
    NULL,
    OFFSET,
    RECEIVER,
    SELF,
    SPECIAL,
    STRING,
    TUPLE,
    TUPLES,
    VALUE,
)
from bytescope.isa.lift import Lifted, Symbol
from bytescope.startup.stdlib_lite import Callable, Sequence

__all__ = ["Refused", "Transfer", "transfer"]


class Refused(Exception):
    """An operand is none that an instruction takes; the argument says which."""


class Transfer:
    """Transfer function of all instructions of one shape: from the kinds of their operands to those of their results.

    given: what they leave in the place of their operands if these are objects that are used up: at the next instruction
    and at the target; None if it depends on the operands.
    """

    __slots__ = ("_checks", "_copied", "_dropped", "_lifted", "_moved", "_results", "_singular", "given")

    def __init__(self, instruction: Instruction, lifted: Lifted) -> None:
        self._lifted = lifted
        self._singular = _SINGULAR.get(instruction.op)
        self._checks: list[tuple[Symbol, str]] = []
        self._results: dict[Symbol, str] = {}
        for call in lifted.calls:
            takes = kinds.TAKES.get(call.name, ())
            for number, operand in enumerate(call.operands):
                self._checks.append((operand, takes[number] if number < len(takes) else VALUE))
            self._results |= zip(call.results, _gives(instruction, call.name, len(call.results)), strict=True)
        how, operands = lifted.control or ("", ())
        for number, operand in enumerate(operands):
            self._checks.append((operand, (EXCEPTION + MAYBE_EXCEPTION, OFFSET)[number] if how == "reraise" else VALUE))
        if instruction.op in _ABOVE and instruction.flag:
            self._checks.append((Symbol(-1, _ABOVE[instruction.op]), INDEX + NULL))
        self._checks = [(operand, wanted) for operand, wanted in self._checks if operand.is_operand]
        ends = [end for end in (lifted.after, lifted.jump) if end is not None]
        before = [Symbol(-1, index) for index in range(lifted.need - 1, -1, -1)]
        used = {operand for operand, _ in self._checks}
        self._copied = [each for each in before if any(end.count(each) > 1 for end in ends)]
        self._dropped = [each for each in before if each not in used and not all(each in end for end in ends)]
        self._moved = [
            each
            for position, each in enumerate(before)
            if any(each in end and end[position : position + 1] != (each,) for end in ends)
        ]
        plain = all(wanted == VALUE for _, wanted in self._checks) and used.issuperset(before)
        fixed = all(each in self._results for end in ends for each in end)
        self.given = (
            (self._kinds(lifted.after, ""), self._kinds(lifted.jump, ""))
            if plain and fixed and not self._singular
            else None
        )

    def apply(self, instruction: Instruction, top: str, behaviour: Behaviour) -> tuple[str, str]:
        """Return the kinds that are in the place of the operands at the next instruction and at the target.

        Args:
            instruction: the instruction.
            top: the kinds of its operands.
            behaviour: the behaviour of the code object's version.

        Raises:
            Refused: if an operand is none that the instruction takes.
        """
        op = instruction.op
        if self._singular is not None:
            return self._singular(instruction, top, behaviour), ""
        for operand, wanted in self._checks:
            require(top[-1 - operand.index], wanted, op)
        for operands, forbidden, verb in (
            (self._copied, NOT_COPIED, "copied"),
            (self._dropped, NOT_DROPPED, "dropped"),
            (self._moved, NOT_MOVED, "moved"),
        ):
            for operand in operands:
                if top[-1 - operand.index] in forbidden:
                    raise Refused(f"{op}: {kinds.NOUNS[top[-1 - operand.index]]} is {verb}")
        return self._kinds(self._lifted.after, top), self._kinds(self._lifted.jump, top)

    def _kinds(self, symbols: Sequence[Symbol] | None, top: str) -> str:
        return "".join([top[-1 - each.index] if each.is_operand else self._results[each] for each in symbols or ()])


_ABOVE = {"POP": 0, "FOR_ITER": 0, "SEND": 1, "END_SEND": 1, "CLEANUP_THROW": 2}
"""Instructions that, if they have a flag, take what lies above an iterator; and its place, counted from the top."""


def require(kind: str, wanted: str, op: str) -> None:
    """Check the kind of an operand.

    Raises:
        Refused: if it is not one of those wanted.
    """
    if not kinds.fits(kind, wanted):
        found = kinds.NOUNS[kinds.family(kind)]
        raise Refused(f"{op}: operand is {found}, not {kinds.NOUNS[wanted[0]]}")


def _gives(instruction: Instruction, primitive: str, count: int) -> str:
    """Return the kinds of the results of a primitive."""
    if primitive == "build":
        return kinds.BUILT.get(instruction.op.removeprefix("BUILD_").lower(), VALUE)
    if primitive == "null" and instruction.op in ("GETATTR", "SUPER_ATTR"):
        return SELF
    if primitive in ("getattr", "super_attr") and instruction.flag:
        return METHOD
    if primitive == "null" and instruction.op == "LOAD_SPECIAL":
        return RECEIVER
    if primitive == "null" and instruction.op in ("GET_ITER", "GET_YIELD_FROM_ITER"):
        return INDEX
    if primitive == "save_local" and instruction.flag:
        return ITERATOR
    if primitive == "special":
        return SPECIAL
    return kinds.GIVES.get(primitive, VALUE * count)


# ---- instructions whose operands depend on each other, or whose result depends on the immediate


def _load_const(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    return kinds.of_constant(instruction.arg)


def _load_local(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    return HIDDEN.get(instruction.arg.name, VALUE)


def _load_global(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    value = EXECUTES if instruction.arg in EXECUTORS else VALUE
    if not instruction.flag:
        return value
    return NULL + value if instruction.flag == "null below" else value + NULL


def _store_local(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    wanted = HIDDEN.get(instruction.arg.name)
    require(top, (wanted or VALUE) + kinds.SAVED, "STORE_LOCAL")
    return ""


def _build_tuple(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    if top == CELL * len(top):
        return kinds.numbered(CELLS, len(top))
    for kind in top:
        require(kind, VALUE, "BUILD_TUPLE")
    return TUPLE


def _build_const_key_map(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    require(top[-1], NAMES + CONSTANTS, "BUILD_CONST_KEY_MAP")
    for kind in top[:-1]:
        require(kind, VALUE, "BUILD_CONST_KEY_MAP")
    if kinds.number(top[-1]) != instruction.arg:
        raise Refused(f"BUILD_CONST_KEY_MAP {instruction.arg} has {kinds.number(top[-1])} keys")
    return DICT


def _check_call(pair: str, op: str, behaviour: Behaviour) -> None:
    """Check the callable of a call and what lies beside it."""
    if pair in (METHOD + SELF, SPECIAL + RECEIVER):
        return
    null = 0 if behaviour.null_first else 1
    function = pair[1 - null] if pair[null] == NULL else pair
    for kind in function:
        require(kind, VALUE, op)


def _call(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    _check_call(top[:2], "CALL", behaviour)
    for kind in top[2:]:
        require(kind, VALUE, "CALL")
    return ITERATOR if GENERATOR_FUNCTION in top[:2] else VALUE


def _call_kw(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    require(top[-1], NAMES, "CALL_KW")
    if kinds.number(top[-1]) > instruction.arg:
        raise Refused(f"CALL_KW {instruction.arg} has names for {kinds.number(top[-1])} arguments")
    return _call(instruction, top[:-1], behaviour)


def _call_ex(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    null = 0 if behaviour.null_first else 1
    require(top[null], NULL, "CALL_EX")
    for kind in (top[1 - null], top[2]):
        require(kind, VALUE, "CALL_EX")
    if top[3:] and not (top[3] == NULL and behaviour.calls_with_empty_kwargs):
        require(top[3], DICT, "CALL_EX")
    return VALUE


_ATTRIBUTES = {1: TUPLES + DEFAULTS, 2: DICT + DEFAULTS, 4: TUPLES + DICT, 16: FUNCTIONS, 8: CELLS}


def _make_function(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    flags = [flag for flag in FUNCTION_ATTRIBUTES if instruction.arg & flag]
    require(top[-1], CODES, "MAKE_FUNCTION")
    for flag, kind in zip(flags, top, strict=False):
        require(kind, _ATTRIBUTES[flag], "MAKE_FUNCTION")
    cells = kinds.number(top[-2]) if instruction.arg & 8 else 0
    if cells != kinds.number(top[-1]):
        raise Refused(f"MAKE_FUNCTION with {cells} cells, and the code has {kinds.number(top[-1])} free variables")
    return GENERATOR_FUNCTION if kinds.family(top[-1]) == GENERATOR_CODE else FUNCTION


def _with_except(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    require(top[-1], EXCEPTION, "WITH_EXCEPT")
    if instruction.arg != "bound":
        require(top[-4], VALUE, "WITH_EXCEPT")
    elif top[-5:-3] != SPECIAL + RECEIVER:
        _check_call(top[-5:-3], "WITH_EXCEPT", behaviour)
    return top + VALUE


_NAMED = frozenset({"INTRINSIC_TYPEVAR", "INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE"})
_INTRINSICS = dict.fromkeys(_NAMED, (STRING,)) | {
    "INTRINSIC_TYPEVAR_WITH_BOUND": (STRING, VALUE),
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS": (STRING, VALUE),
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS": (FUNCTIONS, VALUE),
    "INTRINSIC_TYPEALIAS": (TUPLES,),
}


def _type_intrinsic(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    for kind, wanted in zip(top, _INTRINSICS.get(instruction.arg, VALUE * len(top)), strict=True):
        require(kind, wanted, instruction.arg)
    return FUNCTION if instruction.arg == "INTRINSIC_SET_FUNCTION_TYPE_PARAMS" else VALUE


def _branch(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    require(top, BOOL if behaviour.branches_on_bool else VALUE, instruction.op)
    return ""


def _not(instruction: Instruction, top: str, behaviour: Behaviour) -> str:
    return _branch(instruction, top, behaviour) + BOOL


_SINGULAR: dict[str, Callable[[Instruction, str, Behaviour], str]] = {
    "LOAD_CONST": _load_const,
    "LOAD_LOCAL": _load_local,
    "LOAD_GLOBAL": _load_global,
    "LOAD_NAME": _load_global,
    "STORE_LOCAL": _store_local,
    "BUILD_TUPLE": _build_tuple,
    "BUILD_CONST_KEY_MAP": _build_const_key_map,
    "CALL": _call,
    "CALL_KW": _call_kw,
    "CALL_EX": _call_ex,
    "MAKE_FUNCTION": _make_function,
    "WITH_EXCEPT": _with_except,
    "JUMP_IF_TRUE": _branch,
    "JUMP_IF_FALSE": _branch,
    "NOT": _not,
    "TYPE_INTRINSIC_1": _type_intrinsic,
    "TYPE_INTRINSIC_2": _type_intrinsic,
}

_cache: dict[int, Transfer] = {}
"""By id of what `lift` has found out, which is there to stay."""


def transfer(instruction: Instruction, lifted: Lifted) -> Transfer:
    """Return the transfer function of an instruction, which is lifted."""
    found = _cache.get(id(lifted))
    if found is None:
        found = _cache[id(lifted)] = Transfer(instruction, lifted)
    return found
