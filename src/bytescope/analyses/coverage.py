"""`coverage`: which lines, branches, conditions and instructions of a program were executed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from bytescope.analyses.base import Shipped, shown, table
from bytescope.analyses.coverage_universe import Arc, Possible, arc_of, end_of_async_for, possible
from bytescope.analyses.decisions import Decisions
from bytescope.analyses.lcov import tracefile
from bytescope.analysis import ENOUGH, Analysis, Site
from bytescope.analysis.guest_frames import frame


class MissingPackage(ImportError):
    """A package that an output needs is not installed."""


class Coverage(Shipped):
    """Measures coverage.

    Args:
        branch: also record which ways the branches went, as arcs from line to line, as coverage.py does.
        condition: also record the outcomes of the conditions of each decision, for MC/DC.
        instruction: also record the instructions.
    """

    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json", "lcov": "lcov", "data": ""}

    def __new__(cls, branch: bool = False, condition: bool = False, instruction: bool = False) -> Coverage:
        """Choose the class that has just the events that are needed."""
        bases: tuple[type, ...] = (_Lines,)
        if branch:
            bases = (_Branches, *bases)
        if condition:
            bases = (_Conditions, *bases)
        if instruction:
            bases = (*bases, _Instructions)
        made = super().__new__(_combined(bases))
        return made

    def __init__(self, branch: bool = False, condition: bool = False, instruction: bool = False) -> None:
        self.with_branches, self.with_conditions, self.with_instructions = branch, condition, instruction
        self.lines: dict[str, set[int]] = {}
        self.outcomes: dict[Site, int] = {}
        self.loops_done: set[Site] = set()
        self.decisions = Decisions()
        self.instructions: dict[tuple[str, str, int], set[int]] = {}

    # --- results

    def files(self) -> list[str]:
        """The files that were executed and exist."""
        return [name for name in sorted(self.lines) if not name.startswith("<") and os.path.exists(name)]

    def arcs_of(self, file: str) -> set[Arc]:
        """The branches of a file that were taken, each as (line, next line); minus a function's first for its end."""
        taken = {arc for arc in possible(file).entered if arc[1] in self.lines.get(file, ())}
        for site, seen in self.outcomes.items():
            if site.file == file and site.table is not None:
                flow = site.table.flow
                taken |= {arc_of(flow, site.index, bool(each)) for each in (0, 1) if seen & 1 << each}
        for site in self.loops_done:
            if site.file == file and site.table is not None:
                taken.add(end_of_async_for(site.table.flow, site.index))
        return {arc for arc in taken if all(arc)}

    def _file(self, file: str) -> dict[str, Any]:
        can = possible(file)
        done = self.lines[file] & can.lines
        entry: dict[str, Any] = {
            "lines": {"executed": sorted(done), "missing": sorted(can.lines - done)},
            "line_rate": len(done) / max(len(can.lines), 1),
        }
        if self.with_branches:
            entry["branches"] = self._branches(file, can)
        if self.with_conditions:
            entry["decisions"] = self.decisions.result(file)
        if self.with_instructions:
            entry["instructions"] = {
                f"{function}:{first}": {"executed": len(done), "of": can.instructions.get((function, first), len(done))}
                for (name, function, first), done in sorted(self.instructions.items())
                if name == file
            }
        return entry

    def _branches(self, file: str, can: Possible) -> dict[str, Any]:
        arcs = self.arcs_of(file)
        taken = sorted(arc for arc in can.branches if arc in arcs)
        missing = sorted(arc for arc in can.branches if arc not in arcs)
        return {"executed": [list(arc) for arc in taken], "missing": [list(arc) for arc in missing]}

    def result(self) -> dict[str, Any]:
        """Lines, and what else was asked for, by file."""
        return {"files": {file: self._file(file) for file in self.files()}}

    def report(self) -> str:
        """Figures for each file, and what was missed."""
        rows = []
        for file, entry in self.result()["files"].items():
            done, missing = entry["lines"]["executed"], entry["lines"]["missing"]
            row = [shown(file), len(done) + len(missing), len(missing), f"{100 * entry['line_rate']:.0f} %"]
            if self.with_branches:
                branches = entry["branches"]
                row += [len(branches["executed"]) + len(branches["missing"]), len(branches["missing"])]
            if self.with_conditions:
                conditions = [each for decision in entry["decisions"] for each in decision["conditions"]]
                row += [len(conditions), sum(not each["independent"] for each in conditions)]
            rows.append([*row, _ranges(missing)])
        head = ["file", "lines", "missed", "cover"]
        head += ["branches", "missed"] * self.with_branches + ["conditions", "not MC/DC"] * self.with_conditions
        return table([*head, "lines missed"], rows)

    def lcov(self) -> str:
        """An LCOV trace file."""
        return tracefile(
            {file: self.lines[file] for file in self.files()}, self.arcs_of if self.with_branches else None
        )

    def check_output(self, path: str | os.PathLike[str], form: str) -> None:
        """Find out whether an output could be written."""
        super().check_output(path, form)
        if form == "data":
            _coverage_data()
            if os.path.exists(path) and not os.path.isfile(path):
                raise OSError(f"cannot write {path}: a database can only be a file")

    def save(self, path: str | os.PathLike[str], form: str) -> None:
        """Write an output into a file; "data" is coverage.py's data file."""
        if form == "data":
            self.write_coverage_data(path)
        else:
            super().save(path, form)

    def write_coverage_data(self, path: str | os.PathLike[str] = ".coverage") -> None:
        """Write coverage.py's data file, for `coverage report`, `html`, `xml` and so on.

        Args:
            path: the file, which is replaced once the new one is complete.

        Raises:
            MissingPackage: if coverage.py is not installed.
            OSError: if it cannot be written; an existing file is what it was.
        """
        target = Path(os.path.realpath(path))
        self.check_output(path, "data")
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            data = _coverage_data()(basename=os.fspath(temporary))
            if self.with_branches:
                # A line's arc to itself says that it was executed, as in the files of coverage.py's sysmon core.
                arcs = {file: {(line, line) for line in self.lines[file]} | self.arcs_of(file) for file in self.files()}
                data.add_arcs({os.path.abspath(file): each for file, each in arcs.items()})
            else:
                data.add_lines({os.path.abspath(file): self.lines[file] for file in self.files()})
            data.close()
            os.replace(temporary, target)
        except OSError:
            raise
        except Exception as error:  # the database's own
            raise OSError(f"{type(error).__name__}: {error}") from error
        finally:
            temporary.unlink(missing_ok=True)


