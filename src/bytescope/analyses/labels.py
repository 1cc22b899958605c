"""`labels`: where values come from: which labels reach which calls, returns and operations."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, ClassVar, Self

from bytescope.analyses.base import Shipped, shown, table
from bytescope.analyses.values import SafeRepr
from bytescope.analysis import Site
from bytescope.isa.events import EVENTS
from bytescope.shadow import Sets, give, operands, reaching

SETS = Sets()
"""The sets of all instances, so that several can be attached at a time."""

Globs = str | Iterable[str]


class Labels(Shipped):
    """Gives the values that chosen functions return a label, and tells which labels reach what.

    Names are qualified names, with and without their module: `input`, `os.getenv`, `Parser.parse`, `app.views.*`.

    Args:
        sources: globs over names of functions, whose results are labelled with the function's name.
        sinks: globs over names of functions: labels that reach an argument of a call are recorded.
        returns: globs over names of functions: labels that reach what they return are recorded.
        primitives: globs over names of primitives (`compare`, `getitem`): labels that reach an operand are recorded.
        lines: have the label say in which line the source was called, too.
        width: characters of a value's text.
        repr: whether objects are shown by their own `__repr__`, which is code of the program.
    """

    shadows = SETS
    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json"}

    def __new__(
        cls,
        sources: Globs = "input",
        sinks: Globs = "",
        returns: Globs = "",
        primitives: Globs = "",
        lines: bool = False,
        width: int = 60,
        repr: bool = False,
    ) -> Self:
        """An instance whose class has methods for the primitives that are asked for, and no others."""
        wanted = globs(primitives)
        if not wanted:
            return super().__new__(cls)
        methods = {
            event.method: _recorder(event.name, event.parameters)
            for event in EVENTS.values()
            if event.kind == "before" and any(fnmatchcase(event.primitive, pattern) for pattern in wanted)
            and event.primitive != "call"
        }  # fmt: skip
        unknown = [each for each in wanted if not any(fnmatchcase(event.primitive, each) for event in EVENTS.values())]
        if unknown:
            raise ValueError(
                f"primitives: no primitive matches {unknown[0]!r}: give names such as binary, getattr or format*"
            )
        names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
        return super().__new__(type(cls.__name__, (cls,), {**methods, **names}))

    def __init__(
        self,
        sources: Globs = "input",
        sinks: Globs = "",
        returns: Globs = "",
        primitives: Globs = "",
        lines: bool = False,
        width: int = 60,
        repr: bool = False,
    ) -> None:
        self.sources = globs(sources)
        self.sinks = globs(sinks)
        self.returns = globs(returns)
        self.lines = lines
        self._callables = (*self.sources, *self.sinks)
        self.calls_of = _builtins(self._callables)
        self._found: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._repr = SafeRepr(width, repr)

    # --- events

    def wants(self, event: str, site: Site) -> bool:
        """Return True for returns of chosen functions, and for calls if there are sinks."""
        if event == "leave":
            return bool(_first((site.function, f"{site.module}.{site.function}"), (*self.sources, *self.returns)))
        return event != "before_call" or bool(self.sinks)

    def wants_call(self, function: object) -> bool:
        """Return True for sources and sinks."""
        return bool(chosen(function, self._callables))

    def before_call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A call: perhaps of a sink."""
        name = chosen(function, self.sinks)
        if name:
            shadows = operands()
            if type(args) in (tuple, list):
                for index, (value, shadow) in enumerate(zip(args, shadows["args"], strict=True)):
                    self._record("argument", name, str(index), value, shadow, site)
            else:  # an iterator behind a star, which must not be asked
                self._record("argument", name, "*", args, shadows["args"], site)
            if type(kwargs) is dict:
                for key, value in kwargs.items():
                    self._record("argument", name, str(key), value, shadows["kwargs"].get(key), site)
            else:
                self._record("argument", name, "**", kwargs, shadows["kwargs"], site)

    def call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """A call has returned: perhaps that of a source."""
        name = chosen(function, self.sources)
        if name:
            give(SETS.joined((operands()["result"], self._label(name, site))))

    def leave(self, site: Site, value: Any) -> None:
        """A function returns a value."""
        names = (site.function, f"{site.module}.{site.function}")
        source, watched = _first(names, self.sources), _first(names, self.returns)
        shadow = operands()["value"]
        if source:
            shadow = SETS.joined((shadow, self._label(source, None)))
            give(shadow)
        if watched:
            self._record("return", watched, "value", value, shadow, site)

    # --- results

    def _label(self, name: str, site: Site | None) -> Any:
        return SETS.of(f"{name}:{site.line}" if self.lines and site is not None else name)

    def _record(self, kind: str, name: str, operand: str, value: Any, shadow: Any, site: Site) -> None:
        labels = reaching(value, shadow)
        if labels is None:
            return
        key = (site, kind, name, operand, labels)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = {
                "kind": kind,
                "name": name,
                "operand": operand,
                "labels": sorted(labels),
                "value": self._repr(value),
                "count": 0,
                "file": site.file,
                "line": site.line,
                "column": site.column,
                "function": site.function,
            }
        found["count"] += 1

    def result(self) -> list[dict[str, Any]]:
        """Return what labels reach, in the order of discovery: each site, operand and set of labels once."""
        return list(self._found.values())

    def report(self) -> str:
        """Return what labels reach, as text."""
        rows = [
            [each["count"], f"{shown(each['file'])}:{each['line']}", each["name"], each["operand"],
             ", ".join(each["labels"]), each["value"]]
            for each in self._found.values()
        ]  # fmt: skip
        if not rows:
            return "no label reaches anything that was asked for\n"
        return table(["times", "where", "what", "operand", "labels", "first value"], rows)


