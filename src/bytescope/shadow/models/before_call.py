"""Pre-call models: the result's shadow computed before calling a builtin that cannot call back into user code.

They apply where the types of the arguments are atomic, or builtin containers of such; else the post-call models do
(`after_call`, `binding.outcome`).
"""

from __future__ import annotations

import types
from collections.abc import Callable, Container
from typing import Any

from bytescope.isa.effects import BINARY_OPERATORS, CONTAINER_OPERATORS, CONVERSIONS
from bytescope.isa.typesets import ATOMIC, COLLECTIONS, HASHED, ITERATED, SEQUENCE_ITERATORS
from bytescope.shadow.accesses import remove_at
from bytescope.shadow.assumptions import compares_quietly, loads_quietly
from bytescope.shadow.heap import Table, count_of
from bytescope.shadow.helpers import Helpers
from bytescope.shadow.reachability import reaching

SLOW: Any = type("Slow", (), {"__slots__": ()})()
"""Result of a pre-call model that does not apply: take the slow path."""

_AFTERWARDS = CONVERSIONS | CONTAINER_OPERATORS | {f"{each}=" for each in BINARY_OPERATORS}
"""Operators that make or change containers, or call back: what they do is found out afterwards."""


class InFlightFill:
    """A call that will fill a list from a generator whose frames propagate shadows.

    container: the list, None if it is what the call gives; first: the index of the first item that comes.
    """

    __slots__ = ("container", "first")

    def __init__(self, container: Any, first: int) -> None:
        self.container = container
        self.first = first


BeforeCall = Callable[[Any, tuple[Any, ...], tuple[Any, ...], Any], Any]
"""(receiver, arguments, their shadows, shadow of the callable) -> shadow of the result, or SLOW."""


