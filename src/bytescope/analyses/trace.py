"""`trace`: what a program does, call by call, line by line or instruction by instruction."""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from bytescope.analyses.base import SafeRepr, Shipped
from bytescope.analysis import EVENTS, Site
from bytescope.analysis.planning.tasks import current_task

LEVELS = ("call", "line", "instruction")

Entry = tuple[float, str, str, Site, str]
"""Microseconds since the beginning, track, event, site, details."""


class _Tracks:
    """Names of threads and of asyncio tasks; two of the same name that are alive at a time are told apart."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._alive: dict[str, weakref.ref[Any]] = {}

    def now(self) -> str:
        """The name of the task, or else the thread, that is being executed."""
        thread, task = threading.current_thread(), current_task()
        actor = thread if task is None else task
        name = self._names.get(id(actor))
        if name is None:
            name = self._add(actor, thread.name if task is None else f"{thread.name} / {task.get_name()}")
        return name

    def _add(self, actor: Any, plain: str) -> str:
        name, number = plain, 1
        while name in self._alive:
            number += 1
            name = f"{plain} ({number})"
        key = id(actor)

        def gone(reference: weakref.ref[Any]) -> None:
            del self._names[key], self._alive[name]

        self._names[key] = name
        self._alive[name] = weakref.ref(actor, gone)
        return name


class Trace(Shipped):
    """Records a trace in bounded memory.

    Args:
        level: "call", "line" (calls and lines) or "instruction" (all of it, with operands and results).
        limit: how many events are kept.
        ring: whether the latest ones are kept, and not the first.
        width: characters of a value's repr.
    """

    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json", "chrome": "chrome"}

    def __new__(cls, level: str = "call", limit: int = 100_000, ring: bool = True, width: int = 60) -> Trace:
        """Choose the class that has just the events of the level."""
        if level not in LEVELS:
            raise ValueError(f"no level {level!r}: choose {', '.join(LEVELS)}")
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit}")
        return super().__new__({"call": Trace, "line": _Lines, "instruction": _Instructions}[level])

    def __init__(self, level: str = "call", limit: int = 100_000, ring: bool = True, width: int = 60) -> None:
        self.level = level
        self.count = 0
        self.entries: deque[Entry] = deque(maxlen=limit)
        self._limit = limit
        self._ring = ring
        self._repr = SafeRepr(width)
        self._tracks = _Tracks()
        self._start = time.perf_counter()

    def _add(self, event: str, site: Site, details: str = "") -> None:
        self.count += 1
        if self._ring or self.count <= self._limit:
            self.entries.append(((time.perf_counter() - self._start) * 1e6, self._tracks.now(), event, site, details))

    def enter(self, site: Site, arguments: dict[str, Any]) -> None:
        """A frame begins."""
        self._add("enter", site, ", ".join(f"{name}={self._repr(value)}" for name, value in arguments.items()))

    def leave(self, site: Site, value: Any) -> None:
        """A frame returns."""
        self._add("leave", site, self._repr(value))

    def unwind(self, site: Site, exception: BaseException) -> None:
        """A frame is left by an exception."""
        self._add("unwind", site, self._repr(exception))

    def yield_(self, site: Site, value: Any) -> None:
        """A generator is suspended."""
        self._add("yield", site, self._repr(value))

    def resume(self, site: Site, value: Any) -> None:
        """A generator goes on."""
        self._add("resume", site, self._repr(value))

    # --- results

    def result(self) -> dict[str, Any]:
        """The events kept, in order."""
        return {
            "level": self.level,
            "count": self.count,
            "dropped": self.count - len(self.entries),
            "events": [
                {"time": round(moment, 1), "track": track, "event": event, "function": site.function, "file": site.file,
                 "line": site.line, "instruction": site.instruction, "details": details}
                for moment, track, event, site, details in self.entries
            ],
        }  # fmt: skip

    def report(self) -> str:
        """Return one line for each event, indented by depth."""
        depths: dict[str, int] = {}
        lines = []
        dropped = self.count - len(self.entries)
        if dropped:
            lines.append(f"... {dropped:,} events {'before these' if self._ring else 'after these'} were not kept")
        tracks = {entry[1] for entry in self.entries}
        margin = max(map(len, tracks), default=0) + 3 if len(tracks) > 1 else 0
        for _, track, event, site, details in self.entries:
            if event in _ENDS:
                depths[track] = max(depths.get(track, 0) - 1, 0)
            who = f"[{track}] ".ljust(margin) if margin else ""
            where = f"{site.function}:{site.line}"
            indent = "  " * depths.get(track, 0)
            what = _sentence(event, site, details)
            lines.append(f"{who}{where:<28} {indent}{what}".rstrip())
            if event in _BEGINS:
                depths[track] = depths.get(track, 0) + 1
        return "\n".join(lines) + "\n"

    def chrome(self) -> str:
        """A trace file for Perfetto (ui.perfetto.dev) and chrome://tracing: threads and asyncio tasks are tracks."""
        tracks: dict[str, int] = {}
        open_: dict[int, list[str]] = {}
        events: list[dict[str, Any]] = []
        last = 0.0
        for moment, track, event, site, details in self.entries:
            last = moment
            number = tracks.setdefault(track, len(tracks) + 1)
            common = {"ts": round(moment, 3), "pid": 1, "tid": number}
            args = {"place": site.place, "details": details}
            stack = open_.setdefault(number, [])
            if event in _BEGINS:
                stack.append(site.function)
                events.append({"ph": "B", "name": site.function, "cat": event, **common, "args": args})
            elif event in _ENDS:
                if stack:  # the beginning may have left the ring
                    events.append({"ph": "E", "name": stack.pop(), **common, "args": args})
            else:
                name = f"line {site.line}" if event == "line" else site.instruction
                events.append({"ph": "i", "s": "t", "name": name, "cat": event, **common, "args": args})
        for number, stack in open_.items():
            events += [
                {"ph": "E", "name": name, "ts": round(last, 3), "pid": 1, "tid": number} for name in reversed(stack)
            ]
        names = [
            {"ph": "M", "name": "thread_name", "pid": 1, "tid": number, "args": {"name": track}}
            for track, number in tracks.items()
        ]
        return json.dumps({"traceEvents": [*names, *events], "displayTimeUnit": "ms"})


