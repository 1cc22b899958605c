"""Text of primitives in a trace, and of the instructions that are not written like their handlers."""

from __future__ import annotations

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.effects import Guard, effect_of, result_types
from bytescope.isa.lift import Call
from bytescope.isa.typesets import ATOMIC, DICT, ROWS
from bytescope.machine import registers
from bytescope.machine.handler_namespace import UNBOUND, attribute_names
from bytescope.machine.handlers.operations import Operation, fill, guard_text, has_operation, operation_of
from bytescope.machine.jit import guards
from bytescope.machine.jit.trace import SideExit, TraceEnd, Writer
from bytescope.machine.jit.values import Value
from bytescope.machine.registers import REGISTERS
from bytescope.startup.stdlib_lite import Any, Sequence, iskeyword


def known_name(name: Any) -> bool:
    """Return True if an attribute's name may be written into the text."""
    return type(name) is str and name.isascii() and name.isidentifier() and not iskeyword(name)


class Templates(Writer):
    """Writer of instructions and primitives."""

    GLOBALS = REGISTERS["GLOBALS"]
    BUILTINS = REGISTERS["BUILTINS"]

    def guard(self, index: int, guard: Guard, operands: list[Value], **names: str) -> None:
        """Write a guard; its failure is a side exit to the instruction's handler.

        Raises:
            SideExit: if it cannot hold.
        """
        if not guard:
            return
        tests = guards.open_tests(guard, operands)
        if tests is None:
            return
        passed = (guard, names.get("imm"))
        if operands and passed in operands[0].passed and len(operands) == 1:
            return
        if not tests or guards.is_hopeless(tests, operands):
            raise SideExit
        self.emit(f"if not ({guards.text(tests, operands, **names)}):")
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
        operation = self.operation(call) if has_operation(call.name) else None
        if operation is None or operation.reads_registers:
            raise SideExit
        return self.inline(index, instruction, call, operation, operands, staying)

    @staticmethod
    def operation(call: Call) -> Operation:
        """Return the operation of a primitive."""
        return operation_of(call.name, call.immediate, len(call.operands))

    def inline(
        self,
        index: int,
        instruction: Instruction,
        call: Call,
        operation: Operation,
        operands: list[Value],
        staying: list[Value],
    ) -> tuple[Value, ...]:
        """Write the inline form of a primitive."""
        frame, name = self.frame, call.name
        if operation.inline is None:
            raise SideExit
        immediate = repr(instruction.arg) if type(instruction.arg) in (int, str) else frame.bind(instruction.arg)
        names = {"imm": immediate}
        if name in ("getattr", "setattr"):
            learned = attribute_names.setdefault(instruction.arg, (set(), set()))
            names["attributes"] = frame.bind(learned[name == "setattr"])
        effect = effect_of(name)
        self.guard(index, guard_text(name, call.immediate, len(operands)), operands, **names)
        form = operation.inline
        if operation.known is not None and known_name(instruction.arg if "{name}" in operation.known else "x"):
            form = operation.known
        expression = fill(form, [operand.name for operand in operands], name=instruction.arg, **names)
        kinds = result_types(name, call.immediate, [operand.kinds for operand in operands])
        if effect.releases:
            frame.clear_dead()
        epoch = frame.epoch if effect.loads and frame.is_held(operands[0]) else None
        results = []
        for number, _ in enumerate(call.results):
            results.append(frame.fresh() if number else frame.result(operands, staying))
        target = ", ".join(result.name for result in results) + ("," if name == "unpack" else "")
        self.emit(f"{target} = {expression}" if results else expression)
        if effect.releases:
            frame.side_effect()
        for operand in () if effect.keeps is None else operands[effect.keeps :]:
            operand.epoch = frame.epoch
        for result, sample in zip(results, self.samples(call, operands), strict=False):
            result.sample = sample
        for result in results:
            result.kinds = kinds
            result.epoch = frame.epoch if frame.epoch == epoch else -1
        return tuple(results)

    @staticmethod
    def samples(call: Call, operands: list[Value]) -> Sequence[Any]:
        """Return samples of a primitive's results, where they are easily computed."""
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
        """Load a local variable."""
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
        """Store a local variable."""
        variable: Variable = instruction.arg
        if variable in self.program.restored:
            raise SideExit
        frame = self.frame
        value = frame.operand(frame.depth - 1)
        old = frame.locals.get(variable.index)
        if value.sample is UNBOUND:
            value.sample = self.sample_of(variable)  # of the iteration before, in a loop
        self.stored.add(variable.index)
        harmless = old is not None and old.is_plain
        if not harmless:
            frame.clear_dead()
        self.emit(f"R[{frame.variables + variable.index}].cell_contents = {value.name}")
        own = f"v{variable.index}"
        if own in frame.loop_variables:
            new = self.move(own, value)
        else:
            new = value
        if not harmless:
            frame.side_effect()
        if variable.scope != "local":
            frame.captured.add(variable.index)
        frame.locals[variable.index] = new
        value.epoch = frame.epoch
        frame.pop()

    write_store_cell = write_store_local

    def sample_of(self, variable: Variable) -> Any:
        """Return the value of a local variable in the frame that the trace is compiled for."""
        if variable.index in self.stored:
            return UNBOUND
        try:
            return self.R[self.frame.variables + variable.index].cell_contents
        except ValueError:
            return UNBOUND

    def move(self, own: str, value: Value) -> Value:
        """Move a value to the loop variable of a local variable."""
        frame = self.frame
        if value.name == own:
            return value
        frame.save(own)
        self.emit(f"{own} = {value.name}")
        moved = Value(own, value.kinds)
        moved.origin, moved.passed, moved.sample = value.origin, value.passed, value.sample
        return frame.assign(moved)

    def primitive_load_global(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Load a global or builtin."""
        value = self.named(index, self.GLOBALS, self.BUILTINS + "[{0}]", instruction.arg)
        value.sample = self.namespace.get(instruction.arg, self.R[registers.BUILTINS].get(instruction.arg, UNBOUND))
        return (value,)

    def primitive_load_name(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Load a name in class or module code."""
        self.plain_locals(index)
        return (self.named(index, REGISTERS["LOCALS"], "load_global(R, {0})", instruction.arg),)

    def plain_locals(self, index: int) -> None:
        """Write the guard that the frame's locals are a dict."""
        if not self.locals_are_plain:
            self.emit(f"if type({REGISTERS['LOCALS']}) is not dict:")
            self.leave(self.plainly(index), self.count, pad="    ")
            self.locals_are_plain = True

    def named(self, index: int, mapping: str, otherwise: str, name: str) -> Value:
        """Load a name from a mapping, or by another expression if it is missing there."""
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
            if BEHAVIOUR.imports_lazily:
                self.emit(f"if type({value.name}) is LazyImportType:")
                self.leave(self.plainly(index), self.count, pad="    ")
            value.epoch = frame.epoch
            value.origin = ("global", name)
        return value

    def primitive_store_name(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Store a name in class or module code."""
        self.plain_locals(index)
        self.store_named(REGISTERS["LOCALS"], instruction.arg, operands[0])
        return ()

    def primitive_store_global(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Store a global."""
        self.store_named(self.GLOBALS, instruction.arg, operands[0])
        return ()

    def store_named(self, mapping: str, name: str, value: Value) -> None:
        """Store a name in a mapping."""
        frame = self.frame
        frame.clear_dead()
        self.emit(f"{mapping}[{name!r}] = {value.name}")
        frame.side_effect()
        value.epoch = frame.epoch

    # --- control

    def primitive_truth(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Test the truth of a value; a jump tests the value itself."""
        operation = self.operation(call)
        if instruction.target is None:
            return self.inline(index, instruction, call, operation, operands, staying)
        self.guard(index, guard_text(call.name, call.immediate, len(operands)), operands)
        return (Value(operands[0].name),)

    def primitive_is_none(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Write the test of a jump."""
        return (Value(f"{operands[0].name} is None"),)

    def write_pop(self, index: int, instruction: Instruction) -> None:
        """Drop the topmost operand, if that runs no finalizer."""
        frame = self.frame
        value = frame.operand(frame.depth - 1)
        if not frame.is_held(value) and not value.is_plain:
            self.guard(index, (((0, "ATOMIC"),),), [value])
        frame.pop()

    def write_for_iter(self, index: int, instruction: Instruction) -> None:
        """Take the next value of an iterator; its end is a side exit."""
        frame = self.frame
        assert instruction.target is not None
        below = frame.depth - 1 - bool(instruction.flag)
        iterator = frame.operand(below)
        self.guard(index, (((0, "ITERATORS"),),), [iterator])
        value = frame.fresh()
        self.emit(f"for {value.name} in {iterator.name}: break")
        self.emit("else:")
        target = str(self.program.follow(instruction.target))
        self.leave(target, self.count + 1, below, pad="    ")
        value.epoch = frame.epoch
        frame.push(value)

    def write_return(self, index: int, instruction: Instruction) -> None:
        """Push the frame's value onto the registers and return from the frame."""
        frame = self.frame
        self.emit(f"R.append({frame.operand(frame.depth - 1).name})")
        self.leave(str(registers.RETURN), self.count + 1, frame.entry_depth, {})
        raise TraceEnd
