"""Convert host functions to guests for the duration of one call."""

from __future__ import annotations

import functools
import types

from bytescope.loading.functions import find_functions, is_own
from bytescope.machine.resident import is_guest, program_of, resident
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Iterable, Iterator, contextmanager

_taken: dict[int, list[Any]] = {}
"""Id of a function to: number of contexts that need it to be a guest, the function, its own code."""


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


@contextmanager
def guests(*values: Any) -> Iterator[None]:
    """Convert the functions in callables, and the others of their modules, to guests while this context is open."""
    with converted(with_neighbours(values), keep=True):
        yield


@contextmanager
def converted(functions: Iterable[types.FunctionType], keep: bool = False) -> Iterator[None]:
    """Convert functions to guests while this context is open, or another one for them.

    Args:
        functions: the functions.
        keep: see `resident`.
    """
    taken: list[types.FunctionType] = []
    try:
        with CHANGES:
            for function in functions:
                if _take(function, keep):
                    taken.append(function)
        yield
    finally:
        with CHANGES:
            for function in taken:
                _give_back(function)


def _take(function: types.FunctionType, keep: bool) -> bool:
    known = _taken.get(id(function))
    if known is not None:
        known[0] += 1
        return True
    if is_guest(function):
        return False
    code = function.__code__
    function.__code__ = resident(code, keep)
    _taken[id(function)] = [1, function, code]
    return True


def _give_back(function: types.FunctionType) -> None:
    known = _taken[id(function)]
    known[0] -= 1
    if not known[0]:
        del _taken[id(function)]
        program = program_of(function.__code__)
        if program is not None and program.code is known[2]:
            function.__code__ = known[2]
