"""Emitter of hook calls, and of what happens with a replacement.

A hook is called with a site and operands. It returns None, or an object whose `value` replaces the event's value. Cold
code handles a replacement, so that a hook that returns None costs its call and one test.

Where all calls of a hook are pure (see `isa.instrumentation`), the methods are called directly, or inlined.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from bytescope.isa.instrumentation import NEVER, DirectCall, Hook
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.emitter import Emitter, Operand
from bytescope.weave.handler_keys import HookKey
from bytescope.weave.inlining import Inliner, can_be_inlined, does_nothing
from bytescope.weave.parts import Hit

VALUE = attrgetter("value")


class HookCaller:
    """Emits calls of hooks.

    Attributes:
        calls: for each call emitted so far the number of its instruction, the hook and the site.
        hits: hook, site and operands of calls by probes, with the numbers of their instructions.
        label_hits: the same with labels.
    """

    def __init__(self, emitter: Emitter, probes: bool) -> None:
        """Make an emitter of hook calls.

        Args:
            emitter: where the calls go.
            probes: whether probes, which leave nothing in the code, can call hooks that are called once.
        """
        self.emitter = emitter
        self.probes = probes
        self.hits: list[tuple[int, tuple[Hook, Any, tuple[Any, ...]]]] = []
        self.label_hits: list[tuple[int, tuple[Hook, Any, tuple[Any, ...]]]] = []
        emitter.hook_key = HookKey(None)
        self.calls: list[tuple[int, Hook | None, Any]] = []

    def call(
        self, hook: Hook, site: Any, operands: list[Operand], replace: Callable[[int], None] | None = None
    ) -> None:
        """Emit the call of a hook. The stack is afterwards what it was before.

        Args:
            hook: the hook.
            site: its first argument.
            operands: its other arguments.
            replace: emits what is done with a replacement, which is on top; it gets the label at which execution
                resumes after a hook without one, and has to emit a jump. None if replacements have no effect.
        """
        if self.once(hook, frozenset()):
            self.hits.append((len(self.emitter.asm), (hook, site, (None,) * len(operands))))
            return
        e = self.emitter
        e.cover(e.hook_key)
        if hook.pure:
            for each in hook.pure:
                self._call_directly(each, hook, site, operands, replace)
            return
        self._emit_call(hook, site, [hook.call, site], operands)
        if replace is None or not hook.replaces:
            self._done()
            e.emit("POP_TOP")
        else:
            self._replace_result(replace)

    def call_for_result(self, hook: Hook, site: Any, operands: list[Operand]) -> None:
        """Emit the call of a hook, and leave what it returns on the stack.

        Args:
            hook: the hook.
            site: its first argument.
            operands: its other arguments.
        """
        self.emitter.cover(self.emitter.hook_key)
        self._emit_call(hook, site, [hook.call, site], operands)
        self._done()

    def once(self, hook: Hook, known: frozenset[int]) -> bool:
        """Return True if a probe can call a hook, given the operands that it knows."""
        return self.probes and hook.once is not None and hook.once <= known

    def hit_branch(self, hook: Hook, site: Any, outcome: bool, label: int | None = None) -> None:
        """Register a call of a branch hook by a probe where control comes here, or to a label, with one outcome."""
        hit = (hook, site, (None, outcome))
        if label is None:
            self.hits.append((len(self.emitter.asm), hit))
        else:
            self.label_hits.append((label, hit))

    def placed_hits(self, offsets: list[int]) -> list[Hit]:
        """Return the calls by probes, with their offsets.

        Args:
            offsets: of each instruction and of the end, in code units.
        """
        asm = self.emitter.asm
        hits = [*self.hits, *((asm.place_of(label), hit) for label, hit in self.label_hits)]
        return [(2 * unit, *hit) for number, hit in hits for unit in asm.units_of(number, offsets)]

    def _replace_result(self, replace: Callable[[int], None]) -> None:
        """Emit a test of the result on top: None is popped; cold code handles a replacement."""
        e = self.emitter
        answered, go_on = e.asm.label(), e.asm.label()
        e.sequences.jump_unless_none(answered)
        self._done()
        e.emit("POP_TOP")
        e.asm.place(go_on)

        def write() -> None:
            e.cover(e.hook_key)
            e.asm.place(answered)
            e.call([VALUE], [e.at(1)])  # by a call: names of the weaver's would be among the function's own
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            replace(go_on)

        e.emit_cold(write)

    def _done(self) -> None:
        """End the range of a hook, at least one instruction before the program's next.

        When a Python function that CPython called without a frame of C raises, 3.13 looks for the caller's handler at
        the instruction *before* the call, which must not be covered as a hook's.
        """
        self.emitter.cover(self.emitter.hook_key.program)

    def _emit_call(self, hook: Hook, site: Any, objects: list[Any], operands: list[Operand]) -> None:
        """Emit a call of the first of some objects with the others and with operands."""
        e = self.emitter
        e.reserve(len(objects) + len(operands) + 9)
        self.calls.append((len(e.asm), hook, site))
        e.call(objects, operands)

    def _call_directly(
        self, direct: DirectCall, hook: Hook, site: Any, operands: list[Operand], replace: Callable[[int], None] | None
    ) -> None:
        """Emit a direct call of a method, or its inlined code, guarded by the flag that its analysis is attached."""
        e, sequences = self.emitter, self.emitter.sequences
        if does_nothing(direct):
            return
        dead = e.asm.label()
        e.cover(e.hook_key)
        e.reserve(8)
        e.load_const(direct.live)
        sequences.to_bool()
        sequences.jump_if("FALSE", dead)
        inlined = can_be_inlined(direct)
        if inlined:
            self.calls.append((len(e.asm), hook, site))
            Inliner(e, direct, site, operands).write()
        else:
            self._emit_call(hook, site, [direct.function, direct.instance, site], operands)
        if direct.returns == NEVER and inlined:
            self._done()
            e.emit("NOP")
        elif direct.returns == NEVER or replace is None:
            self._done()
            e.emit("POP_TOP")
        elif not inlined:
            self._replace_result(replace)
        else:
            self._replace_top(replace)
        e.asm.place(dead)

    def _replace_top(self, replace: Callable[[int], None]) -> None:
        """Emit a jump to cold code that handles the replacement on top."""
        e = self.emitter
        replaced, go_on = e.asm.label(), e.asm.label()
        e.asm.jump("JUMP_FORWARD", replaced)
        self._done()
        e.asm.place(go_on)
        e.emit("NOP")

        def write() -> None:
            e.cover(e.hook_key)
            e.asm.place(replaced)
            replace(go_on)

        e.emit_cold(write)
