"""Hooks: what an engine calls for an event, and what becomes of what the analyses' methods return.

A hook calls the methods of all analyses that want the event, in the order in which they were attached. While it does,
events of the same thread are nobody's: no analysis sees its own or another's work, `__repr__` methods that it calls
included. Hooks are made from text, for each number of parameters and analyses once.
"""

from __future__ import annotations

import types
from _thread import _local
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bytescope.analysis.base import ENOUGH, AnalysisError, Replace
from bytescope.analysis.planning.once import told_once
from bytescope.analysis.planning.replacements import refusal
from bytescope.code.host.asynchronous import handler_entry, is_asynchronous
from bytescope.isa.events import EVENTS, Event
from bytescope.isa.instrumentation import MAYBE, DirectCall, Hook
from bytescope.machine.support.budget import BudgetExceeded
from bytescope.machine.support.own_frames import HANDLER_FILE

if TYPE_CHECKING:
    from bytescope.analysis.planning.method_purity import Purity
    from bytescope.analysis.subscriber import Subscriber


class _Thread(_local):
    """busy: whether an analysis is at work in this thread, in a list that is always the same."""

    def __init__(self) -> None:
        self.busy = [False]


thread: Final = _Thread()
"""State of this thread."""


class AtWork:
    """A part of an attachment at whose end no analysis is at work in this thread if none was before."""

    def __init__(self) -> None:
        self._before: tuple[list[bool], bool] | None = None

    def open(self) -> None:
        """Record whether an analysis is at work."""
        self._before = thread.busy, thread.busy[0]

    def close(self) -> None:
        """Restore it, as an interrupt may have come before the end of a hook."""
        if self._before is not None and self._before[0] is thread.busy:
            thread.busy[0] = self._before[1]


PASSED = (AnalysisError, BudgetExceeded, KeyboardInterrupt)
"""Exceptions that may be raised while an analysis runs without being its failure."""

_SHALLOW = 32
"""An analysis that fails for lack of stack with fewer frames of its own was called where the program had used it up."""


def failed(subscriber: Subscriber, event: str, site: Any, error: BaseException) -> BaseException:
    """Return what is raised in the place of an exception that came up while an analysis was at work.

    If the analysis has failed, that is an `AnalysisError`, and the run is stopped. An exception of the program itself
    is returned, without the frames of the analysis: a signal handler has raised it, another thread has sent it, or it
    is a RecursionError because the program has used up the stack.
    """
    if isinstance(error, PASSED) or is_asynchronous(error, error.__traceback__):
        return error.with_traceback(handler_entry(error.__traceback__))
    if isinstance(error, RecursionError) and _depth(error.__traceback__) < _SHALLOW:
        return error
    name = subscriber.name
    what = f"{name} failed on {event}" + (f" at {site.place}" if hasattr(site, "place") else "")
    failure = AnalysisError(f"{what}: {type(error).__name__}: {error}", name, event, site)
    failure.__cause__ = error
    subscriber.failed(failure)
    return failure


def _depth(traceback: types.TracebackType | None) -> int:
    depth = 0
    while traceback is not None:
        traceback = traceback.tb_next
        depth += 1
    return depth


def judge(subscriber: Subscriber, event: Event, site: Any, last: Any, answer: Any) -> Replace | None:
    """Interpret a returned value other than None.

    Args:
        subscriber: who has answered.
        event: to what.
        site: where.
        last: the last of what it was told.
        answer: its answer.

    Raises:
        AnalysisError: if it means nothing, or replaces a value by one of a type that the program would crash on.
    """
    if isinstance(answer, Replace) and event.replace:
        expected = refusal(event, site, last, answer.value)
        if expected is None:
            return answer
        kind = type(answer.value).__name__
        raise failed(
            subscriber, event.name, site, TypeError(f"Replace must have {expected} for {event.name}, not {kind}")
        )
    if answer is ENOUGH and event.parameters[:1] == ("site",):
        subscriber.enough(event.name, site, bool(last) if event.name == "branch" else None)
        return None
    allowed = "None, ENOUGH or Replace" if event.replace else "None or ENOUGH"
    error = TypeError(f"{event.method} returned {type(answer).__name__}, and may return {allowed}")
    raise failed(subscriber, event.name, site, error)


