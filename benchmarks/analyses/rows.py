"""The rows of the table: what is watched, by which of bytescope's analyses, and by which peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bytescope import Analysis, attach
from bytescope.analyses.coverage import Coverage
from bytescope.analyses.registry import NoAnalysis, make
from bytescope.analysis.attach import ENGINES

from . import callbacks, others
from .observed import INPUT, OBSERVED, Copies, Observation, import_observed

Observe = Callable[[Copies], Observation]

PROGRAMS = ("fib", "loops", "nbody", "json_parser", "richards", "deltablue", "strings", "generators")


@dataclass(frozen=True)
class Peer:
    """A tool that does something comparable.

    Attributes:
        observe: sets it to work.
        package: the peer that has to be set up, "" for what comes with Python.
    """

    observe: Observe
    package: str = ""


@dataclass(frozen=True)
class Row:
    """What is watched.

    Attributes:
        name: as on the command line.
        title: as in the table.
        analysis: makes the analysis.
        limits: engine to the ratio that it must not exceed.
        peers: what else is measured, by name.
        include: globs over the modules that are observed.
    """

    name: str
    title: str
    analysis: Callable[[], Analysis]
    limits: Mapping[str, float]
    peers: Mapping[str, Peer] = field(default_factory=dict)
    include: str = OBSERVED

    def tools(self) -> list[str]:
        """The engines that there are, and the peers."""
        return [*ENGINES, *self.peers]

    def observe(self, tool: str, copies: Copies) -> Observation:
        """Set a tool to work on the observed copy.

        Raises:
            NotHere: if it cannot be had.
        """
        if tool in self.peers:
            return self.peers[tool].observe(copies)
        try:
            analysis = self.analysis()
        except NoAnalysis as problem:
            raise others.NotHere(str(problem)) from problem
        attachment = attach(analysis, include=self.include, engine=tool)
        attachment.__enter__()  # for good: the process is for this alone
        return Observation(import_observed(), tool=attachment)


def _dynapyt(analysis: str) -> Peer:
    return Peer(others.dynapyt(analysis), "DynaPyt")


def _monitoring(event: str) -> Peer:
    return Peer(others.monitoring(event))


_IAST = Peer(others.ddtrace, "ddtrace")
_LABELLED = {"sources": f"{OBSERVED}.{INPUT}"}

ROWS = [
    Row("nothing", "attached, the filters match nothing", callbacks.every_primitive, {"woven": 1.02}, include="no.*"),
    Row(
        "coverage", "coverage, lines and branches", partial(Coverage, branch=True), {"woven": 1.15},
        {
            "slipcover": Peer(others.slipcover, "slipcover"),
            "coverage.py ctrace": Peer(others.coverage_py("ctrace"), "coverage.py"),
            "coverage.py sysmon": Peer(others.coverage_py("sysmon"), "coverage.py"),
        },
    ),
    Row(
        "branch", "a callback on every branch", callbacks.Branches, {"woven": 1.6},
        {"sys.monitoring": _monitoring("BRANCH"), "DynaPyt": _dynapyt("Branches")},
    ),
    Row(
        "call", "a callback on every call", callbacks.CallEvents, {"woven": 1.8},
        {"sys.monitoring": _monitoring("CALL"), "DynaPyt": _dynapyt("CallEvents")},
    ),
    Row(
        "replace", "operators, comparisons, subscripts replaced", callbacks.Replacing, {"woven": 2.6},
        {"DynaPyt": _dynapyt("Replacing")},
    ),
    Row(
        "every", "a callback on every primitive", callbacks.every_primitive, {"woven": 4.5, "interpreter": 45},
        {
            "sys.monitoring": _monitoring("INSTRUCTION"),
            "sys.settrace": Peer(others.settrace),
            "DynaPyt": _dynapyt("EveryPrimitive"),
        },
    ),
    Row("clean", "labels attached, nothing labelled", partial(make, "labels"), {"woven": 2.0}, {"ddtrace IAST": _IAST}),
    Row("labelled", "labels attached, the input labelled", partial(make, "labels", _LABELLED), {"woven": 4.0}),
]  # fmt: skip
