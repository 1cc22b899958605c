"""The lock of all changes, and what becomes of it and of the state of threads when the process forks.

There is one lock, because what it guards hangs together: two would be taken in both orders sooner or later. A thread
that forks takes it first, so that no change is half done in the child, where nobody would finish it.
"""

from __future__ import annotations

import os
from _thread import RLock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Table = TypeVar("Table", dict[int, Any], set[int])

CHANGES: Any = RLock()
"""Held while anything changes that all threads share: what is attached, woven, linked, compiled, or imported in another
form."""

_by_thread: list[dict[int, Any] | set[int]] = []


def by_thread(table: Table) -> Table:
    """Register a table whose keys are identifiers of threads, and return it.

    A child process has but one thread, and gives the identifiers of the others to new ones: it forgets them.
    """
    _by_thread.append(table)
    return table


def _in_child() -> None:
    """Forget the threads that there are not, and take over the lock."""
    thread = get_ident()
    for table in _by_thread:
        for other in [key for key in table if key != thread]:
            table.pop(other) if isinstance(table, dict) else table.discard(other)
    state = CHANGES._release_save()
    CHANGES._at_fork_reinit()
    if state[0] > 1:  # a hook or a finalizer has forked
        CHANGES._acquire_restore((state[0] - 1, state[1]))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=CHANGES.acquire, after_in_parent=CHANGES.release, after_in_child=_in_child)