_makers: dict[str, Callable[..., Callable[..., Any]]] = {}


def make_hook(
    name: str,
    subscribers: tuple[Subscriber, ...],
    stopped: list[Callable[[], AnalysisError]],
    pure: Sequence[Purity] = (),
) -> Hook:
    """Make the hook for an event.

    Args:
        name: of the event.
        subscribers: who wants it, in order.
        stopped: where the run was stopped, holds what makes the error to be raised.
        pure: facts about the subscribers' methods, if all can be called directly because they are pure.
    """
    event = EVENTS[name]
    text = _text(event, len(subscribers))
    maker = _makers.get(text)
    if maker is None:
        namespace: dict[str, Any] = {}
        exec(compile(text, HANDLER_FILE, "exec"), namespace)
        maker = _makers[text] = namespace["make"]
    methods = [subscriber.method(name) for subscriber in subscribers]
    states = [value for each in subscribers for value in (each.live, each.silent(name))]
    call = maker(thread, stopped, failed, judge, event, subscribers, *methods, *states)
    read = [told_once(method) for method in methods]
    direct: list[DirectCall] = []
    if pure or (len(subscribers) == 1 and event.parameters[:1] == ("site",)):
        facts: Sequence[Purity | None] = pure or [None]
        direct = [_direct_call(*each, event) for each in zip(subscribers, methods, facts, strict=True)]
    hook = Hook(
        call,
        event.name,
        subscribers,
        replaces=bool(event.replace),
        direct=tuple(direct),
        once=None if None in read else frozenset().union(*filter(None, read)),
        callees=_callees(subscribers),
        wants_callee=_choice(subscribers, "wants_call", "call"),
        wants_owner=_choice(subscribers, "wants_attribute", "getattr") if name == "getattr" else None,
        named=_named(subscribers),
        where_shadows=all(name in each.analysis.where_shadows for each in subscribers),
    )
    for each in subscribers:
        each.hooks.add(hook)
    return hook


def disconnect(subscriber: Subscriber) -> None:
    """Remove the references of hooks to a subscriber's analysis, once nothing is attached through it.

    Frames of exceptions and generators that an analysis has kept execute code that refers to hooks. The collector does
    not see what code objects refer to, so all of them would live forever.
    """
    for hook in list(subscriber.hooks):
        hook.direct = ()
        for number, each in enumerate(hook.subscribers):
            if each is subscriber:
                call: Any = hook.call
                call.__closure__[call.__code__.co_freevars.index(f"m{number}")].cell_contents = _nobody
    subscriber.methods = dict.fromkeys(subscriber.methods, _nobody)
    subscriber.analysis = None


def _nobody(*given: Any) -> None:
    """Do nothing: stands in for a detached method in hooks that another thread is still executing."""


def _callees(subscribers: Sequence[Subscriber]) -> tuple[object, ...] | None:
    """Return the only callables whose calls the analyses observe, None for all."""
    chosen = [each.analysis.calls_of for each in subscribers]
    return None if None in chosen else tuple(chain.from_iterable(filter(None, chosen)))


def _named(subscribers: Sequence[Subscriber]) -> tuple[Collection[str], ...] | None:
    """Return the sets of the names of the only functions whose calls the analyses observe, None for all."""
    chosen = [each.analysis.calls_named for each in subscribers]
    if any(each is None for each in chosen):
        return None
    by_identity: Any = object.__hash__  # as `bytescope.shadow.Members` is hashed: it is a constant of woven code
    return tuple(each if type(each).__hash__ is by_identity else frozenset(each or ()) for each in chosen)


