"""The text of primitives in a trace, and of those instructions that are not written like their handlers."""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.lift import Call
from bytescope.isa.typesets import ATOMIC, DICT, ROWS
from bytescope.machine.handler_namespace import UNBOUND, attribute_names
from bytescope.machine.handlers.operations import Guard, How, how
from bytescope.machine.jit import guards
from bytescope.machine.jit.trace import Ended, Left, Writer
from bytescope.machine.jit.values import Value, result_kinds
from bytescope.startup.stdlib_lite import Any, Sequence, iskeyword

_NEVER = frozenset(
    "call call_kw make_function push_exc_info pop_except cleanup_throw end_async_for make_cell save_cell restore_cell "
    "delete_local save_local delete_cell delete_global delete_name next load_closure unpack_ex load_build_class "
    "stopiteration_error".split()
)
_EFFECTS = frozenset("setattr setitem delitem map_add".split())
_KEEPS = {"build": 0, "build_set": 0, "build_map": 0} | dict.fromkeys(
    "list_append set_add map_add setattr setitem".split(), 1
)
"""Primitives whose result or first operand holds their operands afterwards, with the number of the first of them."""
_LOADS = frozenset("getattr getitem unpack".split())
"""Primitives whose results are held by what holds their first operand."""


def known_name(name: Any) -> bool:
    """Whether an attribute may be written into the text by its name."""
    return type(name) is str and name.isascii() and name.isidentifier() and not iskeyword(name)


