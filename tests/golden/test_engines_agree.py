"""Both engines tell the same events, also where nobody has checked them by hand."""

from __future__ import annotations

import difflib
import sys

import pytest

from bytescope.code.host import OFFSETS_ARE_OBJECTS

from . import streams

_THREADED = {"threads", "asyncio_tasks"}
"""Programs that start threads or event loops, which not every host has."""


@pytest.mark.parametrize("name", [each for each in streams.PROGRAMS if each not in _THREADED])
def test_engines_agree(name: str) -> None:
    if name == "finalizer" and sys.version_info < (3, 12):
        pytest.skip("SEND holds on to the last result there, see docs/architecture.md")
    if name == "exception_from_callee" and not OFFSETS_ARE_OBJECTS:
        pytest.skip("there the woven frame is left at the line that has raised, not at the end of `finally`")
    interpreted, woven = (streams.stream(name, engine) for engine in ("interpreter", "woven"))
    assert len(woven) > 3
    assert woven == interpreted, "\n".join(difflib.unified_diff(interpreted, woven, lineterm="", n=2))
