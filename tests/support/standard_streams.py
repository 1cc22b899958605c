"""What the observing engines are told of a program, event by event, in a form that can be compared."""

from __future__ import annotations

import sys
import threading
import types
from hashlib import sha256
from typing import Any

from . import observe

LONGEST = 20_000
"""So many events of a thread are kept; what follows is compared as a whole, and without operands."""
LARGEST = 30
"""A container with more elements is described by its length."""


class Recorder:
    """Takes note of events, thread by thread, so that it does not matter how they take turns."""

    def __init__(self) -> None:
        self.threads: dict[str, _Thread] = {}
        self.count = 0

    def told(self, event: str, given: tuple[Any, ...]) -> None:
        """Take note of an event. It runs no code of the program."""
        self.count += 1
        name = threading.current_thread().name
        thread = self.threads.get(name)
        if thread is None:
            thread = self.threads[name] = _Thread()
        site, *rest = given
        if event in ("thread_start", "thread_stop"):
            thread.add(event)
        elif len(thread.lines) < LONGEST:
            thread.add(f"{site.function}:{site.line} {event} {', '.join(map(shown, rest))}")
        else:
            thread.add(f"{site.line} {event}")

    def take(self) -> list[str]:
        """What was noted since it was taken last."""
        threads, self.threads = self.threads, {}
        return [f"{name}: {line}" for name in sorted(threads) for line in threads[name].take()]


class _Thread:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.more = 0
        self.hash = sha256()

    def add(self, line: str) -> None:
        if len(self.lines) < LONGEST:
            self.lines.append(line)
        else:
            self.more += 1
            self.hash.update(line.encode("utf-8", "replace"))

    def take(self) -> list[str]:
        return [*self.lines, f"{self.more} more, {self.hash.hexdigest()}"] if self.more else self.lines


def shown(value: Any) -> str:
    """A value, or where the events say less than its type a name."""
    kind = type(value)
    if kind in (types.FunctionType, types.BuiltinFunctionType, types.CodeType, type):
        return f"<{value.__name__ if kind is not types.CodeType else value.co_name}>"
    if kind is types.MethodType:
        return f"<method {shown(value.__func__)}>"
    if kind.__name__ == "Site":
        return f"{value.function}:{value.line}"
    if kind in (dict, list, set, frozenset, tuple) and len(value) > LARGEST:
        return "<sys.modules>" if value is sys.modules else f"<{kind.__name__} of {len(value)}>"
    if kind is dict and "__builtins__" in value:
        return "<namespace>"
    if kind is tuple:
        return f"({', '.join(map(shown, value))})"
    return observe.value(value, 2)


RECORDER = Recorder()
"""What the engines of a worker record with."""
