"""Calls, and the instructions executed in each: what `calls` and `profile` stand on."""

from __future__ import annotations

import os
import types
from _thread import get_ident
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bytescope.analyses.base import Shipped
from bytescope.analyses.values import callable_name, is_of
from bytescope.analysis import Site
from bytescope.analysis.guest_frames import caller, frame


class Function:
    """A function of the program, with the sums over its calls.

    name: "module:qualname"; file, line, column: where its code begins; calls: how often; own, inclusive: instructions
    executed in itself, and in what it has called as well, recursive calls being counted once.
    """

    __slots__ = ("name", "file", "line", "column", "calls", "own", "inclusive")

    def __init__(self, name: str, file: str, line: int, column: int) -> None:
        self.name, self.file, self.line, self.column = name, file, line, column
        self.calls = self.own = self.inclusive = 0

    @property
    def place(self) -> str:
        """File and first line, with a colon between them."""
        return f"{self.file}:{self.line}" if self.name else ""


class Path:
    """A function called along one path, which are as many as a program cares to make: kept if they are asked for."""

    __slots__ = ("function", "parent", "children", "instructions")

    def __init__(self, function: Function, parent: Path | None) -> None:
        self.function = function
        self.parent = parent
        self.children: dict[tuple[Function, str | None], Path] = {}
        self.instructions = 0

    def child(self, function: Function, via: str | None) -> Path:
        """The path of a function called from here."""
        found = self.children.get((function, via))
        return found or self.children.setdefault((function, via), Path(function, self))

    def below(self) -> Iterator[Path]:
        """Yield this path and all below, each before its children."""
        pending = [self]
        while pending:
            path = pending.pop()
            yield path
            pending += reversed(list(path.children.values()))

    def functions(self) -> list[Function]:
        """The functions from the outermost one to this."""
        found = []
        path: Path | None = self
        while path is not None and path.parent is not None:
            found.append(path.function)
            path = path.parent
        return found[::-1]


class Activation:
    """A call of a function.

    own: instructions executed in itself so far; below: in calls that have ended; around: the functions that are active
    around it, itself included; recursive: whether its function is among those around its caller.
    """

    __slots__ = ("function", "parent", "own", "below", "around", "recursive", "ended", "path")

    def __init__(self, function: Function, parent: Activation | None, path: Path | None) -> None:
        around: frozenset[Function] = frozenset() if parent is None else parent.around
        self.recursive = function in around
        self.around: frozenset[Function] = around if self.recursive else around | {function}
        self.function, self.parent, self.path = function, parent, path
        self.own = self.below = 0
        self.ended = False

    def caller(self) -> Activation | None:
        """The nearest activation around it that has not ended: who has created a generator may have."""
        found = self.parent
        while found is not None and found.ended:
            found = found.parent
        return found


