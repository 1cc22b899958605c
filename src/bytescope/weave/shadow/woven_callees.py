"""Registry of the woven code objects that callers may call by a faster convention than through the shadow runtime."""

from __future__ import annotations

import types

from bytescope.isa.purity import lookup
from bytescope.shadow.constants import ByAddress, Members, Slot
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.stdlib_lite import Any, record


@record(slots=True)
class CallTraits:
    """Traits of a woven code object for its callers.

    direct: by the fast calling convention; returns_none: its result is always None; made: it makes a generator that has
    no starred parameters; hands_over: it makes a generator that puts the shadows of its values where they are awaited.
    """

    direct: bool
    returns_none: bool
    made: bool
    hands_over: bool


class WovenCallees:
    """The woven code objects of one shadow runtime by address, with their call traits.

    Args:
        runtime: the shadow runtime.

    Attributes:
        passed: its item is the argument shadows passed to the frame about to begin, see `calling_convention`.
        direct: those that can be called by the fast calling convention.
        returning_nothing: addresses of those in `direct` that always return None.
        classes: classes whose instances are made by the fast calling convention.
        yielded: its item is the shadow of the value that has just been yielded, see `generators`.
        generators: those of generators that put it there.
        made: those of all generators that have no starred parameters.
        written: traits of code objects that are written but not made yet, by address of the original.
    """

    def __init__(self, runtime: ShadowRuntime) -> None:
        self.runtime = runtime
        self.passed: list[Any] = Slot([None])
        self.direct: dict[int, types.CodeType] = ByAddress()
        self.returning_nothing: set[int] = Members()
        self.classes: dict[int, type] = ByAddress()
        self.yielded: list[Any] = Slot([None])
        self.generators: dict[int, types.CodeType] = ByAddress()
        self.made: dict[int, types.CodeType] = ByAddress()
        self.written: dict[int, CallTraits] = {}
        runtime.pre_call_models.generators = self.made

    def finished(self, code: types.CodeType, woven: types.CodeType) -> None:
        """Register the woven form of a code object."""
        traits = self.written.pop(id(code), None)
        if traits is None:
            return
        address = id(woven)
        if traits.direct:
            self.direct[address] = woven
        if traits.returns_none:
            self.returning_nothing.add(address)
        if traits.made:
            self.made[address] = woven
        if traits.hands_over:
            self.generators[address] = woven

    def clear(self) -> None:
        """Forget all: code objects that refer to their tables would keep each other, unseen by the collector."""
        for table in (self.direct, self.returning_nothing, self.classes, self.generators, self.made, self.written):
            table.clear()

    def constructor(self, cls: type) -> types.FunctionType | None:
        """Return the `__init__` of a class if it alone initializes instances and can be called directly, else None."""
        init = lookup(cls, "__init__")
        if type(init) is not types.FunctionType or not self.runtime.uses_default_new(cls):
            return None
        return init if id(init.__code__) in self.returning_nothing else None