_BEGINS = frozenset({"enter", "resume"})
_ENDS = frozenset({"leave", "unwind", "yield"})


def _sentence(event: str, site: Site, details: str) -> str:
    name = site.function.rpartition(".")[2]
    if event == "enter":
        return f"-> {name}({details})"
    if event in ("leave", "unwind", "yield"):
        return f"<- {name} {'returns' if event == 'leave' else 'raises' if event == 'unwind' else 'yields'} {details}"
    if event == "resume":
        return f"-> {name} goes on with {details}"
    if event == "line":
        return details
    return f"{site.instruction}  {details}"


class _Lines(Trace):
    """Calls and lines."""

    def line(self, site: Site) -> None:
        """A line is executed."""
        import linecache

        self._add("line", site, linecache.getline(site.file, site.line or 0).strip())


class _Instructions(_Lines):
    """Calls, lines and instructions with their values."""


def _told(name: str, parameters: tuple[str, ...]) -> Callable[..., None]:
    has_result = parameters[-1] == "result"

    def method(self: Trace, site: Site, *given: Any) -> None:
        texts = [self._repr(each) for each in given]
        details = f"{', '.join(texts[:-1])} -> {texts[-1]}" if has_result else ", ".join(texts)
        self._add(name, site, details)

    method.__name__ = name
    return method


for _event in EVENTS.values():
    if _event.kind == "after" or _event.name in ("branch", "raise", "handle"):
        setattr(_Instructions, _event.method, _told(_event.name, _event.parameters))


__all__ = ["LEVELS", "Trace"]
