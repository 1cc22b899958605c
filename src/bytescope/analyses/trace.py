"""`trace`: what a program does, call by call, line by line or instruction by instruction."""

from __future__ import annotations

import json
import threading
import time
import types
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from bytescope.analyses.base import Shipped
from bytescope.analyses.nesting import BEGINS, ENDS, Nesting
from bytescope.analyses.values import SafeRepr
from bytescope.analysis import EVENTS, Site
from bytescope.analysis.guest_frames import caller, frame
from bytescope.analysis.planning.tasks import current_task
from bytescope.code.flags import CO_GENERATOR

LEVELS = ("call", "line", "instruction")

Entry = tuple[float, str, str, Site, str, int, tuple[int, ...]]
"""Microseconds since the beginning, track, event, site, details, frame, and at the beginning of a frame its callers."""


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
        width: characters of a value's text.
        repr: whether objects are shown by their own `__repr__`, which is code of the program.
    """

    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json", "chrome": "chrome"}

    def __new__(
        cls, level: str = "call", limit: int = 100_000, ring: bool = True, width: int = 60, repr: bool = False
    ) -> Trace:
        """Choose the class that has just the events of the level."""
        if level not in LEVELS:
            raise ValueError(f"no level {level!r}: choose {', '.join(LEVELS)}")
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit}")
        return super().__new__({"call": Trace, "line": _Lines, "instruction": _Instructions}[level])

    def __init__(
        self, level: str = "call", limit: int = 100_000, ring: bool = True, width: int = 60, repr: bool = False
    ) -> None:
        self.level = level
        self.count = 0
        self.entries: deque[Entry] = deque(maxlen=limit)
        self._limit = limit
        self._ring = ring
        self._repr = SafeRepr(width, repr)
        self._tracks = _Tracks()
        self._start = time.perf_counter()
        self._suspended: set[int] = set()

    def _add(self, event: str, site: Site, details: str = "", of: types.FrameType | None = None) -> None:
        self.count += 1
        if self._ring or self.count <= self._limit:
            moment = (time.perf_counter() - self._start) * 1e6
            callers = _callers(of) if event in BEGINS else ()
            self.entries.append((moment, self._tracks.now(), event, site, details, id(of), callers))

    def enter(self, site: Site, arguments: dict[str, Any]) -> None:
        """A frame begins."""
        here = frame()
        self._suspended.discard(id(here))  # another one's, which has gone without an end
        self._add("enter", site, ", ".join(f"{name}={self._repr(value)}" for name, value in arguments.items()), here)

    def leave(self, site: Site, value: Any) -> None:
        """A frame returns."""
        self._add("leave", site, self._repr(value), frame())

    def unwind(self, site: Site, exception: BaseException) -> None:
        """A frame is left by an exception."""
        self._add("unwind", site, self._repr(exception), frame())

    def yield_(self, site: Site, value: Any) -> None:
        """A generator is suspended."""
        here = frame()
        self._suspended.add(id(here))
        self._add("yield", site, self._repr(value), here)

    def resume(self, site: Site, value: Any) -> None:
        """A generator goes on."""
        here = frame()
        self._suspended.discard(id(here))
        self._add("resume", site, self._repr(value), here)

    def raise_(self, site: Site, exception: BaseException) -> None:
        """An exception comes up: a generator goes on with it, if that was suspended."""
        here = frame()
        if id(here) in self._suspended or (site.op == "SEND" and type(exception) is GeneratorExit):
            self._suspended.discard(id(here))
            self._add("resume", site, self._repr(exception), here)

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
                for moment, track, event, site, details, _, _ in self.entries
            ],
        }  # fmt: skip

    def report(self) -> str:
        """Return one line for each event, indented by depth."""
        nestings: dict[str, Nesting] = {}
        lines = []
        dropped = self.count - len(self.entries)
        if dropped:
            lines.append(f"... {dropped:,} events {'before these' if self._ring else 'after these'} were not kept")
        tracks = {entry[1] for entry in self.entries}
        margin = max(map(len, tracks), default=0) + 3 if len(tracks) > 1 else 0
        for _, track, event, site, details, of, callers in self.entries:
            nesting = nestings.setdefault(track, Nesting())
            if event in ENDS:
                nesting.end(of)
            elif event in BEGINS:
                nesting.begin(of, site.function, callers)
            who = f"[{track}] ".ljust(margin) if margin else ""
            where = f"{site.function}:{site.line}"
            indent = "  " * (nesting.depth - (event in BEGINS))
            what = _sentence(event, site, details)
            lines.append(f"{who}{where:<28} {indent}{what}".rstrip())
        return "\n".join(lines) + "\n"

    def chrome(self) -> str:
        """A trace file for Perfetto (ui.perfetto.dev) and chrome://tracing: threads and asyncio tasks are tracks."""
        tracks: dict[str, int] = {}
        nestings: dict[int, Nesting] = {}
        events: list[dict[str, Any]] = []
        last: dict[str, Any] = {"ts": 0.0}
        for moment, track, event, site, details, of, callers in self.entries:
            number = tracks.setdefault(track, len(tracks) + 1)
            last = {"ts": round(moment, 3), "pid": 1, "tid": number}
            what = {"cat": event, **last, "args": {"place": site.place, "details": details}}
            nesting = nestings.setdefault(number, Nesting())
            if event in BEGINS:
                closed, opened = nesting.begin(of, site.function, callers)
                events += [{"ph": "E", "name": name, **last} for name in closed]
                events += [{"ph": "B", "name": name, **last} for name in opened[:-1]]
                events += [{"ph": "B", "name": name, **what} for name in opened[-1:]]
            elif event in ENDS:
                closed = nesting.end(of)  # none if the beginning has left the ring
                events += [{"ph": "E", "name": name, **last} for name in closed[:-1]]
                events += [{"ph": "E", "name": name, **what} for name in closed[-1:]]
            else:
                name = f"line {site.line}" if event == "line" else site.instruction
                events.append({"ph": "i", "s": "t", "name": name, **what})
        for number, nesting in nestings.items():
            events += [{"ph": "E", "name": name, "ts": last["ts"], "pid": 1, "tid": number} for name in nesting.rest()]
        names = [
            {"ph": "M", "name": "thread_name", "pid": 1, "tid": number, "args": {"name": track}}
            for track, number in tracks.items()
        ]
        return json.dumps({"traceEvents": [*names, *events], "displayTimeUnit": "ms"})


def _callers(of: types.FrameType | None) -> tuple[int, ...]:
    """The frame that has called one; if that is a generator, which may wait for it, those behind it as well."""
    found = []
    while of is not None:
        of = caller(of)
        if of is not None:
            found.append(id(of))
            if not of.f_code.co_flags & CO_GENERATOR:
                break
    return tuple(found)


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
        if name == "raise":
            Trace.raise_(self, site, *given)
        self._add(name, site, details)

    method.__name__ = name
    return method


for _event in EVENTS.values():
    if _event.kind == "after" or _event.name in ("branch", "raise", "handle"):
        setattr(_Instructions, _event.method, _told(_event.name, _event.parameters))


__all__ = ["LEVELS", "Trace"]
