"""Measurements of `coverage` in one context: while one test ran, for example."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bytescope.analyses.line_arcs import Arc


@dataclass
class InFile:
    """The lines that were executed in a file, and the arcs that were taken."""

    lines: set[int] = field(default_factory=set)
    arcs: set[Arc] = field(default_factory=set)


@dataclass
class Measured:
    """The lines that were executed, and the arcs that were taken, by the file names that code objects have."""

    lines: dict[str, set[int]] = field(default_factory=dict)
    arcs: dict[str, set[Arc]] = field(default_factory=dict)

    def add(self, lines: Mapping[str, set[int]], arcs: Mapping[str, set[Arc]]) -> None:
        """Add what else was executed."""
        for name, its in lines.items():
            self.lines.setdefault(name, set()).update(its)
        for name, taken in arcs.items():
            self.arcs.setdefault(name, set()).update(taken)

    def by_path(self, paths: Mapping[str, str], files: Collection[str]) -> dict[str, InFile]:
        """Return what was executed in some files.

        Args:
            paths: the paths of files, by the names that code objects have.
            files: the paths of the files.
        """
        found: dict[str, InFile] = {}
        for name in self.lines.keys() | self.arcs.keys():
            path = paths.get(name)
            if path is not None and path in files:
                its = found.setdefault(path, InFile())
                its.lines |= self.lines.get(name, set())
                its.arcs |= self.arcs.get(name, set())
        return found
