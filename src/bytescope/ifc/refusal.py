"""Programs that are refused: those that name the insides of functions, frames and tools, where nothing has a label."""

from __future__ import annotations

import ast
from collections.abc import Iterator

REFLECTIVE = frozenset(
    "__annotations__ __closure__ __code__ __defaults__ __kwdefaults__ __globals__ __builtins__ __import__"
    " __subclasses__ __self__ __func__ __wrapped__ __reduce__ __reduce_ex__ __getstate__ __loader__ __spec__"
    " cell_contents f_back f_builtins f_code f_globals f_locals gi_frame gi_code cr_frame cr_code ag_frame ag_code"
    " tb_frame _tool _session".split()
)
"""Names that show the insides of functions, frames and tools, where values have no labels."""


class Refused(Exception):
    """A program is refused: it uses a name that shows what labels do not follow."""


Refused.__module__ = "bytescope.ifc"


def refuse(tree: ast.Module) -> None:
    """Refuse a program that uses one of the names.

    Args:
        tree: the program.

    Raises:
        Refused: if it does.
    """
    for line, name in sorted(_names(tree)):
        if name in REFLECTIVE:
            raise Refused(
                f"line {line}: a program may not use {name}, which shows the insides of functions, frames or tools: "
                "values have no labels there; pass what is needed as an argument"
            )


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.MatchClass):
            yield from ((node.lineno, name) for name in node.kwd_attrs)
