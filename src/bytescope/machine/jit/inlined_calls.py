"""Calls in a trace: of builtins that run no foreign code, right there; all others end it with a request."""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.lift import Call
from bytescope.isa.typesets import ATOMIC, BOOLEAN, BOUNDS, INTEGER, LIST, NONE, RANGE, STRING, TUPLE
from bytescope.machine.handler_namespace import UNBOUND, ModuleType, attribute_names, class_attributes
from bytescope.machine.handlers.operations import Guard
from bytescope.machine.jit import entries, guards
from bytescope.machine.jit.templates import Forms
from bytescope.machine.jit.trace import Ended, Left
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
"""What the texts name."""


def sample_attribute(owner: Any, name: str) -> Any:
    """An attribute, if it can be had without running code: see `runtime.learn`."""
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


class Writer(Forms):
    """Writes the text of calls, too."""

    def primitive_getattr(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """An attribute: if it is to be called, its owner is kept."""
        owner = operands[0]
        kept = [*staying, owner] if instruction.flag else staying
        name = instruction.arg
        (result,) = self.inline(index, instruction, call, self.way(call), operands, kept)
        if instruction.flag:
            result.origin = ("method", owner, name)
        result.sample = sample_attribute(owner.sample, name)
        return (result,)

    def primitive_call(
        self, index: int, instruction: Instruction, call: Call, operands: list[Value], staying: list[Value]
    ) -> tuple[Value, ...]:
        """A call."""
        function, second, *args = operands
        if function is NOTHING:
            function = second
        elif second is not NOTHING:
            raise Left
        inlined = self.inlined(function, args)
        if inlined is None:
            result = self.frameless_call(index, function, args)
            if result is None:
                self.request(index, function, args, "")
                raise Ended
            return (result,)
        guard, kinds, changing = inlined
        asked = guards.open_tests(guard, [function, *args]) if guard else None
        if guard and not asked and asked is not None:
            self.request(index, function, args, "")
            raise Ended
        frame = self.frame
        if changing:
            frame.before_effect()
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
            frame.effect()
        result.kinds = kinds
        return (result,)

    def identity(self, function: Value) -> str:
        """The condition under which a function is the one that it was when it was loaded by this name."""
        kind, *rest = function.origin
        if kind == "global":
            return f"{function.name} is builtin_{rest[0]}"
        owner, name = rest
        return f"type({owner.name}) is {'str' if name in _STRING_METHODS else 'dict' if name == 'get' else 'list'}"

    def inlined(self, function: Value, args: list[Value]) -> tuple[Guard, Kinds | None, bool] | None:
        """How a call may be done right there, or None if it may not.

        Returns:
            A guard over function and arguments, the types of the result, whether a container lets go of something.
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
        """Call a function of the guest without a frame, if that is possible, see `entries`; else leave.

        Returns:
            The result; None if there is no prospect of that, and nothing is written.
        """
        forms = entries.prospects(function.sample, len(args))
        if not forms:
            return None
        frame = self.frame
        frame.before_effect()
        result = frame.fresh()
        self.emit("entry = None")
        for number, form in enumerate(forms):
            getattr(self, "enter_" + form)(index, function, args, result.name, "elif" if number else "if")
        self.emit("if entry is None:")
        self.request(index, function, args, "    ")
        frame.effect()
        if forms == ["class"]:
            result.sample = object.__new__(function.sample)
        return result

    def enter_function(self, index: int, function: Value, args: list[Value], x: str, word: str) -> None:
        """Call a function."""
        name = function.name
        site = self.program.site_numbers[index][0]
        self.emit(f"{word} type({name}) is FunctionType:")
        given = [arg.name for arg in args]
        self.enter(index, len(args), site, name, given, x)

    def enter_method(self, index: int, function: Value, args: list[Value], x: str, word: str) -> None:
        """Call a method."""
        name = function.name
        site = self.program.site_numbers[index][1]
        self.emit(f"{word} type({name}) is MethodType and type({name}.__func__) is FunctionType:")
        given = [f"{name}.__self__", *(arg.name for arg in args)]
        self.enter(index, len(args), site, f"{name}.__func__", given, x)

    def enter(self, index: int, count: int, site: int, name: str, given: list[str], x: str) -> None:
        """Call an entry, if there is one; if it needs a frame, request the call with what it returns."""
        self.emit(f"    entry = entries{len(given)}.get(id({name}.__code__))")
        self.emit("    if entry is not None:")
        self.emit(f"        {x} = {self.entering([name, *given])}")
        self.emit(f"        if type({x}) is Unfinished:")
        self.unfinished(index, count, site, [*reversed([x, *given[1:]]), name], "            ")

    def enter_class(self, index: int, function: Value, args: list[Value], x: str, word: str) -> None:
        """Make an instance; if its `__init__` needs a frame, throw it away and make one in the ordinary way."""
        name = function.name
        given = [x, *(arg.name for arg in args)]
        self.emit(f"{word} id({name}) in plain_classes and {name}.__new__ is new:")
        self.emit(f"    entry = makers{len(given)}.get(id({name}.__init__.__code__))")
        self.emit("    if entry is not None:")
        self.emit(f"        {x} = new({name})")
        self.emit(f"        stopped = {self.entering([f'{name}.__init__', *given])}")
        self.emit("        if stopped is not None:")
        self.emit(f"            entry = {x} = stopped = forget(stopped)")

    def entering(self, given: list[str]) -> str:
        """The call of an entry with the function and its arguments: from a frame."""
        return f"{self.frame.bind(entries.enterer(len(given) - 1))}({', '.join(['entry', *given])})"

    def unfinished(self, index: int, count: int, site: int, operands: list[str], pad: str) -> None:
        """Leave with the request of a call that was begun without a frame: its state is in the first argument's place.

        Args:
            index: the instruction.
            count: its arguments.
            site: of the request.
            operands: of the request.
            pad: indentation.
        """
        self.emit(f"{pad}R.append(({site}, ({', '.join(operands)})))")
        self.leave(self.requested(index), self.count + 1, self.frame.depth - count - 2, pad=pad)

    def kept(self, index: int, function: Value, args: list[Value]) -> str:
        """Statements that come before the request of a call."""
        return ""

    def request(self, index: int, function: Value, args: list[Value], pad: str) -> None:
        """Leave with the request of a call, or leave it to its handler."""
        frame = self.frame
        site, site_with_self = self.program.site_numbers[index]
        reverse = "".join(f"{arg.name}, " for arg in reversed(args))
        name = function.name
        kept = self.kept(index, function, args)
        lines = [
            f"if type({name}) is FunctionType:",
            f"    {kept}R.append(({site}, ({reverse}{name},)))",
            f"elif type({name}) is MethodType:",
            f"    {kept}R.append(({site_with_self}, ({reverse}{name}.__self__, {name}.__func__)))",
            f"elif id({name}) in hooked:",
        ]
        for line in lines:
            self.emit(pad + line)
        self.leave(self.plainly(index), self.count, pad=pad + "    ")
        self.emit(f"{pad}else:")
        self.emit(f"{pad}    {kept}R.append(({site}, ({reverse}{name},)))")
        self.leave(self.requested(index), self.count + 1, frame.depth - len(args) - 2, pad=pad)
