"""What the shadowed copy of woven code does in line with containers: their items, and going over them."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.isa.moves import references
from bytescope.isa.typesets import (
    ATOMIC,
    ATOMIC_ITERATORS,
    CHANGEABLE,
    COLLECTIONS,
    GENERATOR,
    ITERATED,
    PAIRING,
    RANGE,
    REFERENCE_ITERATORS,
    ROWS,
    SUBSCRIPTED,
    TEXTS,
)
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.shadow.fastpath import Site
from bytescope.weave.shadow.frame import CLEAN

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_MAKE_BOOL = frozenset({"NOT", "IS", "CONTAINS", "TRUTH"})
_STEPS = 8
"""A loop begins at most so many instructions after its iterator has been made: comprehensions make room in between."""

_PLAIN_VALUES, _SAYING_GENERATOR = "plain values", "saying generator"
"""What a slot holds in the place of a container's address."""


class Items:
    """Writes such primitives for a writer.

    Attributes:
        ways: by the name of a primitive, what writes it.
        loop_over: see `loops`.
    """

    def __init__(self, writer: ShadowWriter) -> None:
        self.writer = writer
        self.emitter = writer.emitter
        self.slots = writer.slots
        self.heap = writer.runtime.heap
        self.helpers = writer.runtime.helpers
        self.loop_over = self.loops()
        self.ways: dict[str, Callable[[Site], None]] = {
            "getitem": self.getitem,
            "getslice": self.getslice,
            "setitem": self.setitem,
            "iter": self.iter,
            "next": self.next,
            "yield_from_iter": self.yield_from_iter,
            "build": self.build,
            "build_map": self.build_map,
            "build_const_key_map": self.build_map,
            "list_append": self.list_append,
            "unpack": self.unpack,
        }

    def is_plain(self, index: int, depth: int) -> bool:
        """Whether an operand is a plain value for certain."""
        facts = self.writer.facts
        if facts is not None and facts.is_plain(index, depth):
            return True
        if depth != 1 or index in self.writer.leaders:
            return False
        before = self.writer.instructions[index - 1]
        if before.op == "LOAD_CONST":
            return type(before.arg) in ATOMIC
        return before.op in _MAKE_BOOL

    # --- items

    def container(self, site: Site, depth: int, kinds: frozenset[type], found: int) -> None:
        """Test that a container is plain, or of one of some types and has no table; to `found` if it has one."""
        if not self.is_plain(site.index, depth):
            text = self.emitter.asm.label()
            if kinds is SUBSCRIPTED:
                site.guess(depth, str, text)
            site.test_type(depth, kinds | ATOMIC)
            site.test_table(depth, found)
            self.emitter.asm.place(text)

    def getitem(self, site: Site) -> None:
        """An item of a container."""
        e = self.emitter
        if self.is_constant_slice(site.index):
            self.container(site, 2, ROWS, site.slow)
            site.perform()
            site.result(site.shades[0])
            return
        found = e.asm.label()
        if not self.is_plain(site.index, 1):
            site.test_type(1, ATOMIC, guess=int)
        self.container(site, 2, SUBSCRIPTED, found)
        site.perform()
        site.result(site.shades[0])

        def look() -> None:
            e.asm.place(found)
            site.ask(self.helpers.item, [e.at(2), e.at(1), site.shade(0)])
            site.perform()
            site.back()

        site.later(look)

    def is_constant_slice(self, index: int) -> bool:
        """Whether the topmost operand is a slice that has been made of constants."""
        instructions, before = self.writer.instructions, index - 1
        if instructions[before].op != "BUILD_SLICE":
            return False
        made = range(before - instructions[before].arg, index)
        constants = all(instructions[each].op == "LOAD_CONST" for each in made[:-1])
        return constants and not any(each in self.writer.leaders for each in (*made[1:], index))

    def getslice(self, site: Site) -> None:
        """A slice of a container that has no table."""
        for depth in (1, 2):
            if not self.is_plain(site.index, depth):
                site.test_type(depth, ATOMIC, guess=int)
        self.container(site, 3, SUBSCRIPTED, site.slow)
        site.perform()
        site.result(site.shades[0])

    def setitem(self, site: Site) -> None:
        """An item of a container is stored."""
        e = self.emitter
        stored = e.asm.label()
        container, key, value = site.around.positions
        if not self.is_plain(site.index, site.depth(key)):
            site.test_type(site.depth(key), ATOMIC, guess=int)
        site.test_type(site.depth(container), CHANGEABLE)
        for shade in site.shades[1:]:
            if shade:
                self.slots.push(shade)
                e.sequences.jump_if("NOT_NONE", stored)
        site.test_table(site.depth(container), stored)
        site.perform()

        def store() -> None:
            e.asm.place(stored)
            e.sequences.copy(3)
            site.perform()
            given = [e.at(site.depth(each)) for each in (container, key, value)]
            site.tell(self.helpers.item_stored, [*given, site.shade(1), site.shade(2)])
            for _ in range(3):
                e.emit("POP_TOP")
            site.back()

        site.later(store)

    def loops(self) -> dict[int, int]:
        """By the iterators' making, the loops that go over them, if there is no other way into the loop."""
        instructions, depths = self.writer.instructions, self.writer.verified.depths
        found: dict[int, int] = {}
        for made, each in enumerate(instructions):
            if each.op != "GET_ITER" or depths[made] < 0:
                continue
            place = depths[made] - 1
            for index in range(made + 1, min(made + _STEPS, len(instructions))):
                moved = references(instructions[index])
                if instructions[index].op == "FOR_ITER" and place == depths[index] - 1:
                    if all(one.target != index or number > index for number, one in enumerate(instructions)):
                        found[made] = index
                    break
                base = depths[index] - moved.need
                if index in self.writer.leaders or moved.after is None or moved.jump is not None:
                    break
                if place >= base:
                    if place - base not in moved.after:
                        break
                    place = base + moved.after.index(place - base)
        return found

    def list_append(self, site: Site) -> None:
        """A list that is being built is given an item."""
        e = self.emitter
        stored = e.asm.label()
        owner = site.depth(site.around.positions[0])
        if site.shades[1]:
            self.slots.push(site.shades[1])
            e.sequences.jump_if("NOT_NONE", stored)
        site.test_table(owner, stored)
        site.perform()

        def store() -> None:
            e.asm.place(stored)
            site.tell(self.helpers.appended, [e.at(owner), e.at(1), site.shade(1)])
            site.perform()
            site.back()

        site.later(store)
        site.never_slow()

    def unpack(self, site: Site) -> None:
        """A sequence is taken apart."""
        e = self.emitter
        found = e.asm.label()
        self.container(site, 1, ROWS, found)
        site.perform()
        site.results([site.shades[0]] * len(site.around.results))

        def look() -> None:
            e.asm.place(found)
            count = len(site.around.results)
            if count:
                site.push_answer(self.helpers.items, [e.at(1), e.constant(count), site.shade(0)])
                e.emit("UNPACK_SEQUENCE", count)
                for position in site.around.results:
                    self.slots.store(self.slots.place(position))
            site.perform()
            site.back()

        site.later(look)

    def build(self, site: Site) -> None:
        """A sequence is built, or a string or slice, which have their parts' shadows."""
        e = self.emitter
        site.never_slow()
        if site.around.immediate not in ("list", "tuple"):
            site.perform()
            site.result(self.slots.joined(site.shades))
            return
        shadowed = e.asm.label()
        shades = self.slots.joined(site.shades)
        for slot in shades:
            self.slots.load(slot)
            e.sequences.jump_if("NOT_NONE", shadowed)
        site.perform()
        site.result(CLEAN)
        if not shades:
            return

        def note() -> None:
            e.asm.place(shadowed)
            site.perform()
            site.tell(self.helpers.built, [e.at(1), e.tuple_of([self.slots.pusher(each) for each in site.shades])])
            site.result(CLEAN)
            site.back()

        site.later(note)

    def build_map(self, site: Site) -> None:
        """A dict is built that is empty, or has constant keys."""
        for slot in self.slots.joined(site.shades):
            self.slots.load(slot)
            self.emitter.sequences.jump_if("NOT_NONE", site.slow)
        site.perform()
        site.result(CLEAN)
        if not any(site.shades):
            site.never_slow()

    # --- iteration

    def iter(self, site: Site) -> None:
        """An iterator over a container."""
        e, slots = self.emitter, self.slots
        loop = self.loop_over.get(site.index)
        place = slots.over(self.writer.verified.depths[loop] - 1) if loop is not None else -1
        facts = self.writer.facts
        if facts is not None and facts.over_range(site.index):
            site.test_type(1, RANGE)
            if loop is not None:
                e.load_const(_PLAIN_VALUES)
                slots.store(place)
            site.perform()
            site.result(site.shades[0])
            return
        site.test_type(1, ITERATED)
        if loop is not None:
            self.note_iterable(site, place)
        site.perform()
        site.result(site.shades[0])

    def note_iterable(self, site: Site, place: int) -> None:
        """Note in a slot what a loop is going over: a container's address, what gives plain values, or a generator."""
        e, slots = self.emitter, self.slots
        known, other = e.asm.label(), e.asm.label()
        site.test_type(1, COLLECTIONS, other)
        e.push_function(id)
        e.emit("COPY", 3)
        e.sequences.call(1)
        e.asm.place(known)
        slots.store(place)

        def unknown() -> None:
            e.load_const(None)
            slots.store(place)

        site.after_hooks = unknown

        def otherwise() -> None:
            e.asm.place(other)
            nothing, generator = e.asm.label(), e.asm.label()
            site.test_type(1, TEXTS, generator)
            e.load_const(_PLAIN_VALUES)
            e.sequences.jump_back(known)
            e.asm.place(generator)
            site.test_type(1, GENERATOR, nothing)
            self.writer.generators.push_code(1)
            e.load_const(self.writer.callees.generators)
            e.emit("CONTAINS_OP", 0)
            e.sequences.jump_if("FALSE", nothing)
            e.load_const(_SAYING_GENERATOR)
            e.sequences.jump_back(known)
            e.asm.place(nothing)
            e.load_const(None)
            e.sequences.jump_back(known)

        site.later(otherwise)

    def yield_from_iter(self, site: Site) -> None:
        """A generator is to be delegated to."""
        site.test_type(1, GENERATOR)
        site.perform()
        site.result(site.shades[0])

    def next(self, site: Site) -> None:
        """The next value of an iterator."""
        e = self.emitter
        facts = self.writer.facts
        if facts is not None and facts.gives_plain(site.index):
            site.perform()
            site.result(site.shades[0])
            return
        looks, says, asks = (e.asm.label() for _ in range(3))
        known = site.index in self.loop_over.values()
        if known:
            place = self.slots.over(site.around.positions[0])
            self.slots.load(place)
            e.sequences.jump_if("NONE", looks)
            self.slots.load(place)
            e.load_const(_SAYING_GENERATOR)
            e.emit("IS_OP", 0)
            e.sequences.jump_if("TRUE", says)
            self.slots.load(place)
            e.load_const(self.heap.tables)
            e.emit("CONTAINS_OP", 0)
            e.sequences.jump_if("TRUE", asks)
        else:
            site.test_type(1, ATOMIC_ITERATORS, looks)
        site.perform()
        site.result(site.shades[0])

        def look() -> None:
            e.asm.place(looks)
            items, generator, pairs = (e.asm.label() for _ in range(3))
            if known:
                site.test_type(1, ATOMIC_ITERATORS, items)
                site.perform(elsewhere=True)
                site.result(site.shades[0])
                site.back()
            e.asm.place(items)
            site.test_type(1, REFERENCE_ITERATORS, generator)
            e.asm.place(asks)
            self.ask_given(site, self.helpers.given)
            e.asm.place(generator)
            site.test_type(1, GENERATOR, pairs)
            self.writer.generators.next(site, says)
            e.asm.place(pairs)
            site.test_type(1, PAIRING)
            e.push_function(self.writer.runtime.iterates_purely)
            e.emit("COPY", 3)
            e.load_const(self.writer.callees.made)
            e.sequences.call(2)
            e.sequences.jump_if("FALSE", site.slow)
            self.ask_given(site, self.writer.runtime.pair_shadow, lambda: site.tell(self.writer.forget, []))

        site.later(look)

    def ask_given(self, site: Site, function: Any, ended: Callable[[], object] = lambda: None) -> None:
        """Get the next value, and ask for its shadow."""
        e = self.emitter
        site.perform(elsewhere=True, ended=ended)
        site.ask(function, [e.at(2), e.at(1), site.shade(0)])
        site.back()
