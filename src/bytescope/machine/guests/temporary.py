"""Convert host functions to guests for a while."""

from __future__ import annotations

import functools
import types

from bytescope.code.host.transactions import Released, Transaction, remove
from bytescope.loading.functions import find_functions, is_own
from bytescope.machine.resident import is_guest, keep, program_of, resident
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, Iterator


def functions_in(value: Any) -> Iterator[types.FunctionType]:
    """Yield the Python functions that a call of this callable runs first.

    Args:
        value: a function, method, partial or class, an instance with `__call__`, or anything else, which has none.
    """
    pending = [value]
    seen: set[int] = set()
    while pending:
        value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, types.FunctionType):
            yield value
        elif isinstance(value, (types.MethodType, staticmethod, classmethod)):
            pending.append(value.__func__)
        elif isinstance(value, type):
            pending += [each for base in value.__mro__ for each in vars(base).values() if _has_function(each)]
        elif isinstance(value, functools.partial):
            pending += [value.func, *value.args, *value.keywords.values()]
        elif isinstance(value, functools._lru_cache_wrapper):
            pending.append(value.__wrapped__)
        else:
            pending += [vars(base)["__call__"] for base in type(value).__mro__ if "__call__" in vars(base)][:1]


def _has_function(value: Any) -> bool:
    return isinstance(value, (types.FunctionType, types.MethodType, staticmethod, classmethod))


def with_neighbours(values: Iterable[Any]) -> list[types.FunctionType]:
    """Return the functions in some callables, and all others that share their globals.

    Those of bytescope have no neighbours.

    Args:
        values: callables; other objects are looked through for further functions.
    """
    values = list(values)
    first = {id(each): each for value in values for each in functions_in(value)}
    namespaces = {id(each.__globals__): each.__globals__ for each in first.values() if not is_own(each.__globals__)}
    found = find_functions((*namespaces.values(), *values), lambda namespace: id(namespace) in namespaces)
    return list((first | {id(each): each for each in found}).values())


def guests(*values: Any) -> Transaction:
    """Return a context during which the functions in callables, and the others of their modules, are guests."""
    return Transaction(Converted(lambda: with_neighbours(values), keep=True), meanwhile=(Released(),))


class Converted:
    """A part of contexts: functions are guests.

    Args:
        functions: finds the functions.
        keep: whether they are likely to be converted again: see `resident.keep`.
    """

    def __init__(self, functions: Callable[[], Iterable[types.FunctionType]], keep: bool = False) -> None:
        self._functions = functions
        self._keep = keep

    def open(self) -> None:
        """Convert those that are no guests yet; those that another context has converted stay so for this one, too."""
        functions = self._functions()
        converted = []
        with CHANGES:
            for function in functions:
                known = _converted.get(id(function))
                if known is not None:
                    known.users.append(self)
                elif not is_guest(function):
                    _converted[id(function)] = _Conversion(function, self)
                    function.__code__ = resident(function.__code__)
                    converted.append(function)
            if self._keep:
                keep(converted)

    def close(self) -> None:
        """Give the functions back their own code, unless they have got another, or another context needs them."""
        with CHANGES:
            for key, known in list(_converted.items()):
                remove(known.users, self)
                if not known.users:
                    known.undo()
                    del _converted[key]


class _Conversion:
    """A function that was converted, with its own code, and the contexts that need it to be a guest."""

    def __init__(self, function: types.FunctionType, user: Converted) -> None:
        self.function = function
        self.code = function.__code__
        self.users = [user]

    def undo(self) -> None:
        """Give the function its own code back."""
        program = program_of(self.function.__code__)
        if program is not None and program.code is self.code:
            self.function.__code__ = self.code


_converted: dict[int, _Conversion] = {}
"""The functions that are converted, by id."""
