"""Guards of inline forms: which of their tests follow from inferred types, which must be executed."""

from __future__ import annotations

from bytescope.isa import typesets
from bytescope.isa.effects import Guard, Test
from bytescope.machine.handler_namespace import UNBOUND
from bytescope.machine.handlers.operations import condition
from bytescope.machine.jit.values import Kinds, Value


def _kinds(name: str) -> Kinds:
    kinds: Kinds = getattr(typesets, name)
    return kinds


def open_tests(guard: Guard, operands: list[Value]) -> Guard | None:
    """Return the tests of a guard that must be executed: of the alternatives that may hold, those not known to hold.

    Returns:
        The alternatives; None if the guard is known to hold.
    """
    alternatives = []
    for tests in guard:
        left: list[Test] = []
        for test in tests:
            if isinstance(test, str):
                left.append(test)
                continue
            known, wanted = operands[test[0]].kinds, _kinds(test[1])
            if known is None or not known <= wanted:
                if known is not None and not known & wanted:
                    break
                left.append(test)
        else:
            if not left:
                return None
            alternatives.append(tuple(left))
    return tuple(alternatives)


def is_hopeless(guard: Guard, operands: list[Value]) -> bool:
    """Return True if a guard fails for the samples of the operands."""

    def held(test: Test) -> bool:
        if isinstance(test, str):
            return True
        sample = operands[test[0]].sample
        return sample is UNBOUND or type(sample) in _kinds(test[1])

    return not any(all(held(test) for test in tests) for tests in guard)


def learn(guard: Guard, operands: list[Value]) -> None:
    """Narrow the types of operands for which a guard has passed.

    Args:
        guard: its alternatives that may hold, with all their tests.
        operands: the operands.
    """
    for number, operand in enumerate(operands):
        kinds: Kinds = frozenset()
        for tests in guard:
            found = [_kinds(test[1]) for test in tests if not isinstance(test, str) and test[0] == number]
            if not found:
                break
            kinds |= frozenset.intersection(*found)
        else:
            operand.narrow(kinds)


def possible(guard: Guard, operands: list[Value]) -> Guard:
    """Return the alternatives of a guard that may hold, with all their tests."""

    def may_hold(test: Test) -> bool:
        known = None if isinstance(test, str) else operands[test[0]].kinds
        return known is None or isinstance(test, str) or bool(known & _kinds(test[1]))

    return tuple(tests for tests in guard if all(may_hold(test) for test in tests))


def text(guard: Guard, operands: list[Value], **names: str) -> str:
    """Return the condition as text."""
    return condition(guard, [operand.name for operand in operands], **names)