class PreCallModels:
    """The pre-call models of one shadow heap.

    Args:
        helpers: the helpers of the heap.

    Attributes:
        generators: addresses of generators' code objects whose frames propagate shadows.
    """

    def __init__(self, helpers: Helpers) -> None:
        self.helpers = helpers
        self.heap = heap = helpers.heap
        self.generators: Container[int] = ()
        self.tables: dict[int, Table] = heap.tables
        self.joined = heap.algebra.joined
        self._instances: dict[type, bool] = {}
        self._comparable: dict[type, bool] = {}
        heap.assumptions.caches += [self._instances, self._comparable]

    def operator(self, kind: str, values: tuple[Any, ...], shadows: tuple[Any, ...]) -> Any:
        """Return the shadow of an operator's result, or SLOW.

        Args:
            kind: the operator of `binary` or `inplace`, or the name of another primitive.
            values: the operands.
            shadows: their shadows.
        """
        if kind in _AFTERWARDS or (kind == "%" and type(values[0]) is not str):
            return SLOW
        if kind == "contains" and type(values[1]) in HASHED:
            if type(values[0]) not in ATOMIC:
                return SLOW
            table = self.tables.get(id(values[1]))
            if table is not None:
                shadows = (*shadows, self.heap.all_of(table))
            elif shadows[0] is shadows[1]:
                return shadows[0]
            return self.joined(shadows)
        if kind == "compare":
            return self.compared(values, shadows)
        return self.pure(None, values, shadows, None)

    # --- builtins

    def pure(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Return the join of what reaches the arguments: nothing is changed."""
        found = None
        for value in args:
            if type(value) not in ATOMIC:
                reached = self._flat(value)
                if reached is SLOW:
                    return SLOW
                if reached is not None:
                    found = self.joined((found, reached))
        if found is None and shadows.count(None) == len(shadows):
            return own
        return self.joined((own, *shadows, found))

    def _flat(self, value: Any) -> Any:
        """Return the join of a container's contents, if they are all atomic."""
        kind = type(value)
        if kind not in COLLECTIONS:
            return None if kind is range else SLOW
        if not ATOMIC.issuperset(map(type, value)) or (
            kind is dict and not ATOMIC.issuperset(map(type, value.values()))
        ):
            return SLOW
        table = self.tables.get(id(value))
        return None if table is None else self.heap.all_of(table)

    def extreme(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `max` and `min` of values or of a container's items."""
        if len(args) < 2:
            return self.pure(receiver, args, shadows, own)
        return self.compared(args, (own, *shadows))

    def compared(self, values: tuple[Any, ...], shadows: tuple[Any, ...]) -> Any:
        """Return the join of what reaches values that are compared with each other."""
        found = self.joined(shadows)
        if all(self.heap.assumptions.has_default_comparison(type(value)) for value in values):
            return found
        for value in values:
            kind = type(value)
            if kind in ATOMIC:
                continue
            if kind in COLLECTIONS or kind is range:
                reached = self._flat(value)
                if reached is SLOW:
                    return SLOW
                found = self.joined((found, reached))
                continue
            assumptions = self._comparable.get(kind)
            if assumptions is None:
                assumptions = self._comparable[kind] = compares_quietly(kind)
            if not assumptions:
                return SLOW
            found = reaching(self.heap, value, found)
        return found

    def next(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `next` of an iterator of a list or tuple."""
        if type(args[0]) not in SEQUENCE_ITERATORS or len(args) > 2:
            return SLOW
        _, *rest = args[0].__reduce__()
        if len(rest) > 1 and rest[1] < count_of(rest[0][0]):
            found = self.heap.item(rest[0][0], rest[1]) if self.tables else None
            return found if shadows[0] is None else self.joined((found, shadows[0]))
        return self.joined(shadows)

    def isinstance(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `isinstance`: no shadow, if neither the value nor the class runs user code."""
        if len(args) != 2:
            return SLOW
        value, cls = args
        kind = type(value)
        assumptions = self._instances.get(kind)
        if assumptions is None:
            assumptions = self._instances[kind] = loads_quietly(kind, "__class__")
        if not assumptions:
            return SLOW
        self.heap.assumptions.pure_load("__class__").add(kind)  # woven code need not ask the next time
        if type(cls) is type or (type(cls) is tuple and all(type(each) is type for each in cls)):
            return None
        return SLOW

    def length(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `len`: the shadow of the reference to the container."""
        if len(args) == 1 and (type(args[0]) in COLLECTIONS or type(args[0]) in ATOMIC):
            return shadows[0]
        return SLOW

    def iterator(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model the making of iterators, which find the shadows of items later."""
        if all(type(each) in ITERATED or type(each) in ATOMIC for each in args):
            return self.joined(shadows)
        return SLOW

    def append(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `list.append`."""
        if len(args) != 1:
            return SLOW
        self.helpers.appended(receiver, args[0], shadows[0])
        return None

    def extend(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `list.extend`."""
        if self._fills(args, shadows):
            return InFlightFill(receiver, len(receiver))
        return self.untouched(receiver, args, shadows, own)

    def sequence(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model the making of a list or tuple."""
        return InFlightFill(None, 0) if self._fills(args, shadows) else SLOW

    def _fills(self, args: tuple[Any, ...], shadows: tuple[Any, ...]) -> bool:
        if len(args) != 1 or shadows[0] is not None or type(args[0]) is not types.GeneratorType:
            return False
        return id(args[0].gi_code) in self.generators

    def pop(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `list.pop` of the last item."""
        if args or not receiver:
            return SLOW
        if id(receiver) in self.tables:
            return self.joined((own, remove_at(self.heap, receiver, len(receiver) - 1)))
        return own

    def get(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model `dict.get`."""
        if not 1 <= len(args) <= 2 or type(args[0]) not in ATOMIC:
            return SLOW
        found = self.heap.item(receiver, args[0]) if id(receiver) in self.tables else None
        if len(args) == 2 and shadows[1] is not None and receiver.get(args[0], args[1]) is args[1]:
            found = self.joined((found, shadows[1]))
        return found if own is None else self.joined((found, own))

    def view(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model the views of a dict."""
        return own

    def untouched(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Return no shadow where nothing concerned has one."""
        if id(receiver) in self.tables or own is not None or shadows.count(None) != len(shadows):
            return SLOW
        for value in args:
            if type(value) not in ATOMIC and (type(value) not in (list, tuple) or id(value) in self.tables):
                return SLOW
        return None

    def untouched_values(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Return no shadow for a call on atomic values where none of them has one: the algebra has a model for it."""
        if own is not None or shadows.count(None) != len(shadows):
            return SLOW
        if type(receiver) not in ATOMIC and type(receiver) is not types.ModuleType:
            return SLOW
        return None if all(type(value) in ATOMIC for value in args) else SLOW

    def untouched_flat(self, receiver: Any, args: tuple[Any, ...], shadows: tuple[Any, ...], own: Any) -> Any:
        """Model a method that compares items, and changes no shadow."""
        if self.untouched(receiver, args, shadows, own) is SLOW or self._flat(receiver) is SLOW:
            return SLOW
        return SLOW if any(type(each) not in ATOMIC and self._flat(each) is not None for each in args) else None
