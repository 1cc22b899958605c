"""The reference interpreter as an engine of analyses."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable

from bytescope.analysis.attachments import Board
from bytescope.analysis.base import AnalysisError
from bytescope.analysis.planning.planner import Planner
from bytescope.analysis.site import Site
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.host.transactions import Transaction
from bytescope.loading.imports import Guests, importing
from bytescope.machine import instrument as observe
from bytescope.machine.guests import signals, temporary
from bytescope.machine.program import Program
from bytescope.machine.resident import interpreted
from bytescope.machine.support.recursion import headroom


class Interpreter:
    """Observes programs that the machine executes, and has further functions executed by it."""

    name = "interpreter"

    def __init__(self) -> None:
        self.board = Board(self)

    # --- for the board

    def observe(self, planner: Planner | None, changed: list[Subscriber]) -> None:
        """Observe programs as a planner plans."""
        if planner is None:
            observe.go_on()
        observe.set_planner(None if planner is None else planner.plan)

        def concerned(program: Program) -> bool:
            code = program.code
            return program.plan is not None or any(
                each.filters.wants_code(program.module, code.co_filename, code.co_qualname) for each in changed
            )

        observe.replan(concerned)
        if self.board.wants_exceptions():
            observe.guard()

    def refresh(self, site: Site, planner: Planner) -> None:
        """Plan a site again."""
        if site.code is not None:
            observe.refresh(site.code, site.index, planner.point)

    def rearm(self, planner: Planner, changed: list[Subscriber]) -> None:
        """Plan all sites again."""
        self.observe(planner, changed)

    def stop(self, failure: Callable[[], AnalysisError]) -> None:
        """Raise at the next instruction."""
        observe.stop(failure)

    # --- for attachments

    def attached(self, guests: Guests, functions: Callable[[], Iterable[types.FunctionType]]) -> Transaction:
        """Return a context during which modules are imported as guests, and functions are guests.

        Args:
            guests: the modules.
            functions: finds the functions.
        """
        return Transaction(
            importing(guests, interpreted), headroom(), temporary.Converted(functions), signals.available.use()
        )

    def calling(self, function: Callable[..., object]) -> Transaction:
        """Return a context during which a function and the others of its module are guests."""
        return temporary.guests(function)


INTERPRETER = Interpreter()
