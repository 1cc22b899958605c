"""Weaving for people who read listings: the woven form of code objects, with an outline of each."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bytescope.analysis.base import Analysis, AnalysisError
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.filters import Filters
from bytescope.analysis.planning.planner import Planner
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.host.monitoring import Probes
from bytescope.isa.instrumentation import Hook
from bytescope.startup.stdlib_lite import Any, record
from bytescope.weave.marker import original
from bytescope.weave.outline import Outline
from bytescope.weave.weaver import Weaver


@record(slots=True)
class WovenCode:
    """A code object in its woven form.

    Attributes:
        program: the code object.
        woven: its woven form; itself where nothing in it is observed.
        outline: what was written for what; None where nothing in it is observed.
        name: gives the name of a hook or flag that woven code refers to; None for any other object.
    """

    program: types.CodeType
    woven: types.CodeType
    outline: Outline | None
    name: Callable[[object], str | None]


class Refused(ValueError):
    """A code object cannot be woven; the message says why."""


@contextmanager
def outlined(code: types.CodeType, module: str, analyses: Sequence[Analysis]) -> Iterator[list[WovenCode]]:
    """Weave a code object, and those nested in it, as for analyses that are attached to all code.

    Args:
        code: the code object.
        module: the name of its module.
        analyses: the analyses; none of them is notified of anything.

    Yields:
        The code objects in the order of the source, valid while the context is open.

    Raises:
        Refused: if a code object cannot be woven.
    """
    filters = Filters()
    subscribers = [Subscriber(each, filters) for each in analyses]
    planner = Planner(subscribers, [])
    outlines: dict[int, Outline] = {}
    probes = Probes()
    with ExitStack() as stack:
        stack.callback(probes.clear)
        flags: dict[int, str] = {}
        for each in analyses:
            if each.shadows is not None:
                from bytescope.analysis.shadowing import SHADOWING  # here, because few analyses have shadows
                from bytescope.shadow.active import current

                stack.callback(SHADOWING.leave, stack)
                SHADOWING.enter(each.shadows, filters.wants_code, stack)
                flags = {id(value): name for name, value in vars(current()).items() if isinstance(value, list)}
        weaver = Weaver(
            planner.plan, AnalysisError, _failed, _refused, _executed, probes,
            shadower=WOVEN.shadower, outlines=outlines,
        )  # fmt: skip

        def name(value: object) -> str | None:
            if isinstance(value, Hook):
                value = value.call
            found = planner.name(value)
            if found is not None:
                return f"hook of {' and '.join(_events(found))}"
            return f"flag {flags[id(value)]}" if id(value) in flags else None

        yield [
            WovenCode(program, woven, outlines.get(id(program)) if woven is not program else None, name)
            for program, woven in _pairs(code, weaver.weave(code, module))
        ]


def _events(name: tuple[Any, ...]) -> list[str]:
    """Return the events of a hook, by its planner's name for it."""
    event, *parts = name
    if len(parts) == 1 and all(isinstance(each, int) for each in parts[0]):
        return [event]
    return [found for each in parts if isinstance(each, tuple) for found in _events(each)]


def _pairs(code: types.CodeType, woven: types.CodeType) -> Iterator[tuple[types.CodeType, types.CodeType]]:
    yield code, woven
    forms = {id(original(each)): each for each in _code_objects(woven.co_consts)}
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _pairs(each, forms.get(id(each), each))


def _code_objects(values: Iterable[object]) -> Iterator[types.CodeType]:
    for each in values:
        if isinstance(each, types.CodeType):
            yield each
        elif type(each) is list:  # objects of the weaver's own, where the constants cannot hold them
            yield from _code_objects(each)


def _failed(hook: Hook | None, site: Any, error: BaseException) -> BaseException:
    return error


def _refused(code: types.CodeType, reason: str) -> None:
    raise Refused(f"{code.co_qualname} in {code.co_filename} cannot be woven: {reason}")


def _executed(function: object, args: tuple[object, ...], *_: object) -> tuple[object, ...]:
    return args
