"""What the shadowed copy of woven code does in line: primitives that run no code of the program's.

Their operands' types tell. Each is written three times: in line for operands that hold nothing with a shadow; out of
the way with a call of what looks into the shadow heap (`shadow.helpers`); and, for operands of other types, with the
hooks.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.code.lowering.groups import Group, Raw
from bytescope.isa.moves import references
from bytescope.isa.typesets import ATOMIC, HASHED, MODULE
from bytescope.shadow.pre_call_models import SLOW
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.weave.shadow.fastpath import Site
from bytescope.weave.shadow.frame import CLEAN
from bytescope.weave.shadow.items import Items
from bytescope.weave.shadow.slowpath import Around
from bytescope.weave.shadow.type_inference import TEXT_METHODS

if TYPE_CHECKING:
    from bytescope.weave.shadow.writer import ShadowWriter

_OPERATORS = frozenset(
    "unary binary inplace compare contains truth negation length convert format format_with_spec".split()
)
"""Primitives that, on plain values, join their operands' shadows and run no code of the program's."""

_SUBSCRIPTED = ATOMIC | HASHED

_OF_REFERENCES = frozenset({"truth", "negation", "length"})
"""Those that look at the shadows of the references alone, whatever the values hold."""


class Inline(Items):
    """Writes such primitives for a writer."""

    def __init__(self, writer: ShadowWriter) -> None:
        super().__init__(writer)
        self.ways |= {
            **dict.fromkeys(_OPERATORS, self.operator),
            "contains": self.contains,
            "load_global": self.load_global,
            "load_cell": self.load_cell,
            "getattr": self.getattr,
            "setattr": self.setattr,
        }

    def write(self, index: int, instruction: Instruction, around: Around, raws: list[Raw], group: Group) -> bool:
        """Write a primitive, if it is one that can be done in line.

        Args:
            index: the instruction.
            instruction: itself.
            around: the hooks of its primitive.
            raws: what does its work.
            group: the group that it is in.
        """
        writer = self.writer
        point = writer.plan.points[index]
        if not self.takes(index):
            return False
        writer.release_results(references(instruction))
        writer.check_operands(index, instruction)
        writer.frames.arrive(index, instruction, point)
        self.emitter.cover(writer.handlers.key(index))
        site = Site(writer, index, instruction, around, raws, group, point)
        writer.quick.take_over(index)
        self.ways[around.name](site)
        site.finish()
        return True

    def takes(self, index: int) -> bool:
        """Whether an instruction's primitive can be done in line."""
        around, instruction = self.writer.shadows.around.get(index), self.writer.instructions[index]
        if around is None or around.telling or around.own_rule or instruction.op == "LOAD_SPECIAL":
            return False
        if around.name == "build_map" and around.positions:
            return False  # keys are compared
        point = self.writer.plan.points[index]
        tells = point.branch or point.loop or point.again
        return around.name in self.ways and not (references(instruction).jump is not None and tells)

    # --- operators

    def operator(self, site: Site) -> None:
        """An operator on plain values."""
        e, name = self.emitter, site.around.name
        looks = e.asm.label()
        relied_on = self.writer.facts is not None and self.writer.facts.relied_on(site.index)
        kinds: Any = ATOMIC
        if name in _OF_REFERENCES:
            kinds = self.heap.assumptions.truths
        elif name == "compare" and not relied_on:
            kinds = self.heap.assumptions.default_comparison
        otherwise = site.slow if relied_on or name in _OF_REFERENCES else looks
        tested = False
        for position in site.around.positions:
            if not self.is_plain(site.index, site.depth(position)):
                site.test_type(site.depth(position), kinds, otherwise, self.usual(site))
                tested = True
        self.perform(site)
        if not tested:
            site.never_slow()
        if tested and otherwise == looks:
            self.look(site, looks)

    def contains(self, site: Site) -> None:
        """Whether a builtin container has an item that is a plain value."""
        looks = self.emitter.asm.label()
        item, container = (site.depth(position) for position in site.around.positions)
        if self.is_plain(site.index, container):
            self.operator(site)
            return
        if not self.is_plain(site.index, item):
            site.test_type(item, ATOMIC, looks)
        site.test_type(container, _SUBSCRIPTED, looks)
        site.test_table(container, looks)
        self.perform(site)
        self.look(site, looks)

    def usual(self, site: Site) -> type | None:
        """Of what type an operator's operands are, as a rule: like the constant that is the last one, or numbers."""
        before = self.writer.instructions[site.index - 1]
        if before.op == "LOAD_CONST" and site.index not in self.writer.leaders:
            return type(before.arg) if type(before.arg) in ATOMIC else None
        if site.around.name not in ("binary", "inplace", "compare"):
            return None
        return float if any(type(each) is float for each in self.writer.code.co_consts) else int

    def perform(self, site: Site) -> None:
        """Write an operator whose result has the shadows of its operands."""
        site.perform()
        if site.around.results and not self.dead(site.index):
            site.result(self.slots.joined(site.shades))

    def look(self, site: Site, looks: int) -> None:
        """Write, out of the way, an operator of which it is found out beforehand what shadow its result has."""
        e = self.emitter

        def look() -> None:
            e.asm.place(looks)
            operands = e.tuple_of([e.at(site.depth(position)) for position in site.around.positions])
            shades = e.tuple_of([site.shade(number) for number in range(len(site.shades))])
            model = self.writer.runtime.pre_call_models.operator
            site.push_answer(model, [e.constant(_kind(site.around)), operands, shades])
            e.emit("COPY", 1)
            e.load_const(SLOW)
            e.emit("IS_OP", 0)
            known = e.asm.label()
            e.sequences.jump_if("FALSE", known)
            e.emit("POP_TOP")
            e.asm.jump("JUMP_FORWARD", site.slow)
            e.asm.place(known)
            self.slots.store(self.slots.place(site.around.results[0]))
            site.perform()
            site.back()

        site.later(look)

    def dead(self, index: int) -> bool:
        """Whether nobody wants to know the shadow of an instruction's result: it is tested, and gone."""
        if index + 1 in self.writer.leaders:
            return False
        following = self.writer.instructions[index + 1]
        if following.op == "TRUTH":
            return self.dead(index + 1)
        return following.op in ("JUMP_IF_TRUE", "JUMP_IF_FALSE") and index + 1 not in self.writer.clean.plan.points

    # --- variables

    def load_global(self, site: Site) -> None:
        """A global, of whose name no item of any dict has a shadow."""
        site.test_empty(self.heap.assumptions.name(str(site.instruction.arg)))
        site.perform()
        site.result(CLEAN)

    def load_cell(self, site: Site) -> None:
        """A variable in a cell, while no such variable has a shadow."""
        site.test_empty(self.heap.assumptions.cells)
        site.perform()
        site.result(CLEAN)

    # --- attributes

    def getattr(self, site: Site) -> None:
        """An attribute that can be loaded quietly."""
        name = str(site.instruction.arg)
        assumptions, e = self.heap.assumptions, self.emitter
        if self.writer.facts is not None and self.writer.facts.loads_method(site.index):
            site.test_type_is(1, str if f".{name}" in TEXT_METHODS else list)
            site.perform()
            site.result(site.shades[0])
            return
        if self.of_simple(site, 1):
            self.load_of_simple(site, name)
            return
        found = e.asm.label()
        site.test_type(1, assumptions.load(name), found)
        site.perform()
        site.result(site.shades[0])

        def look() -> None:
            e.asm.place(found)
            silent, asks = e.asm.label(), e.asm.label()
            site.test_type(1, assumptions.indexed_load(name), silent)
            if site.shades[0]:
                self.slots.push(site.shades[0])
                e.sequences.jump_if("NOT_NONE", asks)
            e.push_function(self.heap.attributes_named(name).get)
            e.push_function(id)
            e.emit("COPY", 5)
            e.sequences.call(1)
            e.sequences.call(1)
            self.slots.store(self.slots.place(site.around.results[0]))
            site.perform()
            site.back()
            e.asm.place(silent)
            others = e.asm.label()
            site.test_type(1, assumptions.pure_load(name), others)
            e.asm.place(asks)
            site.ask(self.helpers.attribute, [e.at(1), e.constant(name), site.shade(0)])
            site.perform()
            site.back()
            e.asm.place(others)
            self.load_of_module(site, name)

        site.later(look)

    def load_of_module(self, site: Site, name: str) -> None:
        """An attribute of a module, or of a class, while none of that name has a shadow."""
        e, assumptions = self.emitter, self.heap.assumptions
        others = e.asm.label()
        site.test_type(1, MODULE, others)
        site.test_empty(assumptions.name(name))
        e.load_const(name)
        e.emit("COPY", 2)
        e.sequences.load_attribute(e.name("__dict__"))
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", site.slow)
        site.perform()
        site.result(site.shades[0])
        site.back()
        e.asm.place(others)
        site.test_type(1, assumptions.metaclasses)
        site.test_empty(assumptions.inherited(name))
        e.emit("COPY", 1)
        e.load_const(assumptions.class_load(name))
        e.emit("CONTAINS_OP", 0)
        e.sequences.jump_if("FALSE", site.slow)
        site.perform()
        site.result(site.shades[0])
        site.back()

    def of_simple(self, site: Site, owner: int) -> bool:
        """Whether the quick copy has to do with the attribute of an instance of a simple type, which it tests."""
        facts = self.writer.facts
        if facts is None or str(site.instruction.arg)[:2] == "__":
            return False
        if facts.is_simple(site.index, owner):
            return True
        if facts.relied_on(site.index):
            site.test_type(owner, self.heap.assumptions.plain_attributes)
            return True
        return False

    def still_simple(self, site: Site, owner: int, name: str) -> None:
        """Write the test, out of the way, whether nothing has happened to the type since it was tested."""
        e, assumptions = self.emitter, self.heap.assumptions
        disturbed, simple = e.asm.label(), e.asm.label()
        site.test_empty(assumptions.invalidated, disturbed)
        e.asm.place(simple)

        def test() -> None:
            e.asm.place(disturbed)
            site.test_empty(assumptions.inherited(name))
            site.test_type(owner, assumptions.plain_attributes)
            e.sequences.jump_back(simple)

        site.later(test)

    def push_shadow(self, name: str, owner: int) -> None:
        """Push the shadow that an object's attribute has."""
        e = self.emitter
        e.push_function(self.heap.attributes_named(name).get)
        e.push_function(id)
        e.emit("COPY", owner + 4)
        e.sequences.call(1)
        e.sequences.call(1)

    def load_of_simple(self, site: Site, name: str) -> None:
        """An attribute of an instance of a simple type."""
        e = self.emitter
        shadowed = e.asm.label()
        site.test_empty(self.heap.assumptions.attribute(name), shadowed)
        site.perform()
        site.result(site.shades[0])

        def look() -> None:
            e.asm.place(shadowed)
            self.still_simple(site, 1, name)
            if site.shades[0]:
                self.slots.push(site.shades[0])
                e.sequences.jump_if("NOT_NONE", site.slow)
            self.push_shadow(name, 1)
            self.slots.store(self.slots.place(site.around.results[0]))
            site.perform()
            site.back()

        site.later(look)

    def setattr(self, site: Site) -> None:
        """An attribute that can be stored quietly."""
        name = str(site.instruction.arg)
        assumptions, e = self.heap.assumptions, self.emitter
        stored, looks = e.asm.label(), e.asm.label()
        owner, value = (site.depth(position) for position in site.around.positions)
        simple = self.of_simple(site, owner)
        if simple:
            site.test_empty(assumptions.attribute(name), looks)
        else:
            assumptions.pure_store(name)
            site.test_type(owner, assumptions.store(name), looks)
        if site.shades[1]:
            self.slots.push(site.shades[1])
            e.sequences.jump_if("NOT_NONE", stored)
        site.perform()

        def store() -> None:
            e.asm.place(looks)
            if simple:
                self.still_simple(site, owner, name)
            else:
                site.test_type(owner, assumptions.pure_store(name))
            e.asm.place(stored)
            changed = e.asm.label()
            self.push_shadow(name, owner)
            self.slots.push(site.shades[1])
            e.emit("IS_OP", 0)
            e.sequences.jump_if("FALSE", changed)
            site.perform()
            site.back()
            e.asm.place(changed)
            e.sequences.copy(2)
            site.perform()
            given = [e.at(owner), e.constant(name), e.at(value), site.shade(1)]
            site.tell(self.helpers.attribute_stored, given)
            e.emit("POP_TOP")
            e.emit("POP_TOP")
            site.back()

        site.later(store)


def _kind(around: Around) -> str:
    """An operator of two values, or the name of another primitive."""
    return str(around.immediate if around.name in ("binary", "inplace") else around.name)
