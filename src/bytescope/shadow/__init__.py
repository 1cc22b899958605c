"""Shadows: one value beside each reference of a program, propagated by the engines, and the API for analyses.

An analysis has shadows if its class attribute `shadows` is an `Algebra`. In the methods of its events, `operands()`
returns the shadows of the event's operands, `give()` sets that of its value, and `reaching()` joins those of all that a
value holds.
"""

from __future__ import annotations

from typing import Any

from bytescope.shadow.active import current, event_context
from bytescope.shadow.algebra import AS_USUAL, Algebra, Sets
from bytescope.shadow.constants import Members
from bytescope.shadow.native_call import NativeCall


def operands() -> dict[str, Any]:
    """Return the shadows of the current event's operands, by the names of the event method's parameters.

    `None` is clean. `args` has a tuple of shadows, `kwargs` and `arguments` have a dict; where a call has `*args` or
    `**kwargs`, they have the shadow of the sequence or mapping itself. After the primitive there is also `result`.

    Raises:
        RuntimeError: if no event is being delivered, or no attached analysis has shadows.
    """
    return event_context().operands


def give(shadow: Any) -> None:
    """Set the shadow of the current event's value: the result of a primitive, the value of `leave` and `yield`.

    Args:
        shadow: None for clean.

    Raises:
        RuntimeError: if the event has no value, more than one, or none yet.
    """
    event_context().give(shadow)


def reaching(value: Any, shadow: Any = None) -> Any:
    """Return the join of a reference's shadow and the shadows of all that the value holds, directly or not.

    Args:
        value: the value.
        shadow: of the reference to it, as `operands()` has it.

    Raises:
        RuntimeError: if no attached analysis has shadows.
    """
    return current().reaching(value, shadow)


__all__ = ["AS_USUAL", "Algebra", "Members", "NativeCall", "Sets", "give", "operands", "reaching"]
