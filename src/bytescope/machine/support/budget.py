"""Watched runs: limits on instructions, depth, time and memory, and the counting of instructions by kind.

A run that exceeds a limit is stopped by an exception that guests cannot catch. Once it was raised, no instruction of
the run is executed any more, whatever host code does with the exception, and whoever calls what the run has left:
finalizers, exit handlers, callbacks, threads. Its code belongs to it until another run executes it.
"""

from __future__ import annotations

import os
import time
from _thread import get_ident
from _weakref import ref

from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import remove
from bytescope.machine.support import memory, signal_handlers
from bytescope.machine.support.recursion import leave_room
from bytescope.startup.locks import by_thread
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from bytescope.machine.support.counting import Tally

_BATCH = 256
"""Maximum number of instructions between two readings of the clock."""

_SHORT_BATCH = 16
"""Maximum number between two readings of the memory in use, which a few instructions can double."""

_UNLIMITED = 1 << 62

_ROOM = 6
"""Frames that a watched run needs above a guest's, beyond those that every run needs."""


class BudgetExceeded(BaseException):
    """A limit of the run was exceeded. Handlers and `finally` blocks of guest code do not see it.

    Args:
        limit: see below.
        message: what was exceeded, in one line.

    Attributes:
        limit: "max_instructions", "max_depth", "timeout", "max_memory", or "stop" if it was stopped by `VM.stop`.
    """

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit

    def __reduce__(self) -> tuple[type[BudgetExceeded], tuple[str, str]]:
        return type(self), (self.limit, self.args[0])


BudgetExceeded.__module__ = "bytescope"


class Budget:
    """Limits of a run, what it has used, and its tally, if it is counted.

    The engine takes one from `left` for each instruction, and calls `renew` when nothing is left.
    """

    __slots__ = (
        "max_instructions",
        "max_depth",
        "timeout",
        "max_memory",
        "tally",
        "stoppable",
        "left",
        "depth",
        "deadline",
        "spent",
        "_ceiling",
        "_unspent",
        "_runs",
        "_signals",
        "__weakref__",
    )

    def __init__(
        self,
        max_instructions: int | None = None,
        max_depth: int | None = None,
        timeout: float | None = None,
        tally: Tally | None = None,
        stoppable: bool = False,
        max_memory: int | None = None,
    ) -> None:
        """Make a budget.

        Args:
            max_instructions: guest instructions.
            max_depth: guest frames on the stack.
            timeout: seconds.
            tally: counts the instructions by kind.
            stoppable: whether `halt` may be called.
            max_memory: bytes by which the process's resident memory may grow.

        Raises:
            TypeError: if a limit is no number.
            ValueError: if a limit is negative, or this platform does not tell the memory in use.
        """
        self.max_instructions = _checked("max_instructions", max_instructions, int)
        self.max_depth = _checked("max_depth", max_depth, int)
        self.timeout = _checked("timeout", timeout, float)
        self.max_memory = _checked("max_memory", max_memory, int)
        if max_memory is not None and memory.resident is None:
            raise ValueError("max_memory must be None on this platform, which does not tell the memory in use")
        self.tally = tally
        self.stoppable = stoppable
        self.left = _UNLIMITED
        self.depth = 0
        self.deadline: float | None = None
        self.spent: BudgetExceeded | None = None
        self._ceiling: int | None = None
        self._unspent = _UNLIMITED
        self._runs: list[object] = []
        self._signals: list[tuple[int, Any]] = []

    @property
    def watches(self) -> bool:
        """Return True if anything is limited or counted, or the run may be stopped."""
        limits = self.max_instructions, self.max_depth, self.timeout, self.max_memory, self.tally
        return self.stoppable or limits != (None, None, None, None, None)

    @property
    def applies(self) -> bool:
        """Return True if the run's instructions are watched now: it is under way, or was stopped."""
        return self.watches and (bool(self._runs) or self.spent is not None)

    def start(self, run: object) -> None:
        """Begin a run: the clock starts. A run within the run belongs to it."""
        self._runs.append(run)
        if len(self._runs) > 1:
            return
        self.spent = None
        self.depth = 0
        self.left = 0
        self._unspent = _UNLIMITED if self.max_instructions is None else self.max_instructions
        self.deadline = None if self.timeout is None else time.monotonic() + self.timeout
        self._ceiling = None if self.max_memory is None else memory.used() + self.max_memory
        self._signals = signal_handlers.handlers() if self.watches else []

    def stop(self, run: object) -> None:
        """End a run. What stays of it - generators, callbacks - is free, unless a limit was exceeded."""
        remove(self._runs, run)
        if self._runs:
            return
        if self.spent is None:
            self.left = _UNLIMITED
            self.deadline = None
        else:
            signal_handlers.restore(self._signals)
        self._signals = []

    def halt(self) -> None:
        """Stop the run, if there is one, before its next instruction."""
        if self._runs and self.spent is None:
            self.spent = BudgetExceeded("stop", "the run was stopped")
            self.left = 0

    @hidden
    def enter(self, frames: int = 1) -> None:
        """Count guest frames that are pushed onto the stack.

        Args:
            frames: how many: a generator's frame comes with those that delegate to it.

        Raises:
            BudgetExceeded: if that exceeds the maximum depth.
        """
        self.depth += frames
        if self.max_depth is not None and self.depth > self.max_depth:
            self.exceed("max_depth", f"more than {self.max_depth} guest frames")

    @hidden
    def renew(self) -> None:
        """Grant the next batch of instructions, one of which is about to be executed.

        Raises:
            BudgetExceeded: if none are left, or the time is over.
        """
        self.left = 0
        if self.spent is not None:
            raise BudgetExceeded(self.spent.limit, str(self.spent))
        if not self._unspent:
            self.exceed("max_instructions", f"more than {self.max_instructions:,} guest instructions")
        self.look_at_clock()
        batch = min(_BATCH, self._unspent)
        if self._ceiling is not None:
            batch = min(_SHORT_BATCH, batch)
            if memory.used() > self._ceiling:
                self.exceed("max_memory", f"more than {self.max_memory:,} bytes of memory")
        self._unspent -= batch
        self.left = batch - 1

    @hidden
    def look_at_clock(self) -> None:
        """Read the clock.

        Raises:
            BudgetExceeded: if the time is over.
        """
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.exceed("timeout", f"more than {self.timeout:g} seconds")

    @hidden
    def exceed(self, limit: str, message: str) -> NoReturn:
        """Stop the run for good.

        Raises:
            BudgetExceeded: always.
        """
        self.left = 0
        self.spent = BudgetExceeded(limit, message)
        raise BudgetExceeded(limit, message)


