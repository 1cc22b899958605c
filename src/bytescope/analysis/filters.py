"""Filters: which code, and which events, an attachment is about."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from fnmatch import fnmatch, fnmatchcase

from bytescope.analysis.site import Site
from bytescope.isa.events import EVENTS

Globs = str | Iterable[str] | None
Lines = range | tuple[int, int] | Iterable[int] | None
Where = Callable[[Site], object] | None
Threads = Iterable[threading.Thread | int] | None


class Filters:
    """Restrictions of an attachment. A filter that is not given matches everything.

    Args:
        include, exclude: globs over dotted module names.
        files: globs over file names.
        functions: globs over qualified names.
        events: globs over names of events.
        lines: a range, a pair (first, last), or line numbers.
        where: a predicate over sites.
        threads: threads, or their identifiers.

    Raises:
        TypeError: if one is of the wrong type.
        ValueError: if a glob is malformed, or matches no event.
    """

    def __init__(
        self,
        include: Globs = None,
        exclude: Globs = (),
        files: Globs = None,
        functions: Globs = None,
        events: Globs = None,
        lines: Lines = None,
        where: Where = None,
        threads: Threads = None,
    ) -> None:
        self.include = globs("include", include)
        self.exclude = globs("exclude", exclude) or ()
        self.files = globs("files", files)
        self.functions = globs("functions", functions)
        self.events = globs("events", events)
        for pattern in self.events or ():
            if not any(fnmatchcase(name, pattern) for name in EVENTS):
                raise ValueError(f"events: no event matches {pattern!r}; bytescope.EVENTS has their names")
        self.lines = _lines(lines)
        if where is not None and not callable(where):
            raise TypeError(f"where must be a function of a site, not {type(where).__name__}")
        self.where = where
        self.threads = None if threads is None else frozenset(_identifier(thread) for thread in threads)

    def __str__(self) -> str:
        names = ("include", "exclude", "files", "functions", "events", "lines", "where", "threads")
        given = {name: value for name in names if (value := getattr(self, name)) not in (None, ())}
        shown = ", ".join(f"{name}={value!r}" for name, value in given.items() if name != "include")
        include = "the default (__main__ and modules imported meanwhile)" if self.include is None else ""
        return ", ".join(filter(None, [include or f"include={self.include!r}", shown]))

    def wants_module(self, name: str) -> bool:
        """Return True if the code of a module is included."""
        if any(fnmatchcase(name, pattern) for pattern in self.exclude):
            return False
        return self.include is None or any(fnmatchcase(name, pattern) for pattern in self.include)

    def wants_code(self, module: str, file: str, function: str) -> bool:
        """Return True if a code object is included."""
        if not self.wants_module(module):
            return False
        if self.files is not None and not any(_in_file(file, pattern) for pattern in self.files):
            return False
        return self.functions is None or any(fnmatchcase(function, pattern) for pattern in self.functions)

    def wants_event(self, name: str) -> bool:
        """Return True if events of this name are included."""
        return self.events is None or any(fnmatchcase(name, pattern) for pattern in self.events)

    def wants_site(self, site: Site) -> bool:
        """Return True if an instruction of an included code object is included."""
        if self.lines is not None and site.line not in self.lines:
            return False
        return self.where is None or bool(self.where(site))


def _in_file(file: str, pattern: str) -> bool:
    """A pattern without a separator is one for the last part of the name."""
    return fnmatch(file, pattern) or fnmatch(re.split(r"[/\\]", file)[-1], pattern)  # as the system compares names


def globs(what: str, patterns: Globs) -> tuple[str, ...] | None:
    """Patterns that were checked.

    Raises:
        TypeError: if they are no strings.
        ValueError: if one is empty, or has an unclosed bracket.
    """
    if patterns is None:
        return None
    checked = (patterns,) if isinstance(patterns, str) else tuple(patterns)
    for pattern in checked:
        if not isinstance(pattern, str):
            raise TypeError(f"{what}: a pattern must be a string, not {type(pattern).__name__}")
        if not pattern or pattern != pattern.strip():
            raise ValueError(f"{what}: {pattern!r} is no pattern: give one that is not empty, without spaces around it")
        start = pattern.find("[")
        if start >= 0 and "]" not in pattern[start + 2 :]:
            raise ValueError(f"{what}: {pattern!r} has a bracket that is not closed; a bracket itself is written [[]")
    return checked


def _lines(lines: Lines) -> range | frozenset[int] | None:
    if lines is None or isinstance(lines, range):
        return lines
    if isinstance(lines, tuple) and len(lines) == 2:
        first, last = lines
        if not isinstance(first, int) or not isinstance(last, int):
            raise TypeError(f"lines must be numbers, got {lines!r}")
        if first > last:
            raise ValueError(f"lines: first line {first} is after last line {last}")
        return range(first, last + 1)
    found = frozenset(lines)
    wrong = [line for line in found if not isinstance(line, int)]
    if wrong:
        raise TypeError(f"lines must be numbers, got {wrong[0]!r}")
    return found


def _identifier(thread: threading.Thread | int) -> int:
    if isinstance(thread, threading.Thread):
        if thread.ident is None:
            raise ValueError(f"threads: {thread.name} was not started: start it before attaching")
        return thread.ident
    if not isinstance(thread, int):
        raise TypeError(f"threads: a thread or its identifier, not {type(thread).__name__}")
    return thread
