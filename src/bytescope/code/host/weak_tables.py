"""Weak-reference callbacks and weak tables whose frames are invisible to guests.

The classes of `weakref` would do it in functions of their own, and an object goes wherever the guest gives it up:
tracers and profilers of guests would be told of them. The functions here are hidden.
"""

from __future__ import annotations

from bytescope.code.host.invisible_frames import hidden
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, Callable, partial, ref

if TYPE_CHECKING:
    from typing import TypeVar

    K = TypeVar("K")
    V = TypeVar("V")

_awaited: dict[int, ref[Any]] = {}
"""The references whose callbacks are still due, by their ids."""


@hidden
def _gone(function: Callable[..., object], args: tuple[Any, ...], reference: ref[Any]) -> None:
    _awaited.pop(id(reference), None)
    function(*args)


def when_gone(owner: Any, function: Callable[..., object], *args: Any) -> None:
    """Register a function to be called when an object is gone.

    Args:
        owner: the object.
        function: the function: a builtin or a hidden one.
        args: its arguments, which must not keep the object alive.
    """
    reference = ref(owner, partial(_gone, function, args))
    _awaited[id(reference)] = reference


@hidden
def _forget(table: dict[K, ref[V]], key: K, reference: ref[V]) -> None:
    if table.get(key) is reference:  # it may have a successor
        del table[key]


def enter(table: dict[K, ref[V]], key: K, value: V) -> None:
    """Put an object into a table that does not keep it alive, and forgets it when it is gone.

    Args:
        table: the table.
        key: the key, which is compared without running code of a guest's.
        value: the object.
    """
    table[key] = ref(value, partial(_forget, table, key))


def alive(table: dict[K, ref[V]]) -> list[V]:
    """The objects in such a table."""
    return [value for reference in list(table.values()) if (value := reference()) is not None]
