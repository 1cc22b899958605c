"""Policies: a call of a tool as a policy sees it, what it may answer, and the policy that holds by default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal

from bytescope.analyses.values import SafeRepr
from bytescope.ifc.labels import Label, Source
from bytescope.ifc.tools import Tool
from bytescope.taint.findings import Passage, passages

_shown = SafeRepr(60, False)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call.

    Attributes:
        name: the parameter, `args[0]` for one behind `*`.
        value: a copy of the value, which is what the tool is given.
        label: where it comes from, and all that it holds.
        spans: of a text, the parts that come from sources: (start, stop, label).
    """

    name: str
    value: Any
    label: Label
    spans: tuple[tuple[int, int, Label], ...] = ()

    def path(self, source: Source) -> list[Passage]:
        """Return the places on the way from a source to this argument, as far as they are remembered.

        Args:
            source: one of its label's.
        """
        return passages(source, self.value)

    def __str__(self) -> str:
        return f"{self.name}={_shown(self.value)}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool, which has not happened yet.

    Attributes:
        tool: what is called.
        arguments: by name, those that were given.
        control: the label of what has decided that the call happens.
        line: of the program, 0 if it is not known.
    """

    tool: Tool
    arguments: dict[str, Argument]
    control: Label
    line: int = 0

    @property
    def label(self) -> Label:
        """The label of all arguments, and of what has decided that the call happens."""
        return reduce(or_, (each.label for each in self.arguments.values()), self.control)

    def value(self, name: str) -> Any:
        """Return the value of an argument, or its parameter's default.

        Args:
            name: of the parameter.

        Raises:
            LookupError: if the tool has no such parameter, or it has no value.
        """
        if name in self.arguments:
            return self.arguments[name].value
        parameter = self.tool.signature.parameters.get(name)
        if parameter is None or parameter.default is parameter.empty:
            raise LookupError(f"{self} has no argument {name!r}; it has {', '.join(self.arguments) or 'none'}")
        return parameter.default

    def __str__(self) -> str:
        return f"{self.tool.name}({', '.join(map(str, self.arguments.values()))})"


Verdict = Literal["allow", "deny", "ask"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Answer of a policy, which is `ALLOW`, or what `deny` and `ask` return.

    Attributes:
        verdict: "allow", "deny" or "ask".
        reason: why; of "ask" what the question is about.
        sources: those that it is about.
    """

    verdict: Verdict
    reason: str = ""
    sources: tuple[Source, ...] = ()


Policy = Callable[[Call], Decision]
"""Function that decides on each call of a tool."""

ALLOW = Decision("allow")
"""The answer that lets a call happen."""


def deny(reason: str, sources: Iterable[Source] = ()) -> Decision:
    """Return the answer that raises `Denied` in the program.

    Args:
        reason: why.
        sources: those that it is about; their ways are in the message.
    """
    return Decision("deny", reason, tuple(sources))


def ask(question: str, sources: Iterable[Source] = ()) -> Decision:
    """Return the answer that has somebody asked.

    Args:
        question: what the answer depends on.
        sources: those that it is about.
    """
    return Decision("ask", question, tuple(sources))


class Denied(Exception):
    """A call of a tool was denied. It is raised in the program, which may handle it.

    Attributes:
        call: the call.
        decision: why.
    """

    def __init__(self, call: Call, decision: Decision) -> None:
        self.call, self.decision = call, decision
        super().__init__("\n".join([f"{call.tool.name} was denied: {decision.reason}", *self.ways()]))

    def ways(self) -> list[str]:
        """Return the ways from the sources to the arguments, line by line."""
        found: list[str] = []
        for source in self.decision.sources:
            for argument in self.call.arguments.values():
                if source in argument.label.sources:
                    found += [f"  {argument.name}: from {source.name}, line {source.place.line}"]
                    found += [f"    {each.what}, line {each.place.line}" for each in argument.path(source)[1:]]
        return found


Denied.__module__ = "bytescope.ifc"


def guard(call: Call) -> Decision:
    """Decide by what the tool declares: the policy that holds by default.

    A tool that does not act is allowed. Those whom a tool hands its arguments to (`recipients`) must be allowed to read
    them, else the call is denied. Nothing untrusted may decide what a tool does: if an argument other than its
    `content` comes from an untrusted source, or whether the call happens depends on one, somebody is asked.

    Args:
        call: the call.
    """
    tool = call.tool
    if not tool.acts:
        return ALLOW
    if tool.recipients is not None:
        names = tool.recipients(call)
        for argument in call.arguments.values():
            if not argument.label.readable_by(names):
                return deny(*_unreadable(f"{argument} comes from", argument.label, names))
        if not call.control.readable_by(names):
            return ask(*_unreadable("whether it happens depends on", call.control, names))
    for argument in call.arguments.values():
        if argument.label.untrusted and argument.name.partition("[")[0] not in tool.content:
            sources = argument.label.untrusted
            return ask(f"{argument} comes from {_names(sources)}, which is not trusted", sources)
    if call.control.untrusted:
        sources = call.control.untrusted
        return ask(f"whether it happens depends on {_names(sources)}, which is not trusted", sources)
    return ALLOW


def _unreadable(what: str, label: Label, names: Iterable[str]) -> tuple[str, list[Source]]:
    names = set(names)
    sources = [each for each in label.sources if each.readers is not None and not each.readers.issuperset(names)]
    sources.sort(key=lambda each: each.name)
    outsiders = sorted(names - (label.readers or frozenset()))
    return f"{what} {_names(sources)}, which {' and '.join(outsiders)} may not read", sources


def _names(sources: Iterable[Source]) -> str:
    return ", ".join(sorted({each.name for each in sources}))
