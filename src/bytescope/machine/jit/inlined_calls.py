"""Calls in a trace: calls of builtins that run no foreign code are inlined, other calls end it with a request."""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.builtins import ANY, DIRECT, FUNCTIONS, METHODS, Builtin
from bytescope.isa.effects import Guard
from bytescope.isa.lift import Call
from bytescope.machine.handler_namespace import UNBOUND, ModuleType, attribute_names, class_attributes
from bytescope.machine.jit import entries, guards
from bytescope.machine.jit.templates import Templates
from bytescope.machine.jit.trace import SideExit, TraceEnd
from bytescope.machine.jit.values import NOTHING, Value
from bytescope.machine.support.intercepts import HOOKED
from bytescope.startup.isolation import PRIVATE_BUILTINS
from bytescope.startup.stdlib_lite import Any

NAMES: dict[str, Any] = {
    "hooked": HOOKED,
    "inspected": attribute_names.setdefault("__class__", (set(), set()))[0],
    **{f"builtin_{name}": PRIVATE_BUILTINS[name] for name, row in FUNCTIONS.items() if row.direct},
    **entries.NAMES,
}
"""The names that calls add to the namespace of traces."""

_PARTS = ("globals", "name", "defaults", "closure")
"""The attributes of a function that its frames depend on, besides its code object."""


def argument_guard(row: Builtin, count: int) -> Guard:
    """Return the guard of a call's arguments, whose numbers count from 1."""
    if row.model == "instance_test":
        return (("type({2}) is type and (id(type({1})) in inspected or type({1}) in CONTAINERS)",),)
    tests = tuple((number + 1, row.argument(number)) for number in range(count) if row.argument(number) != ANY)
    return (tests,) if tests else ()


def sample_attribute(owner: Any, name: str) -> Any:
    """Return an attribute, `UNBOUND` if loading it may run code, see `handler_namespace.learn`."""
    if (
        id(type(owner)) in attribute_names[name][0]
        or type(owner) is ModuleType
        or (type(owner) is type and (id(owner), name) in class_attributes)
    ):
        try:
            return getattr(owner, name)
        except AttributeError:
            pass
    return UNBOUND


