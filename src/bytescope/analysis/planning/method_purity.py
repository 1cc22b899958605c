"""Purity of analysis methods: a pure method runs no user code, whatever values it is given.

While an analysis is at work, no events of its thread are delivered, so a hook sets a flag before it calls a method and
resets it afterwards. A pure method - it counts, appends its arguments to a list of its own, looks into its own
dictionaries - needs no flag: it can be called directly, or be woven in itself.

The result is safe: a method is pure only if every instruction of it is known to be. A value is the guest's if it may
come from an operand of the event; everything else is the analysis's own.
"""

from __future__ import annotations

import builtins
import types
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bytescope.analysis.base import Replace
from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_STARRED, CO_SUSPENDS
from bytescope.code.instruction import Instruction, Lowered
from bytescope.code.lowering.lower import lower
from bytescope.flow.dataflow import solve
from bytescope.flow.verify import Verified, verify
from bytescope.isa.builtins import ANY, METHODS, Builtin, function_row
from bytescope.isa.effects import OF_REFERENCES, OPERATORS, PREDICATES
from bytescope.isa.events import EVENTS, FROM_EXCEPTIONS, Event
from bytescope.isa.instrumentation import ALWAYS, MAYBE, NEVER
from bytescope.isa.lift import Call, lift
from bytescope.startup.stdlib_lite import record

OWN_PARAMETERS = frozenset("site op name kind conversion which flags count counts context condition thread".split())
"""Parameters of events that are no values of the program's."""


@record(frozen=True)
class Purity:
    """Facts about a pure method.

    returns: NEVER, MAYBE or ALWAYS a replacement; lowered: its code, if that is one straight run of instructions
    without variables.
    """

    returns: str
    lowered: Lowered | None


class _Value(NamedTuple):
    """Abstract value: guest, that it may be the program's; what, a known object, or the way to it."""

    guest: bool
    what: Any = None


class _Attribute(NamedTuple):
    """An attribute of the analysis itself."""

    name: str


class _Method(NamedTuple):
    """A method of a container that is an attribute of the analysis."""

    row: Builtin | None
    attribute: str


_OWN, _GUEST = _Value(False), _Value(True)
_SELF, _NOTHING, _REPLACEMENT, _ANSWER = object(), object(), object(), object()
"""The analysis; None; what `Replace` has made; one of the two."""

_ANYWHERE = "*"
_CONTAINERS = (list, dict, set, deque, defaultdict)
_NOT_WOVEN_IN = frozenset({"STORE_LOCAL"})


class _Impure(Exception):
    """The method is not known to be pure."""


class _Kept:
    """Attributes of an analysis that keep values of the program's, and those whose containers do."""

    def __init__(self) -> None:
        self.attributes: set[str] = set()
        self.containers: set[str] = set()

    def keep(self, container: _Value) -> None:
        """A value of the program's is put into a container."""
        self.containers.add(container.what.name if isinstance(container.what, _Attribute) else _ANYWHERE)

    def may_hold(self, attribute: str) -> bool:
        """Return True if the container that is an attribute may hold such values."""
        return attribute in self.containers or _ANYWHERE in self.containers


def pure_methods(methods: Mapping[str, Any]) -> dict[str, Purity]:
    """Find the pure methods of an analysis.

    Args:
        methods: the methods by event, bound.
    """
    kept = _Kept()
    while True:
        known = len(kept.attributes), len(kept.containers)
        found = {name: pure for name, each in methods.items() if (pure := _purity(each, EVENTS[name], kept))}
        if known == (len(kept.attributes), len(kept.containers)):
            if any(known):  # the code that calls such methods directly would never be freed, see `dispatch.disconnect`
                return {name: pure for name, pure in found.items() if name not in FROM_EXCEPTIONS}
            return found


def _purity(method: Any, event: Event, kept: _Kept) -> Purity | None:
    if type(method) is not types.MethodType or type(method.__func__) is not types.FunctionType:
        return None
    function, instance = method.__func__, method.__self__
    code = function.__code__
    count = len(event.parameters) + 1
    if (
        code.co_flags & (CO_SUSPENDS | CO_STARRED)
        or code.co_kwonlyargcount
        or code.co_argcount != count
        or code.co_freevars
    ):
        return None  # generators, *args and **kwargs, other parameters, closures
    try:
        lowered = lower(code)
        return _Reader(function, instance, event, kept).read(lowered, verify(lowered))
    except (_Impure, InvalidBytecode):
        return None


