"""The corpus of snippets: small, self-contained, deterministic programs, one file per topic.

A topic file is a sequence of sections. A section starts with a line ``# --- name``, optionally followed by
conditions in brackets, separated by blanks::

    # --- name [3.12+ process]

``3.12+`` gives the oldest Python that can run the snippet. ``process`` asks for a process of its own, because the
snippet's exit status, its standard streams or the end of the interpreter are what is compared. ``posix`` says that it
needs what Windows has not: signals, ``fork``, ``/dev/null``.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

SNIPPETS = Path(__file__).parent / "snippets"
TOPICS = sorted(path.stem for path in SNIPPETS.glob("*.py"))
HEADING = re.compile(r"^# --- (?P<name>\w+)(?: \[(?P<conditions>[^\]]*)\])?$")


@dataclass(frozen=True)
class Snippet:
    """One program of the corpus."""

    topic: str
    name: str
    source: str
    minimum: tuple[int, int] = (3, 11)
    own_process: bool = False
    posix_only: bool = False

    @property
    def id(self) -> str:
        """The name under which the snippet is selected and reported."""
        return f"{self.topic}::{self.name}"

    @property
    def runs_here(self) -> bool:
        """Whether the running Python is new enough for the snippet, and the system has what it needs."""
        return sys.version_info[:2] >= self.minimum and (os.name == "posix" or not self.posix_only)


def parse(topic: str, text: str) -> list[Snippet]:
    """Split the text of a topic file into its snippets.

    Raises ValueError for text before the first heading, an unknown condition or a name used twice.
    """
    snippets: list[Snippet] = []
    heading: re.Match[str] | None = None
    lines: list[str] = []
    for line in [*text.splitlines(keepends=True), "# --- end\n"]:
        match = HEADING.match(line.rstrip("\n"))
        if match is None:
            lines.append(line)
            continue
        if heading is not None:
            snippets.append(_snippet(topic, heading, "".join(lines)))
        elif "".join(lines).strip():
            raise ValueError(f"{topic}: text before the first snippet")
        heading, lines = match, []
    names = [snippet.name for snippet in snippets]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{topic}: names used twice: {', '.join(sorted(repeated))}")
    return snippets


def _snippet(topic: str, heading: re.Match[str], source: str) -> Snippet:
    minimum, own_process, posix_only = (3, 11), False, False
    for condition in (heading["conditions"] or "").split():
        if condition == "process":
            own_process = True
        elif condition == "posix":
            posix_only = True
        elif version := re.fullmatch(r"3\.(\d+)\+", condition):
            minimum = (3, int(version[1]))
        else:
            raise ValueError(f"{topic}::{heading['name']}: unknown condition {condition!r}")
    return Snippet(topic, heading["name"], source.strip("\n") + "\n", minimum, own_process, posix_only)


def load(*selection: str) -> list[Snippet]:
    """Read the corpus.

    Args:
        selection: topics (``loops``) or snippets (``loops::break_in_finally``); none means everything.

    Returns: the selected snippets that the running Python can run, in the order of the files.
    Raises ValueError if a selection matches nothing.
    """
    everything = [
        snippet
        for path in sorted(SNIPPETS.glob("*.py"))
        for snippet in parse(path.stem, path.read_text(encoding="utf-8"))
    ]
    if not selection:
        return [snippet for snippet in everything if snippet.runs_here]
    known = {snippet.topic for snippet in everything} | {snippet.id for snippet in everything}
    if unknown := sorted(set(selection) - known):
        raise ValueError(f"no such topic or snippet: {', '.join(unknown)}")
    return [
        snippet
        for snippet in everything
        if snippet.runs_here and (snippet.topic in selection or snippet.id in selection)
    ]
