"""`history`: every value that a variable, an attribute or an expression took, and where it came from."""

from __future__ import annotations

import re
from collections import deque
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from bytescope.analyses.base import Shipped, shown
from bytescope.analyses.values import SafeRepr, callable_name, name_of
from bytescope.analyses.variables import Variables
from bytescope.analysis import Site
from bytescope.analysis.guest_frames import frame


class Target(NamedTuple):
    """Target of a history: `name`, `.attribute`, or an expression's source text, in functions that match a glob."""

    function: str
    name: str

    @staticmethod
    def parse(text: str) -> Target:
        """Read `function:name`, `function:.attribute`, `function:expression`, or without a function for all.

        Raises:
            ValueError: if there is nothing to watch.
        """
        function, colon, name = text.partition(":")
        if not colon:
            function, name = "*", text
        if not name.strip():
            raise ValueError(
                f"{text!r} does not say what to watch: function:name, function:.attribute or an expression"
            )
        return Target(function or "*", name.strip())


class History(Shipped):
    """Records the values of one target.

    Each entry has the value, the place that wrote it, and its origins: the variables, attributes, items and calls that
    the writing statement has read, each with its value and, for variables, the place that had written that.

    Args:
        target: `function:name`, `function:.attribute` or `function:expression`; the function is a glob over qualified
            names, of functions that write it or that the variable belongs to (`<module>` for globals).
        limit: how many values are kept, the latest.
        width: characters of a value's text.
        repr: whether objects are shown by their own `__repr__`, which is code of the program.
    """

    def __init__(self, target: str, limit: int = 10_000, width: int = 80, repr: bool = False) -> None:
        self.target = Target.parse(target)
        self.entries: deque[dict[str, Any]] = deque(maxlen=limit)
        self.count = 0
        self._repr = SafeRepr(width, repr)
        self._origins: dict[int, list[dict[str, Any]]] = {}
        self._variables = Variables()
        name = self.target.name
        self._is_attribute = name.startswith(".")
        self._is_variable = name.isidentifier()
        if not self._is_attribute and not self._is_variable:
            self._expression = re.sub(r"\s+", "", name)

    def _read(self, site: Site, what: str, value: Any, written: str | None = None) -> None:
        origins = self._origins.setdefault(id(frame()), [])
        origin = {"what": what, "value": self._repr(value), "place": site.place}
        if written is not None:
            origin["written"] = written
        origins.append(origin)
        del origins[:-20]

    def _store(self, site: Site, value: Any, wanted: bool, home: str = "") -> None:
        origins = self._origins.pop(id(frame()), [])
        if wanted and (self._is_about(site.function) or (home and self._is_about(home))):
            self._add(site, value, origins)

    def _is_about(self, function: str) -> bool:
        return fnmatchcase(function, self.target.function)

    def _add(self, site: Site, value: Any, origins: list[dict[str, Any]]) -> None:
        self.count += 1
        source = site.source
        self.entries.append(
            {
                "value": self._repr(value), "type": name_of(type(value)), "function": site.function, "file": site.file,
                "line": site.line, "source": source, "statement": _statement(site), "origins": origins,
            }
        )  # fmt: skip

    def enter(self, site: Site, arguments: dict[str, Any]) -> None:
        """Record the arguments as values of their variables."""
        here = frame()
        if here is not None:
            self._variables.enter(here, site, arguments)
        if self._is_variable and self.target.name in arguments and self._is_about(site.function):
            self._add(site, arguments[self.target.name], [{"what": "argument", "value": "", "place": site.place}])

    def leave(self, site: Site, value: Any) -> None:
        """The frame's records are done with."""
        here = id(frame())
        self._origins.pop(here, None)
        self._variables.leave(here)

    def unwind(self, site: Site, exception: BaseException) -> None:
        """The frame's records are done with."""
        self.leave(site, None)

    def before_call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Remember whose variables a function that begins meanwhile refers to."""
        self._variables.calling(id(frame()), function, args)

    def make_function(self, site: Site, flags: int, code: Any, attributes: Any, result: Any) -> None:
        """Remember whose variables a nested function refers to."""
        here = frame()
        if here is not None:
            self._variables.made(here, result)

    def line(self, site: Site) -> None:
        """Drop the origins of the statement that has ended."""
        self._origins.pop(id(frame()), None)

    def _load(self, site: Site, name: str, result: Any) -> None:
        here = frame()
        if here is not None:
            self._read(site, name, result, self._variables.place(here, name, site.op).written(result))

    load_local = load_cell = load_global = load_name = _load

    def _store_variable(self, site: Site, name: str, value: Any) -> None:
        here = frame()
        if here is None:
            return
        variable = self._variables.place(here, name, site.op)
        variable.write(value, site.place)
        self._store(site, value, self._is_variable and name == self.target.name, variable.home)

    store_local = store_cell = store_global = store_name = _store_variable

    def setattr(self, site: Site, name: str, object: Any, value: Any) -> None:
        """An attribute is set."""
        self._variables.attribute(object, name).write(value, site.place)
        self._store(site, value, self._is_attribute and f".{name}" == self.target.name)

    def getattr(self, site: Site, name: str, object: Any, result: Any) -> None:
        """An attribute is read."""
        self._read(site, f".{name}", result, self._variables.attribute(object, name).written(result))
        self._evaluated(site, result)

    def getitem(self, site: Site, container: Any, key: Any, result: Any) -> None:
        """An item is read."""
        self._read(site, f"[{self._repr(key)}]", result)
        self._evaluated(site, result)

    def getslice(self, site: Site, container: Any, start: Any, stop: Any, result: Any) -> None:
        """A slice is read (where slices are no items)."""
        first, last = ("" if each is None else self._repr(each) for each in (start, stop))
        self._read(site, f"[{first}:{last}]", result)
        self._evaluated(site, result)

    def call(self, site: Site, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """A call returned."""
        self._read(site, f"{callable_name(function)}()", result)
        self._evaluated(site, result)

    def binary(self, site: Site, op: str, left: Any, right: Any, result: Any) -> None:
        """An operator's result."""
        self._evaluated(site, result)

    def compare(self, site: Site, op: str, left: Any, right: Any, result: Any) -> None:
        """A comparison's result."""
        self._evaluated(site, result)

    def _evaluated(self, site: Site, value: Any) -> None:
        if self._is_attribute or self._is_variable or not self._is_about(site.function):
            return
        if re.sub(r"\s+", "", site.source) == self._expression:
            self._add(site, value, list(self._origins.get(id(frame()), [])))

    # --- results

    def result(self) -> dict[str, Any]:
        """All values, in order."""
        return {"target": ":".join(self.target), "count": self.count, "values": list(self.entries)}

    def report(self) -> str:
        """The values one below the other, each with its origins."""
        lines = [f"{self.target.name} in {self.target.function}: {self.count:,} value{'s' * (self.count != 1)}"]
        for number, entry in enumerate(self.entries, self.count - len(self.entries) + 1):
            lines.append(f"\n{number:>4}. {entry['value']}  ({entry['type']})")
            lines.append(f"      {shown(entry['file'])}:{entry['line']} in {entry['function']}: {entry['statement']}")
            for origin in entry["origins"]:
                written = f", written at {origin['written']}" if "written" in origin else ""
                if origin["what"] != "argument":
                    lines.append(f"        from {origin['what']} = {origin['value']}{written}")
        return "\n".join(lines) + "\n"


def _statement(site: Site) -> str:
    import linecache

    return linecache.getline(site.file, site.line or 0).strip()


__all__ = ["History", "Target"]
