"""Calls of functions that are not recorded: which objects they may change, and what they have changed.

Of builtin functions and methods the tables of `isa` say it. Of others nothing is known: what they are given is looked
at again, and the tape notes that they may have changed anything.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

from bytescope.isa.builtins import function_row, method_row
from bytescope.machine.handler_namespace import NULL
from bytescope.machine.resident import program_of
from bytescope.recording.inspection import ATOMS, class_namespaces, is_class
from bytescope.recording.objects import Objects

__all__ = ["NativeCalls"]

_TEXTS = frozenset({str, bytes})


def _is_made_by_guests(kind: Any) -> bool:
    """Return True if no unknown code runs when an object of a class is made: only code of guests or builtin types'."""
    namespaces = class_namespaces(kind)
    for name in ("__new__", "__init__"):
        made = next((each[name] for each in namespaces if name in each), None)
        made = made.__func__ if type(made) is staticmethod else made
        if type(made) is types.FunctionType and program_of(made.__code__) is None:
            return False
    return True


class NativeCalls:
    """Changes of objects by calls of code that is not recorded.

    Args:
        objects: the objects that are known.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def given(self, R: list[Any], first: int, count: int) -> Sequence[tuple[Any, bool]] | None:
        """Return the objects that a call may change other than by code of guests, before it is made.

        Args:
            R: the frame's registers.
            first: the register of the callable; then comes its first argument or NULL, then the others. Where NULL is
                before the callable, that of NULL.
            count: the number of operands.

        Returns:
            Pairs of an object and whether one item will be appended to it, a tuple if nothing is known of what is
            called; None if there are none.
        """
        if R[first] is NULL:  # the other way round
            first, count = first + 1, count - 1
            start = first + 1
        else:
            start = first + 1 + (R[first + 1] is NULL)
        callee: Any = R[first]
        function: Any = callee.__func__ if type(callee) is types.MethodType else callee
        kind = type(function)
        if kind is types.FunctionType:
            if program_of(function.__code__) is not None:
                return None
            if function is not callee:
                return self._changeable((callee.__self__, *R[first + 1 : first + count]))
        elif kind is types.BuiltinFunctionType:
            receiver = function.__self__
            if type(receiver) is types.ModuleType:
                if function is compile and type(R[start]) in _TEXTS:
                    self._objects.compiling = R[start]
                if function_row(function) is not None:
                    return None
            else:
                row = method_row(type(receiver), function.__name__)
                if row is not None and row.name:
                    if not row.changes:
                        return None
                    return [(receiver, row.model == "item_added")] if id(receiver) in self._objects.known else None
                return self._changeable((receiver, *R[first + 1 : first + count]))
        elif kind is types.MethodWrapperType:
            return self._changeable((function.__self__, *R[first + 1 : first + count]))
        elif is_class(function) and _is_made_by_guests(function):
            return None
        return self._changeable(R[first + 1 : first + count])

    def _changeable(self, values: Any) -> tuple[tuple[Any, bool], ...]:
        """Return the objects that are given to code of which nothing is known: it may change others as well."""
        known = self._objects.known
        return tuple(
            (each, False)
            for each in values
            if type(each) not in ATOMS and (entry := known.get(id(each))) is not None and entry.now is not None
        )

    def taken(self, given: Sequence[tuple[Any, bool]]) -> None:
        """Log what a call has changed in the objects that `given` returned."""
        if type(given) is tuple:
            self._objects.tape.unobserved.append(len(self._objects.tape.log))
        for value, appends in given:
            if appends:
                self._objects.appended(value)
            else:
                self._objects.contents(value)
