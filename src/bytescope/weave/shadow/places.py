"""Fast paths of primitives that run no user code, which tests of their operands' types establish.

Each primitive is emitted three times: on the fast path for operands that hold nothing with a shadow; in cold code with
a call of a helper that reads the shadow heap (`shadow.helpers`); and, for operands of other types, on the slow path
with the hooks.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.builtins import SPECULATED
from bytescope.isa.effects import OF_REFERENCES, OPERATORS
from bytescope.isa.moves import references
from bytescope.isa.typesets import ATOMIC, HASHED, MODULE, NUMBERS
from bytescope.shadow.models.before_call import SLOW
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.hooks.on_frames import Frames
from bytescope.weave.hooks.on_jumps import Jumps
from bytescope.weave.hooks.on_primitives import Primitives
from bytescope.weave.shadow.context import ShadowContext
from bytescope.weave.shadow.fastpath import FastPath
from bytescope.weave.shadow.frame import CLEAN
from bytescope.weave.shadow.generators import Generators
from bytescope.weave.shadow.items import Items
from bytescope.weave.shadow.slowpath import SlowPath

_SUBSCRIPTED = ATOMIC | HASHED
_RULED = frozenset("binary inplace getitem getslice convert format format_with_spec build unpack iter next".split())
"""Primitives that are done in line though the algebra has rules for them, if these are about texts only."""


class Places(Items):
    """Emitter of such primitives.

    Args:
        context: the shared state.
        generators: the emitter of loops over generators.
        primitives, jumps, frames: emitters of hooks.
    """

    def __init__(
        self, context: ShadowContext, generators: Generators, primitives: Primitives, jumps: Jumps, frames: Frames
    ) -> None:
        super().__init__(context, generators)
        self.primitives, self.jumps, self.frames = primitives, jumps, frames
        self.primitives_by_name |= {
            **dict.fromkeys(OPERATORS, self.operator),
            "contains": self.contains,
            "load_global": self.load_global,
            "load_cell": self.load_cell,
            "getattr": self.getattr,
            "setattr": self.setattr,
        }

    def write(self, index: int, instruction: Instruction, raws: list[Raw], group: Group) -> bool:
        """Emit a primitive if it has a fast path; return True if it has.

        Args:
            index: the instruction.
            instruction: itself.
            raws: the host's instructions for it.
            group: the group that it is in.
        """
        context = self.context
        point = context.plan.points[index]
        if not self.takes(index):
            return False
        context.evict_results(references(instruction))
        self.frames.arrive(index, instruction, point)
        context.cover(index)
        path = FastPath(context, self.primitives, self.jumps, index, raws, group)
        context.place_side_exit(index)
        self.primitives_by_name[path.slow_path.name](path)
        path.finish()
        return True

    def takes(self, index: int) -> bool:
        """Return True if an instruction's primitive has a fast path."""
        slow_path, instruction = self.context.shadows.slow_paths.get(index), self.context.instructions[index]
        if slow_path is None or slow_path.observed or instruction.op == "LOAD_SPECIAL":
            return False
        in_line = self.context.runtime.algebra.texts_only and slow_path.name in _RULED
        if slow_path.own_rule and not in_line:
            return False
        if slow_path.name == "build_map" and slow_path.positions:
            return False  # keys are compared
        point = self.context.plan.points[index]
        tells = point.branch or point.loop or point.again
        return slow_path.name in self.primitives_by_name and not (references(instruction).jump is not None and tells)

    # --- operators

    def operator(self, path: FastPath) -> None:
        """Emit an operator on atomic values."""
        e, name = self.emitter, path.slow_path.name
        looks, labelled = e.asm.label(), e.asm.label()
        ruled = path.slow_path.own_rule and path.test_all_clean(labelled)
        types = self.context.types
        guarded = types is not None and types.is_guarded(path.index)
        kinds: Any = ATOMIC
        if name in OF_REFERENCES:
            kinds = self.heap.assumptions.truths
        elif name == "compare" and not guarded:
            kinds = self.heap.assumptions.default_comparison
        otherwise = path.slow if guarded or name in OF_REFERENCES or path.slow_path.own_rule else looks
        tested = False
        for position in path.slow_path.positions:
            if not self.is_atomic(path.index, path.depth(position)):
                path.test_type(path.depth(position), kinds, otherwise, self.usual(path))
                tested = True
        self.perform(path)
        if ruled:
            self.labelled_operands(path, labelled)
        elif not tested:
            path.omit_slow_path()
        if tested and otherwise == looks:
            self.look(path, looks)

    def labelled_operands(self, path: FastPath, labelled: int) -> None:
        """Emit, in cold code, an operator with labelled operands: rules are asked only if they are no numbers."""

        def join() -> None:
            others = self.emitter.asm.label()
            self.emitter.asm.place(labelled)
            for position in path.slow_path.positions:
                path.test_type(path.depth(position), NUMBERS, others)
            self.perform(path)
            path.back()
            self.emitter.asm.place(others)
            for position in path.slow_path.positions:
                path.test_type(path.depth(position), ATOMIC)
            self.ask_rule(path)

        path.emit_cold(join)

    def contains(self, path: FastPath) -> None:
        """Emit a test whether a builtin container has an item that is an atomic value."""
        looks = self.emitter.asm.label()
        item, container = (path.depth(position) for position in path.slow_path.positions)
        if self.is_atomic(path.index, container):
            self.operator(path)
            return
        if not self.is_atomic(path.index, item):
            path.test_type(item, ATOMIC, looks)
        path.test_type(container, _SUBSCRIPTED, looks)
        path.test_table(container, looks)
        self.perform(path)
        self.look(path, looks)

    def usual(self, path: FastPath) -> type | None:
        """Return the most frequent type of an operator's operands: that of a constant operand, or a number's."""
        before = self.context.instructions[path.index - 1]
        if before.op == "LOAD_CONST" and path.index not in self.context.leaders:
            return type(before.arg) if type(before.arg) in ATOMIC else None
        if path.slow_path.name not in ("binary", "inplace", "compare"):
            return None
        return float if any(type(each) is float for each in self.context.code.co_consts) else int

    def perform(self, path: FastPath) -> None:
        """Emit an operator whose result gets the shadows of its operands."""
        path.perform()
        if path.slow_path.results and not self.dead(path.index):
            path.result(self.frame.joined(path.shades))

    def look(self, path: FastPath, looks: int) -> None:
        """Emit, in cold code, an operator with the shadow of its result from a pre-call model."""
        e = self.emitter

        def look() -> None:
            e.asm.place(looks)
            operands = e.tuple_of([e.at(path.depth(position)) for position in path.slow_path.positions])
            shades = e.tuple_of([path.shade(number) for number in range(len(path.shades))])
            path.push_call(
                self.context.runtime.pre_call_models.operator, [e.constant(_kind(path.slow_path)), operands, shades]
            )
            e.emit("COPY", 1)
            known = e.asm.label()
            e.jump_unless_is(SLOW, known)
            e.emit("POP_TOP")
            e.asm.jump("JUMP_FORWARD", path.slow)
            e.asm.place(known)
            self.frame.store(self.frame.place(path.slow_path.results[0]))
            path.perform()
            path.back()

        path.emit_cold(look)

    def dead(self, index: int) -> bool:
        """Return True if the shadow of an instruction's result is dead: the result is only tested."""
        if index + 1 in self.context.leaders:
            return False
        following = self.context.instructions[index + 1]
        if following.op == "TRUTH":
            return self.dead(index + 1)
        return following.op in ("JUMP_IF_TRUE", "JUMP_IF_FALSE") and index + 1 not in self.context.analyses.points

    # --- variables

    def load_global(self, path: FastPath) -> None:
        """Emit the load of a global, if no dict item of that name has a shadow."""
        path.test_empty(self.heap.assumptions.name(str(path.instruction.arg)))
        path.perform()
        path.result(CLEAN)

    def load_cell(self, path: FastPath) -> None:
        """Emit the load of a variable in a cell, while no such variable has a shadow."""
        path.test_empty(self.heap.assumptions.cells)
        path.perform()
        path.result(CLEAN)

    # --- attributes

    def getattr(self, path: FastPath) -> None:
        """Emit the load of an attribute that runs no user code."""
        name = str(path.instruction.arg)
        assumptions, e = self.heap.assumptions, self.emitter
        if self.context.types is not None and self.context.types.loads_method(path.index):
            path.test_type_is(1, SPECULATED[f".{name}"].owner)
            path.perform()
            path.result(path.shades[0])
            return
        if self.has_plain_attributes(path, 1):
            self.load_plain_attribute(path, name)
            return
        found = e.asm.label()
        path.test_type(1, assumptions.load(name), found)
        path.perform()
        path.result(path.shades[0])

        def look() -> None:
            e.asm.place(found)
            silent, asks = e.asm.label(), e.asm.label()
            path.test_type(1, assumptions.indexed_load(name), silent)
            path.test_clean(0, asks)
            self.push_shadow(name, 1)
            self.frame.store(self.frame.place(path.slow_path.results[0]))
            path.perform()
            path.back()
            e.asm.place(silent)
            others = e.asm.label()
            path.test_type(1, assumptions.pure_load(name), others)
            e.asm.place(asks)
            path.call_for_result(self.helpers.attribute, [e.at(1), e.constant(name), path.shade(0)])
            path.perform()
            path.back()
            e.asm.place(others)
            self.load_of_module(path, name)

        path.emit_cold(look)

    def load_of_module(self, path: FastPath, name: str) -> None:
        """Emit the load of an attribute of a module or a class, while none of that name has a shadow."""
        e, assumptions = self.emitter, self.heap.assumptions
        others = e.asm.label()
        path.test_type(1, MODULE, others)
        path.test_empty(assumptions.name(name))
        e.load_const(name)
        e.emit("COPY", 2)
        e.sequences.load_attribute(e.name("__dict__"))
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", path.slow)
        path.perform()
        path.result(path.shades[0])
        path.back()
        e.asm.place(others)
        path.test_type(1, assumptions.metaclasses)
        path.test_empty(assumptions.inherited(name))
        e.emit("COPY", 1)
        e.jump_unless_in(assumptions.class_load(name), path.slow)
        path.perform()
        path.result(path.shades[0])
        path.back()

    def has_plain_attributes(self, path: FastPath, owner: int) -> bool:
        """Return True in the speculative version if the owner has a plain-attribute type; emit its guard if needed."""
        types = self.context.types
        if types is None or str(path.instruction.arg)[:2] == "__":
            return False
        if types.has_plain_attributes(path.index, owner):
            return True
        if types.is_guarded(path.index):
            path.test_type(owner, self.heap.assumptions.plain_attributes)
            return True
        return False

    def still_simple(self, path: FastPath, owner: int, name: str) -> None:
        """Emit the test, in cold code, whether the type is still a plain-attribute type."""
        e, assumptions = self.emitter, self.heap.assumptions
        disturbed, simple = e.asm.label(), e.asm.label()
        path.test_empty(assumptions.invalidated, disturbed)
        e.asm.place(simple)

        def test() -> None:
            e.asm.place(disturbed)
            path.test_empty(assumptions.inherited(name))
            path.test_type(owner, assumptions.plain_attributes)
            e.sequences.jump_back(simple)

        path.emit_cold(test)

    def push_shadow(self, name: str, owner: int) -> None:
        """Emit code that pushes the shadow of an object's attribute."""
        e = self.emitter
        e.push_function(self.heap.attributes_named(name).get)
        e.apply(id, owner + 2)
        e.sequences.call(1)

    def load_plain_attribute(self, path: FastPath, name: str) -> None:
        """Emit the load of an attribute of an instance of a plain-attribute type."""
        e = self.emitter
        shadowed = e.asm.label()
        path.test_empty(self.heap.assumptions.attribute(name), shadowed)
        path.perform()
        path.result(path.shades[0])

        def look() -> None:
            e.asm.place(shadowed)
            self.still_simple(path, 1, name)
            path.test_clean(0, path.slow)
            self.push_shadow(name, 1)
            self.frame.store(self.frame.place(path.slow_path.results[0]))
            path.perform()
            path.back()

        path.emit_cold(look)

    def setattr(self, path: FastPath) -> None:
        """Emit the store of an attribute that runs no user code."""
        name = str(path.instruction.arg)
        assumptions, e = self.heap.assumptions, self.emitter
        stored, looks = e.asm.label(), e.asm.label()
        owner, value = (path.depth(position) for position in path.slow_path.positions)
        simple = self.has_plain_attributes(path, owner)
        if simple:
            path.test_empty(assumptions.attribute(name), looks)
        else:
            assumptions.pure_store(name)
            path.test_type(owner, assumptions.store(name), looks)
        path.test_clean(1, stored)
        path.perform()

        def store() -> None:
            e.asm.place(looks)
            if simple:
                self.still_simple(path, owner, name)
            else:
                path.test_type(owner, assumptions.pure_store(name))
            e.asm.place(stored)
            changed = e.asm.label()
            self.push_shadow(name, owner)
            self.frame.push(path.shades[1])
            e.emit("IS_OP", 0)
            e.sequences.jump_if("FALSE", changed)
            path.perform()
            path.back()
            e.asm.place(changed)
            e.sequences.copy(2)
            path.perform()
            given = [e.at(owner), e.constant(name), e.at(value), path.shade(1)]
            path.call(self.helpers.attribute_stored, given)
            e.emit("POP_TOP")
            e.emit("POP_TOP")
            path.back()

        path.emit_cold(store)


def _kind(slow_path: SlowPath) -> str:
    """Return the operator of two values, or the name of another primitive."""
    return str(slow_path.immediate if slow_path.name in ("binary", "inplace") else slow_path.name)