def _choice(subscribers: Sequence[Subscriber], method: str, event: str) -> Callable[..., bool] | None:
    """Return a test whether any of the analyses chooses to get an event, None if one of them gets all.

    Args:
        subscribers: who gets it.
        method: the name of the method that chooses.
        event: the event.
    """
    if not all(getattr(getattr(type(each.analysis), method), "chooses", True) for each in subscribers):
        return None
    tests = [_choice_of(each, method, event) for each in subscribers]
    return tests[0] if len(tests) == 1 else lambda *given: any(test(*given) for test in tests)


def _choice_of(subscriber: Subscriber, method: str, event: str) -> Callable[..., bool]:
    """Return the test of one analysis, which is at work while it chooses."""
    chooses: Callable[..., bool] = getattr(subscriber.analysis, method)

    @as_hook
    def wants(*given: object) -> bool:
        busy = thread.busy
        before, busy[0] = busy[0], True
        try:
            return chooses(*given)
        except PASSED as error:
            raise error.with_traceback(None)  # noqa: B904
        except BaseException as error:
            raise failed(subscriber, event, None, error)  # noqa: B904
        finally:
            busy[0] = before

    return wants


def _direct_call(subscriber: Subscriber, method: Callable[..., Any], purity: Purity | None, event: Event) -> DirectCall:
    def error_of(site: Any, error: BaseException) -> BaseException:
        return failed(subscriber, event.name, site, error)

    return DirectCall(
        method,
        subscriber.live,
        pure=purity is not None,
        returns=MAYBE if purity is None else purity.returns,
        lowered=None if purity is None else purity.lowered,
        thread=thread,
        judge=partial(judge, subscriber, event),
        failed=error_of,
    )


def _text(event: Event, count: int) -> str:
    """A subscriber that is detached is no longer `live`; its `silent` sites are those of which it has had enough."""
    given = ", ".join(event.parameters)
    at_site = event.parameters[:1] == ("site",)
    site = event.parameters[0]
    last = event.parameters[-1]
    visible = bool(event.replace) and (
        event.kind == "after" or event.kind == "control" or event.replace == "what is stored"
    )
    names = [f"m{index}" for index in range(count)]
    states = [name for index in range(count) for name in (f"live{index}", f"silent{index}")]
    parameters = ", ".join(names + states)
    lines = [
        f"def make(of_thread, stopped, failed, judge, event, subscribers, {parameters}):",
        f"    def hook({given}):",
        "        busy = of_thread.busy",
        "        if busy[0]:",
        "            return None",
        "        if stopped:",
        "            raise stopped[0]()",
        "        busy[0] = True",
        "        who = 0",
        "        try:",
    ]
    if count > 1:
        lines += ["            outcome = None"]
    for index in range(count):
        lines += [f"            who = {index}"] if index else []
        key = f"(id(site.code), site.index{', not not condition' * (event.name == 'branch')})"  # as `place_of`
        wanted = f"live{index} and not (silent{index} and {key} in silent{index})" if at_site else f"live{index}"
        lines += [f"            if {wanted}:"]
        lines += [f"                answer = m{index}({given})", "                if answer is not None:"]
        if count == 1:
            lines += [f"                    return judge(subscribers[0], event, {site}, {last}, answer)"]
            continue
        lines += [f"                    answer = judge(subscribers[{index}], event, {site}, {last}, answer)"]
        lines += ["                    if answer is not None:", "                        outcome = answer"]
        if visible and last != site:
            lines += [f"                        {last} = answer.value"]
    if count > 1:
        lines += ["            return outcome"]
    lines += [
        "        except BaseException as error:",
        f"            raise failed(subscribers[who], event.name, {site}, error)",
        "        finally:",
        "            busy[0] = False",
        "    return hook",
    ]
    return "\n".join(lines) + "\n"


F = TypeVar("F", bound=Callable[..., Any])


def as_hook(function: F) -> F:
    """Mark a function's frames as the engine's own, which are cut from a program's tracebacks."""
    function.__code__ = function.__code__.replace(co_filename=HANDLER_FILE)
    return function
