"""Statements, and with them whole programs."""

from __future__ import annotations

from collections.abc import Callable

from .expressions import Expressions
from .writer import DEFAULTS, KINDS

ERRORS = ("Oops('raised')", "ValueError(1)", "KeyError('k')", "Worse('w', 2)", "StopIteration(5)", "IndexError")
CATCHABLE = ("Oops", "ValueError", "(KeyError, IndexError)", "ArithmeticError", "Exception", "TypeError", "LookupError")


class Author(Expressions):
    """Writes one program."""

    def program(self) -> str:
        """The text of the program."""
        for kind in KINDS:
            self.put(f"{self.bind(kind)} = {DEFAULTS[kind]}")
        while self.left > 0:
            self.put("try:")
            with self.block():
                self.body()
            self.put("except Exception as error:")
            with self.block():
                self.put("note(error)")
        self.put(
            "print([value for name, value in sorted(globals().items()) if name[1:].isdigit() and name[0] in 'isl'])"
        )
        return "\n".join(self.lines) + "\n"

    def body(self, at_most: int = 4) -> None:
        """A few statements."""
        for _ in range(1 + self.choose(at_most)):
            self.statement()

    def statement(self) -> None:
        self.left -= 1
        simple: list[Callable[[], None]] = [
            self.assign,
            self.assign,
            self.show,
            self.augment,
            self.unpack,
            self.mutate,
            self.delete,
        ]
        if self.scope.in_loop:
            simple.append(lambda: self.put(f"if {self.condition()}: {self.pick(['break', 'continue'])}"))
        if self.scope.kind in ("function", "generator"):
            simple.append(lambda: self.put(f"if {self.condition()}: return {self.integer()}"))
            simple.append(lambda: self.put(f"if {self.condition()}: raise {self.pick(ERRORS)}"))
        if self.scope.kind == "generator":
            simple += [self.yields] * 4
        compound = [
            self.when,
            self.loop,
            self.repeat,
            self.attempt,
            self.manage,
            self.match,
            self.function,
            self.generator,
            self.klass,
            self.closure,
            self.groups,
            self.coroutine,
        ]
        if self.left <= 0 or self.depth > 6 or self.choose(2):
            self.pick(simple)()
        else:
            self.pick(compound)()

    def assign(self) -> None:
        kind = self.pick(KINDS)
        value = self.expression(kind, 3) + (" % 100003" if kind == "int" else "")
        form = self.pick(["{0} = {2}", "{0} = {2}", "{0} = {1} = {2}", "print({0} := {2})"])
        self.put(form.format(self.bind(kind), self.bind(kind), value))

    def show(self) -> None:
        self.put(f"print({self.expression(self.pick(KINDS), 3)}, {self.expression(self.pick(KINDS))})")

    def augment(self) -> None:
        kind = self.pick(KINDS)
        operator = self.pick(["+=", "-=", "*=", "|=", "%="]) if kind == "int" else "+="
        value, name = self.expression(kind), self.bind(kind)
        self.put(f"{name} {operator} {value}")
        self.put({"int": f"{name} %= 100003", "str": f"{name} = {name}[-30:]", "list": f"del {name}[9:]"}[kind])

    def unpack(self) -> None:
        items, number = self.items(), self.integer()
        first, rest = self.bind("int"), self.bind("list")
        forms = [
            f"{first}, *{rest} = {items}",
            f"{first}, *{rest} = [{number}, *{items}]",
            f"*{rest}, {first} = *{items}, {number}",
            f"{first}, ({rest}, _) = {number}, [{items}, 0]",
        ]
        self.put(self.pick(forms))

    def mutate(self) -> None:
        name = self.variable("list")
        changes = [
            f"{name}[{self.integer()}] = {self.integer()}",
            f"{name}[-1:] = [{self.integer()}]",
            f"{name}[0] += {self.integer()}",
            f"{name}[1:2] = {self.items()}",
            f"del {name}[{self.choose(3)}:]",
            f"{name}.append({self.integer()})",
        ]
        self.put(self.pick(changes))
        self.put(f"del {name}[9:]")

    def delete(self) -> None:
        kind = self.pick(KINDS)
        names = [name for name in self.scope.variables[kind] if name in self.scope.own]
        if names:
            name = self.pick(names)
            self.put(f"del {name}")
            if self.choose(8):
                self.put(f"{name} = {DEFAULTS[kind]}")
        else:
            self.assign()

    def yields(self) -> None:
        number, items = self.integer(), self.items()
        forms = [
            f"yield {number}",
            f"{self.bind('int')} = (yield {number}) or 0",
            f"yield from {items}",
            f"print((yield), (yield {number}))",
        ]
        self.put(self.pick(forms))

    def when(self) -> None:
        self.put(f"if {self.condition(2)}:")
        with self.block():
            self.body()
        if self.choose(2):
            self.put(f"elif {self.condition(2)}:")
            with self.block():
                self.body()
        if self.choose(2):
            self.put("else:")
            with self.block():
                self.body()

    def loop(self) -> None:
        source = self.pick(
            [
                f"range({self.choose(4)})",
                self.items(),
                f"enumerate({self.string()})",
                f"zip({self.items()}, {self.items()})",
            ]
        )
        name = self.bind("int")
        self.put(
            f"for {name}, _ in {source}:" if source.startswith(("enumerate", "zip")) else f"for {name} in {source}:"
        )
        with self.looping():
            self.body()
        self.otherwise()

    def otherwise(self) -> None:
        if not self.choose(3):
            self.put("else:")
            with self.block():
                self.body(2)

    def repeat(self) -> None:
        counter = self.fresh("n")
        self.put(f"{counter} = {self.choose(4)}")
        self.put(f"while {counter} > 0 and {self.condition()}:")
        with self.looping():
            self.put(f"{counter} -= 1")
            self.body()
        self.otherwise()

    def attempt(self) -> None:
        self.put("try:")
        with self.block():
            self.body()
            if self.choose(2):
                self.put(f"raise {self.pick(ERRORS)}" + self.pick(["", "", " from None", " from Oops('cause')"]))
        handlers = self.choose(3)
        for number in range(handlers):
            self.put(f"except {self.pick(CATCHABLE)} as error:")
            with self.block():
                self.put(f"note(error, {number})")
                self.body(2)
                if not self.choose(4):
                    self.put(
                        self.pick(
                            ["raise", "raise error", "raise Oops('again') from error", f"raise {self.pick(ERRORS)}"]
                        )
                    )
        if handlers and not self.choose(3):
            self.put("else:")
            with self.block():
                self.body(2)
        if not handlers or not self.choose(3):
            self.put("finally:")
            with self.block():
                self.body(2)

    def manage(self) -> None:
        managers = [f"Manager({self.integer()}, {self.condition()})" for _ in range(1 + self.choose(2))]
        items = [f"{manager} as {self.bind('int')}" if self.choose(2) else manager for manager in managers]
        self.put(f"with {', '.join(items)}:")
        with self.block():
            self.body()
            if not self.choose(3):
                self.put(f"raise {self.pick(ERRORS)}")

    def match(self) -> None:
        subject, guard = self.expression(self.pick(KINDS)), self.condition()
        number, rest = self.bind("int"), self.bind("list")
        self.put(f"{number}, {rest} = 0, []")
        self.put(f"match {subject}:")
        patterns = [
            "0 | 1",
            "[]",
            f"[{number}]",
            f"[{number}, *{rest}] if {guard}",
            f"[_, *{rest}]",
            f"int({number})",
            "str()",
            "[_, [1], *_]",
            f"(1 | 2) as {number}",
            "{'k': 1}",
        ]
        with self.block():
            for _ in range(1 + self.choose(3)):
                self.put(f"case {self.pick(patterns)}:")
                with self.block():
                    self.body(2)

    def function(self) -> None:
        name, count = self.fresh("f"), self.choose(3)
        if not self.choose(3):
            self.put(f"@{self.pick(['twice', 'logged', f'adding({self.integer()})'])}")
        parameters = [self.fresh("i") for _ in range(count)]
        signature = [
            *(
                f"{p}={self.integer(1)}" if self.choose(2) or position == 0 else f"{p}=0"
                for position, p in enumerate(parameters)
            ),
            "*more",
            f"key={self.integer(1)}",
            "**others",
        ]
        self.put(f"def {name}({', '.join(signature)}):")
        with self.nested("function"):
            self.put("tick()")
            self.scope.variables["int"] += [*parameters, "key"]
            if not self.choose(3):
                self.put("print(more, others)")
            self.body()
            self.put(f"return {self.integer()} % 1009")
        self.scope.functions.append((name, count))
        self.put(f"print({self.call(1)})")

    def closure(self) -> None:
        name, shared = self.fresh("f"), self.fresh("i")
        self.put(f"def {name}({shared}=1, *more, **others):")
        with self.nested("function"):
            self.scope.variables["int"].append(shared)
            inner = self.fresh("f")
            self.put(f"def {inner}(a=2):")
            with self.nested("function"):
                self.put(f"nonlocal {shared}")
                self.put("tick()")
                self.scope.variables["int"] += ["a"]
                self.body(3)
                self.put(f"{shared} += a")
                self.put(f"return {shared}")
            self.scope.functions.append((inner, 1))
            self.body(2)
            self.put(f"return sum({inner}(v) for v in (1, 2)) + {shared}")
        self.scope.functions.append((name, 1))
        self.put(f"print({name}({self.integer(1)}))")

    def generator(self) -> None:
        name = self.fresh("g")
        self.put(f"def {name}(i0=1):")
        with self.nested("generator"):
            self.put("tick()")
            self.scope.variables["int"].append("i0")
            self.put("yield i0")
            self.body()
            self.yields()
        self.scope.generators.append(name)
        self.put(
            self.pick(
                [
                    f"print(list({name}({self.integer(1)})))",
                    f"converse({name}({self.integer(1)}))",
                    f"for v in {name}(): print(v)",
                ]
            )
        )

    def klass(self) -> None:
        name = self.fresh("C")
        base = self.pick([*self.scope.classes, "Base"])
        self.put(f"class {name}({base}{self.pick(['', ', tag=1'])}):")
        with self.nested("class"):
            self.put(f"attribute = {self.integer(1)}")
            if not self.choose(3):
                self.body(2)
            if self.choose(2):
                self.put("def __init__(self, value=0):")
                with self.nested("function"):
                    self.put(f"super().__init__(value + {self.integer(1)})")
            self.put("def method(self, x=1):")
            with self.nested("function"):
                self.put("tick()")
                self.scope.variables["int"] += ["x", "self.value", "self.attribute"]
                self.body(3)
                self.put(
                    f"return {self.pick(['super().method(x)', 'x', 'self.value + len(__class__.__name__)'])} % 1009"
                )
            if not self.choose(3):
                self.put("@property")
                self.put("def doubled(self):")
                with self.nested("function"):
                    self.put(f"return self.value * {self.integer(1)}")
        self.scope.classes.append(name)
        self.put(f"print({self.use_of_class(1)})")

    def groups(self) -> None:
        self.put("try:")
        with self.block():
            inner = "ExceptionGroup('inner', [KeyError('k'), Oops(3)])"
            self.put(f"raise ExceptionGroup('group', [Oops({self.integer(1)}), ValueError(2), {inner}])")
        for name in ("Oops", "(ValueError, TypeError)", "KeyError")[: 1 + self.choose(3)]:
            self.put(f"except* {name} as group:")
            with self.block():
                self.put("print(repr(group))")
                if not self.choose(3):
                    self.put(self.pick(["raise", "raise Worse('from group', 1)"]))

    def coroutine(self) -> None:
        name = self.fresh("co")
        self.put(f"async def {name}(i0=1):")
        with self.nested("function"):
            self.put("tick()")
            self.scope.variables["int"].append("i0")
            form = self.choose(3)
            if form == 0:
                self.put(f"async with AsyncManager({self.condition()}) as {self.bind('int')}:")
            elif form == 1:
                self.put(f"async for {self.bind('int')} in numbers({self.integer(1)}):")
            else:
                self.put(f"if await pause({self.integer(1)}):")
            with self.block():
                self.body(3)
                self.put(f"{self.bind('int')} = await pause({self.integer(1)})")
            self.put(f"{self.bind('list')} = [v + {self.integer(1)} async for v in numbers(3) if await pause(v)]")
            self.put(f"return {self.integer()}")
        self.put(f"print(run({name}({self.integer(1)})))")
