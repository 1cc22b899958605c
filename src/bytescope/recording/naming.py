"""Names of the tasks and threads that execute frames, read without running code of the program."""

from __future__ import annotations

import sys
from _thread import get_ident

__all__ = ["task_name", "thread_name"]


def thread_name() -> str | None:
    """Return the name of this thread, None for the main one and for those that `threading` does not know."""
    threading = sys.modules.get("threading")
    if threading is None:
        return None
    thread = threading._active.get(get_ident())
    if thread is None or thread is threading._main_thread:
        return None
    name = vars(thread).get("_name")
    return name if type(name) is str else None


def task_name() -> str | None:
    """Return the name of the asyncio task that is executed here, None if there is none."""
    asyncio = sys.modules.get("_asyncio")
    if asyncio is None:
        return None
    loop = asyncio._get_running_loop()
    if loop is None:
        return None
    current = getattr(asyncio, "current_task", None)
    task = asyncio._current_tasks.get(loop) if current is None else current(loop)
    if asyncio.Task not in type(task).__mro__:
        return None
    name = asyncio.Task.get_name(task)
    return name if type(name) is str else None
