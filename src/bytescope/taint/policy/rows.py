"""Rows of a policy, and access paths: which result, argument or attribute of which callable a row is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"(\w+)(?:\[([^\]]*)\])?$")
_LAST = ("ReturnValue", "Argument", "Callback")


@dataclass(frozen=True, slots=True)
class AccessPath:
    """An access path behind a type: `Member[execute,executemany].Argument[0,sql:]`.

    members: alternatives of names, one tuple for each step; end: "ReturnValue", "Argument", "Callback" (what a function
    that it calls returns) or "" for the member itself; arguments: positions and names of arguments, `any` for all.
    """

    members: tuple[tuple[str, ...], ...]
    end: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> AccessPath:
        """Read an access path.

        Raises:
            ValueError: if it is none; the message says what was expected.
        """
        members: list[tuple[str, ...]] = []
        end, arguments = "", tuple[str, ...]()
        for token in text.split(".") if text else ():
            found = _TOKEN.match(token)
            if found is None or end not in ("", "Callback"):
                raise ValueError(f"expected Member[...], Argument[...] or ReturnValue, got {token!r}")
            name, inner = found.groups()
            given = tuple(each.strip() for each in (inner or "").split(",") if each.strip())
            if name == "Member" and given and not end:
                members.append(given)
            elif name == "Argument" and given and not end:
                end, arguments = name, tuple(each.removesuffix(":") for each in given)
            elif name == "ReturnValue" and inner is None:
                end = end or name
            elif name == "Callback" and inner is None and not end:
                end = name
            else:
                raise ValueError(f"expected Member[...], Argument[...] or ReturnValue, got {token!r}")
        return cls(tuple(members), end, arguments)

    def takes(self, position: int | str) -> bool:
        """Return True if it is about an argument, by its position or its name."""
        return "any" in self.arguments or str(position) in self.arguments


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a source, sink, barrier or guard.

    type: module, or class with its module; path: the access path behind it; kind: see `kinds`, or of a source: where
    its data comes from; syntax: the language of a sink; when: a keyword argument that must be true, or NAME=TEXT, one
    that must contain a text; accepts: what a guard returns for harmless values; file, line: where the row is.
    """

    type: str
    path: AccessPath
    kind: str
    syntax: str = ""
    when: str = ""
    accepts: bool = True
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """The name of what it is about, for people."""
        members = ".".join("|".join(each) for each in self.path.members)
        return f"{self.type}.{members}" if members else self.type

    def about(self, names: tuple[str, ...]) -> Row:
        """Return the row for one choice of the alternatives of its access path."""
        path = AccessPath(tuple((name,) for name in names), self.path.end, self.path.arguments)
        return Row(self.type, path, self.kind, self.syntax, self.when, self.accepts, self.file, self.line)


@dataclass(slots=True)
class Policy:
    """All rows of some policy files."""

    sources: list[Row] = field(default_factory=list)
    sinks: list[Row] = field(default_factory=list)
    barriers: list[Row] = field(default_factory=list)
    guards: list[Row] = field(default_factory=list)
    include: tuple[str, ...] = ()

    def add(self, other: Policy) -> None:
        """Add the rows of another policy."""
        for table in TABLES:
            getattr(self, table).extend(getattr(other, table))


TABLES = ("sources", "sinks", "barriers", "guards")
END_OF = {"sources": ("", "ReturnValue"), "sinks": ("Argument", "Callback"), "barriers": ("ReturnValue",),
          "guards": ("Argument",)}  # fmt: skip
"""Last component that the access paths of a table may have."""
