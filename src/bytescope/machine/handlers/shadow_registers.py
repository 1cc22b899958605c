"""Shadow registers: the shadows of a frame's registers, and what of programs and frames their propagation reads."""

from __future__ import annotations

import sys
import types

from bytescope.code.instruction import Instruction
from bytescope.isa.instrumentation import Plan
from bytescope.machine.frames.unwinding import Activated, FrameShadows
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.support.own_frames import OWN_PATHS
from bytescope.shadow.event_context import EventContext
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.stdlib_lite import Any, Protocol


class Program(Activated, Protocol):
    """The part of a program that shadow propagation reads."""

    shadower: FrameShadows | None
    """The transform that makes it propagate shadows, if any."""

    @property
    def module(self) -> str:
        """Name of the module that it was first run for."""

    @property
    def instructions(self) -> list[Instruction]:
        """The instructions."""

    @property
    def plan(self) -> Plan | None:
        """The hooks to call."""

    def bindings(self, index: int) -> tuple[Any, ...]:
        """Return what the factory of an instruction's handlers is given."""

    def handlers(self, index: int, last: Any) -> tuple[Op, Resume | None]:
        """Make the handlers of an instruction, by the transforms up to `last`."""


class Shadows(list):  # type: ignore[type-arg]
    """The shadows of a frame's registers.

    runtime: the shadow runtime; parked: (instruction, primitive in flight, values, shadows) while a request is pending,
    or (instruction, container that it may fill) if the primitive began when no shadow existed; event: (instruction,
    context) of the event that is being delivered; unwound: whether an exception handler has been found since this was
    last set to False.
    """

    __slots__ = ("event", "parked", "runtime", "unwound")

    def __init__(self, R: list[Any], runtime: ShadowRuntime) -> None:
        super().__init__([None] * len(R))
        self.runtime = runtime
        self.parked: Any = None
        self.event: tuple[int, EventContext] | None = None
        self.unwound = False


def resident_frame() -> types.FrameType:
    """Return the frame of the guest whose handler is running."""
    found: Any = sys._getframe(1)
    while found.f_code.co_filename.startswith(OWN_PATHS):
        found = found.f_back
    return found  # type: ignore[no-any-return]