class CallTree(Shipped):
    """Counts calls and instructions. Frames tell the activations apart, so threads, generators and tasks come right.

    There is one node for each function, and one edge for each caller, callee and host function between them.

    Args:
        paths: whether the paths along which functions are called are kept as well.
    """

    def __init__(self, paths: bool = False) -> None:
        outside = Function("", "", 0, 0)
        self.paths = paths
        self._outside = Activation(outside, None, None)
        self._paths = Path(outside, None)
        self._functions: dict[tuple[Any, ...], Function] = {}
        self._edges: dict[tuple[Function, Function, str | None], list[int]] = {}
        self._active: dict[int, Activation] = {}
        self._current: dict[int, Activation] = {}
        self._pending: dict[int, Any] = {}

    def before_call(self, site: Site, function: Any, args: Any, kwargs: Any) -> None:
        """Remember what a frame is calling: whatever is entered meanwhile is called by that."""
        self._pending[id(frame())] = function

    def call(self, site: Site, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        """The frame goes on."""
        here = id(frame())
        self._pending.pop(here, None)
        self._go_on(here)

    def delegate(self, site: Site, receiver: Any, value: Any, result: Any) -> None:
        """The frame goes on after it has waited."""
        self._go_on(id(frame()))

    def resume(self, site: Site, value: Any) -> None:
        """A generator goes on."""
        self._go_on(id(frame()))

    def handle(self, site: Site, exception: BaseException) -> None:
        """A frame goes on in a handler."""
        here = id(frame())
        self._pending.pop(here, None)
        self._go_on(here)

    def _go_on(self, here: int) -> None:
        activation = self._active.get(here)
        if activation is not None:
            self._current[get_ident()] = activation

    def enter(self, site: Site, arguments: dict[str, Any]) -> None:
        """A function is called."""
        here = frame()
        above = None if here is None else caller(here)
        around = self._outside if above is None else self._active.get(id(above), self._outside)
        called = None if above is None else self._pending.get(id(above))
        via = None if called is None else _host_function(called)
        function = self._function(site)
        function.calls += 1
        edge = around.function, function, via
        counted = self._edges.get(edge) or self._edges.setdefault(edge, [0])
        counted[0] += 1
        path = None
        if self.paths:
            path = (around.path or self._paths).child(function, via)
        self._active.pop(id(here), None)  # one of a frame whose end was not told: the order is that of the beginnings
        self._active[id(here)] = self._current[get_ident()] = Activation(function, around, path)

    def _function(self, site: Site) -> Function:
        column = _column(site)
        key = site.module, site.function, site.file, site.first_line, column
        found = self._functions.get(key)
        if found is None:
            made = Function(f"{site.module}:{site.function}", site.file, site.first_line, column)
            found = self._functions.setdefault(key, made)
        return found

    def leave(self, site: Site, value: Any) -> None:
        """A function returns."""
        self._back(forget=True)

    def unwind(self, site: Site, exception: BaseException) -> None:
        """A function is left by an exception."""
        self._back(forget=True)

    def yield_(self, site: Site, value: Any) -> None:
        """A generator is suspended."""
        self._back(forget=False)

    def _back(self, forget: bool) -> None:
        here = frame()
        if forget:
            ended = self._active.pop(id(here), None)
            self._pending.pop(id(here), None)
            if ended is not None:
                self._end(ended)
        above = None if here is None else caller(here)
        self._current[get_ident()] = self._outside if above is None else self._active.get(id(above), self._outside)

    @staticmethod
    def _end(activation: Activation) -> None:
        activation.ended = True
        function, count = activation.function, activation.own + activation.below
        function.own += activation.own
        if not activation.recursive:
            function.inclusive += count
        if activation.path is not None:
            activation.path.instructions += activation.own
        around = activation.caller()
        if around is not None:
            around.below += count

    def instruction(self, site: Site) -> None:
        """An instruction is executed."""
        activation = self._current.get(get_ident())
        if activation is None:
            activation = self._current[get_ident()] = self._outside
        activation.own += 1

    # --- sums

    def _settle(self) -> None:
        """Add up what has not ended yet, as if it ended now; it may go on afterwards."""
        active = list(self._active.items())
        going_on = {self._outside: self._outside}
        for _, activation in reversed(active):  # the inner ones first
            self._end(activation)
        for here, old in active:
            parent = going_on.get(old.parent, old.parent) if old.parent is not None else None
            going_on[old] = self._active[here] = Activation(old.function, parent, old.path)
        for thread, current in list(self._current.items()):
            self._current[thread] = going_on.get(current, current)

    def names(self) -> dict[Function, str]:
        """The name of each function: where several have one, with their places."""
        functions = list(self._functions.values())
        several = Counter(each.name for each in functions)
        at_a_place = Counter((each.name, each.place) for each in functions)
        found = {self._outside.function: ""}
        for each in functions:
            column = f":{each.column}" if at_a_place[each.name, each.place] > 1 else ""
            place = f" ({os.path.basename(each.file)}:{each.line}{column})" if several[each.name] > 1 else ""
            found[each] = each.name + place
        again = Counter(found.values())
        return {each: name if again[name] == 1 else f"{each.name} ({each.place})" for each, name in found.items()}

    def functions(self) -> dict[str, dict[str, int]]:
        """Calls, own and inclusive instructions of each function; recursive calls count once in the inclusive sum."""
        self._settle()
        return {
            name: {"calls": function.calls, "own": function.own, "inclusive": function.inclusive}
            for function, name in self.names().items()
            if name
        }

    def edges(self) -> dict[tuple[str, str, str | None], int]:
        """Return the number of calls by (caller, callee, host function between them); "" is the outside."""
        names = self.names()
        return {(names[one], names[other], via): count for (one, other, via), (count,) in list(self._edges.items())}

    def stacks(self) -> Iterator[tuple[list[str], int]]:
        """Yield the paths, as the names of functions, with the instructions executed at their ends."""
        self._settle()
        names = self.names()
        for path in self._paths.below():
            if path.parent is not None and path.instructions:
                yield [names[each] for each in path.functions()], path.instructions

    def total(self) -> int:
        """All instructions executed."""
        self._settle()
        return self._outside.own + sum(each.own for each in list(self._functions.values()))


def _column(site: Site) -> int:
    """Return the first column of a function's code: functions of one name and line differ in it."""
    if site.table is None:
        return 0
    columns = (each.position[2] for each in site.table.lowered.instructions if each.position and each.op != "RESUME")
    return next((column for column in columns if column), 0)


def _host_function(function: Any) -> str | None:
    """The name of what was called, if it is not the guest function itself."""
    plain = function.__func__ if type(function) is types.MethodType else function
    if type(plain) is types.FunctionType or is_of(function, type):
        return None
    return callable_name(function)
