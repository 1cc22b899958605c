"""Building blocks of an analysis: the base class, replacements, and the error that stops a run."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final


class Analysis:
    """Base class of analyses: a subclass defines the methods of the events that it wants, and no others.

    An event that no attached analysis defines costs nothing. The methods are called in the thread in which the event
    happens. See `bytescope.events` for all events and their signatures. What an analysis keeps is its own affair;
    the ones that ship offer `result()` for data and `report()` for reading.

    Attributes:
        calls_of: the only callables whose calls it wants to be told of, or None for all; it may be told of others.
        calls_named: the names (`__name__`) of the only functions and methods whose calls it wants to be told of, or
            None for all names; `bytescope.shadow.Members`, if it adds names while it is attached. `wants_call` chooses
            among these, and among callables of other types.
        where_shadows: names of events that it needs only where there may be shadows: about clean data, it may not be
            told of them.
        shadows: the algebra (`bytescope.shadow.Algebra`) of the shadows that it wants references to have, or None.
    """

    shadows: Any = None
    calls_of: tuple[object, ...] | None = None
    calls_named: Collection[str] | None = None
    where_shadows: frozenset[str] = frozenset()

    def wants(self, event: str, site: Any) -> bool:
        """Return True to get an event at a site; called before the code is executed, once or for all events.

        Args:
            event: the name of the event.
            site: where it would be.
        """
        return True

    def wants_call(self, function: object) -> bool:
        """Return True to get the calls of a callable. A hint: other calls may be reported too.

        The answer is taken to hold for all functions with the same code, unless this is nested in a function's.

        Args:
            function: what is called. It is the program's: to ask it for attributes can run code of the program's.
        """
        return True

    def covers(self, module: str, file: str) -> bool:
        """Return True if it is about the code of a module; it is not asked where modules are included by name.

        Where no analysis is about a module, that is executed as it is.

        Args:
            module: dotted name of the module.
            file: file name of the code object.
        """
        return True

    wants_call.chooses = False  # type: ignore[attr-defined]

    def wants_attribute(self, name: str, object: object) -> bool:
        """Return True to get the event `getattr` of an attribute of an object. A hint, as that of `wants_call`.

        Args:
            name: of the attribute.
            object: whose it is.
        """
        return True

    wants_attribute.chooses = False  # type: ignore[attr-defined]

    def begin(self) -> None:
        """The analysis was attached."""

    def end(self) -> None:
        """The analysis was detached."""


class Replace:
    """A replacement: a method returns it to replace the program's value.

    Args:
        value: the value, of any type.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Replace({self.value!r})"


class _Enough:
    """The type of `ENOUGH`."""

    def __repr__(self) -> str:
        return "ENOUGH"


ENOUGH: Final = _Enough()
"""The value a method returns to unsubscribe from its event at this site, where it then costs nothing. `branch`
unsubscribes from this outcome only."""


class AnalysisError(BaseException):
    """An analysis failed, and the run was stopped. Handlers and `finally` blocks of guest code do not see it.

    The traceback is the program's; that of the failure is the cause's.

    Args:
        message: what happened, in one line.
        analysis, event, site: see below.

    Attributes:
        analysis: name of the class of the analysis.
        event: name of the event that it failed on.
        site: where the program was, or None.
    """

    def __init__(self, message: str, analysis: str = "", event: str = "", site: Any = None) -> None:
        super().__init__(message)
        self.analysis = analysis
        self.event = event
        self.site = site

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.analysis, self.event, self.site)


for _class in (Analysis, Replace, AnalysisError):
    _class.__module__ = "bytescope"
