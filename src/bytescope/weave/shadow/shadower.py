"""Weaving of code that propagates shadows, as the weaver uses it."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable

from bytescope.code.instruction import Lowered
from bytescope.flow.verify import Verified
from bytescope.isa.instrumentation import Plan
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.plan import ShadowPlanner
from bytescope.weave.shadow.writer import ShadowWriter


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

    def writer(
        self,
        lowered: Lowered,
        verified: Verified,
        plan: Plan,
        nested: dict[int, types.CodeType],
        stopper: type[BaseException],
        failed: Callable[[Any, Any, BaseException], BaseException],
        executed: Callable[..., Iterable[Any]],
    ) -> ShadowWriter:
        """Return a writer for a code object; arguments are those of `Writer`."""
        shadows = self._planner.plan(lowered, verified, plan)
        context = ShadowContext(lowered, verified, plan, shadows, self._planner.callees, executed)
        return ShadowWriter(context, nested, stopper, failed)
