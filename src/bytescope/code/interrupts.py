"""Interrupts in loops: the host looks for them at the jump back, which its compiler may leave out of a `try` around."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.code.exceptions import decode_exceptions, encode_exceptions
from bytescope.code.host import CACHES, OPMAP
from bytescope.code.light import Any


def catch_in_jumps(function: Callable[..., Any]) -> None:
    """Have the handlers of a plain function or generator function catch what is raised at the jumps of loops in them.

    Args:
        function: the function, which is changed in place.
    """
    code = function.__code__
    raw = code.co_code
    jump = OPMAP["JUMP_BACKWARD"]
    entries = []
    for start, end, target, depth, lasti in decode_exceptions(code.co_exceptiontable):
        while raw[2 * end : 2 * end + 1] == bytes([jump]):
            end += 1 + CACHES[jump]
        entries.append((start, end, target, depth, lasti))
    table = encode_exceptions(entries)
    function.__code__ = code.replace(co_exceptiontable=table)
