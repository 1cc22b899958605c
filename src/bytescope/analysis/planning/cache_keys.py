"""Names for what a planner's plans depend on and refer to, by which a cache can keep what is woven for them.

Two processes weave the same for a code object if all that goes into it is the same: the code object itself, which
subscribers want what of it, what is known of their methods, bytescope and Python.
"""

from __future__ import annotations

import builtins
import marshal
import os
import sys
import types
from _blake2 import blake2b  # what hashlib has, whose import takes longer than all the rest
from typing import Any

from bytescope._version import __version__
from bytescope.analysis.base import Analysis
from bytescope.analysis.planning.method_purity import Purity
from bytescope.analysis.planning.planner import Planner
from bytescope.analysis.site import SiteTable, has_sites, site_table
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.host.facts import BUILD
from bytescope.code.instruction import Lowered
from bytescope.isa.instrumentation import Hook
from bytescope.startup.isolation import ROOT, scan
from bytescope.startup.tuning import DISABLED
from bytescope.weave.inlining import names_replacement

WOVEN_BY = ("analysis", "code", "flow", "isa", "shadow", "startup", "weave")
"""The packages whose sources decide what woven code is."""

SMALLEST = 32
"""Bytes of bytecode below which code is not worth an entry."""


class PlannerNames:
    """Names for a planner.

    Args:
        planner: the planner.
        probes: whether there can be probes.
    """

    def __init__(self, planner: Planner, probes: bool) -> None:
        self.planner = planner
        self.probes = probes
        self._plan: bytes | None = None
        self._planned = False
        self._known: dict[int, tuple[Any, ...]] | None = None

    # --- the key

    def key(self, code: types.CodeType, module: str) -> str | None:
        """The key of what is woven for a code object, None if it cannot be told from what can be named."""
        if not self._planned:
            self._plan, self._planned = self._plan_key(), True
        if self._plan is None or _size(code) < SMALLEST or self._is_silenced(code):
            return None
        dumped = _dumped(code)
        if dumped is None:
            return None
        digest = blake2b(self._plan, digest_size=20)
        covering = [each.covers(module, code.co_filename) for each in self.planner.subscribers]
        digest.update(repr((module, covering)).encode())
        digest.update(dumped)
        return digest.hexdigest()

    def _plan_key(self) -> bytes | None:
        subscribers = [_subscriber_key(each, self.planner) for each in self.planner.subscribers]
        if None in subscribers:
            return None
        return repr((_own_key(), BUILD, sorted(DISABLED), self.probes, subscribers)).encode()

    def _is_silenced(self, code: types.CodeType) -> bool:
        """Return True if a subscriber may have returned ENOUGH at a site of a code object, or of one nested in it."""
        return any(each.has_had_enough for each in self.planner.subscribers) and _any_has_sites(code)

    # --- the objects

    def name(self, value: object) -> tuple[Any, ...] | None:
        """The name of an object that woven code refers to, None if it has none."""
        hook = self.planner.name(value)
        if hook is not None:
            return "hook" if isinstance(value, Hook) else "call", hook
        if self._known is None:
            self._known = self._objects()
        return self._known.get(id(value))

    def named(self, name: tuple[Any, ...]) -> Any:
        """The object with a name."""
        kind, what, *rest = name
        if kind in ("hook", "call"):
            found = self.planner.named(what)
            return found if kind == "hook" else found.call
        if kind == "builtin":
            return getattr(builtins, what)
        subscriber = self.planner.subscribers[what]
        if kind == "live":
            return subscriber.live
        method: Any = subscriber.method(rest[0])
        if kind == "instance":
            return method.__self__
        return method.__func__.__globals__ if kind == "globals" else method.__func__

    def _objects(self) -> dict[int, tuple[Any, ...]]:
        found: dict[int, tuple[Any, ...]] = {id(value): ("builtin", name) for name, value in vars(builtins).items()}
        for number, subscriber in enumerate(self.planner.subscribers):
            found[id(subscriber.live)] = "live", number
            for event in self.planner.pure(subscriber):
                method: Any = subscriber.method(event)
                found[id(method.__func__)] = "function", number, event
                found[id(method.__self__)] = "instance", number, event
                found[id(method.__func__.__globals__)] = "globals", number, event
        return found

    @staticmethod
    def sites(code: types.CodeType, module: str) -> SiteTable:
        """The sites of a code object."""
        return site_table(module, code)


def _subscriber_key(subscriber: Subscriber, planner: Planner) -> tuple[Any, ...] | None:
    """Return the key of a subscriber, None if it chooses sites by a function of its own."""
    filters = subscriber.filters
    if filters.where is not None or type(subscriber.analysis).wants is not Analysis.wants:
        return None
    lines = filters.lines if filters.lines is None or isinstance(filters.lines, range) else sorted(filters.lines)
    pure = planner.pure(subscriber)
    methods = []
    for event in subscriber.all_methods():
        hook = planner.hook(event, [subscriber])
        once = None if hook is None else hook.once
        purity = pure.get(event)
        methods.append(
            (event, once and sorted(once), None if purity is None else _purity_key(subscriber.method(event), purity))
        )
    return filters.include, filters.exclude, filters.files, filters.functions, lines, subscriber.own, methods


def _purity_key(method: Any, purity: Purity) -> tuple[Any, ...]:
    """Return what is woven of a pure method, or decides how it is called."""
    if purity.lowered is None:
        return purity.returns, None
    return purity.returns, (_dumped(method.__code__), _globals_of(method.__globals__, purity.lowered))


def _globals_of(namespace: dict[str, Any], lowered: Lowered) -> list[tuple[str, bool, bool]]:
    """Return the names of globals: whether each is one of the module's, and whether it is the class of replacements."""
    names = {each.arg for each in lowered.instructions if each.op == "LOAD_GLOBAL"}
    return [(name, name in namespace, names_replacement(namespace, name)) for name in sorted(names)]


def _own_key() -> tuple[Any, ...]:
    """The version and files of bytescope: what is worked on in a checkout changes more often than its version."""
    files = []
    for folder in (pending := [os.path.join(ROOT, package) for package in WOVEN_BY]):
        found, folders = scan(folder)
        pending += folders
        for file in found:
            status = file.stat()
            files.append((file.path, status.st_size, status.st_mtime_ns))
    return __version__, ROOT, sorted(files), sys.flags.bytes_warning  # which decides on the types that are atomic


def _dumped(code: types.CodeType) -> bytes | None:
    """All of a code object, in bytes that are always the same; None for constants that have no such form."""
    for version in (2, marshal.version):  # the former has no references, whose flags depend on the process
        try:
            return marshal.dumps(code, version)
        except ValueError:
            pass
    return None


def _nested(code: types.CodeType) -> list[types.CodeType]:
    return [each for each in code.co_consts if type(each) is types.CodeType]


def _size(code: types.CodeType) -> int:
    return len(code.co_code) + sum(map(_size, _nested(code)))


def _any_has_sites(code: types.CodeType) -> bool:
    return has_sites(code) or any(map(_any_has_sites, _nested(code)))
