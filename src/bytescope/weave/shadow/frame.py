"""Shadows of a frame on its own operand stack, below the program's operands.

A woven frame that keeps shadows has as many *slots* at the bottom of its operand stack as it needs: one for each
variable, one for each operand, and a few of the weaver's own. There they live as long as the frame does, survive
exceptions and suspension, and nobody sees them. Where a slot lies, counted from the top, depends on the depth of the
stack, which is found out when everything has been written.

Which shadow an operand has is followed while the code is written: none at all, that in a slot, or the join of those in
several. So operands that are only moved about cost nothing. Wherever control comes together each operand's shadow is in
the slot of its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bytescope.startup.stdlib_lite import Any
from bytescope.weave.emitter import Emitter, Operand

Shade = tuple[int, ...]
"""The slots whose shadows an operand's shadow is the join of."""

CLEAN: Shade = ()


class Slots:
    """Emits access to slots, and knows which shadow each operand has.

    Attributes:
        count: how many slots there are.
        base: the label at which the frame begins to have them.
        stack: the shades of the operands where code is being written, the topmost last.

    Args:
        emitter: where the instructions go.
        variables: how many variables there are.
        depth: how many operands there are at most.
        own: how many slots are wanted besides; `own(number)` says which.
        join: makes one shadow of several, which come in a tuple and may be None.
    """

    def __init__(
        self, emitter: Emitter, variables: int, depth: int, own: int, join: Callable[[tuple[Any, ...]], Any]
    ) -> None:
        self.emitter = emitter
        self.variables = variables
        self.depth = depth
        self.first_own = variables + 2 * depth
        self.count = self.first_own + own
        self.join = join
        self.base = emitter.asm.label()
        self.stack: list[Shade] = []
        self._accesses: list[tuple[int, int]] = []
        emitter.before_layout = self.resolve
        emitter.room(self.count + 8)

    # --- slots

    def own(self, number: int) -> int:
        """One of the weaver's own slots."""
        return self.first_own + number

    def place(self, position: int) -> int:
        """The slot of an operand's place, 0 being the lowest."""
        return self.variables + position

    def over(self, position: int) -> int:
        """The slot that says which container the iterator at a place goes over, by address, if it is known."""
        return self.variables + self.depth + position

    def load(self, slot: int) -> None:
        """Push what is in a slot."""
        self._accesses.append((len(self.emitter.asm), slot))
        self.emitter.emit("COPY", 1)

    def store(self, slot: int) -> None:
        """Put the top into a slot."""
        self._accesses.append((len(self.emitter.asm), slot))
        self.emitter.emit("SWAP", 2)
        self.emitter.emit("POP_TOP")

    def resolve(self) -> None:
        """Say where the slots lie, now that the depth of the stack is known everywhere."""
        if not self._accesses:
            return
        asm = self.emitter.asm
        depths, _ = asm.stack_depths()
        top = asm.depth_at(self.base, depths) + self.count - 1
        for number, slot in self._accesses:
            if depths[number] >= 0:
                asm.patch(number, depths[number] - top + slot)

    # --- beginning

    def spread(self) -> None:
        """Make the tuple on top the slots."""
        self.emitter.emit("UNPACK_SEQUENCE", self.count)

    def insert(self, operands: int) -> None:
        """Put slots, all of them clean, below so many operands, which may be NULLs."""
        e, count = self.emitter, self.count
        e.room(count + operands + 8)
        e.load_const((None,) * count)
        e.emit("UNPACK_SEQUENCE", count)
        if operands:
            e.emit("SWAP", count + 1)
        for below in range(1, operands):  # one clean slot is as good as another
            e.emit("SWAP", count + below + 1)
            e.emit("SWAP", below + 1)
            e.emit("SWAP", count + below + 1)

    # --- shades

    def push(self, shade: Shade) -> None:
        """Push the shadow that a shade stands for."""
        if not shade:
            self.emitter.load_const(None)
        elif len(shade) == 1:
            self.load(shade[0])
        else:
            self._push_joined(shade)

    def _push_joined(self, shade: Shade) -> None:
        """They are the same, as a rule, or all but one are clean; what else there is stands out of the way."""
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
        e.room(len(shade) + 8)
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

        e.later(write)

    def _call_join(self, shade: Shade) -> None:
        e = self.emitter
        e.push_function(self.join)
        for slot in shade:
            self.load(slot)
        e.emit("BUILD_TUPLE", len(shade))
        e.sequences.call(1)

    def pusher(self, shade: Shade) -> Operand:
        """The same as an operand of a call."""
        return lambda pushed: self.push(shade)

    def joined(self, shades: Iterable[Shade]) -> Shade:
        """The join of shades."""
        return tuple(dict.fromkeys(slot for shade in shades for slot in shade))

    def put(self, shade: Shade, slot: int) -> None:
        """Write a shade's shadow into a slot; what is written there now must not be needed any more."""
        if shade != (slot,):
            self.push(shade)
            self.store(slot)

    def release(self, *slots: int) -> None:
        """Have no operand's shade need what is in these slots."""
        self.settle([place for place, shade in enumerate(self.stack) if not set(slots).isdisjoint(shade)])

    def settle(self, positions: Iterable[int]) -> None:
        """Have the shadows of these operands be in the slots of their places."""
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
        self.emitter.room(len(order) + 12)
        for place in order:
            self.push(self.stack[place])
        for place in reversed(order):
            self.store(self.place(place))
            self.stack[place] = (self.place(place),)

    def settle_all(self) -> None:
        """The same for all operands."""
        self.settle(range(len(self.stack)))

    def settled(self, depth: int) -> None:
        """From here on so many operands are there, and the shadow of each is in the slot of its place."""
        self.stack = [(self.place(position),) for position in range(depth)]
