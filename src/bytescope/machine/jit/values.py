"""What a trace knows of the values that it works on."""

from __future__ import annotations

from bytescope.isa.typesets import (
    ATOMIC,
    BOOLEAN,
    DICT,
    INTEGER,
    ITERABLES,
    ITERATORS,
    LIST,
    REAL,
    SET,
    SLICE,
    STRING,
    TUPLE,
)
from bytescope.machine.handler_namespace import UNBOUND
from bytescope.startup.stdlib_lite import Any

Kinds = frozenset[type]

_CLOSED = frozenset("+ - * // % & | ^ << >> +=  -= *= //= %= &= |= ^= <<= >>=".split())
_RESULTS: dict[str, Kinds] = {
    **dict.fromkeys("compare contains identity is_none truth negation match_mapping match_sequence".split(), BOOLEAN),
    "exception_match": BOOLEAN,
    "unary": ATOMIC,
    "convert": STRING,
    "format": STRING,
    "format_with_spec": STRING,
    "length": INTEGER,
    "build_set": SET,
    "build_map": DICT,
    "build_const_key_map": DICT,
    "list_to_tuple": TUPLE,
}
_BUILT: dict[str, Kinds] = {
    "tuple": TUPLE,
    "list": LIST,
    "string": STRING,
    "slice": SLICE,
}


class Value:
    """A value of the guest's in a trace.

    name: the expression that has it: a variable of the trace, or a name that is bound to a constant; kinds: what its
    exact type is one of, or None; epoch: see `Frame.holds`; origin: how it was loaded, for `calls`; passed: guards that
    it has passed; sample: what it was once, `UNBOUND` if nobody knows.
    """

    __slots__ = ("epoch", "kinds", "name", "origin", "passed", "sample")

    def __init__(self, name: str, kinds: Kinds | None = None, epoch: int = -1) -> None:
        self.name = name
        self.kinds = kinds
        self.epoch = epoch
        self.origin: tuple[Any, ...] = ()
        self.passed: set[object] = set()
        self.sample: Any = UNBOUND

    @property
    def is_plain(self) -> bool:
        """Whether nobody can tell when it goes: no finalizer, no weak references."""
        return self.kinds is not None and self.kinds <= ATOMIC

    def narrow(self, kinds: Kinds) -> None:
        """Learn that the exact type is one of these."""
        self.kinds = kinds if self.kinds is None else self.kinds & kinds


NOTHING = Value("NULL", frozenset())
"""The NULL beside callables."""


def result_kinds(name: str, immediate: Any, operands: list[Value]) -> Kinds | None:
    """What the exact type of a primitive's result is one of, its guard having been passed; None if anything.

    Args:
        name: the primitive.
        immediate: what the instruction gives it.
        operands: its operands.
    """
    if name in ("binary", "inplace"):
        kinds = (operands[0].kinds or ATOMIC) | (operands[1].kinds or ATOMIC)
        if immediate in _CLOSED and kinds <= INTEGER:
            return INTEGER
        if immediate in ("+", "-", "*", "+=", "-=", "*=") and kinds <= REAL:
            return REAL
        return ATOMIC
    if name == "build":
        return _BUILT[immediate]
    first = operands[0].kinds if operands else None
    if name == "iter" and first is not None:
        return ITERATORS if first <= ITERABLES | ITERATORS else None
    if name == "getslice":
        return first
    if name == "getitem" and first is not None and first <= STRING:
        return STRING
    return _RESULTS.get(name)
