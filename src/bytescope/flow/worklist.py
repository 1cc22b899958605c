"""The worklist algorithm: states are propagated along the edges of the control flow until none changes."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Any

__all__ = ["Worklist"]


class Worklist:
    """Propagates states forwards over instructions. States are compared by `==`, and None is none.

    Attributes:
        states: by instruction the state before it, None where control has not come.
        pending: instructions whose state has changed since they were followed.
    """

    def __init__(self, count: int) -> None:
        self.states: list[Any] = [None] * count
        self.pending: list[int] = []

    def step(self, index: int, state: Any) -> Any:
        """Follow an instruction: call `reach` for its jump and its handler.

        Returns:
            The state before the next instruction, None if control does not go on to it.
        """
        raise NotImplementedError

    def join(self, index: int, known: Any, other: Any) -> Any:
        """Return what is known where control comes to an instruction with one of two states, which differ."""
        raise NotImplementedError

    def reach(self, index: int, state: Any) -> None:
        """Register that control comes to an instruction with a state."""
        known = self.states[index]
        if known is None:
            self.states[index] = state
            self.pending.append(index)
        elif known != state:
            joined = self.join(index, known, state)
            if joined != known:
                self.states[index] = joined
                self.pending.append(index)

    def run(self) -> None:
        """Follow what is pending until nothing is."""
        states, pending, step = self.states, self.pending, self.step
        while pending:
            index = pending.pop()
            state = step(index, states[index])
            while state is not None:
                index += 1
                if states[index] is not None:
                    self.reach(index, state)
                    break
                states[index] = state
                state = step(index, state)
