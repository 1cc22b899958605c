"""Transactions: changes of the process that are made as a whole or not at all, wherever an interrupt comes.

An interrupt is an exception that the code around does not raise itself: KeyboardInterrupt, what a signal handler of the
program raises, what another thread sends. None can be kept off from Python. So each part of a change is registered
before it is made, and can be taken back however much of it was made, and again if that is interrupted.
"""

from __future__ import annotations

import gc

from bytescope.code.host.interrupts import no_interrupts_at_start, no_interrupts_in_jumps
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Callable, Protocol


class Part(Protocol):
    """A change that can be taken back."""

    def open(self) -> None:
        """Make the change."""

    def close(self) -> None:
        """Undo the change, whether it was made completely, in part or not at all."""


_TRIES = 8
"""Attempts to close a part whose `close` raises: more than the number of interrupts that a user will send."""


class Transaction:
    """Parts that are open together or not at all: a context manager, and a part of other transactions.

    An interrupt while they are opened has those closed that are open. An interrupt while they are closed is raised as
    soon as all are.

    Args:
        parts: in the order in which they are opened; they are closed in the opposite order.
        meanwhile: parts that are open only while the others are being opened or closed.
    """

    def __init__(self, *parts: Part, meanwhile: tuple[Part, ...] = ()) -> None:
        self._parts = parts
        self._meanwhile = meanwhile
        self._opened: list[Part] = []

    def is_open(self) -> bool:
        """Return True if any part is open."""
        return bool(self._opened)

    def open(self) -> None:
        """Open the parts. Whoever calls this calls `close` if it raises."""
        for part in self._meanwhile:
            part.open()
        for part in self._parts:
            self._opened.append(part)  # before it is open: it may become half open
            part.open()
        for part in self._meanwhile:
            part.close()

    def close(self) -> None:
        """Close the parts that are open, if any is."""
        first: BaseException | None = None
        tries = 0
        while True:
            try:
                for part in self._meanwhile:
                    part.open()
                for part in self._opened[::-1]:
                    part.close()
                    remove(self._opened, part)
                for part in self._meanwhile:
                    part.close()
                break
            except BaseException as error:
                if first is None:
                    first = error
                tries += 1
                if tries == _TRIES:  # no interrupt, but a failure
                    if not self._opened:
                        raise
                    del self._opened[-1:]
                    tries = 0
        if first is not None:
            raise first

    def __enter__(self) -> Any:
        try:
            self.open()
            return self
        except BaseException:
            self.close()
            raise

    def __exit__(self, kind: Any, error: BaseException | None, trace: object) -> None:
        try:
            self.leave(error)
            self.close()
        except BaseException:
            self.close()
            raise

    def leave(self, error: BaseException | None) -> None:
        """Do what is to be done before the parts are closed; `error` is what ends the block, if that is one."""


for _method in (Transaction.close, Transaction.__exit__):
    no_interrupts_in_jumps(_method)
    no_interrupts_at_start(_method)


def remove(members: list[Any], value: object) -> None:
    """Remove a value from a list that may have it, in one step."""
    try:
        members.remove(value)
    except ValueError:
        pass


class Step:
    """A part that consists of two functions.

    Args:
        open, close: the methods of the part.
    """

    def __init__(self, open: Callable[[], object], close: Callable[[], object]) -> None:
        self._open, self._close = open, close

    def open(self) -> None:
        """Make the change."""
        self._open()

    def close(self) -> None:
        """Undo the change."""
        self._close()


class Shared:
    """A change that is made while anybody needs it.

    Args:
        make: makes the change; it is called when the first user opens it.
        undo: takes it back, however much of it was made; it is called when the last user has closed it.
    """

    def __init__(self, make: Callable[[], object], undo: Callable[[], object]) -> None:
        self.make = make
        self.undo = undo
        self.users: list[object] = []

    def use(self) -> Step:
        """Return a part that is a user of the change."""
        user = object()

        def open() -> None:
            with CHANGES:
                first = not self.users
                self.users.append(user)
                if first:
                    self.make()

        def close() -> None:
            with CHANGES:
                remove(self.users, user)
                if not self.users:
                    self.undo()

        return Step(open, close)


class Member(Step):
    """A part that has a value in a list.

    Args:
        members: the list.
        value: the value.
    """

    def __init__(self, members: list[Any], value: object) -> None:
        super().__init__(lambda: members.append(value), lambda: remove(members, value))


class Released:
    """A part at whose end this thread holds the lock of changes if it did before, whatever release was prevented."""

    def __init__(self) -> None:
        self._held: bool | None = None

    def open(self) -> None:
        """Record whether this thread holds the lock."""
        if self._held is None:
            self._held = CHANGES._is_owned()

    def close(self) -> None:
        """Release it, if need be."""
        while self._held is False and CHANGES._is_owned():
            CHANGES.release()
        self._held = None


class Collecting:
    """A part at whose end the garbage collector is on if it was before."""

    def __init__(self) -> None:
        self._enabled = False

    def open(self) -> None:
        """Record whether the collector is on."""
        self._enabled = self._enabled or gc.isenabled()

    def close(self) -> None:
        """Enable it again."""
        if self._enabled and not gc.isenabled():
            gc.enable()
        self._enabled = False
