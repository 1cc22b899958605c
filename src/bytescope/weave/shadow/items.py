"""Fast paths of primitives on containers: their items, and iteration."""

from __future__ import annotations

from collections.abc import Callable

from bytescope.isa.moves import references
from bytescope.isa.typesets import (
    ATOMIC,
    ATOMIC_ITERATORS,
    BOUNDS,
    CHANGEABLE,
    COLLECTIONS,
    GENERATOR,
    INTEGER,
    ITERATED,
    PAIRING,
    RANGE,
    REFERENCE_ITERATORS,
    ROWS,
    STRING,
    SUBSCRIPTED,
    TEXTS,
)
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.fastpath import FastPath
from bytescope.weave.shadow.frame import CLEAN
from bytescope.weave.shadow.generators import Generators
from bytescope.weave.shadow.ruled import Ruled

_TEXT: frozenset[type] = STRING | {bytes}
_MAKE_BOOL = frozenset({"NOT", "IS", "CONTAINS", "TRUTH"})
_STEPS = 8
"""The maximum number of instructions between GET_ITER and FOR_ITER: comprehensions make room in between."""

_ATOMIC_VALUES, _STORING_GENERATOR = "plain values", "saying generator"
"""Contents of a slot in the place of a container's address."""


class Items(Ruled):
    """Emitter of such primitives.

    Args:
        context: the shared state.
        generators: the emitter of loops over generators.

    Attributes:
        primitives_by_name: by the name of a primitive, the method that emits it.
        loop_over: see `loops`.
    """

    def __init__(self, context: ShadowContext, generators: Generators) -> None:
        super().__init__(context)
        self.generators = generators
        self.frame = context.frame
        self.heap = context.runtime.heap
        self.helpers = context.runtime.helpers
        self.loop_over = self.loops()
        self.primitives_by_name: dict[str, Callable[[FastPath], None]] = {
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

    def is_atomic(self, index: int, depth: int) -> bool:
        """Return True if an operand is definitely an atomic value."""
        types = self.context.types
        if types is not None and types.is_atomic(index, depth):
            return True
        if depth != 1 or index in self.context.leaders:
            return False
        before = self.context.instructions[index - 1]
        if before.op == "LOAD_CONST":
            return type(before.arg) in ATOMIC
        return before.op in _MAKE_BOOL

    # --- items

    def container(self, path: FastPath, depth: int, kinds: frozenset[type], found: int) -> None:
        """Emit a test that a container is atomic, or has one of some types and no table; a table: jump to `found`."""
        if not self.is_atomic(path.index, depth):
            text = self.emitter.asm.label()
            if kinds is SUBSCRIPTED:
                path.guess(depth, str, text)
            path.test_type(depth, kinds | ATOMIC)
            path.test_table(depth, found)
            self.emitter.asm.place(text)

    def getitem(self, path: FastPath) -> None:
        """Emit the load of an item of a container."""
        e = self.emitter
        self.test_ruled(path, _TEXT, INTEGER)
        if self.is_constant_slice(path.index):
            self.container(path, 2, ROWS, path.slow)
            path.perform()
            path.result(path.shades[0])
            return
        found = e.asm.label()
        if not self.is_atomic(path.index, 1):
            path.test_type(1, ATOMIC, guess=int)
        self.container(path, 2, SUBSCRIPTED, found)
        path.perform()
        path.result(path.shades[0])

        def look() -> None:
            e.asm.place(found)
            path.call_for_result(self.helpers.item, [e.at(2), e.at(1), path.shade(0)])
            path.perform()
            path.back()

        path.emit_cold(look)

    def is_constant_slice(self, index: int) -> bool:
        """Return True if the topmost operand is a slice of constants."""
        instructions, before = self.context.instructions, index - 1
        if instructions[before].op != "BUILD_SLICE":
            return False
        made = range(before - instructions[before].arg, index)
        constants = all(instructions[each].op == "LOAD_CONST" for each in made[:-1])
        return constants and not any(each in self.context.leaders for each in (*made[1:], index))

    def getslice(self, path: FastPath) -> None:
        """Emit the load of a slice of a container that has no table."""
        self.test_ruled(path, _TEXT, BOUNDS, BOUNDS)
        for depth in (1, 2):
            if not self.is_atomic(path.index, depth):
                path.test_type(depth, ATOMIC, guess=int)
        self.container(path, 3, SUBSCRIPTED, path.slow)
        path.perform()
        path.result(path.shades[0])

    def setitem(self, path: FastPath) -> None:
        """Emit the store of an item of a container."""
        e = self.emitter
        stored = e.asm.label()
        container, key, value = path.slow_path.positions
        if not self.is_atomic(path.index, path.depth(key)):
            path.test_type(path.depth(key), ATOMIC, guess=int)
        path.test_type(path.depth(container), CHANGEABLE)
        path.test_clean(1, stored)
        path.test_clean(2, stored)
        path.test_table(path.depth(container), stored)
        path.perform()

        def store() -> None:
            e.asm.place(stored)
            e.sequences.copy(3)
            path.perform()
            given = [e.at(path.depth(each)) for each in (container, key, value)]
            path.call(self.helpers.item_stored, [*given, path.shade(1), path.shade(2)])
            for _ in range(3):
                e.emit("POP_TOP")
            path.back()

        path.emit_cold(store)

    def loops(self) -> dict[int, int]:
        """Return the FOR_ITER of each GET_ITER, if no other edge leads into the loop."""
        instructions, depths = self.context.instructions, self.context.verified.depths
        first_jumps: dict[int | None, int] = {}
        for number, each in enumerate(instructions):
            first_jumps.setdefault(each.target, number)
        found: dict[int, int] = {}
        for made, each in enumerate(instructions):
            if each.op != "GET_ITER" or depths[made] < 0:
                continue
            place = depths[made] - 1
            for index in range(made + 1, min(made + _STEPS, len(instructions))):
                moved = references(instructions[index])
                if instructions[index].op == "FOR_ITER" and place == depths[index] - moved.need:
                    if first_jumps.get(index, len(instructions)) > index:
                        found[made] = index
                    break
                base = depths[index] - moved.need
                if index in self.context.leaders or moved.after is None or moved.jump is not None:
                    break
                if place >= base:
                    if place - base not in moved.after:
                        break
                    place = base + moved.after.index(place - base)
        return found

    def list_append(self, path: FastPath) -> None:
        """Emit an append to a list that is being built."""
        e = self.emitter
        stored = e.asm.label()
        owner = path.depth(path.slow_path.positions[0])
        path.test_clean(1, stored)
        path.test_table(owner, stored)
        path.perform()

        def store() -> None:
            e.asm.place(stored)
            path.call(self.helpers.appended, [e.at(owner), e.at(1), path.shade(1)])
            path.perform()
            path.back()

        path.emit_cold(store)
        path.omit_slow_path()

    def unpack(self, path: FastPath) -> None:
        """Emit the unpacking of a sequence."""
        e = self.emitter
        self.test_ruled(path)
        found = e.asm.label()
        self.container(path, 1, ROWS, found)
        path.perform()
        path.results([path.shades[0]] * len(path.slow_path.results))

        def look() -> None:
            e.asm.place(found)
            count = len(path.slow_path.results)
            if count:
                path.push_call(self.helpers.items, [e.at(1), e.constant(count), path.shade(0)])
                e.emit("UNPACK_SEQUENCE", count)
                for position in path.slow_path.results:
                    self.frame.store(self.frame.place(position))
            path.perform()
            path.back()

        path.emit_cold(look)

    def build(self, path: FastPath) -> None:
        """Emit the building of a sequence, or of a string or slice, which get their parts' shadows."""
        e = self.emitter
        if path.slow_path.own_rule and path.slow_path.immediate == "string":
            labelled = e.asm.label()
            tested = path.test_all_clean(labelled)
            path.omit_slow_path()
            path.perform()
            path.result(CLEAN)

            def ask() -> None:
                e.asm.place(labelled)
                self.ask_rule(path)

            if tested:
                path.emit_cold(ask)
            return
        path.omit_slow_path()
        if path.slow_path.immediate not in ("list", "tuple"):
            path.perform()
            path.result(self.frame.joined(path.shades))
            return
        shadowed = e.asm.label()
        tested = path.test_all_clean(shadowed)
        path.perform()
        path.result(CLEAN)
        if not tested:
            return

        def note() -> None:
            e.asm.place(shadowed)
            path.perform()
            path.call(self.helpers.built, [e.at(1), e.tuple_of([self.frame.pusher(each) for each in path.shades])])
            path.result(CLEAN)
            path.back()

        path.emit_cold(note)

    def build_map(self, path: FastPath) -> None:
        """Emit the building of a dict that is empty, or has constant keys."""
        tested = path.test_all_clean(path.slow)
        path.perform()
        path.result(CLEAN)
        if not tested:
            path.omit_slow_path()

    # --- iteration

    def iter(self, path: FastPath) -> None:
        """Emit the making of an iterator."""
        e, frame = self.emitter, self.frame
        self.test_ruled(path)
        loop = self.loop_over.get(path.index)
        place = -1
        if loop is not None:
            need = references(self.context.instructions[loop]).need
            place = frame.iterated(self.context.verified.depths[loop] - need)
        types = self.context.types
        if types is not None and types.over_range(path.index):
            path.test_type(1, RANGE)
            if loop is not None:
                e.load_const(_ATOMIC_VALUES)
                frame.store(place)
            path.perform()
            path.result(path.shades[0])
            return
        path.test_type(1, ITERATED)
        if loop is not None:
            self.note_iterable(path, place)
        path.perform()
        path.result(path.shades[0])

    def note_iterable(self, path: FastPath, place: int) -> None:
        """Emit code that stores in a slot what a loop iterates: an address, atomic values, or a generator."""
        e, frame = self.emitter, self.frame
        known, other = e.asm.label(), e.asm.label()
        path.test_type(1, COLLECTIONS, other)
        e.apply(id, 1)
        e.asm.place(known)
        frame.store(place)

        def unknown() -> None:
            e.load_const(None)
            frame.store(place)

        path.after_slow_path = unknown

        def otherwise() -> None:
            e.asm.place(other)
            nothing, generator = e.asm.label(), e.asm.label()
            path.test_type(1, TEXTS, generator)
            e.load_const(_ATOMIC_VALUES)
            e.sequences.jump_back(known)
            e.asm.place(generator)
            path.test_type(1, GENERATOR, nothing)
            self.generators.push_code(1)
            e.jump_unless_in(self.context.callees.generators, nothing)
            e.load_const(_STORING_GENERATOR)
            e.sequences.jump_back(known)
            e.asm.place(nothing)
            e.load_const(None)
            e.sequences.jump_back(known)

        path.emit_cold(otherwise)

    def yield_from_iter(self, path: FastPath) -> None:
        """Emit the check of a generator that is delegated to."""
        path.test_type(1, GENERATOR)
        path.perform()
        path.result(path.shades[0])

    def next(self, path: FastPath) -> None:
        """Emit the next value of an iterator."""
        e = self.emitter
        if path.slow_path.own_rule and path.shades[0]:
            labelled = e.asm.label()
            path.test_clean(0, labelled)

            def ask() -> None:
                e.asm.place(labelled)
                path.test_type(1, ATOMIC_ITERATORS)
                self.next_of_container(path, self.context.runtime.rules.given)

            path.emit_cold(ask)
        types = self.context.types
        if types is not None and types.gives_atomic(path.index):
            path.perform()
            path.result(path.shades[0])
            return
        looks, stores, asks = (e.asm.label() for _ in range(3))
        known = path.index in self.loop_over.values()
        if known:
            place = self.frame.iterated(path.slow_path.positions[0])
            self.frame.load(place)
            e.sequences.jump_if("NONE", looks)
            self.frame.load(place)
            e.jump_if_is(_STORING_GENERATOR, stores)
            self.frame.load(place)
            e.jump_if_in(self.heap.tables, asks)
        else:
            path.test_type(path.iterator, ATOMIC_ITERATORS, looks)
        path.perform()
        path.result(path.shades[0])

        def look() -> None:
            e.asm.place(looks)
            items, generator, pairs = (e.asm.label() for _ in range(3))
            if known:
                path.test_type(path.iterator, ATOMIC_ITERATORS, items)
                path.perform(cold=True)
                path.result(path.shades[0])
                path.back()
            e.asm.place(items)
            path.test_type(path.iterator, REFERENCE_ITERATORS, generator)
            e.asm.place(asks)
            self.next_of_container(path, self.helpers.given)
            e.asm.place(generator)
            path.test_type(path.iterator, GENERATOR, pairs)
            self.generators.next(path, stores)
            e.asm.place(pairs)
            path.test_type(path.iterator, PAIRING)
            e.push_function(self.context.runtime.iterates_purely)
            e.emit("COPY", path.iterator + 2)
            e.load_const(self.context.callees.made)
            e.sequences.call(2)
            e.sequences.jump_if("FALSE", path.slow)
            self.next_of_container(path, self.context.runtime.pair_shadow, lambda: path.call(self.context.forget, []))

        path.emit_cold(look)

    def next_of_container(self, path: FastPath, function: Any, ended: Callable[[], object] = lambda: None) -> None:
        """Emit the next value, and a call that returns its shadow."""
        e = self.emitter
        path.perform(cold=True, ended=ended)
        path.call_for_result(function, [e.at(path.iterator + 1), e.at(1), path.shade(0)])
        path.back()
