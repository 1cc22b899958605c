"""Arguments of a call by the numbers and names that an access path has for them."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

from bytescope.taint.policy.rows import AccessPath

_UNBOUND = (types.MethodDescriptorType, types.WrapperDescriptorType)


def arguments_of(
    path: AccessPath, function: Any, args: Any, kwargs: Any, shadows: dict[str, Any]
) -> Iterator[tuple[int | str, Any, Any]]:
    """Yield (number or name, value, shadow) of the arguments of a call that a path is about.

    Args:
        path: the path.
        function: the callable.
        args: its positional arguments.
        kwargs: those by name.
        shadows: the operands' shadows, as `operands()` returns them.
    """
    first = 1 if type(function) in _UNBOUND else 0
    for number, (value, shadow) in enumerate(zip(args, shadows["args"], strict=False)):
        if number >= first and path.takes(number - first):
            yield number - first, value, shadow
    if type(kwargs) is dict:
        for name, value in kwargs.items():
            if path.takes(name):
                yield name, value, shadows["kwargs"].get(name)
