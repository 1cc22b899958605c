"""A calculator with variables, functions and exact fractions: a tokenizer, a Pratt parser and a tree evaluator.

usage: python main.py session.txt
"""

import math
import operator
import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce, singledispatchmethod
from pathlib import Path
from typing import NamedTuple

TOKEN = re.compile(
    r"""
      (?P<number> \d+ (?: \.\d+ )? )
    | (?P<name>   [a-z_]\w* )
    | (?P<symbol> <=|>=|==|!=|\*\*|[-+*/%^!()<>=,?:] )
    | (?P<space>  \s+ )
    | (?P<wrong>  . )
    """,
    re.VERBOSE,
)


class CalculatorError(Exception):
    """What the user has written cannot be computed."""


class Token(NamedTuple):
    kind: str
    text: str
    column: int


@dataclass(frozen=True)
class Number:
    value: Fraction


@dataclass(frozen=True)
class Name:
    text: str


@dataclass(frozen=True)
class Unary:
    operator: str
    operand: object


@dataclass(frozen=True)
class Binary:
    operator: str
    left: object
    right: object


@dataclass(frozen=True)
class Choice:
    condition: object
    yes: object
    no: object


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple


@dataclass(frozen=True)
class Definition:
    name: str
    parameters: tuple | None
    body: object


def tokenize(text):
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "wrong":
            raise CalculatorError(f"column {match.start() + 1}: what is {match.group()!r}?")
        if kind != "space":
            yield Token(kind, match.group(), match.start() + 1)
    yield Token("end", "", len(text) + 1)


# How strongly an operator binds on its left and right: the right one is larger where it groups to the left.
BINDING = {"?": (1, 1)}
for level, group in enumerate(["< <= > >= == !=", "+ -", "* / %"], 1):
    BINDING |= dict.fromkeys(group.split(), (10 * level, 10 * level + 1))
BINDING |= {"**": (51, 50), "!": (60, 0)}
PREFIX = 40


class Parser:
    def __init__(self, text):
        self.tokens = tokenize(text)
        self.token = next(self.tokens)

    def advance(self):
        token, self.token = self.token, next(self.tokens, None)
        return token

    def accept(self, symbol):
        if self.token.kind == "symbol" and self.token.text == symbol:
            return self.advance()
        return None

    def expect(self, symbol):
        if not self.accept(symbol):
            found = repr(self.token.text) if self.token.text else "the end"
            raise CalculatorError(f"column {self.token.column}: expected {symbol!r}, found {found}")

    def statement(self):
        node = self.expression(0)
        if self.accept("="):
            body = self.expression(0)
            match node:
                case Name(text):
                    node = Definition(text, None, body)
                case Call(function, arguments) if all(isinstance(a, Name) for a in arguments):
                    node = Definition(function, tuple(a.text for a in arguments), body)
                case _:
                    raise CalculatorError("only names and functions can be defined")
        if self.token.kind != "end":
            raise CalculatorError(f"column {self.token.column}: unexpected {self.token.text!r}")
        return node

    def expression(self, minimum):
        left = self.operand()
        while self.token.text in BINDING and (bind := BINDING[self.token.text])[0] >= minimum:
            symbol = self.advance().text
            if symbol == "!":
                left = Unary("!", left)
            elif symbol == "?":
                yes = self.expression(0)
                self.expect(":")
                left = Choice(left, yes, self.expression(bind[1]))
            else:
                left = Binary(symbol, left, self.expression(bind[1]))
        return left

    def operand(self):
        token = self.advance()
        match token:
            case Token("number", text):
                return Number(Fraction(text))
            case Token("name", text) if self.accept("("):
                return Call(text, tuple(self.arguments()))
            case Token("name", text):
                return Name(text)
            case Token("symbol", "("):
                inner = self.expression(0)
                self.expect(")")
                return inner
            case Token("symbol", "-" | "+" as sign):
                return Unary(sign, self.expression(PREFIX))
            case Token("end"):
                raise CalculatorError("the line ends too early")
        raise CalculatorError(f"column {token.column}: unexpected {token.text!r}")

    def arguments(self):
        if self.accept(")"):
            return
        yield self.expression(0)
        while self.accept(","):
            yield self.expression(0)
        self.expect(")")


OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "**": operator.pow,
}  # fmt: skip
FUNCTIONS = {
    "sqrt": lambda x: Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator)),
    "gcd": lambda *xs: Fraction(reduce(math.gcd, (x.numerator for x in xs))),
    "max": max,
    "min": min,
    "abs": abs,
    "floor": lambda x: Fraction(math.floor(x)),
}


class Evaluator:
    def __init__(self):
        self.names = {"dozen": Fraction(12)}
        self.functions = dict(FUNCTIONS)
        self.scopes = []

    @singledispatchmethod
    def evaluate(self, node):
        raise TypeError(f"no rule for {type(node).__name__}")

    @evaluate.register
    def _(self, node: Number):
        return node.value

    @evaluate.register
    def _(self, node: Name):
        for scope in (*reversed(self.scopes[-1:]), self.names):
            if node.text in scope:
                return scope[node.text]
        raise CalculatorError(f"{node.text} has no value")

    @evaluate.register
    def _(self, node: Unary):
        value = self.evaluate(node.operand)
        if node.operator == "!":
            if value.denominator != 1 or value < 0:
                raise CalculatorError("only whole numbers have a factorial")
            return Fraction(math.prod(range(1, value.numerator + 1)))
        return -value if node.operator == "-" else +value

    @evaluate.register
    def _(self, node: Binary):
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return Fraction(OPERATORS[node.operator](left, right))

    @evaluate.register
    def _(self, node: Choice):
        return self.evaluate(node.yes if self.evaluate(node.condition) else node.no)

    @evaluate.register
    def _(self, node: Call):
        function = self.functions.get(node.function)
        if function is None:
            raise CalculatorError(f"there is no function {node.function}")
        return function(*map(self.evaluate, node.arguments))

    @evaluate.register
    def _(self, node: Definition):
        if node.parameters is None:
            self.names[node.name] = value = self.evaluate(node.body)
            return value
        self.functions[node.name] = self.make_function(node)
        return None

    def make_function(self, node):
        def call(*arguments):
            if len(arguments) != len(node.parameters):
                raise CalculatorError(f"{node.name} takes {len(node.parameters)} arguments, not {len(arguments)}")
            self.scopes.append(dict(zip(node.parameters, arguments, strict=True)))
            try:
                return self.evaluate(node.body)
            finally:
                self.scopes.pop()

        return call


def show(value):
    if value is None:
        return "defined"
    if value.denominator == 1:
        return str(value)
    return f"{value} = {float(value):.6g}"


def main(path):
    evaluator = Evaluator()
    failed = 0
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        try:
            answer = show(evaluator.evaluate(Parser(line).statement()))
        except (CalculatorError, ZeroDivisionError, TypeError) as error:
            failed += 1
            answer = f"error: {error}"
        except RecursionError:
            failed += 1
            answer = "error: recursion without end"
        print(f"{number:>3}  {line:<48} {answer}")
    print(f"{failed} lines could not be computed")
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
