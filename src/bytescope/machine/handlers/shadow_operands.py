"""Operands of primitives in the form that the shadow runtime takes them in, and the containers that they may fill."""

from __future__ import annotations

import types

from bytescope.isa.builtins import FILLING_METHODS
from bytescope.machine.handler_namespace import NULL
from bytescope.shadow.propagation import GROWING
from bytescope.startup.stdlib_lite import Any

CALLED = ("function", "args", "kwargs")


def filled_operand(container: Any, *_: Any) -> Any:
    """Return the builtin container that one of the primitives `FILLING` may fill, None if there is none."""
    return container if type(container) in GROWING else None


def filled_receiver(first: Any, second: Any) -> Any:
    """Return the builtin container that a call may fill, None if there is none; the first two operands are given.

    One is the function, the other the receiver of a method, if either is what it is for this version of CPython.
    """
    for function, receiver in ((first, second), (second, first)):
        kind = type(function)
        if kind is types.MethodDescriptorType and function.__name__ in FILLING_METHODS:
            return receiver if type(receiver) in GROWING else None
        if kind is types.BuiltinMethodType and function.__name__ in FILLING_METHODS:
            return function.__self__ if type(function.__self__) in GROWING else None
    return None


def called(name: str, values: list[Any], shadows: list[Any]) -> tuple[Any, Any]:
    """Return a call's operands as function, positional and keyword arguments, and their shadows likewise."""
    if name == "call_ex":
        which = 1 if values[0] is NULL else 0
        kwargs = {} if values[3] is NULL else values[3]
        return (values[which], values[2], kwargs), (shadows[which], shadows[2], shadows[3])
    names: tuple[str, ...] = ()
    function, second, *rest = values
    function_shadow, second_shadow, *rest_shadows = shadows
    if name == "call_kw":
        names, *rest = rest
        rest_shadows = rest_shadows[1:]
    if second is not NULL:
        if function is NULL:
            function, function_shadow = second, second_shadow
        else:
            rest, rest_shadows = [second, *rest], [second_shadow, *rest_shadows]
    count = len(rest) - len(names)
    kwargs = dict(zip(names, rest[count:], strict=True))
    keyword_shadows = dict(zip(names, rest_shadows[count:], strict=True))
    return (function, tuple(rest[:count]), kwargs), (function_shadow, tuple(rest_shadows[:count]), keyword_shadows)
