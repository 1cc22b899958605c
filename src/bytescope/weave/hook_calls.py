"""Emitting the call of a hook, and what becomes of its answer.

A hook is called with a site and operands. It answers None, or an object whose `value` replaces what the event is about.
What is to be done with a replacement stands out of the way, so that a hook that has nothing to say costs no more than
its call and one test.

Where all calls of a hook are pure (see `isa.instrumentation`), the methods are called directly, or woven in.
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

    calls: for each call emitted so far the number of its instruction, the hook and the site; key: the key of the
    handler of the hooks that are told next; hits: hook, site and operands of what is to be called once, when an
    instruction is about to be executed, with the number of the instruction or a label.
    """

    def __init__(self, emitter: Emitter, probes: bool) -> None:
        """Start with nothing.

        Args:
            emitter: where the calls go.
            probes: whether what is to be called once can be called by probes, of which nothing remains in the code.
        """
        self.emitter = emitter
        self.probes = probes
        self.hits: list[tuple[int, tuple[Hook, Any, tuple[Any, ...]]]] = []
        self.label_hits: list[tuple[int, tuple[Hook, Any, tuple[Any, ...]]]] = []
        self.key = HookKey(None)
        self.calls: list[tuple[int, Hook | None, Any]] = []

    def call(
        self, hook: Hook, site: Any, operands: list[Operand], replace: Callable[[int], None] | None = None
    ) -> None:
        """Emit the call of a hook. The stack is afterwards what it was before.

        Args:
            hook: the hook.
            site: its first argument.
            operands: its other arguments.
            replace: writes what is done with a replacement, which is on top; it gets the label at which execution goes
                on where the hook did not answer, and has to jump there or elsewhere. None if replacements have no
                effect.
        """
        if self.once(hook, frozenset()):
            self.hits.append((len(self.emitter.asm), (hook, site, (None,) * len(operands))))
            return
        e = self.emitter
        e.cover(self.key)
        if hook.pure:
            for each in hook.pure:
                self._call_directly(each, hook, site, operands, replace)
            return
        self._emit_call(hook, site, [hook.call, site], operands)
        if replace is None or not hook.replaces:
            self._done()
            e.emit("POP_TOP")
        else:
            self._answered(replace)

    def call_for_result(self, hook: Hook, site: Any, operands: list[Operand]) -> None:
        """Emit the call of a hook, and leave what it returns on the stack.

        Args:
            hook: the hook.
            site: its first argument.
            operands: its other arguments.
        """
        self.emitter.cover(self.key)
        self._emit_call(hook, site, [hook.call, site], operands)
        self._done()

    def once(self, hook: Hook, known: frozenset[int]) -> bool:
        """Whether a hook can be called by a probe, which knows some of its operands at most."""
        return self.probes and hook.once is not None and hook.once <= known

    def hit_branch(self, hook: Hook, site: Any, outcome: bool, label: int | None = None) -> None:
        """Have the hook of a branch called once when control comes here, or to a label, which tells the outcome."""
        hit = (hook, site, (None, outcome))
        if label is None:
            self.hits.append((len(self.emitter.asm), hit))
        else:
            self.label_hits.append((label, hit))

    def placed_hits(self, offsets: list[int]) -> list[Hit]:
        """What is called once, and where.

        Args:
            offsets: of each instruction and of the end, in code units.
        """
        asm = self.emitter.asm
        hits = [*self.hits, *((asm.place_of(label), hit) for label, hit in self.label_hits)]
        return [(2 * unit, *hit) for number, hit in hits for unit in asm.units_of(number, offsets)]

    def _answered(self, replace: Callable[[int], None]) -> None:
        """Go on without the answer on top if it is None, else do what is to be done with a replacement."""
        e, key = self.emitter, self.key
        answered, go_on = e.asm.label(), e.asm.label()
        e.sequences.jump_unless_none(answered)
        self._done()
        e.emit("POP_TOP")
        e.asm.place(go_on)

        def write() -> None:
            e.cover(key)
            e.asm.place(answered)
            e.call([VALUE], [e.at(1)])  # by a call: names of the weaver's would be among the function's own
            e.emit("SWAP", 2)
            e.emit("POP_TOP")
            replace(go_on)

        e.emit_cold(write)

    def _done(self) -> None:
        """What is written from here on is no hook's: one instruction at least, before the next of the program's.

        When a Python function that CPython called without a frame of C raises, 3.13 looks for the caller's handler at
        the instruction *before* the call, which must not be covered as a hook's.
        """
        self.emitter.cover(self.key.program)

    def _emit_call(self, hook: Hook, site: Any, objects: list[Any], operands: list[Operand]) -> None:
        """Call the first of some objects with the others and with operands."""
        e = self.emitter
        e.reserve(len(objects) + len(operands) + 9)
        self.calls.append((len(e.asm), hook, site))
        e.call(objects, operands)

    def _call_directly(
        self, direct: DirectCall, hook: Hook, site: Any, operands: list[Operand], replace: Callable[[int], None] | None
    ) -> None:
        """Call a method as it is, or weave in what it does, if the analysis is still attached."""
        e, sequences = self.emitter, self.emitter.sequences
        if does_nothing(direct):
            return
        dead = e.asm.label()
        e.cover(self.key)
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
            self._answered(replace)
        else:
            self._replaced(replace)
        e.asm.place(dead)

    def _replaced(self, replace: Callable[[int], None]) -> None:
        """Do what is to be done with the replacement on top."""
        e, key = self.emitter, self.key
        replaced, go_on = e.asm.label(), e.asm.label()
        e.asm.jump("JUMP_FORWARD", replaced)
        self._done()
        e.asm.place(go_on)
        e.emit("NOP")

        def write() -> None:
            e.cover(key)
            e.asm.place(replaced)
            replace(go_on)

        e.emit_cold(write)
