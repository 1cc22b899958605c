"""The tree of calls with the instructions executed in each: what `calls` and `profile` stand on."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Iterator
from typing import Any

from bytescope.analyses.base import Shipped
from bytescope.analysis import Site
from bytescope.analysis.guest_frames import caller, frame


class Node:
    """A function called along one path.

    function: "module:qualname"; calls: how often; instructions: executed in the function itself; place: its file and
    first line; via: name of the host function that called it, or None.
    """

    __slots__ = ("function", "parent", "children", "calls", "instructions", "place", "via")

    def __init__(self, function: str, parent: Node | None, place: str = "", via: str | None = None) -> None:
        self.function = function
        self.parent = parent
        self.children: dict[tuple[str, str | None], Node] = {}
        self.calls = 0
        self.instructions = 0
        self.place = place
        self.via = via

    def child(self, function: str, place: str, via: str | None) -> Node:
        """The node of a function called from here."""
        found = self.children.get((function, via))
        if found is None:
            found = self.children[function, via] = Node(function, self, place, via)
        return found

    def nodes(self) -> Iterator[Node]:
        """Yield this node and all below, each before its children."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending += reversed(list(node.children.values()))

    def path(self) -> list[str]:
        """The functions from the outermost one to this."""
        names = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            names.append(node.function)
            node = node.parent
        return names[::-1]


class CallTree(Shipped):
    """Counts calls and instructions. Frames tell the activations apart, so threads, generators and tasks come right."""

    def __init__(self) -> None:
        self.root = Node("", None)
        self._nodes: dict[int, Node] = {}
        self._current: dict[int, Node] = {}
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
        node = self._nodes.get(here)
        if node is not None:
            self._current[get_ident()] = node

    def enter(self, site: Site, arguments: dict[str, Any]) -> None:
        """A function is called."""
        here = frame()
        above = None if here is None else caller(here)
        parent = self.root if above is None else self._nodes.get(id(above), self.root)
        called = None if above is None else self._pending.get(id(above))
        via = None if called is None else self._host_function(called, site)
        node = parent.child(f"{site.module}:{site.function}", f"{site.file}:{site.first_line}", via)
        node.calls += 1
        self._nodes[id(here)] = node
        self._current[get_ident()] = node

    @staticmethod
    def _host_function(function: Any, site: Site) -> str | None:
        """The name of what was called, if it is not the guest function itself."""
        plain = getattr(function, "__func__", function)
        if hasattr(plain, "__code__") or isinstance(function, type):
            return None
        return getattr(function, "__qualname__", None) or type(function).__qualname__

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
            self._nodes.pop(id(here), None)
            self._pending.pop(id(here), None)
        above = None if here is None else caller(here)
        self._current[get_ident()] = self.root if above is None else self._nodes.get(id(above), self.root)

    def instruction(self, site: Site) -> None:
        """An instruction is executed."""
        node = self._current.get(get_ident())
        if node is None:
            node = self._current[get_ident()] = self.root
        node.instructions += 1

    # --- sums

    def functions(self) -> dict[str, dict[str, int]]:
        """Calls, own and inclusive instructions of each function; recursive calls count once in the inclusive sum."""
        below: dict[int, int] = {}
        nodes = list(self.root.nodes())
        for node in reversed(nodes):
            below[id(node)] = node.instructions + sum(below[id(each)] for each in node.children.values())
        found: dict[str, dict[str, int]] = {}
        pending: list[tuple[Node, frozenset[str]]] = [(self.root, frozenset())]
        while pending:
            node, outer = pending.pop()
            if node.parent is not None:
                entry = found.setdefault(node.function, {"calls": 0, "own": 0, "inclusive": 0})
                entry["calls"] += node.calls
                entry["own"] += node.instructions
                if node.function not in outer:
                    entry["inclusive"] += below[id(node)]
            inner = outer | {node.function}
            pending += [(each, inner) for each in node.children.values()]
        return found

    def total(self) -> int:
        """All instructions executed."""
        return sum(node.instructions for node in self.root.nodes())
