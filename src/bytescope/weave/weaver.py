"""Weaving code objects, nested ones included."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable, Iterator

from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.monitoring import Probes
from bytescope.code.host.weak_tables import enter
from bytescope.code.instruction import Lowered
from bytescope.code.lowering.lower import lower
from bytescope.flow.verify import Verified, verify
from bytescope.isa.instrumentation import Plan
from bytescope.isa.kinds import EXECUTORS
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Protocol, deque, record, ref
from bytescope.weave.cache.serialize import Cache
from bytescope.weave.context import WeaveContext
from bytescope.weave.marker import is_woven, marker_of, original
from bytescope.weave.outline import Outline
from bytescope.weave.parts import Parts
from bytescope.weave.stubs import LOOKED_AT, Stub, is_called_later
from bytescope.weave.writer import Task, Writer

_RECENT = 32
"""Woven code objects kept although nothing executes or refers to them: programs `exec` some repeatedly."""

Made = dict[int, tuple[Parts | None, types.CodeType]]
"""By id of a code object the parts of its woven form, None where it stays as it is or has a stub, and this form."""


@record(slots=True)
class Unit:
    """A code object that is about to be woven.

    module: name of the module that it belongs to; lowered, verified: its version-independent form.
    """

    module: str
    lowered: Lowered
    verified: Verified


class Shadower(Protocol):
    """Weaving of code that propagates shadows. It is no part of the weaver, because few analyses have shadows."""

    def wants(self, module: str, code: types.CodeType, /) -> bool:
        """Return True if a code object of a module propagates shadows."""

    def writer(self, task: Task, /) -> Writer:
        """Return a writer for a code object."""

    def finished(self, code: types.CodeType, woven: types.CodeType, /) -> None:
        """Register the woven form of a code object."""


class Weaver:
    """Weaves for one set of attached analyses.

    Args:
        planner: says what is observed in a code object.
        stopper: the class of errors that end a run.
        failed: makes the error of a hook that failed: (hook, site, exception) -> exception.
        refused: is called with a code object that cannot be woven, and the reason.
        executed: the arguments with which `exec` or `eval` is called: (function, arguments, keywords, frame) ->
            arguments.
        probes: where probes can be set, if at all.
        cache: where woven code is kept, if anywhere.
        shadower: weaves code that propagates shadows; None if no attached analysis has shadows.
        outlines: gets an outline of each code object that is written, by its id; None if no listing needs them.
        wanted: whether anything is observed in a code object of a module; functions are then woven when they are first
            called. None if they are woven with the code around them.
        lazily: whether that is so now; otherwise they are woven with the code around them, too.
    """

    def __init__(
        self,
        planner: Callable[[Unit], Plan],
        stopper: type[BaseException],
        failed: Callable[[Any, Any, BaseException], BaseException],
        refused: Callable[[types.CodeType, str], None],
        executed: Callable[[Any, tuple[Any, ...], Iterable[str], types.FrameType], Iterable[Any]],
        probes: Probes | None = None,
        cache: Cache | None = None,
        shadower: Shadower | None = None,
        outlines: dict[int, Outline] | None = None,
        wanted: Callable[[str, types.CodeType], bool] | None = None,
        lazily: Callable[[], bool] = lambda: True,
    ) -> None:
        self.outlines = outlines
        self.wanted = wanted
        self._lazily = lazily
        self._retired = False
        self._special = EXECUTORS if wanted is None else EXECUTORS | {LOOKED_AT}
        self.shadower = shadower
        self.probes = probes
        self.planner = planner
        self.stopper = stopper
        self.failed = failed
        self.refused = refused
        self.executed = lambda args, function, kwargs=(): executed(function, args, kwargs, sys._getframe(1))
        self.cache = cache
        self._own = {"stopper": stopper, "executed": self.executed}
        self._refusals = 0
        self._woven: dict[tuple[int, str], ref[types.CodeType]] = {}
        self._stubs: dict[tuple[int, str], ref[types.CodeType]] = {}
        self._recent: deque[types.CodeType] = deque(maxlen=_RECENT)

    def weave(self, code: types.CodeType, module: str) -> types.CodeType:
        """Return the woven form of a code object.

        It is the code object itself, if nothing is observed in it or in nested ones, and none has exception handlers.

        Args:
            code: the code object.
            module: name of the module that it belongs to.
        """
        code = original(code)
        woven = self._known(code, module)
        if woven is None:
            woven = self._cached(code, module)
            self._recent.append(woven)
        return woven

    def stub(self, code: types.CodeType, module: str) -> types.CodeType:
        """Return the code object of a function until its first call: its woven form, a stub, or its own.

        Args:
            code: the code object of a function.
            module: name of the module that it belongs to.
        """
        if not self._lazily():
            return self.weave(code, module)
        code = original(code)
        woven = self._known(code, module)
        if woven is None:
            reference = self._stubs.get((id(code), module))
            woven = None if reference is None else reference()
            if woven is None and not self._concerns(code, module):
                return code
            if woven is None:
                woven = Stub(code, module, self._first_called).make()
                enter(self._stubs, (id(code), module), woven)
        return woven

    def settle(self) -> None:
        """Weave all functions that have stubs."""
        for reference in list(self._stubs.values()):
            code = reference()
            marker = None if code is None else marker_of(code)
            if type(marker) is Stub:
                marker.settle_all()

    def retire(self) -> None:
        """Weave no more: functions that have stubs get their own code when they are called."""
        self._retired = True

    def _first_called(self, code: types.CodeType, module: str) -> types.CodeType | None:
        """Return the code object of a function from its first call on.

        None while the thread itself changes things, for it may use what would be woven, and where there are too few
        frames left for the weaver.
        """
        if CHANGES._is_owned():
            return None
        try:
            with CHANGES:
                return code if self._retired else self.weave(code, module)
        except RecursionError:
            return None

    def _concerns(self, code: types.CodeType, module: str) -> bool:
        """Return True if a code object, or one nested in it, may not stay as it is."""
        assert self.wanted is not None
        return (
            self.wanted(module, code)
            or (self.shadower is not None and self.shadower.wants(module, code))
            or bool(code.co_exceptiontable)  # handlers do not see what ends the run
            or not self._special.isdisjoint(code.co_names)
            or any(type(each) is types.CodeType and self._concerns(each, module) for each in code.co_consts)
        )

    def made(self) -> Iterator[tuple[str, types.CodeType]]:
        """Yield the woven code objects, with the names of their modules."""
        for (_, module), reference in [*self._woven.items(), *self._stubs.items()]:
            woven = reference()
            if woven is not None and is_woven(woven):
                yield module, woven

    def _known(self, code: types.CodeType, module: str) -> types.CodeType | None:
        """Return the woven form of a code object, None if it has none that is in use or recent."""
        reference = self._woven.get((id(code), module))  # the woven form has the code object: the id is no other's
        return None if reference is None else reference()

    def _cached(self, code: types.CodeType, module: str) -> types.CodeType:
        """Load the woven form from the cache, or weave and store it."""
        if self.cache is None or self.shadower is not None:
            return self._weave(code, module, {})
        key = self.cache.names.key(code, module)
        if key is None:
            return self._weave(code, module, {})
        found = self.cache.load(
            key,
            code,
            module,
            self._own,
            self.failed,
            lambda each, parts: self._finish(each, module, parts),
            self.stub,
        )
        if found is not None:
            return found
        refusals = self._refusals
        made: Made = {}
        woven = self._weave(code, module, made)
        if self._refusals == refusals:
            self.cache.keep(key, code, module, self._own, made)
        return woven

    def _weave(self, code: types.CodeType, module: str, made: Made, in_function: bool = False) -> types.CodeType:
        """Weave a code object and those nested in it.

        Args:
            code: the code object.
            module: name of the module that it belongs to.
            made: gets the parts of the woven ones, None where there are none, and these.
            in_function: whether it is nested in a function's.
        """
        known = self._known(code, module)
        if known is not None:
            return known
        nested = {}
        in_function = in_function or bool(code.co_flags & CO_OPTIMIZED)
        for value in code.co_consts:
            if type(value) is types.CodeType:
                if self.wanted is not None and is_called_later(value, in_function):
                    woven = self.stub(value, module)
                    made[id(value)] = None, woven
                else:
                    woven = self._weave(value, module, made, in_function)
                if woven is not value:
                    nested[id(value)] = woven
        parts = self._parts(code, module, nested)
        woven = self._finish(code, module, parts)
        made[id(code)] = parts, woven
        return woven

    def _finish(self, code: types.CodeType, module: str, parts: Parts | None) -> types.CodeType:
        """Make the woven form of a code object, set its probes, and register it."""
        known = self._known(code, module)
        if known is not None:
            return known
        woven = code
        if parts is not None:
            woven = parts.make()
            if parts.hits and self.probes is not None:
                self.probes.set(woven, parts.table())
            if self.shadower is not None:
                self.shadower.finished(code, woven)
        enter(self._woven, (id(code), module), woven)
        return woven

    def _parts(self, code: types.CodeType, module: str, nested: dict[int, types.CodeType]) -> Parts | None:
        """Return the parts of a woven code object, None if the code object stays as it is."""
        try:
            lowered = lower(code)
            unit = Unit(module, lowered, verify(lowered))
            plan = self.planner(unit)
            shadower = self.shadower
            propagates = shadower is not None and shadower.wants(module, code)
            needs_handlers = bool(lowered.handlers)  # which do not see what ends the run
            if not (propagates or plan or nested or needs_handlers) and self._special.isdisjoint(code.co_names):
                return None
            probes = not propagates and self.probes is not None and self.probes.available()
            task = Task(lowered, unit.verified, plan, nested, self.stopper, self.failed, self.executed, probes)
            writer = shadower.writer(task) if shadower is not None and propagates else _plain_writer(task)
            writer.context.lazy = self.wanted is not None
            self._outline(writer.context)
            return writer.write()
        except InvalidBytecode as error:
            self._refusals += 1
            self.refused(code, str(error))
            return None

    def _outline(self, context: WeaveContext) -> None:
        """Attach an outline to the emitter, if a listing needs one."""
        if self.outlines is not None:
            outline = self.outlines[id(context.code)] = context.emitter.outline = Outline()
            outline.begin_section(0, "")


def _plain_writer(task: Task) -> Writer:
    """Return a writer for a code object that propagates no shadows."""
    context = WeaveContext(task.lowered, task.verified, task.plan, task.executed, task.probes)
    return Writer(context, task.nested, task.stopper, task.failed)