class Writer(Templates):
    """Writer of calls, too."""

    def primitive_getattr(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Load an attribute; the owner of a method that is called next stays available."""
        owner = operands[0]
        staying = [*staying, owner] if instruction.flag else staying
        name = instruction.arg
        (result,) = self.inline(index, instruction, call, self.operation(call), operands, staying)
        if instruction.flag:
            result.origin = ("method", owner, name)
        result.sample = sample_attribute(owner.sample, name)
        return (result,)

    def primitive_call(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """Write a call."""
        function, second, *args = operands
        if function is NOTHING:
            function = second
        elif second is not NOTHING:
            raise SideExit
        row = self.builtin(function, len(args))
        if row is None:
            result = self.frameless_call(index, function, args)
            if result is None:
                self.request(index, function, args, "")
                raise TraceEnd
            return (result,)
        guard = argument_guard(row, len(args))
        tests = guards.open_tests(guard, [function, *args]) if guard else None
        if guard and not tests and tests is not None:
            self.request(index, function, args, "")
            raise TraceEnd
        if row.keeps:
            for argument in args:
                argument.epoch = self.frame.epoch
        frame = self.frame
        if row.releases:
            frame.clear_dead()
        condition = self.identity(function, row)
        if tests is not None:
            text = guards.text(tests, [function, *args])
            condition += f" and ({text})" if len(tests) > 1 else f" and {text}"
        result = frame.fresh()
        self.emit(f"if {condition}: {result.name} = {function.name}({', '.join(arg.name for arg in args)})")
        self.emit("else:")
        self.request(index, function, args, "    ")
        if guard:
            guards.learn(guards.possible(guard, [function, *args]), [function, *args])
        if row.releases:
            frame.side_effect()
        result.kinds = row.result
        return (result,)

    def identity(self, function: Value, row: Builtin) -> str:
        """Return the condition that a function is the builtin that its name denotes."""
        if row.owner is None:
            return f"{function.name} is builtin_{row.name}"
        return f"type({function.origin[1].name}) is {row.owner.__name__}"

    def builtin(self, function: Value, count: int) -> Builtin | None:
        """Return the row of the builtin that a function is taken for, None if a call of it cannot be inlined."""
        if not function.origin:
            return None
        kind, *rest = function.origin
        if kind == "global":
            row = FUNCTIONS.get(rest[0])
        else:
            owner, name = rest
            if not self.frame.is_alive(owner):
                return None
            row = DIRECT.get(name) if owner.sample is UNBOUND else METHODS.get((type(owner.sample), name))
        return row if row is not None and count in row.direct else None

    def frameless_call(self, index: int, function: Value, args: list[Value]) -> Value | None:
        """Write a frameless call of a guest function, see `entries`; a side exit where it has no entry.

        Returns:
            The result; None if the callee cannot have an entry, and nothing is written.
        """
        forms = entries.call_forms(function.sample, len(args))
        if not forms:
            return None
        frame = self.frame
        frame.clear_dead()
        result = frame.fresh()
        self.emit("entry = None")
        for number, form in enumerate(forms):
            getattr(self, "enter_" + form)(index, function, args, result.name, "elif" if number else "if")
        self.emit("if entry is None:")
        self.request(index, function, args, "    ")
        frame.side_effect()
        if forms == ["class"]:
            result.sample = object.__new__(function.sample)
        return result

    def enter_function(self, index: int, function: Value, args: list[Value], x: str, word: str) -> None:
        """Write the frameless call of a function."""
        name = function.name
        site = self.program.requests.numbers[index][0]
        self.emit(f"{word} type({name}) is FunctionType:")
        given = [arg.name for arg in args]
        self.enter(index, len(args), site, name, given, x)

    def enter_method(self, index: int, function: Value, args: list[Value], x: str, word: str) -> None:
        """Write the frameless call of a method."""
        name = function.name
        site = self.program.requests.numbers[index][1]
        self.emit(f"{word} type({name}) is MethodType and type({name}.__func__) is FunctionType:")
        given = [f"{name}.__self__", *(arg.name for arg in args)]
        self.enter(index, len(args), site, f"{name}.__func__", given, x)

    def enter(self, index: int, count: int, site: int, name: str, given: list[str], x: str) -> None:
        """Write the call of an entry; if it is deoptimised, request the call with the state that it returns.

        Only the code object that the entry belongs to can go on from that state, and another thread may give the
        function another one at any time: what is called is a function with that code object.
        """
        self.emit(f"    code = {name}.__code__")
        self.emit(f"    entry = entries{len(given)}.get(id(code))")
        self.emit("    if entry is not None:")
        self.emit(f"        {x} = {self.entering([name, *given])}")
        self.emit(f"        if type({x}) is DeoptimisedCall:")
        same = f"FunctionType(code, {', '.join(f'{name}.__{part}__' for part in _PARTS)})"
        self.deoptimised(index, count, site, [*reversed([x, *given[1:]]), same], "            ")

    def enter_class(self, index: int, function: Value, args: list[Value], x: str, word: str) -> None:
        """Write the making of an instance; if `__init__` is deoptimised, another is made by an ordinary call."""
        name = function.name
        given = [x, *(arg.name for arg in args)]
        self.emit(f"{word} id({name}) in plain_classes and {name}.__new__ is new:")
        self.emit(f"    entry = makers{len(given)}.get(id({name}.__init__.__code__))")
        self.emit("    if entry is not None:")
        self.emit(f"        {x} = new({name})")
        self.emit(f"        stopped = {self.entering([f'{name}.__init__', *given])}")
        self.emit("        if stopped is not None:")
        self.emit(f"            entry = {x} = stopped = count_deoptimised(stopped)")

    def entering(self, given: list[str]) -> str:
        """Return the call of an entry, from a frame, with the function and its arguments."""
        return f"{self.frame.bind(entries.entry_stub(len(given) - 1))}({', '.join(['entry', *given])})"

    def deoptimised(self, index: int, count: int, site: int, operands: list[str], pad: str) -> None:
        """Write a side exit with the request of a deoptimised call, whose state replaces the first argument.

        Args:
            index: the instruction.
            count: its arguments.
            site: the request site.
            operands: the operands of the request.
            pad: indentation.
        """
        self.emit(f"{pad}R.append(({site}, ({', '.join(operands)})))")
        self.leave(self.requested(index), self.count + 1, self.frame.depth - count - 2, pad=pad)

    def before_request(self, index: int, function: Value, args: list[Value]) -> str:
        """Return statements that precede the request of a call; none here."""
        return ""

    def request(self, index: int, function: Value, args: list[Value], pad: str) -> None:
        """Write a side exit with the request of a call, or before a call that its handler must make."""
        frame = self.frame
        site, site_with_self = self.program.requests.numbers[index]
        reverse = "".join(f"{arg.name}, " for arg in reversed(args))
        name = function.name
        before = self.before_request(index, function, args)
        lines = [
            f"if type({name}) is FunctionType:",
            f"    {before}R.append(({site}, ({reverse}{name},)))",
            f"elif type({name}) is MethodType:",
            f"    {before}R.append(({site_with_self}, ({reverse}{name}.__self__, {name}.__func__)))",
            f"elif id({name}) in hooked:",
        ]
        for line in lines:
            self.emit(pad + line)
        self.leave(self.plainly(index), self.count, pad=pad + "    ")
        self.emit(f"{pad}else:")
        self.emit(f"{pad}    {before}R.append(({site}, ({reverse}{name},)))")
        self.leave(self.requested(index), self.count + 1, frame.depth - len(args) - 2, pad=pad)
