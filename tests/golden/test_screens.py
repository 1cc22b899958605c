"""The terminal debugger shows what it showed, character by character: `python -m tests.golden.screens --update`."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("textual")

from tests.golden import screens

pytestmark = [pytest.mark.process, pytest.mark.any_host]


@pytest.mark.skipif(sys.version_info < (3, 14), reason="the screens have the bytecode of CPython 3.14")
def test_screens() -> None:
    found = screens.shown()
    assert found == {name: (screens.FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in found}
