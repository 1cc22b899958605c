"""The extension API: analyses, the events that they are told of, and attaching them to code that runs."""

from bytescope.analysis.attach import NothingObserved, attach
from bytescope.analysis.base import ENOUGH, Analysis, AnalysisError, Replace
from bytescope.analysis.run import run_path
from bytescope.analysis.site import Site
from bytescope.isa.events import EVENTS, Event

__all__ = [
    "ENOUGH",
    "EVENTS",
    "Analysis",
    "AnalysisError",
    "Event",
    "NothingObserved",
    "Replace",
    "Site",
    "attach",
    "run_path",
]
