"""Emitting the call of a hook, and what becomes of its answer.

A hook is called with a site and operands. It answers None, or an object whose `value` replaces what the event is about.
What is to be done with a replacement stands out of the way, so that a hook that has nothing to say costs no more than
its call and one test.

The planner may leave two attributes on a hook: `direct`, a pair (function, first argument) that can be called in its
place because it neither fails to be told of nor answers; and `answers`, False if it never answers anything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from bytescope.code.light import Any, NamedTuple
from bytescope.weave.emitter import Emitter, Operand


class HookKey(NamedTuple):
    """The key of the handler of hooks that fail.

    program: the key of the handler that gets what is the program's own affair, such as an interrupt.
    """

    program: Hashable


class Teller:
    """Emits calls of hooks.

    calls: for each call emitted so far the number of its instruction, the hook and the site; key: the key of the
    handler of the hooks that are told next.
    """

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.key = HookKey(None)
        self.calls: list[tuple[int, Any, Any]] = []

    def tell(self, hook: Any, site: Any, operands: list[Operand], replace: Callable[[int], None] | None = None) -> None:
        """Emit the call of a hook. The stack is afterwards what it was before.

        Args:
            hook: the hook.
            site: its first argument.
            operands: its other arguments.
            replace: writes what is done with a replacement, which is on top; it gets the label at which execution goes
                on where the hook did not answer, and has to jump there or elsewhere. None if replacements have no
                effect.
        """
        e, key = self.emitter, self.key
        e.cover(key)
        self._call(hook, site, operands)
        if replace is None or not getattr(hook, "answers", True):
            e.emit("POP_TOP")
            return
        answered, go_on = e.asm.label(), e.asm.label()
        e.emit("COPY", 1)
        e.sequences.jump_if("NOT_NONE", answered)
        e.emit("POP_TOP")
        e.asm.place(go_on)

        def write() -> None:
            e.cover(key)
            e.asm.place(answered)
            e.load_attribute("value")
            replace(go_on)

        e.later(write)

    def _call(self, hook: Any, site: Any, operands: list[Operand]) -> None:
        e = self.emitter
        direct = getattr(hook, "direct", None)
        pushed = 2
        if direct is None:
            e.push_function(hook)
        else:
            e.push_function(direct[0])
            e.load_const(direct[1])
            pushed = 3
        e.load_const(site)
        for each in operands:
            pushed += 1
            each(pushed)
        e.room(pushed + 8)
        count = pushed - 1
        self.calls.append((len(e.asm), hook, site))
        e.sequences.call(count)
