"""`comparisons`: every comparison that a program makes, and where it was: what parser-directed fuzzers work with."""

from __future__ import annotations

import re
import types
from collections import deque
from typing import Any

from bytescope.analyses.base import Shipped, table
from bytescope.analyses.calling_context import Surroundings
from bytescope.analyses.values import SafeRepr, is_of, name_of
from bytescope.analysis import Site
from bytescope.analysis.guest_frames import frame

_TEXT_TESTS = frozenset(
    "startswith endswith find rfind index rindex count isalpha isdigit isdecimal isnumeric isalnum isspace isupper "
    "islower isidentifier isprintable isascii istitle".split()
)
_PATTERN_TESTS = frozenset({"match", "search", "fullmatch", "finditer", "findall"})
_EXAMPLES = 4


class Comparisons(Surroundings, Shipped):
    """Records comparisons, containment tests, tests of strings, `re` matches and misses of dict lookups.

    Each record has kind, op, operands, result, place, and the stack of frames around it, innermost first: each with
    function, line, number of the call, the loops (each with the number of its round) and the conditional jumps that
    decide about it (each with what came out).

    Args:
        limit: how many records are kept, the latest ones; None for all.
        width: characters of an operand's text.
        stack: how many frames are recorded.
        repr: whether objects are shown by their own `__repr__`, which is code of the program.
    """

    def __init__(self, limit: int | None = 100_000, width: int = 80, stack: int = 10, repr: bool = False) -> None:
        super().__init__(stack)
        self.records: deque[dict[str, Any]] = deque(maxlen=limit)
        self.count = 0
        self._repr = SafeRepr(width, repr)
        self._places: dict[tuple[Any, ...], list[Any]] = {}
        self._lookups: dict[int, tuple[Any, Any]] = {}

    def compare(self, site: Site, op: str, left: Any, right: Any, result: Any) -> None:
        """A comparison."""
        self._add("compare", op, (left, right), result, site)

    def contains(self, site: Site, op: str, item: Any, container: Any, result: Any) -> None:
        """A containment test."""
        self._add("contains", op, (item, container), result, site)

    def call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """A call: of a string's method that tests it, of `re`, of `dict.get`."""
        super().call(site, function, args, kwargs, result)
        found = _test_of(function, args, kwargs)
        if found is not None:
            kind, name, operands = found
            if kind != "lookup":
                self._add(kind, name, operands, result, site)
            elif _misses(operands, given=[*args, *kwargs.values()], result=result):
                self._add(kind, name, operands, False, site)

    def before_getitem(self, site: Site, container: Any, key: Any) -> None:
        """A lookup that may miss."""
        if is_of(container, dict):
            self._lookups[id(frame())] = (key, container)

    def getitem(self, site: Site, container: Any, key: Any, result: Any) -> None:
        """A lookup that has not missed."""
        self._lookups.pop(id(frame()), None)

    def raise_(self, site: Site, exception: BaseException) -> None:
        """A lookup that has missed, or `index` of a string that has not found anything."""
        lookup = self._lookups.pop(id(frame()), None)
        called = self.calling()
        super().raise_(site, exception)
        if lookup is not None and site.op == "GETITEM" and isinstance(exception, KeyError):
            self._add("lookup", "[]", lookup, False, site)
        elif called is not None and called.site is site and isinstance(exception, ValueError):
            found = _test_of(called.function, called.args, called.kwargs)
            if found is not None and found[0] == "string":
                self._add(*found, exception, site)

    def _add(self, kind: str, op: str, operands: tuple[Any, ...], result: Any, site: Site) -> None:
        self.count += 1
        texts = [self._repr(each) for each in operands]
        self.records.append(
            {
                "kind": kind,
                "op": op,
                "operands": texts,
                "types": [name_of(type(each)) for each in operands],
                "result": self._repr(result),
                "file": site.file,
                "line": site.line,
                "column": site.column,
                "function": site.function,
                "stack": self.around(site),
            }
        )
        where = site.file, site.function, site.line, kind, op
        place = self._places.get(where) or self._places.setdefault(where, [0, {}])
        place[0] += 1
        if len(place[1]) < _EXAMPLES:
            place[1][" ~ ".join(text if len(text) <= 24 else text[:21] + "..." for text in texts)] = None

    # --- results

    def result(self) -> dict[str, Any]:
        """All records that were kept, in order; count is that of all."""
        return {"count": self.count, "records": list(self.records)}

    def report(self) -> str:
        """Return the comparisons as text, the busiest sites first."""
        places = sorted(self._places.items(), key=lambda item: -item[1][0])
        rows = [
            [count, f"{function}:{line}", f"{kind} {op}", ", ".join(list(examples)[:_EXAMPLES])]
            for (_, function, line, kind, op), (count, examples) in places
        ]
        head = f"{self.count:,} comparisons at {len(rows):,} place{'s' * (len(rows) != 1)}\n\n"
        return head + table(["count", "place", "test", "operands, for example"], rows[:40])


def _misses(operands: tuple[Any, ...], given: list[Any], result: Any) -> bool:
    """Return True if `dict.get` has not found its key. To look again would run the `__hash__` of other keys."""
    key, container = operands
    if type(key) in (str, int, bytes, float, bool, type(None)) and type(container) is dict:
        return not dict.__contains__(container, key)
    return result is (given[1] if len(given) > 1 else None)


_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.MethodType)


def _test_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, str, tuple[Any, ...]] | None:
    """Return kind, name and operands of the test that a call is; None if it is not a test."""
    if not is_of(function, _FUNCTIONS):  # to ask another one for attributes could run code of the program's
        return None
    plain = function.__func__ if type(function) is types.MethodType else function
    if not is_of(plain, _FUNCTIONS):
        return None
    name = plain.__name__
    owner: Any = getattr(function, "__self__", None)
    if type(function) is types.MethodDescriptorType and args:  # str.startswith(text, "x")
        owner, *args = args  # type: ignore[assignment]
    given = (*args, *kwargs.values())
    if name in _TEXT_TESTS and is_of(owner, (str, bytes, bytearray)):
        return "string", name, (owner, *given)
    if name in _PATTERN_TESTS and is_of(owner, re.Pattern):
        return "re", name, (owner.pattern, *given)
    if name in _PATTERN_TESTS and getattr(plain, "__module__", None) == "re":
        return "re", name, given
    if name == "get" and is_of(owner, dict) and args:
        return "lookup", name, (args[0], owner)
    return None
