"""An interpreter for the small language of kiln.lark, parsed by the package lark.

usage: python kiln.py primes.kiln [--tree]
"""

import operator
import sys
from collections import ChainMap
from pathlib import Path

from lark import Lark, Token, UnexpectedInput
from lark.visitors import Interpreter

OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.floordiv, "%": operator.mod,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Return(Exception):
    def __init__(self, value):
        self.value = value


class Kiln(Interpreter):
    def __init__(self):
        self.functions = {"size": len, "push": list.append}
        self.globals = {}
        self.scope = ChainMap(self.globals)
        self.calls = 0

    def function(self, tree):
        name, *parameters, body = tree.children
        parameters = [parameter for parameter in parameters if parameter is not None]

        def call(*arguments):
            self.calls += 1
            outer, self.scope = self.scope, ChainMap(dict(zip(parameters, arguments, strict=True)), self.globals)
            try:
                self.visit(body)
            except Return as result:
                return result.value
            finally:
                self.scope = outer

        self.functions[str(name)] = call

    def assign(self, tree):
        name, value = tree.children
        self.scope[str(name)] = self.visit(value)

    def print_(self, tree):
        print(*(show(self.visit(child)) for child in tree.children))

    def return_(self, tree):
        raise Return(self.visit(tree.children[0]) if tree.children else None)

    def while_(self, tree):
        condition, body = tree.children
        while self.visit(condition):
            self.visit(body)

    def if_(self, tree):
        condition, yes, no = tree.children
        if self.visit(condition):
            self.visit(yes)
        elif no is not None:
            self.visit(no)

    def or_(self, tree):
        return self.visit(tree.children[0]) or self.visit(tree.children[1])

    def and_(self, tree):
        return self.visit(tree.children[0]) and self.visit(tree.children[1])

    def not_(self, tree):
        return not self.visit(tree.children[0])

    def negate(self, tree):
        return -self.visit(tree.children[0])

    def binary(self, tree):
        left, symbol, right = tree.children
        return OPERATORS[symbol](self.visit(left), self.visit(right))

    def item(self, tree):
        container, index = map(self.visit, tree.children)
        return container[index]

    def call(self, tree):
        name, *arguments = tree.children
        return self.functions[name](*(self.visit(argument) for argument in arguments if argument is not None))

    def number(self, tree):
        return int(tree.children[0])

    def string(self, tree):
        return tree.children[0][1:-1]

    def variable(self, tree):
        return self.scope[str(tree.children[0])]

    def list_(self, tree):
        return [self.visit(child) for child in tree.children if child is not None]


def show(value):
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return "[" + " ".join(map(show, value)) + "]"
    return str(value)


def main(path, *options):
    here = Path(__file__).parent
    parser = Lark((here / "kiln.lark").read_text(), start="program", parser="lalr", propagate_positions=True)
    source = Path(path).read_text()
    try:
        tree = parser.parse(source)
    except UnexpectedInput as error:
        print(f"{Path(path).name}:{error.line}:{error.column}: {type(error).__name__}", file=sys.stderr)
        print(error.get_context(source), end="", file=sys.stderr)
        return 2
    tokens = list(tree.scan_values(lambda value: isinstance(value, Token)))
    print(f"{sum(1 for _ in tree.iter_subtrees())} nodes, {len(tokens)} tokens, last on line {tokens[-1].line}")
    if "--tree" in options:
        print(tree.pretty())
    kiln = Kiln()
    kiln.visit(tree)
    print(f"{kiln.calls} calls")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
