"""`coverage`: which lines, branches, conditions and instructions of a program were executed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from bytescope.analyses.base import Shipped, shown, table
from bytescope.analyses.coverage_contexts import Measured
from bytescope.analyses.coverage_scope import Scope
from bytescope.analyses.coverage_universe import Possible, possible
from bytescope.analyses.decisions import Decisions
from bytescope.analyses.lcov import tracefile
from bytescope.analyses.line_arcs import Arc, LineArcs
from bytescope.analyses.sources import is_module, module_path
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
        source: folders and packages, with commas between them; all Python files in them are reported, those that were
            never imported too, and no others.
        include: globs over files, with commas between them: no other files are reported.
        omit: globs over files that are not reported.
    """

    scope_note = (
        "the program's files, without those of installed packages and of the standard library, as coverage.py does it; "
        "what [tool.coverage] or .coveragerc says of source, include and omit holds here, too"
    )
    joined = ("source", "include", "omit")

    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json", "lcov": "lcov", "data": ""}

    def __new__(
        cls,
        branch: bool = False,
        condition: bool = False,
        instruction: bool = False,
        source: str | None = None,
        include: str | None = None,
        omit: str | None = None,
    ) -> Coverage:
        """Choose the class that has just the events that are needed."""
        bases: tuple[type, ...] = (_Lines,)
        if branch:
            bases = (_Branches,)
        if condition:
            bases = (_Conditions, *bases)
        if instruction:
            bases = (*bases, _Instructions)
        made = super().__new__(_combined(bases))
        return made

    def __init__(
        self,
        branch: bool = False,
        condition: bool = False,
        instruction: bool = False,
        source: str | None = None,
        include: str | None = None,
        omit: str | None = None,
    ) -> None:
        self.scope = Scope(source, include, omit)
        self.with_branches, self.with_conditions, self.with_instructions = branch, condition, instruction
        self.lines: dict[str, set[int]] = {}
        self.paths: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        self.arcs = LineArcs()
        self.context = ""
        self.contexts: dict[str, Measured] = {}
        self.decisions = Decisions()
        self.instructions: dict[tuple[str, str, int], set[int]] = {}

    @classmethod
    def configured(cls, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options of a command line with those of the project's configuration."""
        from bytescope.analyses.coverage_config import configured

        return configured(options)

    def covers(self, module: str, file: str) -> bool:
        """Return True if the code of a module is to be measured."""
        return self.scope.covers(module, file)

    def begin_context(self, name: str) -> bool:
        """Record lines and branches under another name from now on.

        Args:
            name: of a test, for example; coverage.py's data file has it.

        Returns:
            True if sites have told since the last change, so that the attachment has to be rearmed: `attach.rearm()`.
        """
        told = bool(self.lines) or not self.arcs.is_empty()
        if told:
            lines, self.lines = self.lines, {}
            self.contexts.setdefault(self.context, Measured()).add(lines, self.arcs.remove())
        self.context = name
        return told

    # --- results

    def measured(self) -> list[tuple[str, Measured]]:
        """Return what was executed, by context; the last context may have been there before."""
        return [*self.contexts.items(), (self.context, Measured(dict(self.lines), self.arcs.taken()))]

    def files(self) -> dict[str, set[int]]:
        """The executed lines of the source files that were executed, and of those that are to be reported anyway."""
        found: dict[str, set[int]] = {file: set() for file in self.scope.files()}
        for _, measured in self.measured():
            for name, lines in measured.lines.items():
                path = self.paths[name]
                if is_module(path) and self.scope.wants(self.modules[name], path, chosen=True):
                    found[path] = found.get(path, set()) | lines
        return dict(sorted(found.items()))

    def arcs_of(self, path: str) -> set[Arc]:
        """The arcs of a file that were taken, each as (line, next line); minus a function's first for its end."""
        names = [name for name, its in list(self.paths.items()) if its == path]
        return {arc for _, each in self.measured() for name in names for arc in each.arcs.get(name, ())}

    def _file(self, file: str, lines: set[int]) -> dict[str, Any]:
        can = possible(file)
        done = lines & can.lines
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
                if self.paths.get(name) == file
            }
        return entry

    def _branches(self, file: str, can: Possible) -> dict[str, Any]:
        arcs = self.arcs_of(file)
        taken = sorted(arc for arc in can.branches if arc in arcs)
        missing = sorted(arc for arc in can.branches if arc not in arcs)
        return {"executed": [list(arc) for arc in taken], "missing": [list(arc) for arc in missing]}

    def result(self) -> dict[str, Any]:
        """Lines, and what else was asked for, by file."""
        return {"files": {file: self._file(file, lines) for file, lines in self.files().items()}}

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
        return tracefile(self.files(), self.arcs_of if self.with_branches else None)

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
            files = set(filter(_is_text, self.files()))
            data = _coverage_data()(basename=os.fspath(temporary))
            for context, measured in self.measured():
                data.set_context(context)
                found = measured.by_path(self.paths, files)
                if self.with_branches:
                    # A line's arc to itself says that it was executed, as in the files of coverage.py's sysmon core.
                    data.add_arcs({file: {(n, n) for n in each.lines} | each.arcs for file, each in found.items()})
                else:
                    data.add_lines({file: each.lines for file, each in found.items()})
            data.touch_files(files)
            data.close()
            os.replace(temporary, target)
        except OSError:
            raise
        except Exception as error:  # the database's own
            raise OSError(f"{type(error).__name__}: {error}") from error
        finally:
            temporary.unlink(missing_ok=True)


def _is_text(name: str) -> bool:
    """Return True if a file name consists of characters, as the names in a database do."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache  # the program may have a `coverage` of its own, or leave a path on which there is none
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
    paths: dict[str, str]
    modules: dict[str, str]

    def line(self, site: Site) -> Any:
        """A line is executed."""
        if site.line is not None and site.file[:1] != "<":
            self._lines_of(site).add(site.line)
        return ENOUGH

    def import_(self, site: Site, name: str) -> Any:
        """A module is executed, which may be empty."""
        if site.file[:1] != "<":
            self._lines_of(site)
        return ENOUGH

    def _lines_of(self, site: Site) -> set[int]:
        file = site.file
        found = self.lines.get(file)
        if found is None:
            if file not in self.paths:
                self.modules[file] = site.module
                self.paths[file] = module_path(file, site.module)  # now: the program may go to another folder
            found = self.lines.setdefault(file, set())
        return found


class _Branches(_Lines):
    """Branches: each site tells once of each way that execution goes from there."""

    arcs: LineArcs

    def line(self, site: Site) -> Any:
        """A line is executed."""
        if site.line is not None and site.file[:1] != "<":
            self._lines_of(site).add(site.line)
            self.arcs.add(site, "line")
        return ENOUGH

    def branch(self, site: Site, value: Any, condition: bool) -> Any:
        """A conditional jump."""
        self.arcs.add(site, "yes" if condition else "no")
        return ENOUGH

    def raise_(self, site: Site, exception: BaseException) -> Any:
        """An exception goes to its handler."""
        self.arcs.add(site, "raise")
        return ENOUGH

    def leave(self, site: Site, value: Any) -> Any:
        """A frame returns."""
        self.arcs.add(site, "end")
        return ENOUGH

    def unwind(self, site: Site, exception: BaseException) -> Any:
        """A frame is left by an exception, which is an exit for coverage.py, too."""
        self.arcs.add(site, "end")
        return ENOUGH


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
        if site.file[:1] != "<":
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
