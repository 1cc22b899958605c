"""The reference of instructions and primitives is that of the tables."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from bytescope.isa import INSTRUCTIONS, PRIMITIVES

pytestmark = pytest.mark.any_host

TOOL = Path(__file__).parents[2] / "tools" / "instructions_table.py"


def test_the_page_is_up_to_date() -> None:
    tool = runpy.run_path(str(TOOL))
    text = tool["page"]()
    assert tool["PAGE"].read_text(encoding="utf-8") == text, "run: python tools/instructions_table.py"
    for name in [*INSTRUCTIONS, *PRIMITIVES]:
        assert f"\n| `{name}` |" in text
