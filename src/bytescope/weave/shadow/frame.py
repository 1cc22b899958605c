"""The shadow frame: shadows of a frame's variables and operands on its own operand stack, below the program's operands.

A woven frame that keeps shadows has *slots* at the bottom of its operand stack: one for each variable, one for each
operand, and a few scratch slots. They live as long as the frame, survive exceptions and suspension, and are invisible
to the program. The distance of a slot from the top depends on the depth of the stack, which is computed after all code
has been emitted.

While code is emitted, each operand has a *symbolic shadow*: none, that in a slot, or the join of those in several. So
moving operands costs nothing. At control-flow joins each operand's shadow is *spilled* to the slot of its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bytescope.startup.stdlib_lite import Any
from bytescope.weave.emitter import Emitter, Operand

Shade = tuple[int, ...]
"""A symbolic shadow: the slots whose shadows are joined."""

CLEAN: Shade = ()

SCRATCH_SLOTS = 4
STATE, CALLED, GIVEN, MADE = range(SCRATCH_SLOTS)
"""The numbers of the scratch slots: the frame's `State`, if it has needed one; the argument shadows of the last call;
those that the frame was called with itself; an instance that is being made."""


class ShadowFrame:
    """Emits access to slots, and tracks the symbolic shadows of operands.

    Attributes:
        count: how many slots there are.
        base: the label at which the frame begins to have them.
        stack: the symbolic shadows of the operands where code is being emitted, the topmost last.

    Args:
        emitter: where the instructions go.
        variables: how many variables there are.
        depth: the maximum number of operands.
        scratch: the number of scratch slots.
        join: joins shadows, which come in a tuple and may be None.
    """

    def __init__(
        self, emitter: Emitter, variables: int, depth: int, scratch: int, join: Callable[[tuple[Any, ...]], Any]
    ) -> None:
        self.emitter = emitter
        self.variables = variables
        self.depth = depth
        self.first_scratch = variables + 2 * depth
        self.count = self.first_scratch + scratch
        self.join = join
        self.base = emitter.asm.label()
        self.stack: list[Shade] = []
        self._accesses: list[tuple[int, int]] = []
        emitter.before_layout = self.resolve
        emitter.reserve(self.count + 8)

    # --- slots

    def scratch(self, number: int) -> int:
        """Return a scratch slot."""
        return self.first_scratch + number

    def place(self, position: int) -> int:
        """Return the slot of an operand's place, 0 being the lowest."""
        return self.variables + position

    def iterated(self, position: int) -> int:
        """Return the slot for the address of the container that the iterator at a place goes over, if it is known."""
        return self.variables + self.depth + position

    def load(self, slot: int) -> None:
        """Emit code that pushes what is in a slot."""
        self._accesses.append((len(self.emitter.asm), slot))
        self.emitter.emit("COPY", 1)

    def store(self, slot: int) -> None:
        """Emit code that pops the top into a slot."""
        self._accesses.append((len(self.emitter.asm), slot))
        self.emitter.emit("SWAP", 2)
        self.emitter.emit("POP_TOP")

    def resolve(self) -> None:
        """Patch all accesses with the distances of their slots, once the depth of the stack is known everywhere."""
        if not self._accesses:
            return
        asm = self.emitter.asm
        depths, _ = asm.stack_depths()
        top = asm.depth_at(self.base, depths) + self.count - 1
        for number, slot in self._accesses:
            if depths[number] >= 0:
                asm.patch(number, depths[number] - top + slot)

    def insert(self, operands: int) -> None:
        """Emit code that inserts the slots, all of them clean, below the operands, which may be NULLs."""
        e, count = self.emitter, self.count
        e.reserve(count + operands + 8)
        e.load_const((None,) * count)
        e.emit("UNPACK_SEQUENCE", count)
        if operands:
            e.emit("SWAP", count + 1)
        for below in range(1, operands):  # one clean slot is as good as another
            e.emit("SWAP", count + below + 1)
            e.emit("SWAP", below + 1)
            e.emit("SWAP", count + below + 1)

    # --- symbolic shadows

    def push(self, shade: Shade) -> None:
        """Emit code that pushes the shadow that a symbolic one stands for."""
        if not shade:
            self.emitter.load_const(None)
        elif len(shade) == 1:
            self.load(shade[0])
        else:
            self._push_joined(shade)

    def _push_joined(self, shade: Shade) -> None:
        """Emit the fast path for equal shadows; cold code handles one clean one, and joins the others."""
        e, sequences = self.emitter, self.emitter.sequences
        first, *others = shade
        differs, done = e.asm.label(), e.asm.label()
        for other in others:
            self.load(first)
            self.load(other)
            e.emit("IS_OP", 0)
            sequences.jump_if("FALSE", differs)
        self.load(first)
        e.asm.place(done)
        e.reserve(len(shade) + 8)
        cover = e.covered_by

        def write() -> None:
            e.cover(cover)
            e.asm.place(differs)
            if len(shade) == 2:
                one, both = e.asm.label(), e.asm.label()
                self.load(others[0])
                sequences.jump_if("NONE", one)
                self.load(first)
                sequences.jump_if("NOT_NONE", both)
                self.load(others[0])
                sequences.jump_back(done)
                e.asm.place(one)
                self.load(first)
                sequences.jump_back(done)
                e.asm.place(both)
            self._call_join(shade)
            sequences.jump_back(done)

        e.emit_cold(write)

    def _call_join(self, shade: Shade) -> None:
        e = self.emitter
        e.push_function(self.join)
        for slot in shade:
            self.load(slot)
        e.emit("BUILD_TUPLE", len(shade))
        e.sequences.call(1)

    def pusher(self, shade: Shade) -> Operand:
        """Return the shadow as an operand of a call."""
        return lambda pushed: self.push(shade)

    def joined(self, shades: Iterable[Shade]) -> Shade:
        """Return the join of symbolic shadows."""
        return tuple(dict.fromkeys(slot for shade in shades for slot in shade))

    def assign(self, shade: Shade, slot: int) -> None:
        """Emit code that stores a shadow in a slot, whose present one must not be needed any more."""
        if shade != (slot,):
            self.push(shade)
            self.store(slot)

    def evict(self, *slots: int) -> None:
        """Spill the operands whose symbolic shadows need one of these slots."""
        self.spill([place for place, shade in enumerate(self.stack) if not set(slots).isdisjoint(shade)])

    def spill(self, positions: Iterable[int]) -> None:
        """Emit code that stores the shadows of operands in the slots of their places."""
        pending = {place for place in positions if self.stack[place] != (self.place(place),)}
        if not pending:
            return
        while True:
            written = {self.place(place) for place in pending}
            more = {place for place, shade in enumerate(self.stack) if not written.isdisjoint(shade)} - pending
            more = {place for place in more if self.stack[place] != (self.place(place),)}
            if not more:
                break
            pending |= more
        order = sorted(pending)
        self.emitter.reserve(len(order) + 12)
        for place in order:
            self.push(self.stack[place])
        for place in reversed(order):
            self.store(self.place(place))
            self.stack[place] = (self.place(place),)

    def spill_all(self) -> None:
        """Spill all operands."""
        self.spill(range(len(self.stack)))

    def reset(self, depth: int) -> None:
        """Track `depth` operands from here on, the shadow of each in the slot of its place."""
        self.stack = [(self.place(position),) for position in range(depth)]