def _checked(name: str, value: Any, kind: type) -> Any:
    """Return a limit after checking its type and sign."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isinstance(value, (int, kind)):
        expected = "an integer" if kind is int else "a number of seconds"
        raise TypeError(f"{name} must be {expected} or None, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} must not be negative, and {value} is")
    return value


# --- what is in force


watching: list[object] = []
"""Not empty while any instruction may have to be watched: it has the active runs, and references to the budgets of
those that were stopped."""


class in_force:
    """A part of a run: the budget is in force in this thread (inside a watched run: if it watches).

    Args:
        budget: the budget.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._thread = get_ident()

    def open(self) -> None:
        """Start the run."""
        budget = self.budget
        own = _by_thread.setdefault(self._thread, [])
        if own and not budget.watches:
            return
        budget.start(self)
        own.append(self)
        if budget.watches:
            while ref(budget) in watching:  # of a run that was stopped
                watching.remove(ref(budget))
            active.append(self)
            watching.append(self)
            leave_room(self, _ROOM)

    def close(self) -> None:
        """Stop the run."""
        budget = self.budget
        own = _by_thread.get(self._thread, [])
        remove(own, self)
        if not own:
            _by_thread.pop(self._thread, None)
        remove(active, self)
        if self in watching:
            if budget.spent is not None and ref(budget) not in watching:
                watching.append(ref(budget, watching.remove))
            remove(watching, self)
        leave_room(self, 0)
        budget.stop(self)


active: list[in_force] = []
"""The runs whose budgets watch anything, the latest last."""

_by_thread: dict[int, list[in_force]] = by_thread({})
"""The runs that each thread has started."""


def current(owner: Budget | None = None) -> Budget | None:
    """Return the budget of this thread: that of its innermost run.

    Outside of this thread's runs it is that of the run that the code belongs to, else the latest.

    Args:
        owner: the budget of the run that the code belongs to.
    """
    own = _by_thread.get(get_ident())
    if own:
        budget: Budget | None = own[-1].budget
    elif owner is not None and owner.applies:
        budget = owner
    else:
        budget = active[-1].budget if active else None
    return budget if budget is not None and budget.watches else None


@hidden
def _in_child() -> None:
    """Deactivate the runs of threads that a forked child does not have; that of the forking thread stays active."""
    own = _by_thread.get(get_ident()) or active[-1:]
    for run in [each for each in active if each not in own]:
        remove(active, run)
        remove(watching, run)
        leave_room(run, 0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
