"""The shadow service: a parallel state for every reference of a program, and what analyses ask of it.

An analysis has shadows if its class attribute `shadows` is an `Algebra`. In the methods of its events, `operands()`
tells the shadows of what the event is about, `give()` sets that of its value, and `reaching()` adds those of what a
value holds.
"""

from __future__ import annotations

from typing import Any

from bytescope.shadow.active import current, moment
from bytescope.shadow.algebra import Algebra, Sets


def operands() -> dict[str, Any]:
    """The shadows of the operands of the event that is being told, by the names that the event's method has for them.

    `None` is clean. Of `args` there is a tuple of shadows, of `kwargs` and `arguments` a dict; where a call has `*args`
    or `**kwargs`, there are the shadows of these two themselves. When the event comes after its primitive, there is
    `result`, too.

    Raises:
        RuntimeError: if no event is being told, or no attached analysis has shadows.
    """
    return moment().operands


def give(shadow: Any) -> None:
    """Set the shadow of the value that an event has: the result of a primitive, the value of `leave` and `yield`.

    Args:
        shadow: None for clean.

    Raises:
        RuntimeError: if the event has no value, more than one, or none yet.
    """
    moment().give(shadow)


def reaching(value: Any, shadow: Any = None) -> Any:
    """The join of a reference's shadow with the shadows of all that the value holds, directly or not.

    Args:
        value: the value.
        shadow: of the reference to it, as `operands()` has it.

    Raises:
        RuntimeError: if no attached analysis has shadows.
    """
    return current().reaching(value, shadow)


__all__ = ["Algebra", "Sets", "give", "operands", "reaching"]
