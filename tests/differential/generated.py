"""Runnable programs out of pysource-codegen's syntactically valid, but senseless, source text."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

NAMES = [f"name_{number}" for number in range(6)]
PRELUDE = Path(__file__).with_name("permissive.py").read_text(encoding="utf-8")


def program(seed: int, nodes: int = 1500) -> str | None:
    """The runnable program of a seed, or None if the generated text cannot be compiled.

    Args:
        seed: chooses the program; the same seed gives the same program on the same Python version.
        nodes: the size of the syntax tree, roughly.
    """
    from pysource_codegen import generate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return runnable(ast.parse(generate(seed, node_limit=nodes, depth_limit=8)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def runnable(tree: ast.Module) -> str:
    """Text of a program that runs every top-level statement of a tree and reports what each raises.

    Raises SyntaxError if the compiler refuses the result.
    """
    tree = ast.fix_missing_locations(_Reaching().visit(tree))
    pieces = []
    for number, statement in enumerate(tree.body):
        if isinstance(statement, ast.Pass) or _is_future_import(statement):
            continue
        pieces.append(_guarded(number, statement))
    text = PRELUDE + "\n".join(pieces)
    compile(text, "<generated>", "exec", dont_inherit=True)
    return text


def _is_future_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _guarded(number: int, statement: ast.stmt) -> str:
    template = ast.parse(f"refresh()\ntry:\n    pass\nexcept BaseException as error:\n    note({number}, error)\n")
    attempt = template.body[1]
    assert isinstance(attempt, ast.Try)
    attempt.body = [statement]
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        attempt.body.append(_call("drive", ast.Name(statement.name, ast.Load())))
    return ast.unparse(ast.fix_missing_locations(template)) + "\n"


def _call(name: str, *arguments: ast.expr) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Name(name, ast.Load()), list(arguments), []))


Loop = ast.While | ast.For | ast.AsyncFor
Function = ast.FunctionDef | ast.AsyncFunctionDef
SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Import, ast.ImportFrom)
DISPLAYED = (ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.JoinedStr)


class _Reaching(ast.NodeTransformer):
    """Makes programs end, and reach further than their first senseless statement.

    Every loop and function starts with a tick; lambdas, generators and nested functions are driven; of every three
    simple statements two are guarded; every other function starts with all its names bound.
    """

    def __init__(self) -> None:
        self.statements = 0
        self.functions = 0

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._ticking(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._ticking(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        return self._ticking(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._ticking(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._ticking(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        return _call("drive", node.value) if isinstance(node.value, DISPLAYED) else node

    def _ticking(self, node: Loop | Function) -> ast.AST:
        self.generic_visit(node)
        start = [_call("tick")]
        if isinstance(node, Function):
            self.functions += 1
            if self.functions % 2:
                start += _bindings(node)
        node.body = [*start, *(piece for statement in node.body for piece in self._reached(statement))]
        return node

    def _reached(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, Function):
            return [statement, _call("drive", ast.Name(statement.name, ast.Load()))]
        self.statements += 1
        if isinstance(statement, SIMPLE) and self.statements % 3:
            guard = ast.parse("try:\n    pass\nexcept Exception as error:\n    note('inside', error)").body[0]
            assert isinstance(guard, ast.Try)
            guard.body = [statement]
            return [guard]
        return [statement]


def _bindings(function: Function) -> list[ast.stmt]:
    """Assignments of permissive objects to the names that are not parameters of a function nor declared in it."""
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    taken = {parameter.arg for parameter in parameters if parameter is not None}
    for node in ast.walk(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            taken |= set(node.names)
    return [statement for name in NAMES if name not in taken for statement in ast.parse(f"{name} = Anything(3)").body]
