"""Interface of a program to the trace compiler."""

from __future__ import annotations

import types

from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.verify import Verified
from bytescope.isa.instrumentation import Plan
from bytescope.machine.frames.request_sites import RequestSites
from bytescope.machine.handlers.compiler import Op
from bytescope.startup.stdlib_lite import Any, Protocol


class Unit(Protocol):
    """A unit of compilation: the part of `Program` that the trace compiler reads, and how it installs what it makes."""

    @property
    def code(self) -> types.CodeType:
        """The guest code object."""

    @property
    def lowered(self) -> Lowered:
        """The code lowered to instructions."""

    @property
    def instructions(self) -> list[Instruction]:
        """The instructions."""

    @property
    def verified(self) -> Verified:
        """The depths of the operand stack."""

    @property
    def private(self) -> bool:
        """Return True if only the machine can access the variables (class and module code)."""

    @property
    def restored(self) -> set[Any]:
        """The variables that a comprehension restores, which may make them unbound."""

    @property
    def plan(self) -> Plan | None:
        """The hooks to call."""

    @property
    def shadower(self) -> object:
        """The shadow propagation, if any: hooks may then be called by handlers only."""

    @property
    def stops(self) -> frozenset[int]:
        """Idle instructions that are executed all the same."""

    @property
    def entry(self) -> int:
        """Index of the first instruction to execute."""

    @property
    def first_variable(self) -> int:
        """The register of the first variable."""

    @property
    def first_operand(self) -> int:
        """The register of the lowest operand."""

    @property
    def requests(self) -> RequestSites:
        """The request sites."""

    @property
    def alive(self) -> list[bool]:
        """A list that is emptied when traces and counters made so far become invalid."""

    has_entry: bool
    """Return True if it ever had a method-JIT entry."""

    def follow(self, index: int) -> int:
        """Return the instruction that is executed when control reaches `index`."""

    def resident_code(self) -> types.CodeType | None:
        """Return the resident code object, None if it is gone. While it exists, the program stays linked."""

    def is_linked(self) -> bool:
        """Return True if there are handlers."""

    def install(self, index: int, handler: Op, alive: list[bool]) -> None:
        """Put a handler or a trace, made while the program had this list `alive`, in the place of an instruction's."""
