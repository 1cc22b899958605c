"""Unwinding: find the handler of an exception, or leave the resident frame with it."""

from __future__ import annotations

import types

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.verify import Verified, jumps_back
from bytescope.machine.frames.request_sites import RequestSites
from bytescope.machine.registers import REQUEST
from bytescope.machine.support import intercepts
from bytescope.machine.support.own_frames import ResidentCode
from bytescope.machine.support.recursion import ample
from bytescope.startup.stdlib_lite import Any, Protocol


def _finished_generator() -> types.GeneratorType[None, None, None]:
    generator: Any = (None for _ in ())
    next(generator, None)
    return generator  # type: ignore[no-any-return]


throw = _finished_generator().throw
"""Raises the exception that it is called with, adding no frame to its traceback."""


def raising_index(instructions: list[Instruction], index: int) -> int:
    """Return the instruction whose handler applies: for SEND the YIELD after it, where throw() finds the frame."""
    target = instructions[index].target
    if BEHAVIOUR.interrupts_at_target and target is not None and jumps_back(instructions[index], index):
        return max(target - 1, 0)
    following = index + 1
    if instructions[index].op == "SEND" and following < len(instructions):
        return following if instructions[following].op == "YIELD" else index
    return index


class Activated(Protocol):
    """The part of a program that its frames' shadows depend on."""

    @property
    def code(self) -> types.CodeType:
        """The guest code object."""

    @property
    def lowered(self) -> Lowered:
        """The code lowered to instructions."""

    @property
    def private(self) -> bool:
        """Return True if only the machine can access the variables (class and module code)."""


class FrameShadows(Protocol):
    """Shadow propagation in the frames of a program, besides its handlers."""

    def begin(self, program: Activated, R: list[Any], /) -> None:
        """Bind the shadows of the arguments of a frame that begins."""

    def caught(self, R: list[Any], bottom: int, top: int, /) -> None:
        """Set the shadows for a handler that gets the exception in register `top`, with operands below `bottom`."""


class Unwinding(ResidentCode):
    """Unwinding of a program's frames.

    The base class of `Program` rather than a part of it: a call of a part would take another host frame, and the
    frames above a guest's are counted (`intercepts.ROOM`).
    """

    instructions: list[Instruction]
    verified: Verified
    handlers_at: list[Any]
    """By instruction, the region that its exceptions go to."""
    requests: RequestSites
    first_operand: int
    blank: list[None]
    shadower: FrameShadows | None

    def follow(self, index: int) -> int:
        """Return the instruction that is executed when control reaches `index`."""
        raise NotImplementedError

    def unwind(self, R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
        """Find the handler for an exception and prepare the registers for it.

        Args:
            R: the frame's registers.
            index: the instruction that raised.
            exception: the exception.
            lasti: for a re-raise, the place of the original raise.

        Returns:
            The index of the handler's first instruction, or `REQUEST` after requesting that the resident frame be left.
        """
        handler = self.handlers_at[index]
        place = lasti if type(lasti) is int else index
        first = self.first_operand
        if handler is None:
            self.leave(R, index, exception, place)
            return REQUEST
        target = self.follow(handler.target)  # first: where the recursion limit ends this, nothing shall have changed
        top = first + handler.depth
        R[top : first + len(self.blank)] = self.blank[handler.depth :]
        if handler.lasti:
            R[top] = place
            top += 1
        R[top] = exception
        shadower = self.shadower  # which another thread may remove
        if shadower is not None:
            shadower.caught(R, first + handler.depth, top)
        return target

    def leave(self, R: list[Any], index: int, exception: BaseException, place: int) -> None:
        """Request that the resident frame be left with an exception.

        Args:
            R: the frame's registers.
            index: the instruction where the frame is.
            exception: the exception.
            place: the instruction that raised it.
        """
        requests = self.requests
        R[self.first_operand : self.first_operand + len(self.blank)] = self.blank
        site = requests.exits[self.verified.handled[index]]
        if BEHAVIOUR.offsets_are_objects:
            numbers = requests.numbers[place]
            R.append((site, (exception, requests.native_offsets[numbers[0]] if numbers else 0)))
            return
        line = (self.instructions[place].position or (None,))[0]
        R.append((site, (requests.exit_lines.index(line), exception)))

    @ample
    def failure(self, index: int, exception: BaseException) -> tuple[Any, ...]:
        """Return the request that the resident frame raise, at an instruction, an exception of its handler."""
        requests = self.requests
        number = requests.raising_site(index)
        if number is None:
            return requests.fallbacks[self.verified.handled[index]], exception
        site = requests.sites[number]
        if site.kind == "raise":
            return number, exception
        if site.kind == "call":
            return number, (exception, throw, *([intercepts.call] * (site.number - 1)))
        return number, ({}, (exception,), throw)
