"""The guest's frames, as an analysis finds them on the stack.

Frames tell activations apart where sites cannot: two generators of one function, a coroutine that goes on after it
has waited. A frame is the same object for as long as its activation lasts, in every engine.
"""

from __future__ import annotations

import sys
import types

from bytescope.code.host.weak_tables import when_gone
from bytescope.machine.support.own_frames import is_resident
from bytescope.weave.marker import is_woven


def frame() -> types.FrameType | None:
    """The guest's frame that the event being told of belongs to, or None outside any."""
    return _guest(sys._getframe(1))


def caller(inner: types.FrameType) -> types.FrameType | None:
    """The nearest guest frame that the given one was called from, directly or through host code."""
    return _guest(inner.f_back)


_known: dict[int, bool] = {}
"""By id of a code object that exists whether it is a guest's."""


def _guest(found: types.FrameType | None) -> types.FrameType | None:
    while found is not None:
        code = found.f_code
        known = _known.get(id(code))
        if known is None:
            when_gone(code, _known.pop, id(code), None)
            known = _known[id(code)] = is_resident(code) or is_woven(code)
        if known:
            return found
        found = found.f_back
    return None