class Forms(Writer):
    """Writes the text of instructions and primitives."""

    GLOBALS = "R[0]"
    BUILTINS = "R[1]"

    def guard(self, index: int, guard: Guard, operands: list[Value], **names: str) -> None:
        """Go on only if a guard holds; else leave the instruction to its handler.

        Raises:
            Left: if it cannot hold.
        """
        if not guard:
            return
        asked = guards.open_tests(guard, operands)
        if asked is None:
            return
        passed = (guard, names.get("imm"))
        if operands and passed in operands[0].passed and len(operands) == 1:
            return
        if not asked or guards.is_hopeless(asked, operands):
            raise Left
        self.emit(f"if not ({guards.text(asked, operands, **names)}):")
        self.leave(self.plainly(index), self.count, pad="    ")
        guards.learn(guards.possible(guard, operands), operands)
        if operands:
            operands[0].passed.add(passed)

    def primitive(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Write a primitive, see `Writer.primitive`."""
        special = getattr(self, "primitive_" + call.name, None)
        if special is not None:
            results: tuple[Value, ...] = special(index, instruction, call, operands, staying)
            return results
        if call.name in _NEVER:
            raise Left
        return self.inline(index, instruction, call, self.way(call), operands, staying)

    @staticmethod
    def way(call: Call) -> How:
        """How a primitive is performed."""
        return how(call.name, call.immediate, len(call.operands))

    def inline(
        self, index: int, instruction: Instruction, call: Call, way: How, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Write the inline form of a primitive."""
        frame, name = self.frame, call.name
        if way.inline is None:
            raise Left
        immediate = repr(instruction.arg) if type(instruction.arg) in (int, str) else frame.bind(instruction.arg)
        names = {"imm": immediate}
        if name in ("getattr", "setattr"):
            learned = attribute_names.setdefault(instruction.arg, (set(), set()))
            names["attributes"] = frame.bind(learned[name == "setattr"])
        self.guard(index, way.guard, operands, **names)
        form = way.inline
        if way.known is not None and known_name(instruction.arg if "{name}" in way.known else "x"):
            form = way.known
        expression = form.format(*(operand.name for operand in operands), name=instruction.arg, **names)
        kinds = result_kinds(name, call.immediate, operands)
        if name in _EFFECTS:
            frame.before_effect()
        epoch = frame.epoch if name in _LOADS and frame.holds(operands[0]) else None
        results = []
        for number, _ in enumerate(call.results):
            results.append(frame.fresh() if number else frame.result(operands, staying))
        target = ", ".join(result.name for result in results) + ("," if name == "unpack" else "")
        self.emit(f"{target} = {expression}" if results else expression)
        if name in _EFFECTS:
            frame.effect()
        for operand in operands[_KEEPS.get(name, len(operands)) :]:
            operand.epoch = frame.epoch
        for result, sample in zip(results, self.samples(call, operands), strict=False):
            result.sample = sample
        for result in results:
            result.kinds = kinds
            result.epoch = frame.epoch if frame.epoch == epoch else -1
        return tuple(results)

    @staticmethod
    def samples(call: Call, operands: list[Value]) -> Sequence[Any]:
        """Samples of a primitive's results, where they are easily had."""
        owner = operands[0].sample if operands else UNBOUND
        if call.name == "unpack":
            return owner if type(owner) in ROWS else ()
        if call.name == "getitem" and type(owner) in ROWS | DICT and type(operands[1].sample) in ATOMIC:
            try:
                return (owner[operands[1].sample],)
            except LookupError:
                return ()
        return ()

    # --- variables

    def write_load_local(self, index: int, instruction: Instruction) -> None:
        """The value of a local variable."""
        variable: Variable = instruction.arg
        frame = self.frame
        value = frame.locals.get(variable.index)
        if value is None:
            value = frame.fresh()
            self.emit(f"{value.name} = R[{frame.variables + variable.index}].cell_contents")
            value.sample = self.sample_of(variable)
            frame.locals[variable.index] = value
            value.epoch = frame.epoch
            if variable.scope != "local":
                frame.captured.add(variable.index)
            elif variable.index not in self.stored:
                self.entered.setdefault(variable.index, (variable, value))
        frame.push(value)

    write_load_cell = write_load_local

    def write_store_local(self, index: int, instruction: Instruction) -> None:
        """A local variable gets a value."""
        variable: Variable = instruction.arg
        if variable in self.program.restored:
            raise Left
        frame = self.frame
        value = frame.operand(frame.depth - 1)
        old = frame.locals.get(variable.index)
        if value.sample is UNBOUND:
            value.sample = self.sample_of(variable)  # of the turn before, if this is in a loop
        self.stored.add(variable.index)
        harmless = old is not None and old.is_plain
        if not harmless:
            frame.before_effect()
        self.emit(f"R[{frame.variables + variable.index}].cell_contents = {value.name}")
        own = f"v{variable.index}"
        if own in frame.kept:
            new = self.move(own, value)
        else:
            new = value
        if not harmless:
            frame.effect()
        if variable.scope != "local":
            frame.captured.add(variable.index)
        frame.locals[variable.index] = new
        value.epoch = frame.epoch
        frame.pop()

    write_store_cell = write_store_local

    def sample_of(self, variable: Variable) -> Any:
        """What a local variable has in the frame that the trace is made for."""
        if variable.index in self.stored:
            return UNBOUND
        try:
            return self.R[self.frame.variables + variable.index].cell_contents
        except ValueError:
            return UNBOUND

    def move(self, own: str, value: Value) -> Value:
        """Have a value in the variable that is kept for a local variable through the turns of a loop."""
        frame = self.frame
        if value.name == own:
            return value
        frame.rescue(own)
        self.emit(f"{own} = {value.name}")
        moved = Value(own, value.kinds)
        moved.origin, moved.passed, moved.sample = value.origin, value.passed, value.sample
        return frame.keep(moved)

    def primitive_load_global(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """The value of a global or builtin."""
        value = self.named(self.GLOBALS, self.BUILTINS + "[{0}]", instruction.arg)
        value.sample = self.namespace.get(instruction.arg, self.R[1].get(instruction.arg, UNBOUND))
        return (value,)

    def primitive_load_name(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """The value of a name in class or module code."""
        self.plain_locals(index)
        return (self.named("R[2]", "load_global(R, {0})", instruction.arg),)

    def plain_locals(self, index: int) -> None:
        """Go on only if the frame's locals are a dict."""
        if not self.locals_are_plain:
            self.emit("if type(R[2]) is not dict:")
            self.leave(self.plainly(index), self.count, pad="    ")
            self.locals_are_plain = True

    def named(self, mapping: str, otherwise: str, name: str) -> Value:
        """The value that a mapping has for a name, or what is found otherwise."""
        frame = self.frame
        value = frame.names.get((mapping, name))
        if value is None:
            value = frame.names[mapping, name] = frame.fresh()
            found, other = f"{value.name} = {mapping}[{name!r}]", f"{value.name} = {otherwise.format(repr(name))}"
            if name in self.namespace:
                self.emit(f"try: {found}")
                self.emit(f"except KeyError: {other}")
            else:  # looking it up twice is cheaper than an exception
                self.emit(f"if {name!r} in {mapping}: {found}")
                self.emit(f"else: {other}")
            value.epoch = frame.epoch
            value.origin = ("global", name)
        return value

    def primitive_store_name(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """A name in class or module code gets a value."""
        self.plain_locals(index)
        self.store_named("R[2]", instruction.arg, operands[0])
        return ()

    def primitive_store_global(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """A global gets a value."""
        self.store_named(self.GLOBALS, instruction.arg, operands[0])
        return ()

    def store_named(self, mapping: str, name: str, value: Value) -> None:
        """A mapping gets a value for a name."""
        frame = self.frame
        frame.before_effect()
        self.emit(f"{mapping}[{name!r}] = {value.name}")
        frame.effect()
        value.epoch = frame.epoch

    # --- control

    def primitive_truth(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """The truth of a value: a jump tests the value itself."""
        way = self.way(call)
        if instruction.target is None:
            return self.inline(index, instruction, call, way, operands, staying)
        self.guard(index, way.guard, operands)
        return (Value(operands[0].name),)

    def primitive_is_none(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """The test of a jump."""
        return (Value(f"{operands[0].name} is None"),)

    def write_pop(self, index: int, instruction: Instruction) -> None:
        """The topmost operand goes: below the machine only if that runs no code."""
        frame = self.frame
        value = frame.operand(frame.depth - 1)
        if not frame.holds(value) and not value.is_plain:
            self.guard(index, (((0, "ATOMIC"),),), [value])
        frame.pop()

    def write_for_iter(self, index: int, instruction: Instruction) -> None:
        """The next value of an iterator, or the end of a loop."""
        frame = self.frame
        assert instruction.target is not None
        iterator = frame.operand(frame.depth - 1)
        self.guard(index, (((0, "ITERATORS"),),), [iterator])
        value = frame.fresh()
        self.emit(f"for {value.name} in {iterator.name}: break")
        self.emit("else:")
        target = str(self.program.follow(instruction.target))
        self.leave(target, self.count + 1, frame.depth - 1, pad="    ")
        value.epoch = frame.epoch
        frame.push(value)

    def write_return(self, index: int, instruction: Instruction) -> None:
        """The frame's value, on top of the registers."""
        frame = self.frame
        self.emit(f"R.append({frame.operand(frame.depth - 1).name})")
        self.leave("-2", self.count + 1, frame.entry_depth, {})
        raise Ended