class _Reader:
    """The lattice of values of a method; joined values may be the program's if one of them may.

    Raises _Impure: if something in the method is not known to be pure.
    """

    variables = True
    unknown = caught = _GUEST

    def __init__(self, function: types.FunctionType, instance: Any, event: Event, kept: _Kept) -> None:
        self.function = function
        self.instance = instance
        self.kept = kept
        own = [_Value(False, _SELF)] + [_OWN if each in OWN_PARAMETERS else _GUEST for each in event.parameters]
        self.parameters = dict(enumerate(own))
        self.returns: set[str] = set()

    def read(self, lowered: Lowered, verified: Verified) -> Purity:
        """Read all of a method.

        Args:
            lowered: its code.
            verified: what the verifier found.
        """
        straight = True
        states = solve(lowered, verified, self, self.parameters)
        last = len(lowered.instructions) - 1
        for index, (instruction, state) in enumerate(zip(lowered.instructions, states, strict=True)):
            if state is None:
                continue
            lifted = lift(instruction)
            if verified.handlers[index] is not None:
                raise _Impure
            if lifted.control is not None:
                if lifted.control[0] != "return":
                    raise _Impure
                self.returned(state.stack[-1])
                straight = straight and index == last
            straight = straight and lifted.jump is None and instruction.op not in _NOT_WOVEN_IN
        returns = NEVER if self.returns == {NEVER} else ALWAYS if self.returns == {ALWAYS} else MAYBE
        return Purity(returns, lowered if straight else None)

    def join(self, index: int, one: _Value, other: _Value) -> _Value:
        """Return what is known of a value that is one or the other."""
        answers = {_NOTHING, _REPLACEMENT, _ANSWER}
        what = _ANSWER if one.what in answers and other.what in answers else None
        return _Value(one.guest or other.guest, what)

    def results(
        self, index: int, instruction: Instruction, call: Call, operands: Sequence[_Value]
    ) -> tuple[_Value, ...]:
        """Return what is known of the results of a primitive, see `Lattice`."""
        return (self.primitive(instruction, call.name, operands),) * len(call.results)

    def primitive(self, instruction: Instruction, name: str, operands: Sequence[_Value]) -> _Value:
        """The result of a primitive."""
        special = getattr(self, "_" + name, None)
        if special is not None:
            result: _Value = special(instruction, operands)
            return result
        if name in PREDICATES:
            return _OWN
        guest = any(each.guest for each in operands)
        if name in OPERATORS - OF_REFERENCES:  # it may look at what containers hold
            guest = guest or any(isinstance(each.what, _Attribute) and self.holds_guests(each) for each in operands)
        elif name not in OF_REFERENCES and name != "delitem":
            raise _Impure
        if guest:
            raise _Impure
        return _OWN

    def holds_guests(self, container: _Value) -> bool:
        """Return True if a container may hold values of the program's."""
        name = container.what.name if isinstance(container.what, _Attribute) else _ANYWHERE
        return self.kept.may_hold(name) or (name == _ANYWHERE and bool(self.kept.containers))

    def _const(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        return _Value(False, _NOTHING) if instruction.arg is None else _OWN

    def _null(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        return _Value(False, None)

    def _build(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        if instruction.op in ("BUILD_STRING", "BUILD_SLICE"):
            raise _Impure
        return _GUEST if any(each.guest for each in operands) else _OWN

    def _load_local(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        return operands[0]

    def _store_local(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        return _OWN

    def _load_global(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        missing = object()
        namespace = self.function.__globals__
        value = namespace.get(instruction.arg, getattr(builtins, instruction.arg, missing))
        if value is missing:
            raise _Impure
        row = function_row(value)
        known = row is not None and (row.arguments == (ANY,) or row.model == "length")
        return _Value(False, Replace if value is Replace else row if known else None)

    def _getattr(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        (owner,) = operands
        if owner.guest:
            raise _Impure
        if owner.what is _SELF:
            return _Value(instruction.arg in self.kept.attributes, _Attribute(instruction.arg))
        if isinstance(owner.what, _Attribute):
            container = vars(self.instance).get(owner.what.name) if hasattr(self.instance, "__dict__") else None
            if type(container) in _CONTAINERS:
                kind = dict if type(container) is defaultdict else type(container)
                return _Value(False, _Method(METHODS.get((kind, instruction.arg)), owner.what.name))
        return _OWN

    def _setattr(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        if operands[0].guest:
            raise _Impure
        if operands[1].guest:
            self.kept.attributes.add(instruction.arg)
        return _OWN

    def _setitem(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        if operands[0].guest or operands[1].guest:
            raise _Impure
        if operands[2].guest:
            self.kept.keep(operands[0])
        return _OWN

    def _getitem(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        if operands[0].guest or operands[1].guest:
            raise _Impure
        return _Value(self.holds_guests(operands[0]))

    def _call(self, instruction: Instruction, operands: Sequence[_Value]) -> _Value:
        first, second, *args = operands
        callee = first if first.what is not None else second
        guest = any(each.guest for each in args)
        if callee.what is Replace and len(args) == 1:
            return _Value(guest, _REPLACEMENT)
        if isinstance(callee.what, _Method):
            row = callee.what.row
            if row is not None and row.keeps and row.arguments == (ANY,):  # it looks at nothing of what it is given
                if guest:
                    self.kept.containers.add(callee.what.attribute)
                return _OWN
            if row is not None and not row.compares and not guest:
                return _Value(self.kept.may_hold(callee.what.attribute))
        elif isinstance(callee.what, Builtin) and (callee.what.arguments == (ANY,) or not guest):
            return _OWN
        raise _Impure

    def returned(self, value: _Value) -> None:
        """Record a value that is returned."""
        if value.what is _NOTHING:
            self.returns.add(NEVER)
        elif value.what is _REPLACEMENT:
            self.returns.add(ALWAYS)
        elif value.what is _ANSWER:
            self.returns.update((NEVER, ALWAYS))
        else:
            raise _Impure
