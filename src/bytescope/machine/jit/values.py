"""What a trace knows of the values that it works on."""

from __future__ import annotations

from bytescope.machine import handler_namespace
from bytescope.startup.stdlib_lite import Any

Kinds = frozenset[type]

ANY_PLAIN = handler_namespace.PLAIN
BOOLEAN: Kinds = frozenset({bool})
_EXACT: Kinds = frozenset({int})
_REAL: Kinds = frozenset({int, float})
_CLOSED = frozenset("+ - * // % & | ^ << >> +=  -= *= //= %= &= |= ^= <<= >>=".split())
_RESULTS: dict[str, Kinds] = {
    **dict.fromkeys("compare contains identity is_none truth negation match_mapping match_sequence".split(), BOOLEAN),
    "exception_match": BOOLEAN,
    "unary": ANY_PLAIN,
    "convert": frozenset({str}),
    "format": frozenset({str}),
    "format_with_spec": frozenset({str}),
    "length": _EXACT,
    "build_set": frozenset({set}),
    "build_map": frozenset({dict}),
    "build_const_key_map": frozenset({dict}),
    "list_to_tuple": frozenset({tuple}),
}
_BUILT: dict[str, Kinds] = {
    "tuple": frozenset({tuple}),
    "list": frozenset({list}),
    "string": frozenset({str}),
    "slice": frozenset({slice}),
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
        self.sample: Any = handler_namespace.UNBOUND

    @property
    def is_plain(self) -> bool:
        """Whether nobody can tell when it goes: no finalizer, no weak references."""
        return self.kinds is not None and self.kinds <= ANY_PLAIN

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
        kinds = (operands[0].kinds or ANY_PLAIN) | (operands[1].kinds or ANY_PLAIN)
        if immediate in _CLOSED and kinds <= _EXACT:
            return _EXACT
        if immediate in ("+", "-", "*", "+=", "-=", "*=") and kinds <= _REAL:
            return _REAL
        return ANY_PLAIN
    if name == "build":
        return _BUILT[immediate]
    first = operands[0].kinds if operands else None
    if name == "iter" and first is not None:
        return (
            handler_namespace.ITERATORS if first <= handler_namespace.ITERABLES | handler_namespace.ITERATORS else None
        )
    if name == "getslice":
        return first
    if name == "getitem" and first is not None and first <= handler_namespace.STRING:
        return handler_namespace.STRING
    return _RESULTS.get(name)
