"""Both engines tell the same events, also where nobody has checked them by hand."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import pytest

from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.planning import cache_keys
from bytescope.weave.cache.store import Store
from tests.support.scale import chosen

from . import streams

_THREADED = {"threads", "asyncio_tasks"}
"""Programs that start threads or event loops, which not every host has."""
PROGRAMS = chosen(each for each in streams.PROGRAMS if each not in _THREADED)


@pytest.mark.parametrize("name", PROGRAMS)
def test_engines_agree(name: str) -> None:
    if name == "finalizer" and sys.version_info < (3, 12):
        pytest.skip("SEND holds on to the last result there, see docs/internals/interpreter.md")
    interpreted, woven = (streams.stream(name, engine) for engine in ("interpreter", "woven"))
    assert len(woven) > 3
    assert woven == interpreted, "\n".join(difflib.unified_diff(interpreted, woven, lineterm="", n=2))


class _Noting(Store):
    """A store that takes note of what it does."""

    read_keys: list[str]

    def read(self, key: str) -> bytes | None:
        found = super().read(key)
        self.read_keys.append(key + ("" if found is None else " found"))
        return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_code_from_the_cache_tells_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = streams.stream(name, "woven")
    monkeypatch.setattr(cache_keys, "SMALLEST", 0)
    for found in False, True:
        store = _Noting(str(tmp_path / "woven"))
        store.read_keys = []
        monkeypatch.setattr(WOVEN, "store", store)
        woven = streams.stream(name, "woven")
        assert woven == cold, "\n".join(difflib.unified_diff(cold, woven, lineterm="", n=2))
        assert store.read_keys
        assert not found or all(key.endswith(" found") for key in store.read_keys), "all of it can be kept"
