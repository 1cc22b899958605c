"""What the writing of a program needs: what can be named where, choices, lines and blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

Choose = Callable[[int], int]
T = TypeVar("T")
KINDS = ("int", "str", "list")
DEFAULTS = {"int": "3", "str": "'s'", "list": "[1, 2]"}


@dataclass
class Scope:
    """What can be named at a place of the program."""

    kind: str
    variables: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    own: set[str] = field(default_factory=set)
    functions: list[tuple[str, int]] = field(default_factory=list)
    generators: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    in_loop: bool = False

    def inner(self, kind: str) -> Scope:
        """A scope nested in this one: it sees what this one has."""
        return Scope(
            kind,
            {kind: list(names) for kind, names in self.variables.items()},
            set(),
            list(self.functions),
            list(self.generators),
            list(self.classes),
        )


class Writer:
    """Makes choices and puts down lines.

    Args:
        choose: gives a number below its argument.
        size: how many statements the program has, roughly.
    """

    def __init__(self, choose: Choose, size: int = 40) -> None:
        self.choose = choose
        self.left = size
        self.lines: list[str] = []
        self.indent = 0
        self.names = 0
        self.scope = Scope("module")
        self.depth = 0

    def pick(self, options: Sequence[T]) -> T:
        return options[self.choose(len(options))]

    def put(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def block(self) -> Iterator[None]:
        scope, known = self.scope, self.scope.inner("")
        self.indent += 1
        self.depth += 1
        yield
        self.indent -= 1
        self.depth -= 1
        if self.choose(8):
            # What was bound in a block that perhaps did not run is mostly not named after it.
            scope.variables, scope.functions = known.variables, known.functions
            scope.generators, scope.classes = known.generators, known.classes

    @contextmanager
    def nested(self, kind: str) -> Iterator[Scope]:
        outer, self.scope = self.scope, self.scope.inner(kind)
        with self.block():
            yield outer
        self.scope = outer

    @contextmanager
    def looping(self) -> Iterator[None]:
        outer, self.scope.in_loop = self.scope.in_loop, True
        with self.block():
            self.put("tick()")
            yield
        self.scope.in_loop = outer

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def bind(self, kind: str) -> str:
        """A variable to write: a new one, or one of this scope's own."""
        names = [name for name in self.scope.variables[kind] if name in self.scope.own]
        if names and self.choose(3):
            return self.pick(names)
        name = self.fresh(kind[0])
        self.scope.variables[kind].append(name)
        self.scope.own.add(name)
        return name
