"""Weaving code objects, nested ones included."""

from __future__ import annotations

import gc
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bytescope.code.errors import InvalidBytecode
from bytescope.code.instruction import Lowered
from bytescope.code.light import Any, ClassVar, record
from bytescope.code.lower import lower
from bytescope.code.probes import Probes
from bytescope.isa.operands import EXECUTING
from bytescope.isa.plan import Plan
from bytescope.isa.verify import Verified, verify
from bytescope.weave.marker import original
from bytescope.weave.shadow import ShadowPlanner
from bytescope.weave.shadow_writer import ShadowWriter
from bytescope.weave.writer import Writer


@record(slots=True)
class Unit:
    """A code object that is about to be woven.

    module: name of the module that it belongs to; lowered, verified: its version-independent form.
    """

    module: str
    lowered: Lowered
    verified: Verified


@record(slots=True)
class Shadower:
    """Has code keep shadows: wants says which code objects, planner what is written for them."""

    wants: Callable[[Unit], bool]
    planner: ShadowPlanner


class Weaver:
    """Weaves for one set of attached analyses.

    Args:
        planner: says what is observed in a code object.
        stopper: the class of errors that end a run.
        failed: makes the error of a hook that failed: (hook, site, exception) -> exception.
        refused: is told of a code object that cannot be woven, and why.
        executed: the arguments with which `exec` or `eval` is called: (function, arguments, calling frame) ->
            arguments.
        probes: where probes can be set, if at all.
    """

    shadower: ClassVar[Shadower | None] = None
    """What has code keep shadows, while an analysis is attached that has them."""

    def __init__(
        self,
        planner: Callable[[Unit], Plan],
        stopper: type[BaseException],
        failed: Callable[[Any, Any, BaseException], BaseException],
        refused: Callable[[types.CodeType, str], None],
        executed: Callable[[Any, tuple[Any, ...], types.FrameType], tuple[Any, ...]],
        probes: Probes | None = None,
    ) -> None:
        self.probes = probes
        self.planner = planner
        self.stopper = stopper
        self.failed = failed
        self.refused = refused
        self.executed = lambda args, function: executed(function, args, sys._getframe(1))
        self._woven: dict[tuple[int, str], tuple[types.CodeType, types.CodeType]] = {}

    def weave(self, code: types.CodeType, module: str) -> types.CodeType:
        """The woven form of a code object: itself, where nothing is observed in it or in what is nested in it.

        Args:
            code: the code object.
            module: name of the module that it belongs to.
        """
        code = original(code)
        known = self._woven.get((id(code), module))
        if known is None:
            with _without_collecting():
                known = self._woven[id(code), module] = (code, self._weave(code, module))
        return known[1]

    def _weave(self, code: types.CodeType, module: str) -> types.CodeType:
        nested = {}
        for value in code.co_consts:
            if type(value) is types.CodeType:
                woven = self.weave(value, module)
                if woven is not value:
                    nested[id(value)] = woven
        try:
            lowered = lower(code)
            unit = Unit(module, lowered, verify(lowered))
            plan = self.planner(unit)
            shadower = Weaver.shadower
            if shadower is not None and shadower.wants(unit):
                shadows = shadower.planner.plan(unit, plan)
                given = plan, shadows, shadower.planner, nested, self.stopper, self.failed, self.executed
                return ShadowWriter(lowered, unit.verified, *given).write()
            executes = not EXECUTING.isdisjoint(code.co_names)
            if not plan and not nested and not executes:
                return code
            probes = self.probes is not None and self.probes.available()
            writer = Writer(lowered, unit.verified, plan, nested, self.stopper, self.failed, self.executed, probes)
            made = writer.write()
            if writer.hits and self.probes is not None:
                self.probes.set(made, writer.hits)
            return made
        except InvalidBytecode as error:
            self.refused(code, str(error))
        return code


@contextmanager
def _without_collecting() -> Iterator[None]:
    """While this context is open no garbage is looked for: weaving makes many objects, none of them garbage yet."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
