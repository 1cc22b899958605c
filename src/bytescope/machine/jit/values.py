"""Values of a trace: the variable that holds one, and what is known of it."""

from __future__ import annotations

from bytescope.isa.typesets import ATOMIC
from bytescope.machine.handler_namespace import UNBOUND
from bytescope.startup.stdlib_lite import Any

Kinds = frozenset[type]


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
