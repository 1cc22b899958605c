"""Expressions of the kinds ``int``, ``str`` and ``list``, and conditions."""

from __future__ import annotations

from collections.abc import Callable

from .writer import DEFAULTS, Writer


class Expressions(Writer):
    """Writes expressions over the names of the scope, nested at most `depth` levels deep."""

    def expression(self, kind: str, depth: int = 2) -> str:
        return {"int": self.integer, "str": self.string, "list": self.items}[kind](depth)

    def variable(self, kind: str) -> str:
        names = self.scope.variables[kind]
        return self.pick(names) if names else DEFAULTS[kind]

    def integer(self, depth: int = 2) -> str:
        if depth <= 0 or not self.choose(4):
            return self.variable("int") if self.choose(3) else str(self.choose(12) - 3)
        one, two = (lambda: self.integer(depth - 1)), (lambda: self.items(depth - 1))
        options: list[Callable[[], str]] = [
            lambda: f"({one()} {self.pick('+ - * // % & | ^'.split())} {one()})",
            lambda: f"({one()} {self.pick('+ - * << >> **'.split())} {self.choose(4)})",
            lambda: f"{self.pick('-~')}{one()}",
            lambda: f"len({self.string(depth - 1)})",
            lambda: f"({one()} if {self.condition(depth - 1)} else {one()})",
            lambda: f"at({two()}, {one()})",
            lambda: f"{two()}[{self.choose(2)}]",
            lambda: f"sum({two()})",
            lambda: f"sum({one()} for {self.target()} in {two()} if {self.condition(depth - 1)})",
            lambda: f"(1 if {self.condition(depth - 1)} else 0)",
            lambda: f"(lambda a, b={one()}: a + b)({one()})",
            lambda: f"max({one()}, {one()}, key=lambda v: v % {self.choose(4) + 1})",
            lambda: f"{{{one()}: {one()}, 'k': 4}}.get({one()}, {one()})",
            lambda: f"divmod({one()}, {one()})[{self.choose(2)}]",
        ]
        if self.scope.functions:
            options += [lambda: self.call(depth - 1)] * 3
        if self.scope.classes:
            options += [lambda: self.use_of_class(depth - 1)] * 3
        return self.pick(options)()

    def string(self, depth: int = 2) -> str:
        if depth <= 0 or not self.choose(4):
            return self.variable("str") if self.choose(3) else repr(self.pick(["", "a", "xyz", "é"]))
        one = lambda: self.string(depth - 1)
        return self.pick(
            [
                lambda: f"({one()} + {one()})",
                lambda: f"str({self.integer(depth - 1)})",
                self.formatted,
                lambda: f"{one()}[{self.choose(5) - 2}:]",
                lambda: f"{one()}[::-1].upper()",
                lambda: f"{one()}.join(map(str, {self.items(depth - 1)}))",
                lambda: f"'%s-%d' % ({one()}, {self.integer(depth - 1)})",
                lambda: f"({one()} {self.pick(['or', 'and'])} {one()})",
            ]
        )()

    def formatted(self) -> str:
        number, text, items = self.variable("int"), self.variable("str"), self.variable("list")
        return f'f"{{{number}:>{self.choose(5) + 1}}}|{{{items}!r}}{{{text}=}}"'

    def items(self, depth: int = 2) -> str:
        if depth <= 0 or not self.choose(4):
            return self.variable("list")
        one, two = (lambda: self.items(depth - 1)), (lambda: self.integer(depth - 1))
        options: list[Callable[[], str]] = [
            lambda: f"[{two()}, *{one()}, {two()}]",
            lambda: f"[{two()} for {self.target()} in {one()}]",
            lambda: f"[{two()} for v in {one()} for w in range(v % 3) if {self.condition(depth - 1)}]",
            lambda: f"[f() for f in [lambda: v * {two()} for v in {one()}]]",
            lambda: f"sorted({one()}, key=lambda v: {two()} - v)",
            lambda: f"{one()}[{self.pick([':2', '1:', '::-1', '::2'])}]",
            lambda: f"list({{v % 3: w for v, w in enumerate({one()})}}.values())",
            lambda: f"list(map(lambda v: v + {two()}, {one()}))",
            lambda: f"({one()} + {one()})",
            lambda: f"sorted({{{two()} for v in {one()}}})",
        ]
        if self.scope.generators:
            options += [lambda: f"list({self.pick(self.scope.generators)}({two()}))"] * 2
        return self.pick(options)()

    def condition(self, depth: int = 1) -> str:
        one = lambda: self.integer(depth - 1)
        return self.pick(
            [
                lambda: f"{one()} {self.pick('< <= == != > >='.split())} {one()}",
                lambda: f"{one()} < {one()} <= {one()}",
                lambda: f"{one()} {self.pick(['in', 'not in'])} {self.items(depth - 1)}",
                lambda: f"not {one()}",
                lambda: f"({one()} and {self.string(depth - 1)})",
                lambda: f"({one()} or {self.items(depth - 1)})",
                lambda: f"Truth({one()})",
                lambda: f"{self.items(depth - 1)} is not None",
            ]
        )()

    def target(self) -> str:
        return self.pick(["v", "v", "w"])

    def call(self, depth: int) -> str:
        name, count = self.pick(self.scope.functions)
        given = [self.integer(depth) for _ in range(count)]
        forms = [
            f"{name}({', '.join(given)})",
            f"{name}(*{self.items(depth)})",
            f"{name}({', '.join([*given, f'key={self.integer(depth)}'])})",
            f"{name}({', '.join([*given, '5', '6'])}, **{{'other': {self.integer(depth)}}})",
            f"sum(map({name}, {self.items(depth)}))",
        ]
        return self.pick(forms)

    def use_of_class(self, depth: int) -> str:
        made = f"{self.pick(self.scope.classes)}({self.integer(depth)})"
        forms = [
            f"{made}.value",
            f"{made}.method({self.integer(depth)})",
            f"({made} + {self.integer(depth)}).value",
            f"{made}.doubled",
        ]
        return self.pick([*forms, f"len({made})", f"{made}[{self.integer(depth)}]", f"bool({made} < {made})"])
