"""Functions whose frames nobody sees.

CPython takes a frame for complete once it has come to its RESUME; whoever looks at the stack (`sys._getframe`,
tracebacks, warnings, `f_back`) passes over incomplete ones. A function without RESUME is never complete. The machine's
functions that have guest code below them are made so, and a guest sees the stack that it would see without a machine.
"""

from __future__ import annotations

import types

from bytescope.code.host.facts import CACHES, OPMAP
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")


def hidden(function: Callable[P, R]) -> Callable[P, R]:
    """Hide the frames of a plain function (no generator) from the stack and from tracebacks.

    Signals and trace functions pass it over as well, and `exec` and `eval` in it want their namespaces spelled out.

    Args:
        function: the function, which is changed in place.

    Returns:
        The same function.
    """
    assert isinstance(function, types.FunctionType)
    code = function.__code__
    raw = bytearray(code.co_code)
    offset, size = -1, 2 + 2 * CACHES[OPMAP["RESUME"]]
    while (offset := raw.find(OPMAP["RESUME"], offset + 1)) >= 0:
        if offset % 2 == 0:
            raw[offset : offset + size] = bytes((OPMAP["NOP"], 0)) * (size // 2)
    function.__code__ = code.replace(co_code=bytes(raw))
    return function
