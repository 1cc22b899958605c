"""Places where the host checks for interrupts: function entries, and backward jumps where its compiler has no `try`."""

from __future__ import annotations

from bytescope.code.host.facts import CACHES, OPMAP
from bytescope.startup.stdlib_lite import Any, Callable

_EXTENDED, _JUMP, _QUIET_JUMP, _NOP, _RESUME = (
    OPMAP[name] for name in ("EXTENDED_ARG", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "NOP", "RESUME")
)

_QUIET_RESUME = 2
"""The argument of a RESUME after `yield from`, where the host does not look."""


def no_interrupts_at_start(function: Callable[..., Any]) -> None:
    """Change a function so that no interrupt is raised before its first statement.

    Args:
        function: a plain function, which is changed in place.
    """
    raw = bytearray(function.__code__.co_code)
    at = next(at for at in range(0, len(raw), 2) if raw[at] == _RESUME)
    raw[at + 1] = _QUIET_RESUME
    function.__code__ = function.__code__.replace(co_code=bytes(raw))


def no_interrupts_in_jumps(function: Callable[..., Any]) -> None:
    """Change a function so that no interrupt is raised at the jumps of its loops, only in what they call.

    Args:
        function: a plain function or generator function, which is changed in place.
    """
    raw = bytearray(function.__code__.co_code)
    caches = CACHES[_JUMP]
    at = -1
    while (at := raw.find(_JUMP, at + 1)) >= 0:
        if at % 2:
            continue  # an argument; caches are all zero
        first = at
        while first and raw[first - 2] == _EXTENDED:
            first -= 2
        distance = int.from_bytes(raw[first + 1 : at + 2 : 2], "big") - caches  # from behind the jump: without caches
        raw[first + 1 : at + 2 : 2] = distance.to_bytes((at - first) // 2 + 1, "big")
        raw[at] = _QUIET_JUMP
        raw[at + 2 : at + 2 + 2 * caches] = bytes([_NOP, 0]) * caches
    function.__code__ = function.__code__.replace(co_code=bytes(raw))
