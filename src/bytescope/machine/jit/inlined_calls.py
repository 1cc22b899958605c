"""Calls in a trace: calls of builtins that run no foreign code are inlined, other calls end it with a request."""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.lift import Call
from bytescope.isa.typesets import ATOMIC, BOOLEAN, BOUNDS, INTEGER, LIST, NONE, RANGE, STRING, TUPLE
from bytescope.machine.handler_namespace import UNBOUND, ModuleType, attribute_names, class_attributes
from bytescope.machine.handlers.operations import Guard
from bytescope.machine.jit import entries, guards
from bytescope.machine.jit.templates import Templates
from bytescope.machine.jit.trace import SideExit, TraceEnd
from bytescope.machine.jit.values import NOTHING, Kinds, Value
from bytescope.machine.support.intercepts import HOOKED
from bytescope.startup.isolation import PRIVATE_BUILTINS
from bytescope.startup.stdlib_lite import Any

PURE: dict[str, Kinds | None] = {
    **dict.fromkeys(("ord", "hash", "len"), INTEGER),
    **dict.fromkeys(("chr", "str", "repr", "hex", "bin", "oct"), STRING),
    **dict.fromkeys(("bool", "isinstance"), BOOLEAN),
    **dict.fromkeys(("abs", "int", "float", "round", "min", "max", "pow"), ATOMIC),
    "divmod": TUPLE,
    "range": RANGE,
    "type": None,
}
"""Builtins that run no foreign code on plain arguments, with the types of their results."""

_STRING_METHODS: dict[str, Kinds | None] = {
    **dict.fromkeys(
        "startswith endswith isalpha isdigit isspace isalnum isidentifier isupper islower".split(), BOOLEAN
    ),
    **dict.fromkeys("find rfind index count".split(), INTEGER),
    **dict.fromkeys("strip lstrip rstrip lower upper title replace zfill removeprefix removesuffix".split(), STRING),
    **dict.fromkeys("ljust rjust center capitalize format".split(), STRING),
    **dict.fromkeys("split rsplit splitlines".split(), LIST),
    **dict.fromkeys("partition rpartition".split(), TUPLE),
}

NAMES: dict[str, Any] = {
    "hooked": HOOKED,
    "inspected": attribute_names.setdefault("__class__", (set(), set()))[0],
    **{f"builtin_{name}": PRIVATE_BUILTINS[name] for name in PURE},
    **entries.NAMES,
}
"""The names that calls add to the namespace of traces."""


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
        inlined = self.inlined(function, args)
        if inlined is None:
            result = self.frameless_call(index, function, args)
            if result is None:
                self.request(index, function, args, "")
                raise TraceEnd
            return (result,)
        guard, kinds, changing = inlined
        asked = guards.open_tests(guard, [function, *args]) if guard else None
        if guard and not asked and asked is not None:
            self.request(index, function, args, "")
            raise TraceEnd
        frame = self.frame
        if changing:
            frame.clear_dead()
        condition = self.identity(function)
        if asked is not None:
            tests = guards.text(asked, [function, *args])
            condition += f" and ({tests})" if len(asked) > 1 else f" and {tests}"
        result = frame.fresh()
        self.emit(f"if {condition}: {result.name} = {function.name}({', '.join(arg.name for arg in args)})")
        self.emit("else:")
        self.request(index, function, args, "    ")
        if guard:
            guards.learn(guards.possible(guard, [function, *args]), [function, *args])
        if changing:
            frame.side_effect()
        result.kinds = kinds
        return (result,)

    def identity(self, function: Value) -> str:
        """Return the condition that a function is the builtin that its name denotes."""
        kind, *rest = function.origin
        if kind == "global":
            return f"{function.name} is builtin_{rest[0]}"
        owner, name = rest
        return f"type({owner.name}) is {'str' if name in _STRING_METHODS else 'dict' if name == 'get' else 'list'}"

    def inlined(self, function: Value, args: list[Value]) -> tuple[Guard, Kinds | None, bool] | None:
        """Return how a call may be inlined, None if it may not be.

        Returns:
            A guard over function and arguments, the types of the result, whether a container drops a reference.
        """
        if not function.origin:
            return None
        plain: Guard = (tuple((number, "ATOMIC") for number in range(1, len(args) + 1)),) if args else ()
        kind, *rest = function.origin
        if kind == "global":
            return self._builtin(rest[0], args, plain)
        owner, name = rest
        if not self.frame.is_alive(owner):
            return None
        if name in _STRING_METHODS:
            return plain, _STRING_METHODS[name], False
        if name == "append" and len(args) == 1:
            args[0].epoch = self.frame.epoch
            return (), NONE, False
        if name == "pop" and (not args or (len(args) == 1 and args[0].kinds is not None and args[0].kinds <= BOUNDS)):
            return (), None, True
        if name == "get" and args:
            return (((1, "ATOMIC"),),), None, False
        return None

    def _builtin(self, name: str, args: list[Value], plain: Guard) -> tuple[Guard, Kinds | None, bool] | None:
        if name not in PURE or not args:
            return None
        kinds = PURE[name]
        if name == "len":
            return ((((1, "CONTAINERS"),),), kinds, False) if len(args) == 1 else None
        if name == "type":
            return ((), kinds, False) if len(args) == 1 else None
        if name == "isinstance":
            test = "type({2}) is type and (id(type({1})) in inspected or type({1}) in CONTAINERS)"
            return (((test,),), kinds, False) if len(args) == 2 else None
        return plain, kinds, False

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
        """Write the call of an entry; if it is deoptimised, request the call with the state that it returns."""
        self.emit(f"    entry = entries{len(given)}.get(id({name}.__code__))")
        self.emit("    if entry is not None:")
        self.emit(f"        {x} = {self.entering([name, *given])}")
        self.emit(f"        if type({x}) is DeoptimisedCall:")
        self.deoptimised(index, count, site, [*reversed([x, *given[1:]]), name], "            ")

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