def _coverage_data() -> Any:
    try:
        from coverage import CoverageData  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise MissingPackage(
            "coverage.py is needed to write its data file: pip install 'bytescope[coverage]'"
        ) from None
    return CoverageData


class _Lines(Analysis):
    """Lines: each site tells once."""

    lines: dict[str, set[int]]

    def line(self, site: Site) -> Any:
        """A line is executed."""
        if site.line is not None:
            self.lines.setdefault(site.file, set()).add(site.line)
        return ENOUGH


class _Branches(Analysis):
    """The ways that conditional jumps went: each tells of each once."""

    outcomes: dict[Site, int]
    loops_done: set[Site]

    def branch(self, site: Site, value: Any, condition: bool) -> Any:
        """A conditional jump."""
        self.outcomes[site] = self.outcomes.get(site, 0) | (2 if condition else 1)
        return ENOUGH

    def raise_(self, site: Site, exception: BaseException) -> None:
        """An exception is how an `async for` learns that there is no more."""
        if isinstance(exception, StopAsyncIteration) and site.op in ("GET_ANEXT", "SEND"):
            self.loops_done.add(site)


class _Conditions(Analysis):
    """The outcomes of conditions, in each evaluation of a decision."""

    decisions: Decisions
    with_branches: bool

    def branch(self, site: Site, value: Any, condition: bool) -> None:
        """A condition was evaluated: there is never enough of that."""
        if self.with_branches:
            super().branch(site, value, condition)  # type: ignore[misc]
        if site.op != "FOR_ITER":
            self.decisions.outcome(id(frame()), site, condition)


class _Instructions(Analysis):
    """The instructions that were executed: each tells once."""

    instructions: dict[tuple[str, str, int], set[int]]

    def instruction(self, site: Site) -> Any:
        """An instruction is executed."""
        self.instructions.setdefault((site.file, site.function, site.first_line), set()).add(site.index)
        return ENOUGH


_classes: dict[tuple[type, ...], type[Coverage]] = {}


def _combined(bases: tuple[type, ...]) -> type[Coverage]:
    found = _classes.get(bases)
    if found is None:
        found = _classes[bases] = type("Coverage", (Coverage, *bases), {"__module__": Coverage.__module__})
    return found


def _ranges(lines: list[int]) -> str:
    """Line numbers in short: 1-3, 7."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in parts]
    return ", ".join(texts[:12]) + (", ..." if len(texts) > 12 else "")
