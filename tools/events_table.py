"""Write docs/analyses-events.md, the table of events, from the tables of primitives and control events."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "analyses-events.md"

HEAD = """\
# Table of events

This page is made by `python tools/events_table.py` from the tables in `bytescope.isa`; a test compares them.

`site` is a `bytescope.Site`. Of a primitive there are two events: `before_...` with its operands, and one with its
operands and its result. Where the last column says what, a method may return `bytescope.Replace(value)`.
"""


def page() -> str:
    """The text of the page."""
    from bytescope.isa.events import EVENTS

    lines = [HEAD, "## Control events\n", "| method | when | `Replace` changes |", "|---|---|---|"]
    for event in EVENTS.values():
        if event.kind == "control":
            lines.append(f"| `{event.signature}` | {event.summary} | {event.replace} |")
    lines += ["\n## Primitives\n", "| before | after | `Replace` before | `Replace` after |", "|---|---|---|---|"]
    for event in EVENTS.values():
        if event.kind == "before":
            after = EVENTS[event.primitive]
            lines.append(f"| `{event.signature}` | `{after.signature}` | {event.replace} | {after.replace} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