def _builtins(patterns: tuple[str, ...]) -> tuple[object, ...] | None:
    """The builtin functions that patterns are about; None if they may be about anything else."""
    found: list[object] = []
    for pattern in patterns:
        module, _, name = pattern.rpartition(".")
        function = getattr(sys.modules.get(module or "builtins"), name, None)
        if type(function) is not types.BuiltinFunctionType or (not module and "." in function.__qualname__):
            return None
        found.append(function)
    return tuple(found)


def _recorder(name: str, parameters: tuple[str, ...]) -> Callable[..., None]:
    """The method for an event before a primitive."""
    primitive = name.removeprefix("before_")

    def method(self: Labels, site: Site, *given: Any) -> None:
        shadows = operands()
        values = dict(zip(parameters[1:], given, strict=True))
        for operand, shadow in shadows.items():
            value = values.get(operand)
            if isinstance(shadow, tuple) and isinstance(value, tuple):
                for index, (each, own) in enumerate(zip(value, shadow, strict=False)):
                    self._record("primitive", primitive, f"{operand}[{index}]", each, own, site)
            else:
                self._record("primitive", primitive, operand, value, shadow, site)

    return method


def globs(patterns: Globs) -> tuple[str, ...]:
    """Patterns from a text in which commas separate them, or from several texts."""
    texts = patterns.split(",") if isinstance(patterns, str) else list(patterns)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"a pattern must be a string, not {type(text).__name__}")
    return tuple(text.strip() for text in texts if text.strip())


def chosen(function: Any, patterns: tuple[str, ...]) -> str:
    """The first of a callable's names that a pattern matches, "" if none does."""
    return _first(names_of(function), patterns) if patterns else ""


@lru_cache(maxsize=4096)
def _first(names: tuple[str, ...], patterns: tuple[str, ...]) -> str:
    for name in names:
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return name
    return ""


_METHODS = frozenset(
    (types.MethodType, types.BuiltinFunctionType, types.FunctionType, types.MethodDescriptorType, type)
)


def names_of(function: Any) -> tuple[str, ...]:
    """The names of a callable: qualified, and with its module; of other objects none, lest their code be run."""
    if type(function) not in _METHODS:
        return ()
    if type(function) is types.MethodType:
        function = function.__func__
        if type(function) not in _METHODS:
            return ()
    name = getattr(function, "__qualname__", "")
    module = getattr(function, "__module__", None)
    return (name, f"{module}.{name}") if isinstance(module, str) else (name,)


__all__ = ["SETS", "Labels"]
