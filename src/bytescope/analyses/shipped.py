"""The analyses that ship, one row each. Each is a sub-command of the command line, too."""

from __future__ import annotations

_ROWS = (
    ("calls", "bytescope.analyses.calls:Calls", "Run a program and record its call graph."),
    ("comparisons", "bytescope.analyses.comparisons:Comparisons", "Run a program and record what it compares."),
    ("coverage", "bytescope.analyses.coverage:Coverage", "Run a program and measure its coverage."),
    ("history", "bytescope.analyses.history:History", "Run a program and record the values of a variable."),
    ("labels", "bytescope.analyses.labels:Labels", "Run a program and tell where values come from."),
    ("profile", "bytescope.analyses.profile:Profile", "Run a program and count its instructions."),
    ("taint", "bytescope.taint.analysis:Taint", "Run a program and tell where its input can do harm."),
    ("trace", "bytescope.analyses.trace:Trace", "Run a program and record what it does."),
)

SHIPPED = {name: place for name, place, _ in _ROWS}
"""Name to module:Class."""

SUMMARIES = {name: summary for name, _, summary in _ROWS}
"""Name to the help of the sub-command."""
