"""Weaving of code that propagates shadows, as the weaver uses it."""

from __future__ import annotations

import types
from collections.abc import Callable

from bytescope.shadow.runtime import ShadowRuntime
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.plan import ShadowPlanner
from bytescope.weave.shadow.writer import ShadowWriter
from bytescope.weave.writer import Task


class WovenShadower:
    """Weaves code that propagates shadows, see `bytescope.weave.weaver.Shadower`.

    Args:
        runtime: the shadow runtime.
        wants: predicate over the name of a module and a code object: whether the code propagates shadows.
    """

    def __init__(self, runtime: ShadowRuntime, wants: Callable[[str, types.CodeType], bool]) -> None:
        self.wants = wants
        self._planner = ShadowPlanner(runtime)
        self.finished = self._planner.callees.finished
        self.clear = self._planner.callees.clear

    def writer(self, task: Task) -> ShadowWriter:
        """Return a writer for a code object."""
        shadows = self._planner.plan(task.lowered, task.verified, task.plan)
        callees = self._planner.callees
        context = ShadowContext(task.lowered, task.verified, task.plan, shadows, callees, task.executed)
        return ShadowWriter(context, task.nested, task.stopper, task.failed)
