"""Runnable programs out of pysource-codegen's syntactically valid, but senseless, source text."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

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
    tree = ast.fix_missing_locations(_Terminating().visit(tree))
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


class _Terminating(ast.NodeTransformer):
    """Starts every loop and function with a tick, and drives lambdas, generators and nested functions."""

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
        if isinstance(node.value, (ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.JoinedStr)):
            return _call("drive", node.value)
        return node

    def _ticking(self, node: ast.While | ast.For | ast.AsyncFor | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        body: list[ast.stmt] = [_call("tick")]
        for statement in node.body:
            body.append(statement)
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body.append(_call("drive", ast.Name(statement.name, ast.Load())))
        node.body = body
        return node
