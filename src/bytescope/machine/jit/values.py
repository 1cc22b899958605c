"""Values of a trace: the variable that holds one, and what is known of it."""

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
    """A guest value in a trace.

    name: the expression of the value: a variable of the trace, or a name that is bound to a constant; kinds: its
    possible exact types, None if unknown; epoch: see `TraceState.is_held`; origin: how it was loaded, for
    `inlined_calls`; passed: guards that it has passed; sample: a value that was seen here once, `UNBOUND` if unknown.
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
        """Return True if its release is invisible: it has no finalizer and no weak references."""
        return self.kinds is not None and self.kinds <= ATOMIC

    def narrow(self, kinds: Kinds) -> None:
        """Record that the exact type is one of these."""
        self.kinds = kinds if self.kinds is None else self.kinds & kinds


NOTHING = Value("NULL", frozenset())
"""The NULL beside a callable."""


def result_kinds(name: str, immediate: Any, operands: list[Value]) -> Kinds | None:
    """Return the possible exact types of a primitive's result once its guard has passed; None if unknown.

    Args:
        name: the primitive.
        immediate: its immediate operand.
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
