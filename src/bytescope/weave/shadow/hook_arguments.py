"""Arguments that hooks of shadow propagation get beside the operands, and the shadows that they return."""

from __future__ import annotations

from bytescope.isa.instrumentation import Hook
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.emitter import Emitter, Operand
from bytescope.weave.hook_calls import HookCaller
from bytescope.weave.shadow.frame import CLEAN, GIVEN, STATE, ShadowFrame
from bytescope.weave.shadow.slowpath import Given, State


class ShadowHookCaller(HookCaller):
    """Emits calls of hooks with the shadows that they ask for.

    Args:
        emitter: the emitter.
        frame: the shadow frame.
    """

    def __init__(self, emitter: Emitter, frame: ShadowFrame) -> None:
        super().__init__(emitter, False)
        self.frame = frame

    def call(self, hook: Hook, site: Any, operands: list[Operand], replace: Any = None) -> None:
        """Emit the call of a hook, and store the shadows that it leaves in the frame's state."""
        what: Given | None = hook.extra
        if what is None:
            super().call(hook, site, operands, replace)
            return
        super().call(hook, site, [*operands, *self._arguments(what)], replace)
        self._store_results(what)

    def _arguments(self, what: Given) -> list[Operand]:
        e, frame = self.emitter, self.frame
        found: list[Operand] = []
        if what.needs is not None:
            shades = [CLEAN if position < 0 else frame.stack[position] for position in what.needs]
            if any(shades):
                found.append(e.tuple_of([frame.pusher(shade) for shade in shades]))
            else:
                found.append(e.constant((None,) * len(shades)))
        if what.passed:
            found.append(lambda pushed: frame.load(frame.scratch(GIVEN)))
        if what.state:
            found.append(self._push_state)
        return found

    def _push_state(self, pushed: int) -> None:
        """Emit code that pushes the frame's state, which is made when a hook first needs it."""
        e, frame = self.emitter, self.frame
        found = e.asm.label()
        frame.load(frame.scratch(STATE))
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", found)
        e.emit("POP_TOP")
        e.push_function(State)
        e.sequences.call(0)
        e.emit("COPY", 1)
        frame.store(frame.scratch(STATE))
        e.asm.place(found)
        e.reserve(pushed + 12)

    def _store_results(self, what: Given) -> None:
        e, frame = self.emitter, self.frame
        e.reserve(8)
        for number, position in enumerate(what.results):
            frame.load(frame.scratch(STATE))
            e.load_const(number)
            e.sequences.load_item()
            frame.store(frame.place(position))
