"""`comparisons`: every comparison that a program makes, and where it was: what parser-directed fuzzers work with."""

from __future__ import annotations

import re
import types
from collections import deque
from collections.abc import Mapping
from typing import Any

from bytescope.analyses.base import SafeRepr, Shipped, table
from bytescope.analysis import Site
from bytescope.analysis.frames import caller, frame

_TEXT_TESTS = frozenset(
    "startswith endswith find rfind index rindex count isalpha isdigit isdecimal isnumeric isalnum isspace isupper "
    "islower isidentifier isprintable isascii istitle".split()
)
_PATTERN_TESTS = frozenset({"match", "search", "fullmatch", "finditer", "findall"})


class Comparisons(Shipped):
    """Records comparisons, containment tests, tests of strings, `re` matches and misses of dict lookups.

    Each record has kind, op, operands, result, site, and the frames around it, innermost first, each with function,
    line, loop and the conditional jumps that decide about it.

    Args:
        limit: how many records are kept, the latest ones; None for all.
        width: characters of an operand's repr.
        stack: how many frames are recorded.
    """

    def __init__(self, limit: int | None = 100_000, width: int = 80, stack: int = 10) -> None:
        self.records: deque[dict[str, Any]] = deque(maxlen=limit)
        self.count = 0
        self.stack = stack
        self._repr = SafeRepr(width)
        self._lookups: dict[int, tuple[Any, Any]] = {}

    def compare(self, site: Site, op: str, left: Any, right: Any, result: Any) -> None:
        """A comparison."""
        self._add("compare", op, (left, right), result, site)

    def contains(self, site: Site, op: str, item: Any, container: Any, result: Any) -> None:
        """A containment test."""
        self._add("contains", op, (item, container), result, site)

    def call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """A call: of a string's method that tests it, of `re`, of `dict.get`."""
        name = getattr(function, "__name__", None)
        owner = getattr(function, "__self__", None)
        if isinstance(owner, types.ModuleType):
            owner = None
        if name in _TEXT_TESTS and isinstance(owner, (str, bytes, bytearray)):
            self._add("string", name, (owner, *args), result, site)
        elif name in _PATTERN_TESTS and isinstance(owner, re.Pattern):
            self._add("re", name, (owner.pattern, *args), result, site)
        elif name in _PATTERN_TESTS and getattr(function, "__module__", None) == "re":
            self._add("re", name, tuple(args), result, site)
        elif name == "get" and isinstance(owner, Mapping) and args and result is (args[1] if len(args) > 1 else None):
            self._add("lookup", "get", (args[0], owner), False, site)

    def before_getitem(self, site: Site, container: Any, key: Any) -> None:
        """A lookup that may miss."""
        if isinstance(container, Mapping):
            here = frame()
            self._lookups[id(here)] = (container, key)

    def raise_(self, site: Site, exception: BaseException) -> None:
        """A lookup that has missed."""
        found = self._lookups.pop(id(frame()), None)
        if found is not None and site.op == "GETITEM" and isinstance(exception, KeyError):
            self._add("lookup", "[]", (found[1], found[0]), False, site)

    def getitem(self, site: Site, container: Any, key: Any, result: Any) -> None:
        """A lookup that has not missed."""
        self._lookups.pop(id(frame()), None)

    def _add(self, kind: str, op: str, operands: tuple[Any, ...], result: Any, site: Site) -> None:
        self.count += 1
        self.records.append(
            {
                "kind": kind,
                "op": op,
                "operands": [self._repr(each) for each in operands],
                "types": [type(each).__name__ for each in operands],
                "result": self._repr(result),
                "file": site.file,
                "line": site.line,
                "column": site.column,
                "function": site.function,
                "loop": site.loop,
                "branches": list(site.branches),
                "stack": self._around(site),
            }
        )

    def _around(self, site: Site) -> list[str]:
        here = frame()
        found = [f"{site.function}:{site.line}"]
        here = None if here is None else caller(here)
        while here is not None and len(found) < self.stack:
            found.append(f"{here.f_code.co_qualname}:{here.f_lineno}")
            here = caller(here)
        return found

    def result(self) -> dict[str, Any]:
        """All records, in order."""
        return {"count": self.count, "records": list(self.records)}

    def report(self) -> str:
        """What was compared where, the busiest places first."""
        places: dict[tuple[Any, ...], list[Any]] = {}
        for record in self.records:
            key = (record["function"], record["line"], record["kind"], record["op"])
            entry = places.setdefault(key, [0, {}])
            entry[0] += 1
            if len(entry[1]) < 4:
                entry[1][" ~ ".join(text[:24] for text in record["operands"])] = None
        rows = [
            [count, f"{function}:{line}", f"{kind} {op}", ", ".join(examples)]
            for (function, line, kind, op), (count, examples) in sorted(places.items(), key=lambda item: -item[1][0])
        ]
        return f"{self.count:,} comparisons\n\n" + table(["count", "place", "test", "operands, for example"], rows[:40])
