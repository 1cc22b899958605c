"""Tools: functions of the host that a program may call, and what they say of the values that they return."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from bytescope.ifc.labels import EVERYONE, Readers, readers_of


class Tool:
    """A function of the host that a program may call by its name.

    What it returns has the label of what it was given, joined with one of its own: that it comes from this tool. Parts
    of it, however deep in lists, tuples, dicts and data classes, may be `Labelled`.

    Args:
        function: the function.
        name: what the program calls it by; by default the function's own name.
        trusted: whether what it returns may decide what is done.
        readers: who may read what it returns.
        acts: whether it does something that a policy must be asked about. One that only reads, and tells nobody what it
            was given, does not.
        content: parameters whose values do not decide what is done, such as the text of a mail.
        recipients: from a `Call` to the names of those whom it would hand its arguments to.
        accepts: classes of arguments beside plain data.

    Raises:
        TypeError: if it is no function, or an asynchronous one, or `content` names no parameter.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str = "",
        trusted: bool = False,
        readers: Iterable[str] | None = EVERYONE,
        acts: bool = True,
        content: Iterable[str] = (),
        recipients: Callable[[Any], Iterable[str]] | None = None,
        accepts: Iterable[type] = (),
    ) -> None:
        if not callable(function):
            raise TypeError(f"a tool must be a function, and {function!r} is of type {type(function).__name__}")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"tool {function.__name__!r} is asynchronous: give a function that runs it to its end")
        self.function = function
        self.name = name or str(getattr(function, "__name__", ""))
        if not self.name.isidentifier():
            raise TypeError(f"a tool's name must be an identifier, not {self.name!r}: give it one with name=")
        self.signature = inspect.signature(function)
        self.trusted, self.readers, self.acts = trusted, readers_of(readers), acts
        self.content, self.recipients, self.accepts = frozenset(content), recipients, tuple(accepts)
        for each in self.content:
            if each not in self.signature.parameters:
                has = ", ".join(self.signature.parameters) or "none"
                raise TypeError(f"content: tool {self.name!r} has no parameter {each!r}; it has {has}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, as the host may: no policy is asked."""
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Tool {self.name}{self.signature}>"


def tool(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Make a function a `Tool`: a decorator, with or without the options of `Tool`.

    Args:
        function: the function.
        options: see `Tool`.
    """
    if function is None:
        return lambda decorated: Tool(decorated, **options)
    return Tool(function, **options)


class Labelled:
    """A value with a label of its own, in what a tool returns or a session's variables are set to.

    Args:
        value: the value.
        origin: where it comes from: `"mail 7 of eve@example.org"`.
        trusted: whether it may decide what is done.
        readers: who may read it.
    """

    __slots__ = ("origin", "readers", "trusted", "value")

    def __init__(
        self, value: Any, origin: str, *, trusted: bool = False, readers: Iterable[str] | None = EVERYONE
    ) -> None:
        if not isinstance(origin, str) or not origin:
            raise TypeError(f"origin must be a text that says where the value comes from, not {origin!r}")
        self.value, self.origin, self.trusted = value, origin, trusted
        self.readers: Readers = readers_of(readers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r}, {self.origin!r})"


class Declassified(Labelled):
    """Return value of a tool whose result has this label alone, whatever the tool was given.

    It is for tools that check or clean what they are given, and so may widen who reads it, or have it trusted.
    """

    __slots__ = ()
