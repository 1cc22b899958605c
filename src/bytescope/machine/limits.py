"""Limits on a run: instructions, depth, time. A run that exceeds one is stopped by an exception that guests cannot catch."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class BudgetExceeded(BaseException):
    """A limit of the run was exceeded. Handlers and `finally` blocks of guest code do not see it.

    Attributes:
        limit: "max_instructions", "max_depth" or "timeout".
    """

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


@dataclass(slots=True)
class Budget:
    """What a run may use, and has used.

    max_instructions: guest instructions; max_depth: guest frames; timeout: seconds. None is no limit.
    """

    max_instructions: int | None = None
    max_depth: int | None = None
    timeout: float | None = None
    instructions: int = 0
    depth: int = 0
    deadline: float = field(default=float("inf"))

    def start(self) -> None:
        """Begin the run: the clock starts."""
        self.instructions = self.depth = 0
        self.deadline = float("inf") if self.timeout is None else time.monotonic() + self.timeout

    def enter(self) -> None:
        """A guest frame starts.

        Raises:
            BudgetExceeded: if it is one too many.
        """
        self.depth += 1
        if self.max_depth is not None and self.depth > self.max_depth:
            raise BudgetExceeded("max_depth", f"more than {self.max_depth} guest frames")

    def spend(self) -> None:
        """A guest instruction is about to be executed.

        Raises:
            BudgetExceeded: if it is one too many, or too late.
        """
        self.instructions += 1
        if self.max_instructions is not None and self.instructions > self.max_instructions:
            raise BudgetExceeded("max_instructions", f"more than {self.max_instructions} guest instructions")
        if not self.instructions & 0xFF and time.monotonic() > self.deadline:
            raise BudgetExceeded("timeout", f"more than {self.timeout} seconds")


active: list[Budget] = []
"""The budget in force, if any: the last one."""
