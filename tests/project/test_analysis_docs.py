"""The page with the table of events is the one that the tables make."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_host

ROOT = Path(__file__).resolve().parents[2]


def test_events_page_is_up_to_date() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "events_table.py"))
    assert tool["PAGE"].read_text(encoding="utf-8") == tool["page"](), "run: python tools/events_table.py"
