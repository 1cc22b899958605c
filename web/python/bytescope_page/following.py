"""Text from outside, followed through a run that is recorded: notes for the lines that write it."""

from __future__ import annotations

from typing import Any

from bytescope.analysis import Site
from bytescope.recording.tape import Note
from bytescope.shadow import operands
from bytescope.taint.analysis import Taint
from bytescope.taint.findings import Excerpt, excerpt_of
from bytescope.taint.spans import is_text, runs_of

MOST = 10_000
"""Notes that are taken."""


class Following(Taint):
    """Taint analysis that notes the texts that variables and attributes get, and which characters come from outside."""

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[tuple[str, int, str], Excerpt] = {}

    def wants(self, event: str, site: Site) -> bool:
        """Return True for what is written, too."""
        return event.startswith("store_") or event == "setattr" or super().wants(event, site)

    def store_name(self, site: Site, name: str, value: Any) -> None:
        """A variable has got a value."""
        shadow = operands()["value"]
        if shadow is None or not is_text(value) or type(value) is memoryview or site.line is None:
            return
        mask = bytearray(len(value))
        for start, stop, _ in runs_of(shadow, len(value)):
            mask[start:stop] = b"\1" * (stop - start)
        if any(mask) and len(self._written) < MOST:
            self._written[site.file, site.line, name] = excerpt_of(value, bytes(mask))

    store_local = store_global = store_cell = store_name

    def setattr(self, site: Site, name: str, object: Any, value: Any) -> None:
        """An attribute has got a value."""
        self.store_name(site, f".{name}", value)

    def notes(self) -> list[Note]:
        """What was written, the last time, and what has reached a sink."""
        found = [Note(file, line, f"{name} = ", _pieces(text)) for (file, line, name), text in self._written.items()]
        for each in self.findings:
            what = f"{each.kind.title}, {each.why or 'arrives'}: "
            found.append(Note(each.place.file, each.place.line, what, _pieces(each.excerpt)))
        return found


def _pieces(excerpt: Excerpt) -> list[tuple[str, str]]:
    return [(repr(text)[1:-1], mark) for text, mark in excerpt.pieces()]
