"""Information-flow control for programs that call tools: what a value was made of decides what may be done with it.

labels       sources, and the lattice of labels
tools        functions of the host that a program may call
policy       what is asked at each call of a tool
namespace    what a program has at the beginning
refusal      names that programs may not use
values       what crosses the border between the program and its tools
entry        what the program calls
natives      labels through native code
control      what has decided where the program went
session      programs that run with tools, in one namespace
"""

from __future__ import annotations

from bytescope.ifc.labels import EVERYONE, Label, Source
from bytescope.ifc.namespace import IMPORTS
from bytescope.ifc.policy import ALLOW, Argument, Call, Decision, Denied, ask, deny, guard
from bytescope.ifc.refusal import Refused
from bytescope.ifc.session import Decided, Outcome, Session
from bytescope.ifc.tools import Declassified, Labelled, Tool, tool

__all__ = [
    "ALLOW",
    "EVERYONE",
    "IMPORTS",
    "Argument",
    "Call",
    "Decided",
    "Decision",
    "Declassified",
    "Denied",
    "Label",
    "Labelled",
    "Outcome",
    "Refused",
    "Session",
    "Source",
    "Tool",
    "ask",
    "deny",
    "guard",
    "tool",
]
