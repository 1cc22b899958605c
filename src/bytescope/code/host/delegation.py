"""Test for delegation of a frame to another one: `yield from`, `await`."""

from __future__ import annotations

import types

from bytescope.code.host.facts import OPNAME

_DELEGATING = frozenset({"SEND", "YIELD_VALUE"})


def delegates(frame: types.FrameType) -> bool:
    """Return True if a frame that waits for a frame further in passes on what that one yields.

    Args:
        frame: a frame that is not the innermost one. One that waits at the YIELD_VALUE of a delegation has been thrown
            an exception, which it has passed on.
    """
    code = frame.f_code.co_code
    place = frame.f_lasti
    while place > 0 and OPNAME[code[place]] == "CACHE":
        place -= 2
    return place >= 0 and OPNAME[code[place]] in _DELEGATING
