"""A plan: which instructions of a code object are observed, and what is to be called there.

It does not say how: the interpreter wraps handlers, the weaver inserts calls. Both bind `Hook.call`, whose first
argument is the point's site. It returns None, or an object whose `value` is a replacement.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Lowered
from bytescope.startup.stdlib_lite import Any, Callable, Collection, field, record

NEVER, MAYBE, ALWAYS = "never", "maybe", "always"
"""Frequencies with which a method returns a replacement."""


@record(eq=False)
class DirectCall:
    """Call of an analysis method in the place of the hook that wraps it.

    method: the method, with the hook's parameters. live: empty once the analysis is detached.
    pure: whether it runs no user code and raises nothing else. Then it can be called whatever else is at work; returns:
    NEVER, MAYBE or ALWAYS a replacement; lowered: its code, if that is one straight run of instructions without
    variables.
    Otherwise the caller does the work of the hook. thread: its `busy` is a list with one truth value for each thread,
    true while an analysis is at work: then no events are delivered. judge: makes of site, last argument and a result
    other than None what the hook would return. failed: makes of site and exception what the hook would raise.
    """

    method: Callable[..., Any]
    live: list[bool]
    pure: bool
    returns: str
    lowered: Lowered | None
    thread: Any
    judge: Callable[[Any, Any, Any], Any]
    failed: Callable[[Any, BaseException], BaseException]

    @property
    def function(self) -> Any:
        """The function of a pure method."""
        return self.method.__func__  # type: ignore[attr-defined]

    @property
    def instance(self) -> Any:
        """The first argument of a pure method."""
        return self.method.__self__  # type: ignore[attr-defined]


class _Referable:
    """Base class of what can have weak references."""

    __slots__ = ("__weakref__",)


@record(eq=False)
class Hook(_Referable):
    """A hook: the function that an engine calls for an event.

    call: the function; event: name of the event; subscribers: the analyses that it notifies; replaces: whether it may
    return a replacement; direct: calls that together do the same, if there are such; once: if a second call at a site
    (of `branch`, with the same outcome) has no effect, the operands that it reads, else None; extra: further arguments,
    as the engine that has made the hook describes them; callees: the only callables whose calls it is about;
    wants_callee: a test of those; named: sets of their names; wants_owner: a test of attributes, by name and object, of
    `getattr`; where_shadows: whether it is needed only where there may
    be shadows.
    """

    call: Callable[..., Any]
    event: str = ""
    subscribers: tuple[Any, ...] = ()
    replaces: bool = True
    direct: tuple[DirectCall, ...] = ()
    once: frozenset[int] | None = None
    extra: Any = None
    callees: tuple[object, ...] | None = None
    wants_callee: Callable[[object], bool] | None = None
    wants_owner: Callable[[str, object], bool] | None = None
    named: tuple[Collection[str], ...] | None = None
    where_shadows: bool = False

    @property
    def pure(self) -> tuple[DirectCall, ...]:
        """The direct calls, if all are pure."""
        return self.direct if all(each.pure for each in self.direct) else ()


@record(slots=True)
class Point:
    """The hooks at one instruction.

    site: first argument of the hooks; before, after: around the instruction's primitive; branch: once its condition
    is known; branch_when: the only outcome that `branch` wants to know of, None for both (the hook knows by itself, but
    an engine can spare the call); instruction: before it is executed; line: when execution comes to its line;
    loop: when it goes back to the header of a loop, whose site is `loop_site`; again: when it goes back to a line that
    begins there for who goes back to it, whose site is `again_site`; enter: when the frame begins here;
    leave, suspend, resume: when it is left, suspended, resumed here.
    """

    site: Any
    before: Hook | None = None
    after: Hook | None = None
    branch: Hook | None = None
    branch_when: bool | None = None
    instruction: Hook | None = None
    line: Hook | None = None
    loop: Hook | None = None
    again: Hook | None = None
    enter: Hook | None = None
    leave: Hook | None = None
    suspend: Hook | None = None
    resume: Hook | None = None
    loop_site: Any = None
    again_site: Any = None

    def __bool__(self) -> bool:
        return (
            self.before or self.after or self.branch or self.instruction or self.line or self.loop or self.again
            or self.enter or self.leave or self.suspend or self.resume
        ) is not None  # fmt: skip


@record(slots=True)
class Plan:
    """The points of a code object by instruction index, and what is called when exceptions come, stay or go.

    raised, handled, unwound: hooks (site, exception), or None; site: makes the site of an instruction.
    """

    site: Callable[[int], Any]
    points: dict[int, Point] = field(default_factory=dict)
    raised: Hook | None = None
    handled: Hook | None = None
    unwound: Hook | None = None

    def __bool__(self) -> bool:
        return bool(self.points or self.raised or self.handled or self.unwound)

    @property
    def exceptions(self) -> bool:
        """Return True if there are hooks for exceptions."""
        return bool(self.raised or self.handled or self.unwound)


_CALLS = ("CALL", "CALL_KW", "CALL_EX")
_AROUND = ("site", "before", "after")


def observed_callables(instruction: Instruction, point: Point) -> tuple[object, ...] | None:
    """Return the only callables whose calls the hooks of a point observe; None if they observe anything else."""
    if instruction.op not in _CALLS or has_others(point):
        return None
    found: list[object] = []
    for hook in _around(point):
        if hook.callees is None:
            return None
        found += [each for each in hook.callees if not any(each is other for other in found)]
    return tuple(found)


def for_clean_data(point: Point) -> Point | None:
    """Return a point without the hooks that are needed only where there may be shadows; None if none is left."""
    hooks = {name: getattr(point, name) for name in Point.__slots__}
    left = Point(**{name: None if type(each) is Hook and each.where_shadows else each for name, each in hooks.items()})
    return left or None


def observed_names(instruction: Instruction, point: Point) -> tuple[Collection[str], ...] | None:
    """Return the names of the only functions whose calls the hooks of a point observe, in sets; None for all."""
    if instruction.op not in _CALLS or has_others(point):
        return None
    found: list[Collection[str]] = []
    for hook in _around(point):
        if hook.named is None or hook.wants_callee is None:
            return None
        found += [each for each in hook.named if not any(each is other for other in found)]
    return tuple(found)


def callee_filter(instruction: Instruction, point: Point) -> Callable[[object], bool] | None:
    """Return a test whether the hooks around a call observe calls of a callable; None if they observe all calls."""
    if instruction.op not in _CALLS:
        return None
    only = observed_callables(instruction, point)
    if only is not None:
        by_address = {id(each): each for each in only}
        return lambda function: id(function) in by_address
    tests = [hook.wants_callee for hook in _around(point)]
    if None in tests:
        return None
    return lambda function: any(test(function) for test in tests)  # type: ignore[misc]


def has_others(point: Point) -> bool:
    """Return True if a point has hooks beside those around its primitive."""
    return any(getattr(point, name) is not None for name in Point.__slots__ if name not in _AROUND)


def _around(point: Point) -> list[Hook]:
    """Return the hooks around the primitive of a point."""
    return [hook for hook in (point.before, point.after) if hook is not None]
